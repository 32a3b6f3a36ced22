// How good the connection is, in the three steps a person can act on.
//
// A level is taken over only after it has held for some seconds, so that one lost second does not flicker on
// the screen; worse is believed sooner than better.
#pragma once

#include <cstdint>
#include <string_view>

#include "consultation/media.hpp"

namespace sangdam::consultation {

enum class Quality : std::uint8_t { unknown, good, fair, poor };
[[nodiscard]] std::string_view name_of(Quality quality) noexcept;

/// The level of one second by itself. Thresholds: ITU-T G.114 calls 150 ms one-way delay transparent and 400
/// ms the limit (round trip 300 and 800 ms); Opus with in-band FEC and VP8 with retransmission hide about 3 %
/// loss.
[[nodiscard]] Quality quality_of(const PeerStatistics& second) noexcept;

class QualityMeter {
 public:
  /// Feeds one second; returns true if the level shown changed.
  bool add(const PeerStatistics& second) noexcept;
  [[nodiscard]] Quality level() const noexcept { return m_level; }
  void reset() noexcept { *this = QualityMeter(); }

 private:
  static constexpr int k_seconds_to_worsen = 2;
  static constexpr int k_seconds_to_improve = 5;
  Quality m_level = Quality::unknown;
  Quality m_candidate = Quality::unknown;
  int m_held = 0;  // seconds in a row
};

}  // namespace sangdam::consultation
