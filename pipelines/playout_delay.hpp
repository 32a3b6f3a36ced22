// How long sound waits until it is played, so that what the network delays is still in time: as short as the
// line allows.
//
// Grows at once when sound comes too late, and goes back when eight seconds would have done with less. Each
// change is heard as a small jump, so it moves in steps.
//
// Plain state with the time handed in; not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace sangdam::pipelines {

class PlayoutDelay {
 public:
  static constexpr std::chrono::milliseconds k_shortest{10};
  static constexpr std::chrono::milliseconds k_longest{300};

  /// A piece of sound is there, so long after its time.
  void on_sound(std::chrono::milliseconds late);
  /// Once a second. Returns the delay from now on.
  std::chrono::milliseconds on_second();
  [[nodiscard]] std::chrono::milliseconds delay() const { return m_delay; }

 private:
  static constexpr std::size_t k_seconds = 8;
  static constexpr std::chrono::milliseconds k_first{60};  // until the line is known

  std::chrono::milliseconds m_latest{0}, m_second_latest{0};
  unsigned m_count = 0;
  std::array<std::chrono::milliseconds, k_seconds> m_late{};  // of each second; a ring
  std::size_t m_next = 0;
  std::size_t m_seconds = 0;  // known, at most all
  std::chrono::milliseconds m_delay = k_first;
};

}  // namespace sangdam::pipelines
