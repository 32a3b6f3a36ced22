#include "kiosk/knock_bell.hpp"

#include <glib.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/handles.hpp"

namespace sangdam::kiosk {
namespace {

using namespace std::chrono_literals;

// Soon again, for whoever was just out of the room; then rarely enough to be borne.
constexpr std::chrono::milliseconds k_first_pause{20s};
constexpr std::chrono::milliseconds k_longest_pause{3min};
// A page that knocks over and over under other names is one caller, not a peal.
constexpr std::chrono::milliseconds k_shortest_pause{5s};
constexpr double k_soft = 0.4;  // of the volume, beside a conversation
constexpr int k_minutes_of_day = 24 * 60;

int minute_of_day(base::Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto local = base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(seconds));
  return local ? g_date_time_get_hour(local.get()) * 60 + g_date_time_get_minute(local.get()) : 0;
}

}  // namespace

base::Result<QuietHours> parse_quiet_hours(const std::string& text) {
  int numbers[4] = {};
  int end = 0;
  const bool read = std::sscanf(text.c_str(), "%2d:%2d-%2d:%2d%n", &numbers[0], &numbers[1], &numbers[2],
                                &numbers[3], &end) == 4 &&
                    static_cast<std::size_t>(end) == text.size();
  const QuietHours hours{numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]};
  const auto is_time = [](int hour, int minute) {
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60;
  };
  if (!read || !is_time(numbers[0], numbers[1]) || !is_time(numbers[2], numbers[3]))
    return base::failure("usage", "it is not two times of the day such as 22:00-07:00");
  return hours;
}

bool is_quiet(const QuietHours& hours, int minute) {
  const auto since = [&](int at) { return (at - hours.from + k_minutes_of_day) % k_minutes_of_day; };
  return since(minute) < since(hours.until);
}

KnockBell::KnockBell(Settings settings, const base::Clock& clock, std::function<void(double)> ring)
    : m_settings(settings), m_clock(clock), m_ring(std::move(ring)) {}

void KnockBell::set_knocks(std::set<std::string> knocks) {
  const bool more = !std::includes(m_knocks.begin(), m_knocks.end(), knocks.begin(), knocks.end());
  m_knocks = std::move(knocks);
  if (m_knocks.empty()) {
    m_due.reset();
  } else if (more) {
    m_pause = k_first_pause;
    m_due = m_clock.moment();
    if (m_rang) m_due = std::max(*m_due, *m_rang + k_shortest_pause);
  }
  on_time();
}

void KnockBell::set_attended(bool attended) {
  // Whoever looked and went away again knows: the pauses go on growing.
  if (std::exchange(m_attended, attended) && !attended && m_due)
    m_due = std::max(*m_due, m_clock.moment() + m_pause);
  arm();
}

void KnockBell::on_time() {
  const base::Moment now = m_clock.moment();
  if (m_due && *m_due <= now) {
    // The first stroke of a knock sounds even while another one is looked at.
    if (!m_attended || m_pause == k_first_pause) ring();
    m_due = now + m_pause;
    m_pause = std::min(2 * m_pause, k_longest_pause);
  }
  arm();
}

void KnockBell::ring() {
  m_rang = m_clock.moment();
  if (m_settings.volume <= 0) return;
  if (m_settings.quiet && is_quiet(*m_settings.quiet, minute_of_day(m_clock.now()))) return;
  m_ring(m_settings.volume / 100.0 * (m_in_call ? k_soft : 1.0));
}

std::optional<std::chrono::milliseconds> KnockBell::next() const {
  if (!m_due) return std::nullopt;
  return std::max(*m_due - m_clock.moment(), std::chrono::milliseconds(0));
}

void KnockBell::arm() {
  if (const auto wait = next()) {
    m_timer.start_once(*wait, [this] { on_time(); });
  } else {
    m_timer.stop();
  }
}

}  // namespace sangdam::kiosk
