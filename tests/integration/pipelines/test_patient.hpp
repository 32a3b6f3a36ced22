// The other side of a peer, for tests: a plain webrtcbin that answers, in the same process, with a picture
// and a tone of its own, and that measures what it gets.
//
// Main thread, like the engine's peers; what its streaming threads notice is kept in `Seen`.
#pragma once

#include <atomic>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/main_thread.hpp"
#include "pipelines/gst_handles.hpp"

namespace sangdam::tests {

class TestPatient {
 public:
  struct Options {
    /// An element that is called "flash" lights up with each tick of an audiotestsrc.
    std::string picture =
        "videotestsrc is-live=true pattern=solid-color foreground-color=0xff108020";  // green
    std::string picture_caps = "video/x-raw,width=640,height=360,framerate=20/1";
    std::string sound = "audiotestsrc is-live=true wave=sine freq=440 volume=0.3";
    int kbps = 1500;
    /// What it sends its picture as, by the payload type.
    unsigned picture_type = 96;
    std::string turn_server{};
    /// Its H.264 or VP9 says that it is 16000x16000.
    bool claims_giant = false;
    /// What its VP8 key frames say their size is, whatever it is.
    std::optional<std::pair<int, int>> claimed_size{};
    /// Certificate and key in PEM instead of webrtcbin's own. The answer may name another one.
    std::string certificate{};
    /// A file for the sound that comes: S16LE, 48 kHz, mono.
    std::string record{};
  };
  /// What has come from the kiosk.
  struct Seen {
    std::atomic<unsigned> frames{0};
    std::atomic<unsigned> picture_type{0};
    std::atomic<unsigned> changed_frames{0};  // differ from the one before
    std::atomic<int> width{0}, height{0};
    std::atomic<int> corner_r{-1}, corner_g{-1}, corner_b{-1};  // at the top left
    std::atomic<int> brightest{-1};                             // of the last frame
    std::atomic<int> lit_width{0}, lit_height{0};               // of what is bright in the last frame
    std::atomic<double> level_db{-100};
    std::atomic<unsigned> sound_buffers{0};
    std::ofstream record;  // the streaming thread's
  };
  struct Callbacks {
    std::function<void(const std::string&)> on_answer;
    std::function<void(unsigned, const std::string&)> on_candidate;
    std::function<void(const std::string& channel, const std::string& text)> on_text;
  };

  TestPatient(Options options, Callbacks callbacks);
  ~TestPatient();
  TestPatient(const TestPatient&) = delete;
  TestPatient& operator=(const TestPatient&) = delete;

  void accept(const std::string& offer);
  void add_candidate(unsigned mline, const std::string& candidate);
  bool send(const std::string& channel, const std::string& text);
  /// Closes the connection as a browser does: DTLS says goodbye.
  void close();
  /// Falls silent without a word, as a phone in a lift does.
  void vanish();
  /// Opens data channels of its own, as a page may.
  void open_channels(int count);
  /// Sends what no browser would, encrypted as it must be: whole RTP and RTCP packets. False once it has no
  /// connection.
  bool send_rtp(const std::vector<std::uint8_t>& packet);
  bool send_rtcp(const std::vector<std::uint8_t>& packet);
  /// Where the stream of its picture is: for packets that go on with it.
  struct Position {
    std::uint32_t source = 0, time = 0;
    std::uint16_t number = 0;
  };
  [[nodiscard]] Position picture_position() const;
  /// Stops sending picture and sound, so that what is sent by hand is all there is.
  void hush();
  /// Goes on with both.
  void speak();
  [[nodiscard]] const Seen& seen() const { return *m_seen; }

 private:
  bool encrypt(const char* kind, const std::vector<std::uint8_t>& packet);

  Callbacks m_callbacks;
  std::shared_ptr<Seen> m_seen = std::make_shared<Seen>();
  base::Ref<GstElement> m_pipeline, m_webrtc, m_encryption;
  std::shared_ptr<std::atomic<bool>> m_hushed = std::make_shared<std::atomic<bool>>(false);
  std::vector<base::Ref<GstWebRTCDataChannel>> m_channels;
  base::Anchor<TestPatient> m_anchor{this};
};

}  // namespace sangdam::tests
