// The seam to the media engine (pipelines/ implements it with webrtcbin).
//
// A peer is one RTCPeerConnection's worth: ICE, DTLS, one picture and one sound each way, two data channels
// ("chat" and "control", both reliable and ordered). It offers; the browser answers. It cannot restart ICE:
// to change networks the encounter makes a second peer and drops the first once the second is connected. Main
// thread on both sides of the seam: the engine posts what its own threads notice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/video_frame.hpp"

namespace sangdam::consultation {

/// RFC 8829 names: `urls` of RTCIceServer, one each.
struct IceServer {
  std::string url;  // "stun:host:port", "turn:host:port?transport=udp", "turns:..."
  std::string username;
  std::string credential;
  friend bool operator==(const IceServer&, const IceServer&) = default;
};

enum class Channel : std::uint8_t { chat, control };

/// What of picture and sound one side sends because the line carries no more. Each includes those after it;
/// text goes over the channels and always tries.
enum class MediaLevel : std::uint8_t { video, stills, voice, text };
[[nodiscard]] std::string_view name_of(MediaLevel level) noexcept;

/// Why a peer is of no use any more. The names are logged.
enum class PeerFailure : std::uint8_t {
  offer_failed,          // the engine could not make an offer: elements missing, out of memory
  answer_invalid,        // the browser's answer does not fit the offer
  connect_timeout,       // no ICE path within the time allowed
  connection_lost,       // was connected; ICE consent (RFC 7675) or DTLS is gone
  fingerprint_mismatch,  // the DTLS certificate is not the one of the signalling: an impostor on the path
  pipeline_error,
  protocol_violation,  // what no browser sends: beyond the offer or any use, or nonsense again and again
};
[[nodiscard]] std::string_view name_of(PeerFailure failure) noexcept;

/// One second of a connected peer. Rates in kbit/s, losses in percent of the second's packets.
struct PeerStatistics {
  double round_trip_ms = 0;
  double sent_kbps = 0, received_kbps = 0;
  double lost_out_percent = 0, lost_in_percent = 0;
  double jitter_ms = 0;
  int received_width = 0, received_height = 0;
  double received_fps = 0;
  double received_frozen_ms = 0;    // of this second's pictures: how long they had stood still
  double target_kbps = 0;           // what the quality control asks of the video encoder
  double received_level_db = -100;  // loudness of the patient's sound, dBFS
  bool relayed = false;             // through TURN
};

class PeerListener {
 public:
  virtual ~PeerListener() = default;
  virtual void on_offer(const std::string& sdp) = 0;
  virtual void on_candidate(unsigned mline_index, const std::string& candidate) = 0;
  /// ICE and DTLS stand and the certificate matches the answer's fingerprint: only now is anything shown.
  virtual void on_connected() = 0;
  /// Nothing has arrived for most of a second: too short to tell anybody, long enough to begin with another
  /// path. Once for each silence.
  virtual void on_silent() = 0;
  /// Nothing arrives just now (ICE "disconnected"); may recover by itself, with on_connected() again.
  virtual void on_interrupted() = 0;
  /// Last call of a peer: drop it.
  virtual void on_failed(PeerFailure failure, const std::string& detail) = 0;
  virtual void on_channel_open(Channel channel) = 0;
  virtual void on_channel_text(Channel channel, const std::string& text) = 0;
  /// More lines came than the engine hands over: so many were dropped unread.
  virtual void on_channel_overrun(Channel /*channel*/, std::size_t /*lines*/) {}
  virtual void on_first_frame(int width, int height) = 0;
  virtual void on_statistics(const PeerStatistics& statistics) = 0;
  /// The engine sends more or less from now on; a peer begins with video.
  virtual void on_media_level(MediaLevel level) = 0;
};

/// Destroying it closes the connection; no listener call comes afterwards. Not to be destroyed inside a
/// listener call: close() there, destroy later.
class Peer {
 public:
  virtual ~Peer() = default;
  /// Ends the connection now, without waiting for its threads. No listener call comes afterwards.
  virtual void close() = 0;
  /// The same, but a last text goes out on the control channel if that is open: media ends now, the
  /// connection once there was time to deliver it.
  virtual void close_with(const std::string& farewell) = 0;
  virtual void set_answer(const std::string& sdp) = 0;
  virtual void add_candidate(unsigned mline_index, const std::string& candidate) = 0;
  /// False if the channel is not open (the caller keeps the text).
  virtual bool send(Channel channel, const std::string& text) = 0;
  /// Shows this peer's picture and plays its sound. A peer starts silent and dark; the encounter presents it
  /// once it is connected, and presenting one hides the other.
  virtual void present() = 0;
  /// The patient's side has no use for a larger picture than this, in pixels, however good the line is. What
  /// is sent may be a little larger, and smaller at any time.
  virtual void limit_picture(base::PictureSize size) = 0;
};

class MediaEngine {
 public:
  virtual ~MediaEngine() = default;
  /// Starts making the offer at once. `listener` outlives the peer.
  virtual std::unique_ptr<Peer> create_peer(PeerListener& listener,
                                            const std::vector<IceServer>& servers) = 0;
  virtual void set_microphone_muted(bool muted) = 0;
  virtual void set_camera_off(bool off) = 0;
  /// How loud the patient is played: 100 is as loud as she comes, 200 twice as loud, 0 not at all.
  virtual void set_patient_volume(int percent) = 0;
};

}  // namespace sangdam::consultation
