// What the kiosk sends: one source (a device, a test source) with a stand-in (black, silence), into a relay.
//
// The relay always gets something, so peers negotiate and encode the same whether there is a device or not:
// while there is none, while it is off, or while a broken one is being restarted, the stand-in's black or
// silence flows. The source has a pipeline of its own and is rebuilt with growing pauses when it fails,
// stalls or comes back: with PipeWire 0.3 an unplugged camera is neither an error nor an end, just nothing,
// hence the stall timer. Main thread; pictures and sound flow on streaming threads.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/main_thread.hpp"
#include "base/sound_level.hpp"
#include "pipelines/devices.hpp"
#include "pipelines/echo_reference.hpp"
#include "pipelines/health.hpp"
#include "pipelines/pipeline.hpp"
#include "pipelines/relay.hpp"
#include "pipelines/soft_relay.hpp"

namespace sangdam::pipelines {

/// The gst-launch chains of one kind of capture. The last element of a source is `appsink name=out`; a second
/// one, `appsink name=view`, gets RGB for the self-view.
struct CaptureRecipe {
  Part part = Part::camera;
  std::string after_device;  // from the device's source element to the common format
  std::string outputs;       // from there to the appsinks; for the test source too
  std::string test_source;
  /// Of the size that the device's pictures had last.
  std::function<std::string(base::PictureSize)> stand_in;
};
[[nodiscard]] CaptureRecipe camera_recipe();
[[nodiscard]] CaptureRecipe microphone_recipe();

/// What to ask a camera for: 720p at full rate, raw if it can, else MJPEG (over USB 2, raw 720p comes at 10 a
/// second); failing that whatever comes nearest. Left to itself v4l2src takes the largest picture at the
/// lowest rate. Pure.
[[nodiscard]] std::string preferred_camera_caps(const GstCaps& offered);

class Capture {
 public:
  struct Parts {
    Timeline timeline;
    std::shared_ptr<Workers> workers;
    std::shared_ptr<Relay> relay;
    std::shared_ptr<base::FrameSlot> view;    // null: no self-view
    std::shared_ptr<base::SoundLevel> level;  // null: of a camera
    std::function<void(const Health&)> on_health;
  };
  /// `wanted`: "auto", "test", "none" or a device's name.
  Capture(Parts parts, CaptureRecipe recipe, std::string wanted);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  void set_devices(const std::vector<Device>& devices);
  /// Off: the device is released (its light goes out); when this returns nothing of the room passes any more.
  void set_off(bool off);
  /// Muted: the device stays open, its sound becomes silence; when this returns nothing audible passes any
  /// more.
  void set_muted(bool muted);
  /// What the microphone also hears: the monitor of the loudspeaker, as EchoReference takes it; empty for
  /// none. A microphone that is open is opened anew.
  void set_loudspeaker(const std::string& monitor);
  [[nodiscard]] const Health& health() const { return m_health; }

 private:
  /// No picture of a camera is sent larger.
  static constexpr base::PictureSize k_room{1280, 720};
  struct Source;  // what the streaming threads of one source share

  void choose();
  void start_source();
  void drop_source();
  void reopen();
  void fail_source(Condition condition, const std::string& why);
  void on_error(const GError& error);
  void start_stand_in();
  void on_flowing();
  void check();
  base::Result<> build(Pipeline& pipeline);
  /// The chain that takes echo and noise out of the microphone's sound.
  std::string cleaning();
  void tell(Condition condition, const std::string& device);

  Parts m_parts;
  CaptureRecipe m_recipe;
  std::string m_wanted;
  std::shared_ptr<SoftRelay> m_sound;  // null: of a camera
  std::optional<Device> m_device;      // the one to use; empty for a test source
  base::PictureSize m_size = k_room;
  bool m_off = false;
  bool m_muted = false;
  Health m_health;

  std::string m_monitor;
  std::unique_ptr<EchoReference> m_echo;
  std::unique_ptr<Pipeline> m_pipeline;
  std::shared_ptr<Source> m_source;
  std::unique_ptr<Pipeline> m_stand_in;
  unsigned m_seen = 0;
  std::chrono::steady_clock::time_point m_last_flow;
  std::chrono::milliseconds m_pause;
  base::Timer m_watch;
  base::Timer m_retry;
  base::Timer m_echo_retry;
  base::Anchor<Capture> m_anchor{this};
};

}  // namespace sangdam::pipelines
