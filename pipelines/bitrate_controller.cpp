#include "pipelines/bitrate_controller.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

constexpr double k_loss_full_percent = 10;  // GCC section 6: above, the link is full
constexpr double k_loss_clean_percent = 2;  // below, there is room
constexpr double k_keep = 0.85;             // GCC's beta: of what arrived when the link was full
constexpr double k_growth_per_second = 1.08;
constexpr double k_growth_near_ceiling = 1.03;
// A queue that builds: mean growth above this for so many windows. One late burst (a key frame) is not a
// queue.
constexpr double k_trend_full_ms = 0.6;
constexpr int k_windows_full = 4;
constexpr double k_round_trip_slack_ms = 180;  // above the best round trip: a standing queue
constexpr auto k_between_decreases =
    400ms;  // until feedback tells of the new rate, the old one is still judged
constexpr auto k_hold_after_decrease = 1500ms;  // let the queue drain before pushing again

}  // namespace

BitrateController::BitrateController(BitrateLimits limits) : m_limits(limits), m_target(limits.start_kbps) {
  choose_picture();
}

void BitrateController::on_feedback(Time now, const TransportFeedback& feedback) {
  m_trend_ms = 0.7 * m_trend_ms + 0.3 * feedback.delay_gradient_ms;
  m_growing_windows = m_trend_ms > k_trend_full_ms ? m_growing_windows + 1 : 0;
  // Delay grows by chance too; a full link also delivers less than it is given.
  const bool starved = feedback.sent_kbps > 50 && feedback.received_kbps < 0.93 * feedback.sent_kbps;
  const bool full =
      (m_growing_windows >= k_windows_full && starved) || m_growing_windows >= 4 * k_windows_full;
  if (feedback.loss_percent > k_loss_full_percent || full) {
    decrease(now, feedback.received_kbps > 0 ? std::min(m_target, feedback.received_kbps) : m_target);
  } else if (feedback.loss_percent < k_loss_clean_percent && m_growing_windows == 0) {
    grow(now);
  }
}

void BitrateController::on_report(Time now, std::optional<double> loss_percent, double round_trip_ms) {
  if (round_trip_ms > 0) {
    // The best fades upward, so that a route that became longer for good is not held against the link for
    // ever.
    m_best_round_trip_ms =
        m_best_round_trip_ms == 0 ? round_trip_ms : std::min(round_trip_ms, m_best_round_trip_ms * 1.02);
    if (round_trip_ms > m_best_round_trip_ms + k_round_trip_slack_ms) {
      decrease(now, m_target);
      return;
    }
  }
  if (!loss_percent) return;
  if (*loss_percent > k_loss_full_percent) {
    decrease(now, m_target);
  } else if (*loss_percent < k_loss_clean_percent) {
    grow(now);
  }
}

void BitrateController::decrease(Time now, double to) {
  if (m_last_decrease && now - *m_last_decrease < k_between_decreases) return;
  m_last_decrease = now;
  m_ceiling_kbps = to;
  // Never below half at once: a single wrong measurement must not throw the picture away.
  m_target = std::clamp(std::max(k_keep * to, 0.5 * m_target), m_limits.min_kbps, m_limits.max_kbps);
  m_hold_until = now + k_hold_after_decrease;
  m_last_growth = *m_hold_until;
  m_growing_windows = 0;
  m_trend_ms = 0;
  choose_picture();
}

void BitrateController::grow(Time now) {
  if (m_hold_until && now < *m_hold_until) return;
  const Time since = m_last_growth ? now - *m_last_growth : Time(0);
  m_last_growth = now;
  const double seconds = std::clamp(static_cast<double>(since.count()) / 1000.0, 0.0, 1.0);
  const bool near_ceiling =
      m_ceiling_kbps > 0 && m_target > 0.8 * m_ceiling_kbps && m_target < 1.2 * m_ceiling_kbps;
  const double factor = near_ceiling ? k_growth_near_ceiling : k_growth_per_second;
  m_target = std::min(m_limits.max_kbps, m_target * (1.0 + (factor - 1.0) * seconds));
  if (m_ceiling_kbps > 0 && m_target >= 1.2 * m_ceiling_kbps) m_ceiling_kbps = 0;  // the link is wider now
  choose_picture();
}

void BitrateController::choose_picture() {
  // Each step up needs a quarter more than its step down, or the picture would flicker between two sizes.
  constexpr Picture k_small{480, 270, 2};
  constexpr Picture k_medium{640, 360, 1};
  constexpr Picture k_large{960, 540, 1};
  constexpr Picture k_full{1280, 720, 1};
  const auto at_least = [&](const Picture& current, double threshold) {
    const bool had_it = m_picture.width >= current.width;
    return m_target >= (had_it ? threshold : 1.25 * threshold);
  };
  if (at_least(k_full, 800)) {
    m_picture = k_full;
  } else if (at_least(k_large, 500)) {
    m_picture = k_large;
  } else if (at_least(k_medium, 250)) {
    m_picture = k_medium;
  } else {
    m_picture = k_small;
  }
}

}  // namespace sangdam::pipelines
