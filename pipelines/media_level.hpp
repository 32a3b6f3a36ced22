// Whether moving pictures, stills, speech alone or nothing but text fits through the line to the browser.
//
// BitrateController shares out what the line carries; this steps in where its smallest picture is still too
// much. A level is given up after a few seconds in which the line stayed full, so that speech does not suffer
// for pictures, and the next one up is tried again by itself: after 8 s at first, later and later if that
// fails. Nothing but trying tells that a thin line has become wider, as what is not sent
// leaves no feedback.
//
// Plain state; time is handed in. One thread.
#pragma once

#include <chrono>
#include <optional>

#include "consultation/media.hpp"

namespace sangdam::pipelines {

class MediaLevelControl {
 public:
  using Time = std::chrono::milliseconds;  // since any fixed start
  using Level = consultation::MediaLevel;

  enum class Line : unsigned char {
    clear,
    unknown,  // nothing is heard of it
    full,     // it does not carry what is sent, and no smaller picture is left to send
  };
  /// Once a second. The round trip is 0 until it is known. Returns true if the level changed.
  bool on_second(Time now, Line line, double round_trip_ms);

  [[nodiscard]] Level level() const { return m_level; }
  /// The level has just changed: what is heard of the line is of what was sent before.
  [[nodiscard]] bool is_settling(Time now, double round_trip_ms) const;

 private:
  void change(Time now, Level level);

  Level m_level = Level::video;
  int m_full_seconds = 0;
  std::optional<Time> m_changed;  // when the level last changed
  std::optional<Time> m_tried;    // when the level was last raised, until it has held
  Time m_wait;

 public:
  MediaLevelControl();
};

}  // namespace sangdam::pipelines
