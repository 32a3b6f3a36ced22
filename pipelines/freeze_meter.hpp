// How long a moving picture stood still, counted as browsers count it, so that both can be compared:
// W3C "Identifiers for WebRTC's Statistics API", totalFreezesDuration. A picture that comes later than three
// times the mean interval, and later than the mean and 150 ms, ends a freeze as long as its interval.
//
// Plain state with the time handed in; not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace sangdam::pipelines {

class FreezeMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A picture is there. Returns the length of the freeze that it ended, 0 if there was none.
  std::chrono::milliseconds on_picture(Time now);

 private:
  std::array<double, 30> m_intervals{};  // milliseconds; a ring
  std::size_t m_count = 0;
  std::optional<Time> m_last;
};

}  // namespace sangdam::pipelines
