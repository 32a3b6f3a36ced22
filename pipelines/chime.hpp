// The soft chime for a knock: two tones of a struck bar, a fifth apart, which fade by themselves. Computed,
// not recorded. Played by the system's loudspeaker beside whatever else plays there. Main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "pipelines/pipeline.hpp"

namespace sangdam::pipelines {

/// Mono, 48 kHz. `volume` 0 to 1 is of full scale. Begins and ends without a click.
[[nodiscard]] std::vector<std::int16_t> chime_samples(double volume);

class Chime {
 public:
  struct Parts {
    Timeline timeline;
    std::shared_ptr<Workers> workers;
    /// A fresh sink for the loudspeaker; null while there is none.
    std::function<Ref<GstElement>()> new_sink;
  };
  explicit Chime(Parts parts) : m_parts(std::move(parts)) {}
  /// Returns at once. One that has not faded yet is cut off. Without a loudspeaker, or with one that does not
  /// work, nothing is heard: the loudspeaker's own notice says why.
  void play(double volume);

 private:
  Parts m_parts;
  std::unique_ptr<Pipeline> m_pipeline;  // while it sounds
};

}  // namespace sangdam::pipelines
