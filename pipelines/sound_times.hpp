// Keeps the times of captured sound true.
//
// A sound card's clock is some ten millionths faster or slower than the system's, and GStreamer's sources
// tell time by counting samples: after a day of running the microphone would be seconds away from the camera
// and from the loudspeaker's monitor, which is on a clock of its own. The patient's browser would move lips
// and voice apart, and the echo canceller would look for the echo at the wrong place.
#pragma once

#include <chrono>
#include <optional>

#include "pipelines/pipeline.hpp"

namespace sangdam::pipelines {

/// Plain state; not thread-safe.
class SoundTimes {
 public:
  using Time = std::chrono::nanoseconds;
  /// One piece of sound is complete at `end` by its own time, and came at `now`. What has to be added to its
  /// times: nothing until the first seconds have shown how long sound takes to get here, which is kept.
  Time on_sound(Time end, Time now);

 private:
  Time m_correction{0};
  Time m_window_end{0};
  std::optional<Time> m_least;  // of this window: the others had to wait
  std::optional<Time> m_usual;
};

/// Mends the times of what leaves `source`, an element of a pipeline on that timeline. Before data flows.
void keep_times(GstElement* source, const Timeline& timeline);

}  // namespace sangdam::pipelines
