#include "pipelines/media_level.hpp"

#include <algorithm>

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using Time = MediaLevelControl::Time;
using Level = MediaLevelControl::Level;

constexpr int k_full_seconds = 3;           // before a level is given up; a clear second takes one back
constexpr int k_full_seconds_on_trial = 2;  // of a level that was raised to see whether it fits
constexpr Time k_drain = 2s;  // what was in the queue when less is sent says nothing of the change
constexpr Time k_longest_drain = 6s;
constexpr Time k_first_wait = 8s;
constexpr Time k_next_wait = 5s;  // while what was tried holds
constexpr Time k_held = 30s;      // a level that lasted so long was no failed try

/// Before the next level up is tried. The less there is to lose, the oftener.
Time longest_wait(Level level) {
  switch (level) {
    case Level::text: return 15s;
    case Level::voice: return 20s;
    case Level::stills:
    case Level::video: break;
  }
  return 30s;
}

Level below(Level level) {
  switch (level) {
    case Level::video: return Level::stills;
    case Level::stills: return Level::voice;
    case Level::voice:
    case Level::text: break;
  }
  return Level::text;
}

Level above(Level level) {
  switch (level) {
    case Level::text: return Level::voice;
    case Level::voice: return Level::stills;
    case Level::stills:
    case Level::video: break;
  }
  return Level::video;
}

}  // namespace

MediaLevelControl::MediaLevelControl() : m_wait(k_first_wait) {}

bool MediaLevelControl::on_second(Time now, Line line, double round_trip_ms) {
  if (m_tried && now - *m_tried >= k_held) {
    m_tried.reset();
    m_wait = k_first_wait;
  }
  if (is_settling(now, round_trip_ms)) return false;
  // Nothing is sent of which the line could be full, so the last news of it is old.
  if (m_level == Level::text) line = Line::clear;
  if (line == Line::unknown) return false;
  m_full_seconds = line == Line::full ? m_full_seconds + 1 : std::max(0, m_full_seconds - 1);
  if (m_full_seconds >= (m_tried ? k_full_seconds_on_trial : k_full_seconds)) {
    if (m_tried) m_wait = 2 * m_wait;
    m_tried.reset();
    change(now, below(m_level));
    return true;
  }
  m_wait = std::min(m_wait, longest_wait(m_level));
  // A line that carries what was raised a moment ago may carry all of it again.
  const Time wait = m_tried ? k_next_wait : m_wait;
  if (m_level == Level::video || m_full_seconds > 0 || !m_changed || now - *m_changed < wait) return false;
  m_tried = now;
  change(now, above(m_level));
  return true;
}

bool MediaLevelControl::is_settling(Time now, double round_trip_ms) const {
  const Time drain = std::min(k_longest_drain, k_drain + Time(static_cast<int>(2 * round_trip_ms)));
  return m_changed && now - *m_changed < drain;
}

void MediaLevelControl::change(Time now, Level level) {
  m_level = level;
  m_changed = now;
  m_full_seconds = 0;
}

}  // namespace sangdam::pipelines
