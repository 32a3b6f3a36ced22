#include "pipelines/freeze_meter.hpp"

#include <algorithm>
#include <numeric>

namespace sangdam::pipelines {

std::chrono::milliseconds FreezeMeter::on_picture(Time now) {
  if (!m_last) {
    m_last = now;
    return {};
  }
  const double interval = std::chrono::duration<double, std::milli>(now - *m_last).count();
  m_last = now;
  const std::size_t known = std::min(m_count, m_intervals.size());
  const double mean = known > 0
                          ? std::accumulate(m_intervals.begin(),
                                            m_intervals.begin() + static_cast<std::ptrdiff_t>(known), 0.0) /
                                static_cast<double>(known)
                          : interval;
  const bool frozen = interval > std::max(3 * mean, mean + 150);
  m_intervals[m_count++ % m_intervals.size()] = interval;
  return frozen ? std::chrono::milliseconds(static_cast<int>(interval)) : std::chrono::milliseconds(0);
}

}  // namespace sangdam::pipelines
