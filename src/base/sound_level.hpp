// How loud something is just now, from the streaming thread that hears it to the screen that shows it.
//
// One number that the screen asks for when it wants to, so nothing wakes the main thread for it.
#pragma once

#include <atomic>

namespace sangdam::base {

/// Shared by one producer and one consumer: make it with std::make_shared.
class SoundLevel {
 public:
  static constexpr int k_full_scale = 32768;
  /// Producer, any thread: the loudest sample of a piece of sound, without its sign.
  void hear(int peak) noexcept {
    int before = m_peak.load(std::memory_order_relaxed);
    while (before < peak && !m_peak.compare_exchange_weak(before, peak, std::memory_order_relaxed)) {
    }
  }
  /// Consumer: the loudest since it asked last; 0 for silence and for nothing.
  [[nodiscard]] int take() noexcept { return m_peak.exchange(0, std::memory_order_relaxed); }

 private:
  std::atomic<int> m_peak{0};
};

}  // namespace sangdam::base
