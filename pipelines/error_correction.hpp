// Forward error correction of the picture as browsers send it: ULPFEC (RFC 5109, one level) in RED (RFC 2198,
// one block), on the SSRC and in the sequence of the picture itself.
//
// GStreamer has both, but not for this: its rtpreddec drops the header extensions that a browser protects, so
// nothing can be restored, and its rtpulpfecdec only tries when the jitter buffer has given a packet up. Here
// a lost packet is there again as soon as the repair packet is. repairs.hpp puts it in its place.
//
// Pure; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "pipelines/packets.hpp"

namespace sangdam::pipelines {

using Packet = std::vector<std::uint8_t>;

/// The packet inside a RED packet, with the header and the extensions of this one. Nothing if it is malformed
/// or has more than one block.
[[nodiscard]] std::optional<Packet> unwrap_red(Bytes packet);

/// Of one SSRC: remembers what came and restores what did not. Bounded memory, whatever comes.
///
/// A repair packet that is lost leaves a gap as well, and nobody sends it again. Between the end of a picture
/// and the beginning of the next there is nothing else: a gap there is filled with an empty repair packet, so
/// that no jitter buffer waits for it.
class PictureRepair {
 public:
  static constexpr std::size_t k_largest_packet = 2048;

  /// A packet of the picture. Returns what can be restored or filled now.
  [[nodiscard]] std::vector<Packet> on_packet(Bytes packet);
  /// A packet of repairs, or an empty one; nothing if it is malformed.
  [[nodiscard]] std::optional<std::vector<Packet>> on_repair(Bytes packet);

 private:
  static constexpr std::size_t k_remembered = 128;
  static constexpr std::size_t k_most_repairs = 16;

  struct Repair {
    std::uint16_t base = 0;
    std::uint64_t mask = 0;  // bit 47 is the packet `base`
    Packet bits;             // ten bytes of a header, then those of the packets behind their first twelve
  };

  void remember(Bytes packet);
  [[nodiscard]] const Packet* find(std::uint16_t sequence) const;
  /// Of the gap that ends in front of `end`, whose packet is known.
  void fill_before(std::uint16_t end, std::vector<Packet>& into);
  void fill_around(std::uint16_t sequence, std::vector<Packet>& into);
  [[nodiscard]] std::vector<Packet> restore();
  [[nodiscard]] std::optional<Packet> restore(const Repair& repair, std::uint16_t missing) const;

  std::array<Packet, k_remembered> m_packets;  // by sequence number; empty: none
  std::deque<Repair> m_repairs;
  std::uint16_t m_newest = 0;
  bool m_has_any = false;
};

/// How many repair packets to send, in percent of the packets of a picture.
///
/// A packet that is sent again is there after a round trip and a bit; on a short way nobody sees that, and
/// repairs would only take their share of the line. On a long one the picture stands still meanwhile.
/// Plain state; once a second.
class CorrectionShare {
 public:
  unsigned on_second(double lost_percent, double round_trip_ms);
  [[nodiscard]] unsigned percent() const { return m_percent; }

 private:
  double m_lost_percent = 0;
  unsigned m_percent = 0;
};

}  // namespace sangdam::pipelines
