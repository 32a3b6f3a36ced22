#include "pipelines/packets.hpp"

#include <bit>

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

std::uint16_t u16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}
std::uint32_t u32(Bytes bytes, std::size_t at) {
  return static_cast<std::uint32_t>(u16(bytes, at)) << 16U | u16(bytes, at + 2);
}
std::size_t padded(std::size_t length) { return (length + 3) / 4 * 4; }

// RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1).
constexpr unsigned k_source_description = 202;
constexpr unsigned k_goodbye = 203;
constexpr unsigned k_transport_feedback = 205;
constexpr unsigned k_generic_nack = 1;

/// The chunks of a source description: each an SSRC and items up to a zero. False if one runs over.
bool read_descriptions(Bytes body, unsigned chunks, RtcpPacket& into) {
  std::size_t at = 0;
  for (unsigned chunk = 0; chunk < chunks; ++chunk) {
    if (at + 4 > body.size()) return false;
    into.sources.add(u32(body, at));
    at += 4;
    while (at < body.size() && body[at] != 0) {
      if (at + 2 > body.size()) return false;
      at += 2U + body[at + 1];
    }
    if (at >= body.size()) return false;
    at = padded(at + 1);
  }
  return true;
}

bool read_one_rtcp(Bytes packet, RtcpPacket& into) {
  const unsigned count = packet[0] & 0x1fU;
  const unsigned type = packet[1];
  const Bytes body = packet.subspan(4);
  if (type == k_source_description) return read_descriptions(body, count, into);
  if (type == k_goodbye) {
    if (body.size() < std::size_t{4} * count) return false;
    for (unsigned i = 0; i < count; ++i) into.sources.add(u32(body, std::size_t{4} * i));
    return true;
  }
  if (body.size() < 4) return false;
  into.sources.add(u32(body, 0));
  if (type == k_transport_feedback && count == k_generic_nack) {
    for (std::size_t at = 8; at + 4 <= body.size(); at += 4) {
      into.nacked += 1U + static_cast<unsigned>(std::popcount(u16(body, at + 2)));
    }
  }
  return true;
}

// SCTP chunk types (RFC 9260 section 3.2; I-DATA: RFC 8260; RE-CONFIG: RFC 6525).
constexpr unsigned k_data = 0;
constexpr unsigned k_i_data = 64;
constexpr unsigned k_abort = 6;
constexpr unsigned k_shutdown = 7;
constexpr unsigned k_shutdown_ack = 8;
constexpr unsigned k_shutdown_complete = 14;
constexpr unsigned k_reconfiguration = 130;
constexpr unsigned k_first_fragment = 2;
constexpr std::uint32_t k_channel_protocol = 50;  // payload protocol identifier of RFC 8832
constexpr std::uint8_t k_channel_open = 3;

/// The header's length without the user data: the payload protocol identifier ends it. An I-DATA chunk has it
/// only in a message's first fragment.
bool read_data(Bytes chunk, bool is_i_data, SctpPacket& into) {
  const std::size_t header = is_i_data ? 20 : 16;
  if (chunk.size() < header) return false;
  into.streams.add(u16(chunk, 8));
  if ((chunk[1] & k_first_fragment) == 0) return true;
  const std::uint32_t protocol = u32(chunk, is_i_data ? 16 : 12);
  if (protocol == k_channel_protocol && chunk.size() > header && chunk[header] == k_channel_open)
    into.opens_channel = true;
  return true;
}

}  // namespace

DatagramKind kind_of_datagram(Bytes datagram) {
  if (datagram.empty()) return DatagramKind::other;
  if (datagram[0] >= 20 && datagram[0] <= 63) return DatagramKind::dtls;
  if (datagram[0] < 128 || datagram[0] > 191 || datagram.size() < 2) return DatagramKind::other;
  return datagram[1] >= 192 && datagram[1] <= 223 ? DatagramKind::rtcp : DatagramKind::rtp;
}

std::optional<RtpPacket> read_rtp(Bytes packet) {
  constexpr std::size_t k_header = 12;
  if (packet.size() < k_header || packet[0] >> 6U != 2) return std::nullopt;
  const std::size_t contributors = packet[0] & 0x0fU;
  if (packet.size() < k_header + 4 * contributors) return std::nullopt;
  RtpPacket result;
  result.marker = (packet[1] & 0x80U) != 0;
  result.payload_type = packet[1] & 0x7fU;
  for (std::size_t i = 0; i <= contributors; ++i) result.sources.add(u32(packet, 8 + 4 * i));
  return result;
}

std::optional<RtcpPacket> read_rtcp(Bytes packet) {
  if (packet.empty()) return std::nullopt;
  RtcpPacket result;
  while (!packet.empty()) {
    if (packet.size() < 4 || packet[0] >> 6U != 2) return std::nullopt;
    const std::size_t length = 4 * (std::size_t{u16(packet, 2)} + 1);
    if (length > packet.size() || !read_one_rtcp(packet.first(length), result)) return std::nullopt;
    packet = packet.subspan(length);
  }
  return result;
}

std::optional<SctpPacket> read_sctp(Bytes packet) {
  constexpr std::size_t k_header = 12;
  if (packet.size() < k_header) return std::nullopt;
  SctpPacket result;
  for (packet = packet.subspan(k_header); !packet.empty();) {
    if (packet.size() < 4) return std::nullopt;
    const std::size_t length = u16(packet, 2);
    if (length < 4 || length > packet.size()) return std::nullopt;
    const Bytes chunk = packet.first(length);
    const unsigned type = chunk[0];
    if (type == k_data || type == k_i_data) {
      if (!read_data(chunk, type == k_i_data, result)) return std::nullopt;
    } else if (type == k_abort || type == k_shutdown || type == k_shutdown_ack ||
               type == k_shutdown_complete) {
      result.ends = true;
    } else if (type == k_reconfiguration) {
      ++result.reconfigurations;
    }
    // The last chunk's padding may be missing.
    packet = packet.subspan(std::min(padded(length), packet.size()));
  }
  return result;
}

std::optional<Vp8Frame> read_vp8(Bytes frame) {
  if (frame.size() < 3) return std::nullopt;
  Vp8Frame result;
  result.is_key = (frame[0] & 1U) == 0;
  if (!result.is_key) return result;
  if (frame.size() < 10 || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a) return std::nullopt;
  // 14 bits each; the two above ask for scaling, which no decoder does.
  result.width = (frame[6] | frame[7] << 8) & 0x3fff;
  result.height = (frame[8] | frame[9] << 8) & 0x3fff;
  if (result.width == 0 || result.height == 0) return std::nullopt;
  return result;
}

std::optional<std::chrono::microseconds> read_opus(Bytes packet) {
  if (packet.empty()) return std::nullopt;
  const unsigned configuration = packet[0] >> 3U;
  constexpr std::array k_silk{10000us, 20000us, 40000us, 60000us};
  constexpr std::array k_hybrid{10000us, 20000us};
  constexpr std::array k_celt{2500us, 5000us, 10000us, 20000us};
  const std::chrono::microseconds frame = configuration < 12   ? k_silk[configuration % 4]
                                          : configuration < 16 ? k_hybrid[configuration % 2]
                                                               : k_celt[configuration % 4];
  unsigned frames = 0;
  switch (packet[0] & 3U) {
    case 0: frames = 1; break;
    case 1:
    case 2: frames = 2; break;
    case 3:
      if (packet.size() < 2) return std::nullopt;
      frames = packet[1] & 0x3fU;
      break;
  }
  if (frames == 0 || frames * frame > 120ms) return std::nullopt;
  return frames * frame;
}

}  // namespace sangdam::pipelines
