// What a patient's browser may send, and what happens to the rest: one place for the numbers.
//
// A browser cannot be taken at its word: whoever was let in may run any program. Each rule reads a packet
// (packets.hpp) before the element that would allocate something for it, and passes it, drops it or ends the
// peer. Ended is who breaks what the offer says or what no browser does by chance; dropped is what a bad line
// or somebody on the path can cause. A well-behaved browser stays below a third of every rate (tests measure
// it).
//
// Plain values with the time handed in; not thread-safe.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "base/clock.hpp"
#include "base/token_bucket.hpp"
#include "pipelines/packets.hpp"
#include "pipelines/picture_headers.hpp"

namespace sangdam::pipelines {

/// Told in the offer (RFC 7741: max-fs, max-fr): 1920x1080, either way up, 60 a second.
inline constexpr int k_max_macroblocks = 120 * 68;
inline constexpr int k_max_frame_rate = 60;

struct PeerLimits {
  // The line, before anything is decrypted: a 720p call with retransmissions is 500 packets and 500 kB a
  // second.
  base::Rate datagrams{.burst = 8000, .per_second = 4000};
  base::Rate datagram_bytes{.burst = 8e6, .per_second = 4e6};
  std::size_t claimed_sources = 24;  // before decryption, so anybody on the path could make them up
  // What proved to come from the browser.
  base::Rate rtp{.burst = 4000, .per_second = 2000};
  base::Rate rtp_bytes{.burst = 4e6, .per_second = 2e6};
  base::Rate rtcp{.burst = 400, .per_second = 200};
  base::Rate nacked{.burst = 3000, .per_second = 2000};  // each is a packet to be sent again
  std::size_t sources = 12;                              // sound, picture, retransmission and RTCP make four
  base::Rate sctp{.burst = 2000, .per_second = 1000};    // SCTP itself slows down when packets are lost
  unsigned sctp_reconfigurations = 8;  // a browser makes none: its channels close with the connection
  // What goes to the decoders.
  std::size_t picture_bytes = 2'000'000;  // of packets without an end of the picture; 5 s of our 3 Mbit/s
  std::size_t backlog =
      1000;  // pictures in a decoder; with key frames asked for after a loss, hours of losses
  std::size_t backlog_bytes = 16'000'000;
  base::Rate frames{.burst = 4.0 * k_max_frame_rate, .per_second = 2.0 * k_max_frame_rate};
  base::Rate sound_ms{.burst = 5000, .per_second = 2000};  // twice as much as can be heard
};

enum class Verdict : std::uint8_t { pass, drop, end };
struct Ruling {
  Verdict verdict = Verdict::pass;
  const char* why = "";  // for the log: of a constant text
};

/// A set of RTP sources that does not grow beyond what it is told.
class Sources {
 public:
  explicit Sources(std::size_t most) : m_most(most) {}
  /// False if one is new and there is no room.
  [[nodiscard]] bool admit(std::span<const std::uint32_t> sources);

 private:
  std::size_t m_most;
  std::array<std::uint32_t, 32> m_known{};
  std::size_t m_count = 0;
};

/// Whatever arrives, encrypted.
class DatagramRules {
 public:
  explicit DatagramRules(const PeerLimits& limits);
  [[nodiscard]] Ruling judge(Bytes datagram, base::Moment now);

 private:
  base::TokenBucket m_datagrams, m_bytes;
  Sources m_sources;
};

/// RTP and RTCP, decrypted.
class StreamRules {
 public:
  explicit StreamRules(const PeerLimits& limits);
  void allow_payload_type(unsigned type);
  [[nodiscard]] Ruling judge_rtp(Bytes bytes, base::Moment now);
  [[nodiscard]] Ruling judge_rtcp(Bytes bytes, base::Moment now);

 private:
  base::TokenBucket m_rtp, m_rtp_bytes, m_rtcp, m_nacked;
  Sources m_sources;
  std::bitset<128> m_payload_types;
};

/// SCTP, decrypted. The two channels are ours; the browser opens none.
class ChannelRules {
 public:
  explicit ChannelRules(const PeerLimits& limits);
  /// Whoever is the DTLS client opens the even streams (RFC 8832 section 6); ours are the others.
  void set_patient_is_dtls_client(bool is_client) { m_first_stream = is_client ? 1 : 0; }
  [[nodiscard]] Ruling judge(Bytes bytes, base::Moment now);

 private:
  base::TokenBucket m_packets;
  unsigned m_reconfigurations_left;
  std::uint16_t m_first_stream = 1;
  bool m_ended = false;
};

/// The picture on its way to the decoder.
class PictureRules {
 public:
  explicit PictureRules(const PeerLimits& limits);
  /// Each RTP packet: what the depayloader collects has an end.
  [[nodiscard]] Ruling judge_packet(Bytes bytes);
  /// Each whole picture: a decoder allocates what it says its size is.
  [[nodiscard]] Ruling judge_frame(VideoCodec codec, Bytes bytes, base::Moment now);
  /// The same picture on its way into a decoder that keeps what it could not decode, and one that came out;
  /// `time` is the picture's own.
  [[nodiscard]] Ruling judge_backlog(std::uint64_t time, std::size_t bytes);
  void on_decoded(std::uint64_t time);

 private:
  std::size_t m_most_bytes;
  std::size_t m_most_backlog, m_most_backlog_bytes;
  std::size_t m_collected = 0;
  base::TokenBucket m_frames;
  std::deque<std::pair<std::uint64_t, std::size_t>> m_backlog;  // time and size of what has not come out
  std::size_t m_backlog_bytes = 0;
};

/// The sound on its way to the decoder.
class SoundRules {
 public:
  explicit SoundRules(const PeerLimits& limits);
  [[nodiscard]] Ruling judge(Bytes packet, base::Moment now);

 private:
  base::TokenBucket m_milliseconds;
};

}  // namespace sangdam::pipelines
