// Lets a sound begin and end without a click: what is cut in the middle of a wave is heard as one.
//
// Who switches from one device to another cannot know in advance which samples are the last. So the end is
// made up when it has come: the last samples once more, backwards, fading away. Plain state; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sangdam::pipelines {

/// Mono, 48 kHz.
class SoftEdges {
 public:
  static constexpr std::size_t k_length = 480;  // 10 ms

  /// The next samples of the sound. Its first 10 ms come up from silence.
  void pass(std::span<std::int16_t> samples);
  /// Whether samples still have to be changed, or only to be known: then pass() leaves them as they are.
  [[nodiscard]] bool is_beginning() const { return m_begun < k_length; }
  /// What has to be played after the last samples: 10 ms that end in silence. The sound begins anew then.
  [[nodiscard]] std::vector<std::int16_t> end();

 private:
  std::size_t m_begun = 0;                      // samples since the beginning, as far as that counts
  std::array<std::int16_t, k_length> m_last{};  // a ring
  std::size_t m_at = 0;                         // in the ring: the oldest
};

}  // namespace sangdam::pipelines
