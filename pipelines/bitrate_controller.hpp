// How many kbit/s the video encoder may spend, from what the network does to what we send.
//
// Two kinds of news: transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, several a
// second, where the browser sends it) and once a second the receiver's report with loss and round trip (RFC
// 3550). The law is the one of Google congestion control (draft-ietf-rmcat-gcc-02) in small:
//   - queueing delay that keeps growing, or a round trip far above the best seen, means the link is full:
//   fall to a
//     part of what actually arrived;
//   - more than 10 % loss means the same; 2 to 10 % holds; less lets the rate grow 8 % a second, more slowly
//     near the rate at which the link was last full.
// Plain state; time is handed in, so a test needs no clock. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace sangdam::pipelines {

struct BitrateLimits {
  double min_kbps = 150;
  double start_kbps = 1200;
  double max_kbps = 2500;
};

/// One window of transport-wide feedback.
struct TransportFeedback {
  double sent_kbps = 0;
  double received_kbps = 0;
  double loss_percent = 0;
  double delay_gradient_ms = 0;  // mean growth of the one-way delay from packet to packet
};

class BitrateController {
 public:
  using Time = std::chrono::milliseconds;  // since any fixed start

  explicit BitrateController(BitrateLimits limits = {});

  void on_feedback(Time now, const TransportFeedback& feedback);
  /// `loss_percent` is empty when transport-wide feedback already told of it.
  void on_report(Time now, std::optional<double> loss_percent, double round_trip_ms);

  [[nodiscard]] double target_kbps() const { return m_target; }
  /// What to send: a thin link shows a small sharp picture better than a large smeared one.
  struct Picture {
    int width, height, frame_divisor;
    friend bool operator==(const Picture&, const Picture&) = default;
  };
  [[nodiscard]] Picture picture() const { return m_picture; }

 private:
  void decrease(Time now, double to);
  void grow(Time now);
  void choose_picture();

  BitrateLimits m_limits;
  double m_target;
  double m_trend_ms = 0;            // smoothed delay growth over the last windows
  int m_growing_windows = 0;        // windows in a row with a growing delay
  double m_best_round_trip_ms = 0;  // 0: none seen yet
  double m_ceiling_kbps = 0;        // where the link was full last; 0: not known
  std::optional<Time> m_last_decrease;
  std::optional<Time> m_last_growth;
  std::optional<Time> m_hold_until;
  Picture m_picture{1280, 720, 1};
};

}  // namespace sangdam::pipelines
