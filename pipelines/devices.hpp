// Which cameras, microphones and speakers are plugged in, now and after each change.
//
// GStreamer lists one physical device several times: a camera through V4L2 and through PipeWire, a microphone
// through PulseAudio, PipeWire and ALSA; with PipeWire 0.3 also our own streams and, once started, everything
// again. This folds them into one entry each, reached through the best of its providers. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/main_thread.hpp"
#include "pipelines/gst_handles.hpp"
#include "pipelines/health.hpp"
#include "pipelines/workers.hpp"

namespace sangdam::pipelines {

struct Device {
  Part kind = Part::camera;
  std::string key;   // the same for every listing of one device
  std::string name;  // for people
  int rank = 0;      // of its provider; higher is better
  bool is_default = false;
  Ref<GstDevice> handle;  // another one when a property changes, such as whether it is the default
  unsigned plugged = 0;   // the same for as long as it stays plugged in
};

/// What a listing is: nothing if it is no device for us (our own stream, a monitor, the dummy output). Pure.
/// `provider` is the GType name of the GstDevice ("GstV4l2Device", "GstPulseDevice", "GstPipeWireDevice",
/// ...).
[[nodiscard]] std::optional<Device> describe(std::string_view provider, std::string_view device_class,
                                             std::string_view display_name, const GstStructure* properties);
/// The listing to use for each device, in the order found. Pure.
[[nodiscard]] std::vector<Device> fold(const std::vector<Device>& listings);
/// What a device that gave this error before anything came from it, or was played by it, is: busy or
/// unusable. Pure.
[[nodiscard]] Condition condition_after(const GError& error);
/// The one a configuration value means: "auto" the default one, else a name. Pure.
[[nodiscard]] std::optional<Device> pick(const std::vector<Device>& devices, Part kind,
                                         std::string_view wanted);

class DeviceList {
 public:
  DeviceList(std::shared_ptr<Workers> workers, std::function<void()> on_change);
  ~DeviceList();
  DeviceList(const DeviceList&) = delete;
  DeviceList& operator=(const DeviceList&) = delete;

  /// Empty until the first on_change.
  [[nodiscard]] const std::vector<Device>& devices() const { return m_devices; }

 private:
  void on_started();
  void on_message(GstMessage& message);
  /// False for what is none, or is known.
  bool add(Ref<GstDevice> device);
  void change(const Ref<GstDevice>& before, Ref<GstDevice> device);
  void refold();

  std::shared_ptr<Workers> m_workers;
  std::function<void()> m_on_change;
  Ref<GstDeviceMonitor> m_monitor;
  Ref<GstBus> m_bus;
  std::vector<Device> m_listings;
  std::vector<Device> m_devices;
  unsigned m_plugged = 0;
  base::Anchor<DeviceList> m_anchor{this};
};

}  // namespace sangdam::pipelines
