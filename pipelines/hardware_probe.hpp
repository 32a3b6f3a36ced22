// Which of the hardware's encoders and decoders work, found out where a crash or a hang costs nothing: each
// is tried in a process of its own, one after the other, against a deadline.
//
// A driver that is there need not work: without the right to the device, with a firmware that is too old or
// for a size it does not know it fails at the first picture, or never comes back from it. Tried is what a
// call needs: one second of pictures, another size in the middle, and that they still look like what went in.
// Main thread.
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "pipelines/video_decoder.hpp"
#include "pipelines/video_encoder.hpp"

namespace sangdam::pipelines {

class HardwareProbe {
 public:
  using Done = std::function<void(std::vector<VideoEncoder>, std::vector<VideoDecoder>)>;
  struct Parts {
    /// A program and its first arguments; it hands what follows them to run_video_probe().
    std::vector<std::string> command;
    std::vector<VideoEncoder> encoders;
    std::vector<VideoDecoder> decoders;
    std::chrono::milliseconds deadline{10'000};  // of each
    /// Gets those that work, in their order; called once, never from the constructor.
    Done done;
  };
  explicit HardwareProbe(Parts parts);
  /// Ends a probe under way.
  ~HardwareProbe();
  HardwareProbe(const HardwareProbe&) = delete;
  HardwareProbe& operator=(const HardwareProbe&) = delete;

 private:
  void try_next();
  void on_tried(bool works);

  Parts m_parts;
  std::size_t m_encoder = 0, m_decoder = 0;  // the next to be tried
  std::vector<VideoEncoder> m_working_encoders;
  std::vector<VideoDecoder> m_working_decoders;
  base::Ref<GSubprocess> m_process;
  base::Timer m_deadline;
  base::Anchor<HardwareProbe> m_anchor{this};
};

/// The other end: tries what the probe's command was given, and returns the process's exit status.
[[nodiscard]] int run_video_probe(std::span<const std::string> arguments);

}  // namespace sangdam::pipelines
