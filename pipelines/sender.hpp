// The sending half of a peer: from the engine's relays through an encoder of the picture and Opus to
// webrtcbin's sink pads.
//
//   camera ! size ! encoder │ payloader │ webrtcbin          made by choose(), once the answer says the codec
//   microphone ! Opus ! payloader │ webrtcbin                made by build()
//
// Both stay dry until start(): nothing is encoded, let alone sent, to somebody who has not proved to be the
// patient. What is left of the first bar can be replaced in the middle of a call; what is right of it goes
// on with the same stream, and the browser does not notice more than a key frame. Main thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "consultation/media.hpp"
#include "pipelines/bitrate_controller.hpp"
#include "pipelines/pacer.hpp"
#include "pipelines/pipeline.hpp"
#include "pipelines/relay.hpp"
#include "pipelines/retransmission_budget.hpp"
#include "pipelines/shape.hpp"
#include "pipelines/speech_frame.hpp"
#include "pipelines/speech_rate.hpp"
#include "pipelines/video_encoder.hpp"

namespace sangdam::pipelines {

class Sender {
 public:
  /// Adds the chains to `pipeline`, which must live as long as this is used, and links them to `webrtc`.
  /// Fails with "element-missing" or "link-failed".
  base::Result<> build(Pipeline& pipeline, const Ref<GstElement>& webrtc);
  /// What the picture is sent as, by the first of the encoders that there are for it. Once, before start();
  /// fails as build() does.
  base::Result<> choose(const VideoFormat& format, std::vector<VideoEncoder> encoders);
  /// Once a second: the hardware's encoder, if it gets pictures but has given none for 3 s; null otherwise.
  [[nodiscard]] GstObject* stuck_encoder();
  /// An element failed. If it is the encoder's and there is another encoder, that one goes on in its place,
  /// and the factory of the one that failed is returned; empty if nothing could be done.
  std::string replace_encoder(GstObject* failed);
  /// From now on pictures and sound flow, beginning with a key frame.
  void start(std::shared_ptr<Relay> camera, std::shared_ptr<Relay> microphone);
  void stop();
  /// The round trip is 0 until it is known.
  void set_quality(double target_kbps, const BitrateController::Picture& picture, double lost_percent,
                   double round_trip_ms);
  /// Below video the target counts for nothing: a still every few seconds, or none, has a rate of its own.
  void set_level(consultation::MediaLevel level);

  /// Of the packets of picture and sound so far, without retransmissions. webrtcbin's own count leaves a
  /// stream out for good once it has paused for a while.
  [[nodiscard]] std::uint64_t bytes() const { return *m_bytes; }

 private:
  void send_picture(int kbps, const BitrateController::Picture& picture);
  void send_speech(int bits_per_second, int frame_ms);
  base::Result<> build_encoder();
  void set_picture_interval();

  Pipeline* m_pipeline = nullptr;
  Ref<GstElement> m_camera_in, m_microphone_in, m_encoder, m_opus;
  std::uint32_t m_source = 0;                // the picture's SSRC
  Ref<GstElement> m_picture_out;             // in front of webrtcbin: says what comes
  Ref<GstElement> m_encoding, m_payloading;  // the bins of choose()
  std::vector<VideoEncoder> m_encoders;      // the first is in use
  std::shared_ptr<Relay> m_camera_relay;
  std::shared_ptr<std::atomic<unsigned>> m_coded = std::make_shared<std::atomic<unsigned>>(0);  // pictures
  unsigned m_coded_before = 0, m_captured_before = 0, m_idle_seconds = 0;
  std::optional<ShapeKeeper> m_shape;  // of the encoder in use
  std::unique_ptr<Relay::Output> m_camera, m_microphone;
  std::shared_ptr<RetransmissionBudget> m_retransmissions = std::make_shared<RetransmissionBudget>();
  std::shared_ptr<std::atomic<std::uint64_t>> m_bytes = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::optional<Pacer> m_pacer;
  consultation::MediaLevel m_level = consultation::MediaLevel::video;
  BitrateController::Picture m_picture{1280, 720, 1};
  SpeechRate m_speech;
  SpeechFrame m_speech_frame;
  int m_kbps = 0;
  int m_speech_bits, m_speech_ms;
  int m_loss = -1;
};

}  // namespace sangdam::pipelines
