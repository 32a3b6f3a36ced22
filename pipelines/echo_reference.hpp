// What the echo canceller of a microphone compares with: the sound that a loudspeaker really plays.
//
// It is taken from the loudspeaker's monitor at the sound server, not from what was handed to the
// loudspeaker. What was handed over is played some 100 ms later, at times that the network's jitter and the
// sink's clock move about by milliseconds, and a canceller loses its place each time: measured in a room that
// never changes, it took 12 s to the first echo that was cancelled. The monitor and the microphone are
// captured by one server, in PipeWire's case on one clock; the delay between them stays nearly as it is.
//
// That delay is measured here, while the loudspeaker plays, and what is more than the canceller can bridge is
// made up for. Main thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/main_thread.hpp"
#include "pipelines/echo_delay.hpp"
#include "pipelines/pipeline.hpp"

namespace sangdam::pipelines {

class EchoReference {
 public:
  /// `monitor`: the monitor's name at the sound server. `on_failed` may destroy the reference.
  EchoReference(const Timeline& timeline, std::shared_ptr<Workers> workers, const std::string& monitor,
                std::function<void(const std::string& why)> on_failed);
  ~EchoReference();
  EchoReference(const EchoReference&) = delete;
  EchoReference& operator=(const EchoReference&) = delete;

  /// By how much the microphone's sound has to be held back before the canceller: both sounds come from the
  /// server in the same moment, on two threads, and the loudspeaker's has to be there first. It is asked for
  /// up to `k_lead` and one period of the server's (10 ms) earlier than the microphone's.
  static constexpr std::chrono::milliseconds k_lead{10};
  static constexpr std::chrono::milliseconds k_microphone_hold{40};

  /// For webrtcdsp's property `probe`; empty if an element is missing. Its own for each reference: webrtcdsp
  /// finds a probe by its name, and one that is on its way out still has one.
  [[nodiscard]] const std::string& probe() const { return m_probe; }
  /// Where the microphone's sound comes in, still with its echo.
  void listen(GstElement* canceller);
  void play() { m_pipeline.play(); }

 private:
  struct Tracks;
  void look();
  void on_look(std::chrono::milliseconds found);

  std::string m_probe;
  std::shared_ptr<Workers> m_workers;
  std::shared_ptr<Tracks> m_tracks;
  Pipeline m_pipeline;
  EchoDelay m_delay;
  /// How much later than it was played the loudspeaker's sound is compared with the microphone's; a little
  /// earlier where this is negative.
  std::chrono::milliseconds m_held_back{0};
  base::Timer m_watch;
  base::Anchor<EchoReference> m_anchor{this};
};

/// The name of a loudspeaker's monitor; empty where there is none (no sound server).
[[nodiscard]] std::string monitor_of(GstDevice* speaker);

}  // namespace sangdam::pipelines
