#include "pipelines/delay_trend.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sangdam::pipelines {
namespace {

constexpr double k_burst_ms = 5;  // sent within: one group
// Long enough for twenty pictures: sound comes between them, and a short stretch of an uneven line looks like
// anything.
constexpr double k_window_ms = 650;
constexpr std::size_t k_least_points = 12;
constexpr double k_smoothing = 0.9;
// The slope of a line that is full is small; these bring it to the threshold's range of milliseconds.
constexpr double k_gain = 4;
constexpr std::size_t k_most_groups = 60;
constexpr double k_first_threshold = 12.5, k_least_threshold = 6, k_most_threshold = 600;
constexpr double k_threshold_up = 0.0087, k_threshold_down = 0.039;
constexpr double k_outlier = 15;         // above the threshold: a spike, not the line's jitter
constexpr double k_growing_for_ms = 10;  // before it counts
constexpr double k_most_step_ms = 100;
constexpr double k_restart_ms = 3000;  // a gap of that length: the past says nothing

}  // namespace

DelayTrend::DelayTrend() : m_threshold(k_first_threshold) {}

void DelayTrend::on_packet(double sent_ms, double arrived_ms) {
  if (!m_group) {
    m_group = Group{sent_ms, sent_ms, arrived_ms};
    return;
  }
  if (sent_ms < m_group->first_sent) return;  // of a group that was judged already
  if (sent_ms - m_group->first_sent <= k_burst_ms) {
    m_group->last_sent = std::max(m_group->last_sent, sent_ms);
    m_group->last_arrived = std::max(m_group->last_arrived, arrived_ms);
    return;
  }
  const Group done = *m_group;
  m_group = Group{sent_ms, sent_ms, arrived_ms};
  const auto before = std::exchange(m_before, done);
  if (!before) return;
  const double gap = done.last_arrived - before->last_arrived;
  if (gap < 0 || gap > k_restart_ms || done.last_sent - before->last_sent > k_restart_ms) {
    restart();
    return;
  }
  on_group(*before, done);
}

void DelayTrend::restart() {
  m_points.clear();
  m_groups = 0;
  m_delay = m_smoothed = 0;
  m_last_trend = 0;
  m_growing_for = 0;
  m_growing_groups = 0;
  m_queue = Queue::steady;
}

void DelayTrend::on_group(const Group& before, const Group& group) {
  const double sent_delta = group.last_sent - before.last_sent;
  const double arrival_delta = group.last_arrived - before.last_arrived;
  if (m_groups == 0) m_first_arrival = group.last_arrived;
  m_groups = std::min(m_groups + 1, k_most_groups);
  m_delay += arrival_delta - sent_delta;
  m_smoothed = k_smoothing * m_smoothed + (1 - k_smoothing) * m_delay;
  m_points.push_back({group.last_arrived - m_first_arrival, m_smoothed});
  const double span = m_points.back().time - m_points.front().time;
  const bool enough = m_points.size() >= k_least_points && span >= k_window_ms;
  while (m_points.back().time - m_points.front().time > k_window_ms) m_points.pop_front();
  const double trend = enough ? static_cast<double>(m_groups) * slope() * k_gain : m_last_trend;
  judge(trend, sent_delta, group.last_arrived);
}

double DelayTrend::slope() const {
  double mean_time = 0;
  double mean_delay = 0;
  for (const Point& point : m_points) {
    mean_time += point.time;
    mean_delay += point.delay;
  }
  mean_time /= static_cast<double>(m_points.size());
  mean_delay /= static_cast<double>(m_points.size());
  double above = 0;
  double below = 0;
  for (const Point& point : m_points) {
    above += (point.time - mean_time) * (point.delay - mean_delay);
    below += (point.time - mean_time) * (point.time - mean_time);
  }
  return below > 0 ? above / below : 0;
}

void DelayTrend::judge(double trend, double sent_delta, double now) {
  if (trend > m_threshold) {
    m_growing_for += m_growing_groups == 0 ? sent_delta / 2 : sent_delta;
    ++m_growing_groups;
    if (m_growing_for > k_growing_for_ms && m_growing_groups > 1 && trend >= m_last_trend) {
      m_growing_for = 0;
      m_growing_groups = 0;
      m_queue = Queue::growing;
    }
  } else {
    m_growing_for = 0;
    m_growing_groups = 0;
    m_queue = trend < -m_threshold ? Queue::draining : Queue::steady;
  }
  m_last_trend = trend;

  const double size = std::abs(trend);
  if (size <= m_threshold + k_outlier) {
    const double step = m_last_judged ? std::min(now - *m_last_judged, k_most_step_ms) : 0;
    const double gain = size < m_threshold ? k_threshold_down : k_threshold_up;
    m_threshold =
        std::clamp(m_threshold + gain * (size - m_threshold) * step, k_least_threshold, k_most_threshold);
  }
  m_last_judged = now;
}

}  // namespace sangdam::pipelines
