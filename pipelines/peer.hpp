// One RTCPeerConnection with a patient's browser, on webrtcbin: offers, checks, sends, shows.
//
// Until the DTLS certificate has proved to be the one the answer named (fingerprint.hpp), no picture, sound
// or text leaves the kiosk, and none that arrived is decoded, shown, played or reported.
//
//   main thread            every member function, every listener call
//   webrtcbin's thread     promises, candidates, states          } copy plain values and post; they share
//   `Bridge`, streaming threads      pads, samples, channel messages       } which outlives the peer, and
//   nothing else
//
// Destroying a peer is safe in every state and returns at once; webrtcbin stops on a worker thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "consultation/media.hpp"
#include "pipelines/bitrate_controller.hpp"
#include "pipelines/data_channels.hpp"
#include "pipelines/descriptions.hpp"
#include "pipelines/error_correction.hpp"
#include "pipelines/intake.hpp"
#include "pipelines/jitter_buffers.hpp"
#include "pipelines/local_names.hpp"
#include "pipelines/media_level.hpp"
#include "pipelines/peer_counters.hpp"
#include "pipelines/pipeline.hpp"
#include "pipelines/receiver.hpp"
#include "pipelines/relay.hpp"
#include "pipelines/repair_delay.hpp"
#include "pipelines/sender.hpp"
#include "pipelines/video_codecs.hpp"

namespace sangdam::pipelines {

class WebRtcPeer final : public consultation::Peer {
 public:
  struct Parts {
    Timeline timeline;
    std::shared_ptr<Workers> workers;
    std::shared_ptr<Relay> camera;      // what to send: I420 1280x720
    std::shared_ptr<Relay> microphone;  // what to send: S16LE 48 kHz mono
    std::shared_ptr<base::FrameSlot> patient_view;
    std::shared_ptr<Relay> patient_sound;
    std::shared_ptr<VideoCodecs> codecs;
    /// Asks the engine to hide the peer presented until now; the engine answers with set_presented() on both.
    std::function<void(WebRtcPeer&)> present;
    /// Its pictures are shown so much later than they could be. Once a second.
    std::function<void(WebRtcPeer&, std::chrono::milliseconds)> on_picture_delay;
    /// The peer is going: the engine forgets it.
    std::function<void(WebRtcPeer&)> gone;
    /// Keeps the pipeline of a closed peer until its last text is delivered; without it there is no time.
    std::function<void(std::unique_ptr<Pipeline>)> linger;
    std::shared_ptr<LocalNames> local_names;  // null: hidden addresses stay hidden
    bool relay_only = false;                  // for the TURN self-test
    std::chrono::milliseconds connect_timeout{15000};
    std::chrono::milliseconds silent_after{800};
    std::chrono::milliseconds interrupted_after{3000};
    std::chrono::milliseconds lost_after{7000};
  };

  WebRtcPeer(Parts parts, consultation::PeerListener& listener,
             const std::vector<consultation::IceServer>& servers);
  ~WebRtcPeer() override;
  WebRtcPeer(const WebRtcPeer&) = delete;
  WebRtcPeer& operator=(const WebRtcPeer&) = delete;

  void close() override;
  void close_with(const std::string& farewell) override;
  void set_answer(const std::string& sdp) override;
  void add_candidate(unsigned mline_index, const std::string& candidate) override;
  bool send(consultation::Channel channel, const std::string& text) override;
  void present() override;
  void limit_picture(base::PictureSize size) override;

  void set_presented(bool presented);

 private:
  static constexpr GstClockTime k_feedback_interval = 50 * GST_MSECOND;
  static constexpr guint64 k_report_interval = GST_SECOND;  // give or take half of it (RFC 3550, 6.3.1)
  // Twenty a second take 13 kbit/s, which is as much as speech where there is no room for pictures.
  static constexpr GstClockTime k_thin_feedback_interval = 250 * GST_MSECOND;

  // An ordered life; `failed` is the end. Being interrupted is a property of `connected`, told to the
  // listener once each way.
  enum class Phase : std::uint8_t { offering, offered, connecting, connected, interrupted, failed };
  struct Bridge;

  base::Result<> build(const std::vector<consultation::IceServer>& servers);
  void connect_signals();
  void create_offer();
  /// What the picture is sent as, and a decoder for what will probably come.
  base::Result<> choose_codec(const std::vector<VideoFormat>& answered);
  void on_needed(VideoCodec codec);
  /// True if something else goes on in the place of what failed.
  bool go_on_without(GstObject* failed);
  void on_offer_made(std::shared_ptr<GstWebRTCSessionDescription> offer);
  void on_transport_state();
  void verify();
  void on_bus(GstMessage& message);
  void on_second();
  void on_counters(PeerCounters counters);
  void on_feedback(const std::vector<PacketReport>& packets);
  void set_correction(double round_trip_ms);
  void apply_quality();
  /// Of what arrives, to the browser.
  void set_feedback_interval(GstClockTime interval);
  void watch_silence();
  [[nodiscard]] MediaLevelControl::Line line(double round_trip_ms) const;
  [[nodiscard]] bool is_heard() const;
  void fail(consultation::PeerFailure failure, const std::string& detail);
  /// All but the pipeline ends: nothing more is sent, shown or told.
  void end();
  [[nodiscard]] std::chrono::milliseconds age() const;
  [[nodiscard]] bool is_up() const { return m_phase == Phase::connected || m_phase == Phase::interrupted; }

  Parts m_parts;
  consultation::PeerListener& m_listener;
  Phase m_phase = Phase::offering;
  std::shared_ptr<Bridge> m_bridge;
  std::unique_ptr<Pipeline> m_pipeline;
  Ref<GstElement> m_webrtc;
  Ref<GstWebRTCRTPTransceiver> m_video;
  Ref<GstElement> m_session;  // rtpsession of the bundle
  PendingPromise m_offering, m_answering, m_counting;
  Sender m_sender;
  Receiver m_receiver;
  JitterBuffers m_jitter_buffers;
  RepairDelay m_repair_delay;
  CorrectionShare m_correction;
  bool m_may_correct = false;              // the browser understands repairs of this codec
  std::optional<DataChannels> m_channels;  // gone once failed
  Intake m_intake;
  std::shared_ptr<GstWebRTCSessionDescription> m_offer;
  SectionFingerprints m_expected;  // empty until there is an answer
  std::vector<std::pair<unsigned, std::string>> m_early_candidates;
  unsigned m_candidates = 0, m_malformed_candidates = 0, m_hidden_candidates = 0;

  BitrateController m_controller;
  MediaLevelControl m_level;
  std::optional<BitrateController::Time> m_last_feedback;
  PeerCounters m_counters;
  std::chrono::steady_clock::time_point m_born, m_counted;
  unsigned m_frames_counted = 0;
  unsigned m_captured = 0;
  std::int64_t m_frozen_counted = 0;
  bool m_is_silent = false;  // and the listener knows
  double m_level_db = -100;

  base::Timer m_deadline;
  base::Timer m_second;
  base::Timer m_silence;
  base::Anchor<WebRtcPeer> m_anchor{this};
};

}  // namespace sangdam::pipelines
