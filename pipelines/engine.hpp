// The media engine: camera, microphone and speaker of the kiosk, and the peers that share them.
//
//   gst_init(nullptr, nullptr) is done by Engine::start_up(), once, before anything else.
//   pipelines::Engine engine({.camera = "auto", .microphone = "auto"});
//   engine.on_health([](const pipelines::Health& h) { ... });         // also told what is known already
//   screen.show(engine.self_view(), engine.patient_view());
//   auto peer = engine.create_peer(listener, ice_servers);            // on_offer follows
//   ... peer->set_answer(sdp); ... on_connected -> peer->present();
//
// Capture, each peer and playback are pipelines of their own, joined by relays: a peer that fails takes no
// camera down, a camera that fails takes no call down. Main thread. Peers must be gone before the engine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/sound_level.hpp"
#include "base/video_frame.hpp"
#include "consultation/media.hpp"
#include "pipelines/health.hpp"
#include "pipelines/video_decoder.hpp"
#include "pipelines/video_encoder.hpp"

namespace sangdam::pipelines {

struct EngineConfig {
  std::string camera = "auto";      // "auto", "test", "none" or a device's name
  std::string microphone = "auto";  // the same
  std::string speaker = "auto";     // "auto", "none" or a device's name
  bool cancel_echo = true;          // off only to measure what it does
  bool relay_only = false;          // use TURN only: the administrator's self-test
  /// A program that runs run_video_probe() on what follows these arguments. Empty: no hardware is used for
  /// the picture's codecs.
  std::vector<std::string> video_probe;
  /// What is probed instead of what this system has; for tests.
  std::optional<std::vector<VideoEncoder>> hardware_encoders;
  std::optional<std::vector<VideoDecoder>> hardware_decoders;
};

class Engine final : public consultation::MediaEngine {
 public:
  /// Initialises GStreamer and names what is missing on this system ("element-missing"). Once per process.
  static base::Result<> start_up();

  explicit Engine(EngineConfig config);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::unique_ptr<consultation::Peer> create_peer(
      consultation::PeerListener& listener, const std::vector<consultation::IceServer>& servers) override;
  void set_microphone_muted(bool muted) override;
  void set_camera_off(bool off) override;
  void set_patient_volume(int percent) override;

  [[nodiscard]] std::shared_ptr<base::FrameSlot> self_view() const;
  [[nodiscard]] std::shared_ptr<base::FrameSlot> patient_view() const;
  /// What is sent of the microphone: silence while it is muted.
  [[nodiscard]] std::shared_ptr<base::SoundLevel> own_sound() const;

  /// The chime for a knock, at that volume (0 to 1), from the loudspeaker that patients are heard from.
  void chime(double volume);

  void on_health(std::function<void(const Health&)> listener);
  struct DeviceName {
    Part kind;
    std::string name;
  };
  [[nodiscard]] std::vector<DeviceName> devices() const;
  /// The elements of the hardware that work, and have gone on working; nothing until all are probed.
  [[nodiscard]] std::optional<std::vector<std::string>> video_hardware() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace sangdam::pipelines
