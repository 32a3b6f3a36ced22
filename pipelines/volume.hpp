// How loud a sound is played: from silent to twice as loud as it came, never so that it clips.
//
// What would be louder than a loudspeaker can play is turned down for that moment by a limiter, which looks
// 1 ms ahead, so that the wave keeps its shape. Plain state; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sangdam::pipelines {

/// Mono, 48 kHz; S16. What comes out is `k_delay` samples late.
class Volume {
 public:
  static constexpr std::size_t k_delay = 96;  // 2 ms

  /// `factor`: 1 leaves the sound as it is. A change takes 10 ms.
  void apply(std::span<std::int16_t> samples, double factor);

 private:
  static constexpr std::size_t k_frame = k_delay / 2;
  struct Frame {
    std::array<float, k_frame> samples{};
    float limit = 1;  // no sample of it may be multiplied by more
  };
  void close_frame();

  // Played, known and being heard: where two frames meet the gain is what both can bear.
  Frame m_played, m_known, m_heard;
  float m_from = 1, m_to = 1;
  std::size_t m_at = 0;
  float m_factor = 1;
};

}  // namespace sangdam::pipelines
