// What a connected peer makes of each second's figures and of the browser's feedback.
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "pipelines/peer.hpp"

namespace sangdam::pipelines {

using consultation::PeerFailure;
using namespace std::chrono_literals;

namespace {

constexpr double k_most_round_trip_ms = 2000;
constexpr auto k_most_silence = 1500ms;
constexpr auto k_heard_within = 500ms;
constexpr double k_least_moving_rate = 7;  // the stand-in for a camera has 5, a slow camera in the dark 10

}  // namespace

void WebRtcPeer::on_counters(PeerCounters counters) {
  if (!is_up()) return;
  counters.bytes_received = m_intake.bytes();
  counters.bytes_sent = m_sender.bytes();
  const auto now = std::chrono::steady_clock::now();
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_counted);
  const bool has_feedback = m_last_feedback && age() - *m_last_feedback < 2s;
  const unsigned captured = m_parts.camera->pushed();
  if (elapsed.count() > 0) {
    const double rate =
        1000.0 * (captured - std::exchange(m_captured, captured)) / static_cast<double>(elapsed.count());
    m_controller.set_moves(rate > k_least_moving_rate);
  }
  m_controller.on_report(
      age(),
      has_feedback || !counters.has_report ? std::nullopt : std::optional(100 * counters.lost_out_fraction),
      counters.round_trip_ms);
  set_correction(counters.round_trip_ms);
  apply_quality();
  if (m_level.on_second(age(), line(counters.round_trip_ms), counters.round_trip_ms)) {
    const bool is_thin = m_level.level() != consultation::MediaLevel::video;
    m_sender.set_level(m_level.level());
    set_feedback_interval(is_thin ? k_thin_feedback_interval : k_feedback_interval);
    apply_quality();
    m_listener.on_media_level(m_level.level());
    if (!is_up()) return;
  }
  if (m_level.level() != consultation::MediaLevel::video) m_controller.expect_little();
  if (m_level.is_settling(age(), counters.round_trip_ms)) m_controller.forget_losses();

  auto statistics = between(m_counters, counters, elapsed);
  const unsigned frames = m_receiver.shared().frames;
  statistics.received_fps =
      elapsed.count() > 0 ? (frames - m_frames_counted) * 1000.0 / static_cast<double>(elapsed.count()) : 0;
  const std::int64_t frozen = m_receiver.shared().frozen_ms;
  statistics.received_frozen_ms = static_cast<double>(frozen - std::exchange(m_frozen_counted, frozen));
  statistics.received_width = m_receiver.shared().width;
  statistics.received_height = m_receiver.shared().height;
  statistics.target_kbps = m_controller.target_kbps();
  statistics.lost_out_percent = m_controller.loss_percent();
  statistics.received_level_db = m_level_db;
  m_counters = counters;
  m_jitter_buffers.on_round_trip(counters.round_trip_ms);
  const auto repairs = m_jitter_buffers.take_repairs();
  const std::chrono::milliseconds picture_delay(
      m_repair_delay.on_second(repairs.share, repairs.milliseconds));
  m_receiver.set_picture_delay(picture_delay);
  if (m_parts.on_picture_delay) m_parts.on_picture_delay(*this, picture_delay);
  m_counted = now;
  m_frames_counted = frames;
  m_listener.on_statistics(statistics);
}

void WebRtcPeer::on_feedback(const std::vector<PacketReport>& packets) {
  if (!is_up()) return;
  m_last_feedback = age();
  m_controller.on_feedback(age(), packets);
  apply_quality();
}

void WebRtcPeer::set_correction(double round_trip_ms) {
  const unsigned before = m_correction.percent();
  const bool is_of_use = m_may_correct && m_level.level() == consultation::MediaLevel::video;
  const unsigned percent = m_correction.on_second(is_of_use ? m_controller.loss_percent() : 0, round_trip_ms);
  if (percent != before) g_object_set(m_video.get(), "fec-percentage", percent, nullptr);
}

void WebRtcPeer::apply_quality() {
  const double for_pictures = 100 * m_controller.target_kbps() / (100 + m_correction.percent());
  m_sender.set_quality(for_pictures, m_controller.picture(), m_controller.loss_percent(),
                       m_counters.round_trip_ms);
}

MediaLevelControl::Line WebRtcPeer::line(double round_trip_ms) const {
  using consultation::MediaLevel;
  using Line = MediaLevelControl::Line;
  if (m_last_feedback && age() - *m_last_feedback > k_most_silence)
    return is_heard() ? Line::full : Line::unknown;  // its feedback drowns, or the line is down
  bool is_full = false;
  switch (m_level.level()) {
    case MediaLevel::video: is_full = m_controller.was_full(age()) && m_controller.is_least(); break;
    case MediaLevel::stills: is_full = m_controller.was_full(age()); break;
    // Speech that is late or has gaps is better than none: only what nobody understands is given up.
    case MediaLevel::voice:
      is_full = m_controller.loses_much() || round_trip_ms > k_most_round_trip_ms;
      break;
    case MediaLevel::text: break;
  }
  return is_full ? Line::full : Line::clear;
}

bool WebRtcPeer::is_heard() const { return m_intake.silence() < k_heard_within; }

void WebRtcPeer::watch_silence() {
  m_controller.set_heard(age(), is_heard());
  if (m_last_feedback && m_level.level() == consultation::MediaLevel::video) {
    m_controller.on_silence(age(), age() - *m_last_feedback);
    apply_quality();
  }
  const auto silent = m_intake.silence();
  if (silent <= m_parts.silent_after) m_is_silent = false;
  if (silent > m_parts.lost_after) {
    fail(PeerFailure::connection_lost, "nothing arrives any more");
  } else if (silent > m_parts.interrupted_after && m_phase == Phase::connected) {
    m_phase = Phase::interrupted;
    m_listener.on_interrupted();
  } else if (silent > m_parts.silent_after && m_phase == Phase::connected) {
    if (!std::exchange(m_is_silent, true)) m_listener.on_silent();
  } else if (silent <= m_parts.interrupted_after && m_phase == Phase::interrupted) {
    m_phase = Phase::connected;
    m_listener.on_connected();
  }
}

}  // namespace sangdam::pipelines
