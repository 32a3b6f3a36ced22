// How many kbit/s the video encoder may spend, from what the line does to what we send.
//
// Two kinds of news: transport-wide feedback on each packet
// (draft-holmer-rmcat-transport-wide-cc-extensions-01, several a second, where the browser sends it) and once
// a second the receiver's report with loss and round trip (RFC 3550). The law is in the manner of Google
// congestion control (draft-ietf-rmcat-gcc-02), and differs where that stays down:
//   - A queue that grows (DelayTrend) means the line is full: fall to a part of what arrived. A long delay
//     alone means nothing.
//   - Near the rate at which the line was last full the rate grows by a packet a round trip; well above it,
//     or where nothing is known, by more than half a second: a line that recovered is used within seconds.
//   - Loss without a growing queue is a full line (a policer, a short queue) or a bad one (radio). Sending
//     less tells: what a full line loses goes away, what a bad line loses stays. Then that share is this
//     line's own, and the rate goes back to where it was.
//   - Pictures of little detail do not use what they may, so nothing shows what the line carries. Then a
//     larger one is tried, and kept if it is easy, too, or the line carries it.
// Plain state; time is handed in, so a test needs no clock. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <span>

#include "pipelines/delay_trend.hpp"

namespace sangdam::pipelines {

struct BitrateLimits {
  double min_kbps = 60;
  double start_kbps = 1200;
  double max_kbps = 2500;
};

/// What the browser's feedback says of one packet of ours.
struct PacketReport {
  double sent_ms = 0;                // by our clock
  std::optional<double> arrived_ms;  // by the browser's; empty: lost
  unsigned bytes = 0;
};

class BitrateController {
 public:
  using Time = std::chrono::milliseconds;  // since any fixed start

  explicit BitrateController(BitrateLimits limits = {});

  /// One feedback message: its packets in the order of sending.
  void on_feedback(Time now, std::span<const PacketReport> packets);
  /// `loss_percent` is empty when transport-wide feedback already told of it.
  void on_report(Time now, std::optional<double> loss_percent, double round_trip_ms);

  /// To be called now and then while packets are sent and no feedback comes. Both directions of a line often
  /// become thin at once; then the feedback of each drowns in what the other sends, and nobody hears that.
  void on_silence(Time now, Time silent_for);

  /// Whether anything at all arrives from the far end just now. If it does, a long run of lost packets is a
  /// line that is far too thin, not one that is down.
  void set_heard(Time now, bool heard);

  /// What is sent is of another kind from now on: the losses until now say nothing of it.
  void forget_losses();

  /// To be called now and then while less than moving pictures is sent, because the line carries no more:
  /// that it carries this with ease is no news of what else it carries.
  void expect_little();

  /// The far end has no use for a larger picture, whatever the line could carry.
  void set_view(int width, int height);

  /// False while a stand-in is sent for a camera that is off: that it needs little says nothing of a scene.
  void set_moves(bool moves) { m_moves = moves; }

  [[nodiscard]] double target_kbps() const { return m_target; }
  /// Within the last second or so the line did not carry what was sent: it lost it, or a queue grew.
  [[nodiscard]] bool was_full(Time now) const;
  /// It lost so much that speech suffers.
  [[nodiscard]] bool loses_much() const;
  /// The target is about the least there is.
  [[nodiscard]] bool is_least() const;
  /// Of the last second or so of feedback.
  [[nodiscard]] double loss_percent() const { return m_loss_percent; }
  /// What to send: a thin line shows a small sharp picture better than a large smeared one, and a slow one
  /// last.
  struct Picture {
    int width, height, frame_divisor;
    friend bool operator==(const Picture&, const Picture&) = default;
  };
  [[nodiscard]] Picture picture() const { return m_picture; }

 private:
  struct Arrival {
    double time_ms;
    unsigned bytes;
  };
  struct LostRun {
    unsigned packets = 0;
    double bytes = 0, began_ms = 0;
  };
  struct LossTrial {
    Time began;
    double loss_percent, target;  // before it
  };

  void count(Time now, std::span<const PacketReport> packets);
  void judge_loss(Time now, double percent);
  [[nodiscard]] bool may_have_been_down(Time now) const;
  /// False: the last decrease does not show in the feedback yet.
  bool decrease(Time now, double to);
  void grow(Time now);
  void set_target(double kbps);
  void judge_report(Time now, std::optional<double> loss_percent, double round_trip_ms);
  /// What the target is good for, by the ladder.
  [[nodiscard]] Picture affordable() const;
  void choose_picture(Time now);
  /// Before a larger picture is tried again: longer each time.
  void wait_with_larger(Time now);
  [[nodiscard]] bool shows(const Picture& picture) const;
  [[nodiscard]] std::optional<double> received_kbps() const;

  BitrateLimits m_limits;
  double m_target;
  DelayTrend m_trend;
  std::deque<Arrival> m_arrivals;  // of the last half second
  double m_round_trip_ms = 100;    // until a report says otherwise
  double m_full_at_kbps = 0;       // where the line was full last; 0: not known
  std::optional<Time> m_last_decrease, m_last_growth;

  double m_loss_percent = 0;      // of the last window
  double m_own_loss_percent = 0;  // what this line loses however little is sent
  LostRun m_run;                  // lost since the last one that arrived
  unsigned m_window_packets = 0;
  double m_window_bytes = 0, m_window_lost_bytes = 0;
  std::optional<Time> m_window_began;
  std::optional<LossTrial> m_trial;
  std::optional<Time> m_next_trial;

  struct RoundTrip {
    Time time;
    double ms;
  };
  bool m_is_told_of_hearing = false;
  std::optional<Time> m_unheard;           // nothing arrived then
  std::optional<double> m_before_silence;  // the target, until it is there again or the line proves full
  std::optional<Time> m_last_cut;
  std::deque<RoundTrip> m_round_trips;  // of the last seconds, where there is no feedback on packets
  Picture m_picture{1280, 720, 1};
  bool m_is_sated = false;  // the pictures need much less than they may
  std::optional<Time> m_sated_changed;
  bool m_on_trial = false;            // the picture is larger than the ladder allows
  std::optional<Time> m_trial_began;  // until it has failed or proven itself
  std::optional<Time> m_next_larger;
  Time m_pause{};
  bool m_moves = true;
  int m_view_width = 1280, m_view_height = 720;
};

}  // namespace sangdam::pipelines
