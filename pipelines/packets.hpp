// What the kiosk reads of packets before anything is allocated for them: just enough to judge them.
//
// Every reader looks only at the bytes it was given, takes constant memory, and answers nothing for what is
// malformed. RTP and RTCP: RFC 3550, RFC 4585; one port for all: RFC 7983, RFC 5761; SCTP: RFC 9260; data
// channels: RFC 8832; VP8: RFC 6386; Opus: RFC 6716. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sangdam::pipelines {

using Bytes = std::span<const std::uint8_t>;

/// A few different numbers without an allocation. `overflowed`: there were more than it holds.
template <class Number, std::size_t Most>
struct Few {
  std::array<Number, Most> items{};
  std::size_t count = 0;
  bool overflowed = false;

  void add(Number item) {
    const auto known = all();
    if (std::find(known.begin(), known.end(), item) != known.end()) return;
    if (count < Most) {
      items[count++] = item;
    } else {
      overflowed = true;
    }
  }
  [[nodiscard]] std::span<const Number> all() const { return std::span(items).first(count); }
};

enum class DatagramKind : std::uint8_t { other, dtls, rtp, rtcp };
/// By the first bytes, which are not encrypted.
[[nodiscard]] DatagramKind kind_of_datagram(Bytes datagram);

struct RtpPacket {
  std::uint8_t payload_type = 0;
  bool marker = false;
  Few<std::uint32_t, 16> sources;  // the SSRC, then the CSRCs
};
/// The header; it is not encrypted, so SRTP does as well.
[[nodiscard]] std::optional<RtpPacket> read_rtp(Bytes packet);

struct RtcpPacket {
  Few<std::uint32_t, 32> sources;  // who is said to speak: an RTP session remembers each
  unsigned nacked = 0;             // packets asked for again
};
/// A compound packet, decrypted.
[[nodiscard]] std::optional<RtcpPacket> read_rtcp(Bytes packet);

struct SctpPacket {
  Few<std::uint16_t, 32> streams;  // of the data in it
  bool opens_channel = false;      // DATA_CHANNEL_OPEN
  bool ends = false;               // the association is shut down or aborted
  unsigned reconfigurations = 0;   // streams to be reset or added
};
/// The chunks of a packet, decrypted.
[[nodiscard]] std::optional<SctpPacket> read_sctp(Bytes packet);

struct Vp8Frame {
  bool is_key = false;
  int width = 0, height = 0;  // of a key frame; a delta frame has the size of the key frame before it
};
/// A frame as it goes to the decoder.
[[nodiscard]] std::optional<Vp8Frame> read_vp8(Bytes frame);

/// How long an Opus packet sounds; at most 120 ms.
[[nodiscard]] std::optional<std::chrono::microseconds> read_opus(Bytes packet);

}  // namespace sangdam::pipelines
