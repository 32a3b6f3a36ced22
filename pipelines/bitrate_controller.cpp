#include "pipelines/bitrate_controller.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using Time = BitrateController::Time;

constexpr double k_keep = 0.85;  // GCC's beta: of what arrived when the line was full
constexpr double k_about_least = 1.05;
constexpr Time k_full_for = 1500ms;
constexpr double k_full_percent = 15;  // lost, above what the line loses by itself
constexpr auto k_drain = 600ms;        // then the queue that made us fall should begin to empty
constexpr auto k_response = 100ms;     // beside the round trip: until a change can be seen in the feedback
constexpr double k_growth_per_second = 1.8;
constexpr double k_near_full = 1.5;  // below that multiple of where the line was full, tread softly
// A second. On a long way a packet a round trip is next to nothing, on a thin line it is a flood.
constexpr double k_least_soft_growth = 0.05, k_most_soft_growth = 0.2;
constexpr double k_packet_kbit = 9.6;      // of our largest packets
constexpr double k_beyond_received = 1.5;  // no faster than the feedback can vouch for
constexpr double k_beyond_received_kbps = 20;
// Feedback comes every 50 ms, and every 250 ms on a thin line.
constexpr Time k_silence = 800ms, k_between_cuts = 400ms;
constexpr double k_cut = 0.6;
constexpr double k_thin_kbps = 100;
constexpr double k_least_in_silence_kbps = 100;  // a line that is down altogether will be what it was
constexpr double k_beyond_received_again = 3, k_growth_again_per_second = 5;
constexpr double k_received_window_ms = 500;

// Pictures that need so much less than they may say that a larger one may be as easy.
constexpr double k_sated = 1.3;
constexpr Time k_sated_for = 2s;  // a camera that is switched off is noticed before
constexpr Time k_hungry = 8s;
constexpr Time k_first_pause = 10s;
constexpr Time k_longest_pause = 60s;
constexpr Time k_proven = 20s;
constexpr Time k_pause_after_fall = 3s;

constexpr auto k_loss_window = 800ms;
constexpr unsigned k_loss_window_packets = 50;  // of which a twentieth is not by chance a tenth
constexpr double k_loss_hold_percent = 2;       // above the line's own: do not ask for more
constexpr double k_loss_trial_percent = 5;      // above it: find out why
constexpr double k_loss_trial_share = 0.8;      // or by that part of it
constexpr double k_own_loss_smoothing = 0.1;
constexpr double k_most_own_loss = 30;
constexpr double k_never_own_percent = 40;  // no line is that bad by itself and of any use
constexpr double k_down_ms = 700;  // of losses only: the line was down, which says nothing of its rate
constexpr Time k_down_within = 5s;
constexpr auto k_between_trials = 4s;

constexpr double k_loss_full_percent = 10;  // in receiver reports, GCC section 6
constexpr double k_loss_clean_percent = 2;
constexpr double k_report_growth = 1.08;
constexpr double k_round_trip_slack_ms = 180;  // above the best of the last seconds: a standing queue
constexpr auto k_round_trip_window = 10s;

/// A size of picture, with what it needs at least, and what it makes use of at most.
struct Step {
  BitrateController::Picture picture;
  double least_kbps, most_kbps;
};
constexpr std::array k_ladder{
    Step{{1280, 720, 1}, 800, 2500},
    Step{{960, 540, 1}, 500, 1600},
    Step{{640, 360, 1}, 220, 900},
    Step{{320, 180, 1}, 70, 300},
};
constexpr BitrateController::Picture k_slowest{320, 180, 2};
constexpr double k_beyond_view = 1.25;

}  // namespace

BitrateController::BitrateController(BitrateLimits limits) : m_limits(limits), m_target(limits.start_kbps) {
  m_picture = affordable();
}

void BitrateController::on_feedback(Time now, std::span<const PacketReport> packets) {
  for (const PacketReport& packet : packets) {
    if (packet.arrived_ms) m_trend.on_packet(packet.sent_ms, *packet.arrived_ms);
  }
  if (m_before_silence) {
    const auto lost = std::count_if(packets.begin(), packets.end(),
                                    [](const PacketReport& packet) { return !packet.arrived_ms; });
    if (static_cast<std::size_t>(lost) > packets.size() / 3)
      m_before_silence.reset();  // it is not what it was
  }
  count(now, packets);
  switch (m_trend.queue()) {
    case Queue::growing: decrease(now, std::min(m_target, received_kbps().value_or(m_target))); break;
    case Queue::draining: m_last_growth = now; break;
    case Queue::steady: grow(now); break;
  }
  choose_picture(now);
}

void BitrateController::count(Time now, std::span<const PacketReport> packets) {
  for (const PacketReport& packet : packets) {
    if (!packet.arrived_ms) {
      if (m_run.packets++ == 0) m_run.began_ms = packet.sent_ms;
      m_run.bytes += packet.bytes;
      continue;
    }
    const LostRun run = std::exchange(m_run, {});
    if (run.packets > 0 && (packet.sent_ms - run.began_ms < k_down_ms || !may_have_been_down(now))) {
      m_window_packets += run.packets;
      m_window_bytes += run.bytes;
      m_window_lost_bytes += run.bytes;
    }
    ++m_window_packets;
    m_window_bytes += packet.bytes;
    if (m_arrivals.empty() || *packet.arrived_ms >= m_arrivals.back().time_ms)
      m_arrivals.push_back({*packet.arrived_ms, packet.bytes});
  }
  while (!m_arrivals.empty() && m_arrivals.back().time_ms - m_arrivals.front().time_ms > k_received_window_ms)
    m_arrivals.pop_front();
  if (!m_window_began) m_window_began = now;
  if (now - *m_window_began < k_loss_window || m_window_packets < k_loss_window_packets) return;
  // In bytes, as the capacity is: small packets slip through where large ones do not.
  const double percent = m_window_bytes > 0 ? 100 * m_window_lost_bytes / m_window_bytes : 0;
  m_window_began = now;
  m_window_packets = 0;
  m_window_bytes = m_window_lost_bytes = 0;
  judge_loss(now, percent);
}

std::optional<double> BitrateController::received_kbps() const {
  if (m_arrivals.size() < 2) return std::nullopt;
  const double span = m_arrivals.back().time_ms - m_arrivals.front().time_ms;
  if (span < k_received_window_ms / 2) return std::nullopt;
  double bytes = 0;
  for (const Arrival& arrival : m_arrivals) bytes += arrival.bytes;
  bytes -= m_arrivals.front().bytes;  // it arrived before the span began
  return bytes * 8 / span;
}

void BitrateController::judge_loss(Time now, double percent) {
  m_loss_percent = percent;
  // Chance makes a window better or worse than the line is; only well above it something else is at work.
  const double suspicious = std::max(k_loss_trial_percent, k_loss_trial_share * m_own_loss_percent);
  const double excess = percent - m_own_loss_percent;
  if (m_own_loss_percent > 0 && excess < suspicious) m_own_loss_percent += k_own_loss_smoothing * excess;
  if (m_trial) {
    // The window must be of packets that were sent after the change.
    const auto shows = std::chrono::duration_cast<Time>(k_loss_window) + k_response +
                       Time(static_cast<int>(m_round_trip_ms));
    if (now - m_trial->began < shows) return;
    // A full line delivers as much as before, so it loses less of less; a bad one loses the same share.
    const double delivered = 100 - m_trial->loss_percent;
    const double if_full = std::max(0.0, 100 - delivered * m_trial->target / m_target);
    if (percent > (m_trial->loss_percent + if_full) / 2) {
      m_own_loss_percent = std::min(std::min(percent, m_trial->loss_percent), k_most_own_loss);
      m_full_at_kbps = 0;
      set_target(m_trial->target);
    }
    m_next_trial = now + k_between_trials;
    m_trial.reset();
    return;
  }
  if (excess < suspicious || (m_next_trial && now < *m_next_trial && excess < 2 * suspicious)) return;
  const double before = m_target;
  if (percent > k_never_own_percent) {
    decrease(now, m_target * (100 - percent) / 100);
    return;
  }
  if (decrease(now, std::min(m_target, received_kbps().value_or(m_target))))
    m_trial = LossTrial{now, percent, before};
}

void BitrateController::on_report(Time now, std::optional<double> loss_percent, double round_trip_ms) {
  judge_report(now, loss_percent, round_trip_ms);
  choose_picture(now);
}

void BitrateController::judge_report(Time now, std::optional<double> loss_percent, double round_trip_ms) {
  if (round_trip_ms > 0) m_round_trip_ms = std::min(round_trip_ms, 1000.0);
  if (!loss_percent) return;
  m_loss_percent = *loss_percent;
  if (round_trip_ms > 0) {
    m_round_trips.push_back({now, round_trip_ms});
    while (now - m_round_trips.front().time > k_round_trip_window) m_round_trips.pop_front();
    const auto best = std::min_element(m_round_trips.begin(), m_round_trips.end(),
                                       [](const auto& a, const auto& b) { return a.ms < b.ms; });
    if (round_trip_ms > best->ms + k_round_trip_slack_ms) {
      decrease(now, m_target);
      return;
    }
  }
  if (*loss_percent > k_loss_full_percent) {
    decrease(now, m_target);
  } else if (*loss_percent < k_loss_clean_percent) {
    set_target(m_target * k_report_growth);
  }
}

bool BitrateController::decrease(Time now, double to) {
  const Time settled = k_response + Time(static_cast<int>(m_round_trip_ms));
  if (m_last_decrease && now - *m_last_decrease < settled) return false;
  m_last_decrease = now;
  m_last_growth = now + settled + k_drain;
  m_full_at_kbps = to;
  m_trial.reset();  // a trial's own decrease begins it afterwards
  m_before_silence.reset();
  m_trend.restart();
  m_on_trial = false;
  set_target(k_keep * to);
  return true;
}

void BitrateController::on_silence(Time now, Time silent_for) {
  if (silent_for < k_silence || (m_last_cut && now - *m_last_cut < k_between_cuts)) return;
  m_last_cut = now;
  const double lower = std::max(k_least_in_silence_kbps, k_cut * m_target);
  if (lower >= m_target) return;
  if (!m_before_silence) m_before_silence = m_target;
  set_target(lower);
  m_picture = affordable();
}

void BitrateController::set_heard(Time now, bool heard) {
  m_is_told_of_hearing = true;
  if (!heard) m_unheard = now;
}

bool BitrateController::may_have_been_down(Time now) const {
  return !m_is_told_of_hearing || (m_unheard && now - *m_unheard < k_down_within);
}

void BitrateController::forget_losses() {
  m_loss_percent = 0;
  m_run = {};
  m_window_began.reset();
  m_window_packets = 0;
  m_window_bytes = m_window_lost_bytes = 0;
  m_trial.reset();
}

void BitrateController::expect_little() {
  m_before_silence.reset();
  set_target(std::min(m_target, k_thin_kbps));
}

bool BitrateController::loses_much() const {
  return m_loss_percent - m_own_loss_percent > k_full_percent || m_loss_percent > k_never_own_percent;
}

bool BitrateController::was_full(Time now) const {
  return (m_last_decrease && now - *m_last_decrease < k_full_for) || loses_much();
}

bool BitrateController::is_least() const { return m_target <= k_about_least * m_limits.min_kbps; }

void BitrateController::grow(Time now) {
  if (m_trial || m_loss_percent - m_own_loss_percent > k_loss_hold_percent) {
    m_last_growth = now;
    return;
  }
  const Time since = m_last_growth ? now - *m_last_growth : Time(0);
  if (since < Time(0)) return;
  m_last_growth = now;
  const double seconds = std::clamp(static_cast<double>(since.count()) / 1000.0, 0.0, 0.5);
  const auto received = received_kbps();
  // What the line carried before nothing was heard of it for a while, it is likely to carry again.
  if (m_before_silence && m_target >= *m_before_silence) m_before_silence.reset();
  const double beyond = m_before_silence ? k_beyond_received_again : k_beyond_received;
  // Pictures that need less than they may say nothing of what the line could carry.
  if (received && m_target > beyond * *received + k_beyond_received_kbps) return;
  const double growth = m_before_silence ? k_growth_again_per_second : k_growth_per_second;
  double wanted = m_target * (1 + (growth - 1) * seconds);
  if (m_full_at_kbps > 0) {
    if (m_target < k_near_full * m_full_at_kbps) {
      const double response = (m_round_trip_ms + static_cast<double>(Time(k_response).count())) / 1000;
      const double soft =
          std::clamp(k_packet_kbit / response, k_least_soft_growth * m_target, k_most_soft_growth * m_target);
      wanted = std::min(wanted, m_target + soft * seconds);
    } else {
      m_full_at_kbps = 0;  // the line is wider now
    }
  }
  set_target(wanted);
}

void BitrateController::set_view(int width, int height) {
  m_view_width = width;
  m_view_height = height;
  set_target(m_target);
  m_picture = affordable();
}

bool BitrateController::shows(const Picture& picture) const {
  // A little larger than what shows it looks better than much smaller.
  return picture == k_ladder.back().picture ||
         (picture.width <= k_beyond_view * m_view_width && picture.height <= k_beyond_view * m_view_height);
}

void BitrateController::set_target(double kbps) {
  const auto largest = std::find_if(k_ladder.begin(), k_ladder.end(),
                                    [this](const Step& step) { return shows(step.picture); });
  m_target = std::clamp(kbps, m_limits.min_kbps, std::min(largest->most_kbps, m_limits.max_kbps));
}

BitrateController::Picture BitrateController::affordable() const {
  const auto has = [&](const Picture& one) {
    return m_picture.width > one.width ||
           (m_picture.width == one.width && m_picture.frame_divisor <= one.frame_divisor);
  };
  for (const Step& step : k_ladder) {
    // Each step up needs a quarter more than its step down, or the picture would flicker between two sizes.
    if (m_target < (has(step.picture) ? step.least_kbps : 1.25 * step.least_kbps)) continue;
    if (shows(step.picture)) return step.picture;
  }
  return k_slowest;
}

void BitrateController::choose_picture(Time now) {
  const auto received = received_kbps();
  const bool is_sated = received && m_target > k_sated * *received + k_beyond_received_kbps;
  if (is_sated != m_is_sated) m_sated_changed = now;
  m_is_sated = is_sated;
  const auto for_long = [&](Time time) { return m_sated_changed && now - *m_sated_changed >= time; };
  if (m_trial_began && now - *m_trial_began >= k_proven) {
    m_trial_began.reset();
    m_pause = {};
  }
  const Picture by_rate = affordable();
  if (by_rate.width >= m_picture.width || !shows(m_picture)) {
    m_picture = by_rate;
    m_on_trial = false;
  } else if (!m_on_trial || (!m_is_sated && for_long(k_hungry))) {
    m_picture = by_rate;
    m_on_trial = false;
    wait_with_larger(now);
  }
  // Pictures of little detail need less than the ladder says, and while they do nothing shows that the line
  // carries more. A larger one shows it, or is easy, too.
  if (!m_moves || !m_is_sated || !for_long(k_sated_for) || (m_next_larger && now < *m_next_larger)) return;
  for (std::size_t i = 1; i < k_ladder.size(); ++i) {
    const Picture& larger = k_ladder[i - 1].picture;
    if (k_ladder[i].picture.width != m_picture.width || !shows(larger)) continue;
    m_picture = larger;
    m_on_trial = true;
    m_trial_began = now;
    m_sated_changed = now;
    return;
  }
}

void BitrateController::wait_with_larger(Time now) {
  // One that had proven itself fell with the line, which may be back soon.
  const bool has_failed = m_trial_began.has_value();
  m_trial_began.reset();
  if (has_failed) m_pause = std::clamp<Time>(2 * m_pause, k_first_pause, k_longest_pause);
  const Time until = now + (has_failed ? m_pause : k_pause_after_fall);
  m_next_larger = std::max(m_next_larger.value_or(until), until);
}

}  // namespace sangdam::pipelines
