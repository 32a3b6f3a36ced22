// The patient's sound, from the presented peer's relay to the speaker.
//
// It is played as soon as the line's jitter allows (playout_delay.hpp), and not before the picture it belongs
// to: the aim is 45 ms between speech and lips (EN 301 549 6.6.4 asks for 100).
//
// A pipeline of its own: a sound card that fails or is unplugged takes no peer down; without one a clocked
// fake sink takes its place.
//
// Its volume is the clinician's choice, and what the loudspeaker's monitor hears of it is what the echo
// canceller compares with (echo_reference.hpp). One loudspeaker takes over from another without a click: the
// new one begins softly, the old one ends softly.
//
// A speaker is said to work only while it plays: when nobody speaks it is given a moment of silence now and
// then, and what its sink has rendered is counted. One that cannot be opened, or takes sound and plays none,
// is started anew with growing pauses. Main thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "pipelines/devices.hpp"
#include "pipelines/health.hpp"
#include "pipelines/pipeline.hpp"
#include "pipelines/relay.hpp"

namespace sangdam::pipelines {

class Playback {
 public:
  struct Parts {
    Timeline timeline;
    std::shared_ptr<Workers> workers;
    std::shared_ptr<Relay> sound;  // S16LE, 48 kHz, mono
    std::function<void(const Health&)> on_health;
    /// Another loudspeaker plays from now on: the name of its monitor, empty if there is none.
    std::function<void(const std::string& monitor)> on_loudspeaker;
  };
  /// `wanted`: "auto", "none" or a device's name.
  Playback(Parts parts, std::string wanted);
  ~Playback();
  Playback(const Playback&) = delete;
  Playback& operator=(const Playback&) = delete;

  /// Another sink for the loudspeaker in use; null while there is none.
  [[nodiscard]] Ref<GstElement> new_sink() const;
  void set_devices(const std::vector<Device>& devices);
  [[nodiscard]] const Health& health() const { return m_health; }

  /// 1 plays the patient as loud as she comes, 2 twice as loud, 0 not at all.
  void set_volume(double factor) { *m_volume = factor; }

  /// What is played next comes over another line, of which nothing is known yet.
  void on_other_line();
  /// Pictures are shown so much later than they could be.
  void on_picture_delay(std::chrono::milliseconds delay);

 private:
  void start();
  void start_pipeline(const Ref<GstElement>& sink);
  /// What plays goes on for a moment, to an end that cannot be heard.
  void leave();
  void fail(Condition condition, const std::string& why);
  void check();
  void play_silence();
  void set_delay(std::chrono::milliseconds delay);
  void tell(Condition condition, const std::string& device);

  Parts m_parts;
  std::string m_wanted;
  std::optional<Device> m_device;
  Health m_health{Part::speaker, Condition::missing, {}};
  std::unique_ptr<Pipeline> m_pipeline;
  std::unique_ptr<Relay::Output> m_output;
  std::unique_ptr<Pipeline> m_leaving;
  base::Timer m_left;
  std::shared_ptr<std::atomic<double>> m_volume = std::make_shared<std::atomic<double>>(1);
  Ref<GstElement> m_sink;  // of the device; null for a fake sink
  struct Lateness;
  std::shared_ptr<Lateness> m_lateness;  // shared with the thread that pushes sound
  std::chrono::milliseconds m_with_pictures{0};
  std::chrono::milliseconds m_delay;
  unsigned m_checks = 0;
  unsigned m_pushed = 0;
  guint64 m_rendered = 0;
  std::chrono::steady_clock::time_point m_last_played;
  std::chrono::milliseconds m_pause;
  base::Timer m_watch;
  base::Timer m_retry;
};

}  // namespace sangdam::pipelines
