#include "pipelines/engine.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "pipelines/capture.hpp"
#include "pipelines/chime.hpp"
#include "pipelines/devices.hpp"
#include "pipelines/hardware_probe.hpp"
#include "pipelines/peer.hpp"
#include "pipelines/playback.hpp"
#include "pipelines/turn_tunnels.hpp"

namespace sangdam::pipelines {
namespace {

// A driver that does not let go of its device must not keep the program from ending.
constexpr std::chrono::seconds k_last_wait{5};
// For the last text of a peer: a retransmission or two over a lossy line (RFC 9260: at least a second each).
constexpr std::chrono::milliseconds k_farewell{2500};
constexpr std::size_t k_most_leaving = 4;

/// Loads the plugins a peer needs and makes the DTLS certificate: the first dtlsdec of a process makes an RSA
/// key, 0.5 to 4 s, which would otherwise be waited for in the first create-offer. All peers share that
/// certificate.
void warm_up() {
  for (const char* name :
       {"dtlsdec", "webrtcbin", "nicesrc", "vp8enc", "vp8dec", "opusenc", "opusdec", "rtpvp8pay",
        "rtpopuspay", "sctpenc", "srtpenc", "openh264enc", "openh264dec", "capssetter", "rtph264pay"}) {
    const auto element = Ref<GstElement>::sink(gst_element_factory_make(name, nullptr));
    (void)element;
  }
}

}  // namespace

struct Engine::Impl {
  explicit Impl(EngineConfig chosen) : config(std::move(chosen)) {}

  void tell(const Health& health) const {
    if (on_health) on_health(health);
  }
  void present(WebRtcPeer& peer) {
    if (presented == &peer) return;
    if (presented != nullptr) presented->set_presented(false);
    patient_view->clear();
    presented = &peer;
    playback->on_other_line();
    peer.set_presented(true);
  }
  void forget(const WebRtcPeer& peer) {
    if (presented != &peer) return;
    presented = nullptr;
    patient_view->clear();
  }
  void linger(std::unique_ptr<Pipeline> pipeline) {
    if (leaving.size() == k_most_leaving) leaving.pop_front();
    leaving.push_back(std::make_unique<Leaving>());
    Leaving& last = *leaving.back();
    last.pipeline = std::move(pipeline);
    last.over.start_once(k_farewell, [this, &last] {
      std::erase_if(leaving, [&last](const auto& each) { return each.get() == &last; });
    });
  }
  void on_devices() const {
    // The speaker first: the microphone is opened with its echo in mind.
    playback->set_devices(device_list->devices());
    camera->set_devices(device_list->devices());
    microphone->set_devices(device_list->devices());
  }
  EngineConfig config;
  Timeline timeline = Timeline::begin();
  std::shared_ptr<Workers> workers = std::make_shared<Workers>();
  std::shared_ptr<base::FrameSlot> self_view = std::make_shared<base::FrameSlot>();
  std::shared_ptr<base::FrameSlot> patient_view = std::make_shared<base::FrameSlot>();
  std::shared_ptr<base::SoundLevel> own_sound = std::make_shared<base::SoundLevel>();
  std::shared_ptr<Relay> camera_relay = std::make_shared<Relay>();
  std::shared_ptr<Relay> microphone_relay = std::make_shared<Relay>();
  std::shared_ptr<Relay> patient_sound = std::make_shared<Relay>();
  std::shared_ptr<VideoCodecs> codecs = std::make_shared<VideoCodecs>();
  std::function<void(const Health&)> on_health;
  /// A pipeline whose peer is closed, until its last text is delivered.
  struct Leaving {
    std::unique_ptr<Pipeline> pipeline;
    base::Timer over;
  };
  TurnTunnels tunnels;
  std::shared_ptr<LocalNames> local_names = std::make_shared<LocalNames>();
  std::deque<std::unique_ptr<Leaving>> leaving;
  WebRtcPeer* presented = nullptr;  // not owned; forget() clears it
  std::unique_ptr<Playback> playback;
  std::unique_ptr<Chime> chime;
  std::unique_ptr<Capture> camera, microphone;
  std::unique_ptr<DeviceList> device_list;
  std::unique_ptr<HardwareProbe> probe;
  bool is_probed = false;
};

base::Result<> Engine::start_up() {
  base::ErrorPtr error;
  if (!gst_init_check(nullptr, nullptr, base::out(error))) {
    return base::failure("gstreamer-failed", "GStreamer cannot start: " + base::message_of(error));
  }
  std::string missing;
  for (const char* name :
       {"webrtcbin", "nicesrc", "dtlsdec", "srtpenc", "sctpenc", "vp8enc", "vp8dec", "opusenc", "opusdec",
        "rtpvp8pay", "rtpopuspay", "rtphdrexttwcc", "funnel", "videoconvertscale", "videotestsrc", "level"}) {
    const auto factory = Ref<GstElementFactory>::adopt(gst_element_factory_find(name));
    if (!factory) missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  if (!missing.empty())
    return base::failure("element-missing", "GStreamer elements are not installed: " + missing);
  return {};
}

Engine::Engine(EngineConfig config) : m_impl(std::make_unique<Impl>(std::move(config))) {
  base::assert_main_thread();
  Impl& impl = *m_impl;
  impl.workers->run(warm_up);
  if (!impl.config.video_probe.empty()) {
    impl.probe = std::make_unique<HardwareProbe>(HardwareProbe::Parts{
        .command = impl.config.video_probe,
        .encoders = impl.config.hardware_encoders.value_or(hardware_encoders()),
        .decoders = impl.config.hardware_decoders.value_or(hardware_decoders()),
        .done = [&impl](std::vector<VideoEncoder> encoders, std::vector<VideoDecoder> decoders) {
          impl.codecs->set_hardware(std::move(encoders), std::move(decoders));
          impl.is_probed = true;
        }});
  }
  const auto tell = [&impl](const Health& health) { impl.tell(health); };
  const auto on_loudspeaker = [&impl](const std::string& monitor) {
    if (impl.microphone && impl.config.cancel_echo) impl.microphone->set_loudspeaker(monitor);
  };
  impl.playback = std::make_unique<Playback>(
      Playback::Parts{impl.timeline, impl.workers, impl.patient_sound, tell, on_loudspeaker},
      impl.config.speaker);
  impl.chime = std::make_unique<Chime>(
      Chime::Parts{impl.timeline, impl.workers, [&impl] { return impl.playback->new_sink(); }});
  impl.camera = std::make_unique<Capture>(
      Capture::Parts{impl.timeline, impl.workers, impl.camera_relay, impl.self_view, nullptr, tell},
      camera_recipe(), impl.config.camera);
  impl.microphone = std::make_unique<Capture>(
      Capture::Parts{impl.timeline, impl.workers, impl.microphone_relay, nullptr, impl.own_sound, tell},
      microphone_recipe(), impl.config.microphone);
  const auto needs_devices = [](const std::string& wanted) { return wanted != "test" && wanted != "none"; };
  if (needs_devices(impl.config.camera) || needs_devices(impl.config.microphone) ||
      needs_devices(impl.config.speaker)) {
    impl.device_list = std::make_unique<DeviceList>(impl.workers, [&impl] { impl.on_devices(); });
  }
}

Engine::~Engine() {
  Impl& impl = *m_impl;
  impl.on_health = nullptr;
  impl.probe.reset();
  impl.leaving.clear();
  impl.device_list.reset();
  impl.camera.reset();
  impl.microphone.reset();
  impl.chime.reset();
  impl.playback.reset();
  if (!impl.workers->drain(k_last_wait)) base::log_warning("media", "a device does not let go; leaving it");
}

std::unique_ptr<consultation::Peer> Engine::create_peer(consultation::PeerListener& listener,
                                                        const std::vector<consultation::IceServer>& servers) {
  Impl& impl = *m_impl;
  WebRtcPeer::Parts parts;
  parts.timeline = impl.timeline;
  parts.workers = impl.workers;
  parts.camera = impl.camera_relay;
  parts.microphone = impl.microphone_relay;
  parts.patient_view = impl.patient_view;
  parts.patient_sound = impl.patient_sound;
  parts.codecs = impl.codecs;
  parts.present = [&impl](WebRtcPeer& peer) { impl.present(peer); };
  parts.on_picture_delay = [&impl](WebRtcPeer& peer, std::chrono::milliseconds delay) {
    if (impl.presented == &peer) impl.playback->on_picture_delay(delay);
  };
  parts.gone = [&impl](WebRtcPeer& peer) { impl.forget(peer); };
  parts.linger = [&impl](std::unique_ptr<Pipeline> pipeline) { impl.linger(std::move(pipeline)); };
  parts.local_names = impl.local_names;
  parts.relay_only = impl.config.relay_only;
  return std::make_unique<WebRtcPeer>(std::move(parts), listener, impl.tunnels.through(servers));
}

void Engine::set_microphone_muted(bool muted) { m_impl->microphone->set_muted(muted); }
void Engine::set_camera_off(bool off) { m_impl->camera->set_off(off); }
void Engine::set_patient_volume(int percent) { m_impl->playback->set_volume(percent / 100.0); }
std::shared_ptr<base::FrameSlot> Engine::self_view() const { return m_impl->self_view; }
std::shared_ptr<base::SoundLevel> Engine::own_sound() const { return m_impl->own_sound; }
std::shared_ptr<base::FrameSlot> Engine::patient_view() const { return m_impl->patient_view; }

void Engine::on_health(std::function<void(const Health&)> listener) {
  m_impl->on_health = std::move(listener);
  for (const Health& health :
       {m_impl->camera->health(), m_impl->microphone->health(), m_impl->playback->health()}) {
    m_impl->tell(health);
  }
}

void Engine::chime(double volume) { m_impl->chime->play(volume); }

std::vector<Engine::DeviceName> Engine::devices() const {
  std::vector<DeviceName> names;
  if (!m_impl->device_list) return names;
  for (const Device& device : m_impl->device_list->devices()) names.push_back({device.kind, device.name});
  return names;
}

std::optional<std::vector<std::string>> Engine::video_hardware() const {
  if (!m_impl->is_probed) return std::nullopt;
  return m_impl->codecs->hardware();
}

}  // namespace sangdam::pipelines
