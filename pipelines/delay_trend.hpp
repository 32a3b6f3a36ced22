// Whether the queue in front of us grows, from when packets were sent and when they arrived.
//
// The delay-based half of Google congestion control (draft-ietf-rmcat-gcc-02, sections 5.2 to 5.4, with the
// least-squares filter that replaced its Kalman filter): packets sent in one go form a group; the slope of
// the smoothed one-way delay over the last groups is compared with a threshold that adapts to the line's own
// jitter. Only changes of the delay count: a long way is not a full one, and the two clocks need not agree.
//
// Plain state; one thread. Times in milliseconds, each clock from a start of its own.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

namespace sangdam::pipelines {

enum class Queue : unsigned char { steady, growing, draining };

class DelayTrend {
 public:
  /// In the order of sending. Packets whose times make no sense are left out.
  void on_packet(double sent_ms, double arrived_ms);
  /// The rate was changed: what was seen until now says nothing of it. The threshold stays, it is the line's.
  void restart();
  [[nodiscard]] Queue queue() const { return m_queue; }

 private:
  struct Group {
    double first_sent, last_sent, last_arrived;
  };
  struct Point {
    double time, delay;
  };

  void on_group(const Group& before, const Group& group);
  [[nodiscard]] double slope() const;
  void judge(double trend, double sent_delta, double now);

  std::optional<Group> m_before, m_group;
  std::deque<Point> m_points;
  double m_first_arrival = 0;
  double m_delay = 0, m_smoothed = 0;  // relative to the first group
  std::size_t m_groups = 0;
  double m_threshold;
  double m_last_trend = 0;
  double m_growing_for = 0;  // ms
  unsigned m_growing_groups = 0;
  std::optional<double> m_last_judged;
  Queue m_queue = Queue::steady;

 public:
  DelayTrend();
};

}  // namespace sangdam::pipelines
