// The door of a peer: everything that arrives is judged by peer_rules.hpp at five places, each in front of
// the element that would allocate something for it.
//
//   nicesrc ─1─ DTLS ┬─ srtpdec ─2─ rtpbin ─3─ depayloader ─4─ decoder
//                    └─ 5 ─ sctpdec
//
// What breaks the rules is told once, and from then on nothing gets through any more. watch() and the setters
// are for the main thread; the probes run on streaming threads and share `State`, whose lock is held for the
// look at one packet.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "pipelines/gst_handles.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {

class Intake {
 public:
  /// `on_violation` is called on a streaming thread, once; the text is a constant.
  explicit Intake(std::function<void(const char* why)> on_violation);
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;
  ~Intake() = default;

  /// Places 1, 2 and 5, as webrtcbin makes its elements. Before it makes any.
  void watch(GstElement* webrtc);
  /// Places 3 and 4: in front of the chain, and behind its depayloader.
  void watch_picture(GstElement* chain, GstElement* depayloader, GstElement* decoder, VideoCodec codec);
  void watch_sound(GstElement* decoder);

  /// Before the description goes to webrtcbin: the payload types that may come, which are the answer's and
  /// those of error correction, and whose streams are even.
  void set_formats(const GstSDPMessage& answer);
  void set_patient_is_dtls_client(bool is_client);

  /// For how long nothing has arrived. Anything at all (media, RTCP, DTLS) is a sign of life; libnice alone
  /// notices a dead path only after 50 s, because webrtcbin does not switch consent freshness (RFC 7675) on.
  [[nodiscard]] std::chrono::milliseconds silence() const;
  /// Of all datagrams so far. webrtcbin's own count leaves a stream out for good once the browser has paused
  /// it with a BYE.
  [[nodiscard]] std::uint64_t bytes() const;
  /// As if something had arrived now.
  void end_silence();

 private:
  struct State;
  static void probe(const std::shared_ptr<State>& state, GstElement* element, const char* pad_name,
                    unsigned place);
  /// openh264dec of GStreamer 1.22 to 1.26 keeps each picture that it cannot decode for as long as it lives.
  void watch_backlog(GstElement* decoder);
  /// What is behind a VP9 frame is not decoded (vp9_index()).
  static void seal_pictures(GstElement* decoder);

  std::shared_ptr<State> m_state;
};

}  // namespace sangdam::pipelines
