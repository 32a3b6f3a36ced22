#include "pipelines/peer_rules.hpp"

#include <algorithm>
#include <iterator>

namespace sangdam::pipelines {
namespace {

constexpr Ruling k_pass{};
constexpr Ruling dropped(const char* why) { return {Verdict::drop, why}; }
constexpr Ruling ended(const char* why) { return {Verdict::end, why}; }

/// RFC 7741 section 6.1: neither side may be longer than the square root of eight times the area.
bool is_size_offered(int width, int height) {
  const int across = (width + 15) / 16;
  const int down = (height + 15) / 16;
  const auto is_side_offered = [](int side) { return side * side <= 8 * k_max_macroblocks; };
  return is_side_offered(across) && is_side_offered(down) && across * down <= k_max_macroblocks;
}

}  // namespace

bool Sources::admit(std::span<const std::uint32_t> sources) {
  return std::all_of(sources.begin(), sources.end(), [this](std::uint32_t source) {
    const auto known = std::span(m_known).first(m_count);
    if (std::find(known.begin(), known.end(), source) != known.end()) return true;
    if (m_count >= std::min(m_most, m_known.size())) return false;
    m_known[m_count++] = source;
    return true;
  });
}

DatagramRules::DatagramRules(const PeerLimits& limits)
    : m_datagrams(limits.datagrams), m_bytes(limits.datagram_bytes), m_sources(limits.claimed_sources) {}

Ruling DatagramRules::judge(Bytes datagram, base::Moment now) {
  if (!m_datagrams.take(now) || !m_bytes.take(now, static_cast<double>(datagram.size())))
    return dropped("more than a call needs");
  switch (kind_of_datagram(datagram)) {
    case DatagramKind::dtls: return k_pass;
    case DatagramKind::other: return dropped("neither DTLS nor RTP");
    case DatagramKind::rtp: {
      const auto packet = read_rtp(datagram);
      if (!packet) return dropped("malformed RTP");
      // srtpdec remembers the source before it knows whether the packet is genuine.
      return m_sources.admit(packet->sources.all().first(1)) ? k_pass : dropped("too many RTP sources");
    }
    case DatagramKind::rtcp: {
      if (datagram.size() < 8) return dropped("malformed RTCP");
      const std::array source{static_cast<std::uint32_t>(datagram[4]) << 24U |
                              static_cast<std::uint32_t>(datagram[5]) << 16U |
                              static_cast<std::uint32_t>(datagram[6]) << 8U | datagram[7]};
      return m_sources.admit(source) ? k_pass : dropped("too many RTP sources");
    }
  }
  return k_pass;
}

StreamRules::StreamRules(const PeerLimits& limits)
    : m_rtp(limits.rtp),
      m_rtp_bytes(limits.rtp_bytes),
      m_rtcp(limits.rtcp),
      m_nacked(limits.nacked),
      m_sources(limits.sources) {}

void StreamRules::allow_payload_type(unsigned type) {
  if (type < m_payload_types.size()) m_payload_types.set(type);
}

Ruling StreamRules::judge_rtp(Bytes bytes, base::Moment now) {
  if (!m_rtp.take(now) || !m_rtp_bytes.take(now, static_cast<double>(bytes.size())))
    return ended("a flood of RTP");
  const auto packet = read_rtp(bytes);
  if (!packet) return dropped("malformed RTP");
  // Each source is a jitter buffer, a thread and a decoder's pad.
  if (!m_sources.admit(packet->sources.all())) return ended("too many RTP sources");
  if (!m_payload_types.test(packet->payload_type)) return dropped("a payload type that was not offered");
  return k_pass;
}

Ruling StreamRules::judge_rtcp(Bytes bytes, base::Moment now) {
  if (!m_rtcp.take(now)) return ended("a flood of RTCP");
  const auto packet = read_rtcp(bytes);
  if (!packet) return dropped("malformed RTCP");
  if (packet->sources.overflowed || !m_sources.admit(packet->sources.all()))
    return ended("too many RTP sources");
  // A phone that comes out of a lift asks for a lot at once: no reason to end its call.
  if (packet->nacked > 0 && !m_nacked.take(now, packet->nacked))
    return dropped("more retransmissions asked for than a call has packets");
  return k_pass;
}

ChannelRules::ChannelRules(const PeerLimits& limits)
    : m_packets(limits.sctp), m_reconfigurations_left(limits.sctp_reconfigurations) {}

Ruling ChannelRules::judge(Bytes bytes, base::Moment now) {
  if (!m_packets.take(now)) return dropped("more SCTP than two channels need");
  const auto packet = read_sctp(bytes);
  if (!packet) return dropped("malformed SCTP");
  if (packet->opens_channel) return ended("it opened a data channel");
  if (packet->streams.overflowed) return ended("too many streams in one SCTP packet");
  const auto streams = packet->streams.all();
  // sctpdec makes a thread for each stream it hears of.
  const auto is_ours = [this](std::uint16_t stream) {
    return stream == m_first_stream || stream == m_first_stream + 2;
  };
  if (!std::all_of(streams.begin(), streams.end(), is_ours))
    return ended("data on a stream that is not ours");
  if (packet->reconfigurations > m_reconfigurations_left) return ended("its SCTP streams are reset for ever");
  m_reconfigurations_left -= packet->reconfigurations;
  // sctpdec 1.22 aborts the whole program when a stream's first data comes after the association's end.
  m_ended = m_ended || packet->ends;
  if (m_ended && !streams.empty()) return dropped("data after the end of SCTP");
  return k_pass;
}

PictureRules::PictureRules(const PeerLimits& limits)
    : m_most_bytes(limits.picture_bytes),
      m_most_backlog(limits.backlog),
      m_most_backlog_bytes(limits.backlog_bytes),
      m_frames(limits.frames) {}

Ruling PictureRules::judge_packet(Bytes bytes) {
  m_collected += bytes.size();
  if (m_collected > m_most_bytes) return ended("a picture without an end");
  if (const auto packet = read_rtp(bytes); packet && packet->marker) m_collected = 0;
  return k_pass;
}

Ruling PictureRules::judge_frame(VideoCodec codec, Bytes bytes, base::Moment now) {
  if (!m_frames.take(now)) return ended("a flood of pictures");
  const auto header = read_picture(codec, bytes);
  if (!header) return dropped("a malformed picture");
  // Not only of key frames: VP9's others may bring a size of their own, and H.264's parameters come when they
  // like.
  if (header->width > 0 && !is_size_offered(header->width, header->height))
    return ended("a larger picture than was offered");
  return k_pass;
}

Ruling PictureRules::judge_backlog(std::uint64_t time, std::size_t bytes) {
  m_backlog.emplace_back(time, bytes);
  m_backlog_bytes += bytes;
  return m_backlog.size() <= m_most_backlog && m_backlog_bytes <= m_most_backlog_bytes
             ? k_pass
             : ended("pictures that cannot be decoded");
}

void PictureRules::on_decoded(std::uint64_t time) {
  // From the end: it is mostly the newest.
  const auto found = std::find_if(m_backlog.rbegin(), m_backlog.rend(),
                                  [time](const auto& one) { return one.first == time; });
  if (found == m_backlog.rend()) return;
  m_backlog_bytes -= found->second;
  m_backlog.erase(std::next(found).base());
}

SoundRules::SoundRules(const PeerLimits& limits) : m_milliseconds(limits.sound_ms) {}

Ruling SoundRules::judge(Bytes packet, base::Moment now) {
  const auto length = read_opus(packet);
  if (!length) return dropped("a malformed sound");
  const std::chrono::duration<double, std::milli> ms = *length;
  return m_milliseconds.take(now, ms.count()) ? k_pass : dropped("more sound than can be heard");
}

}  // namespace sangdam::pipelines
