// The two data channels of a peer, "chat" and "control" (RFC 8831; reliable and ordered).
//
// What comes before allow() is kept, a little of it, and told then: a browser may write before our check of
// its certificate is done. Texts are bounded in length and in how many may be on their way to the main
// thread, and are handed over in helpings, so that a browser at full speed leaves time to paint. What is
// beyond is dropped and counted: of the chat the newest (its sender keeps it until it is acknowledged), of
// the control channel the oldest (the newest is how things are).
//
// Main thread; webrtcbin's threads copy plain values and post. A callback may destroy the object.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mailbox.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "consultation/media.hpp"
#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

class DataChannels {
 public:
  struct Listener {
    std::function<void(consultation::Channel)> on_open;
    std::function<void(consultation::Channel, const std::string& text)> on_text;
    std::function<void(consultation::Channel, std::size_t texts)> on_dropped;
  };

  explicit DataChannels(Listener listener);

  /// Before the offer is made. Fails with "no-data-channel".
  base::Result<> create(GstElement* webrtc);
  /// The peer is verified: tells what is open and what came early, then everything as it comes.
  void allow();
  /// False if the channel is not open or the text is too long.
  bool send(consultation::Channel channel, const std::string& text);
  /// Before webrtcbin stops, on any thread but a streaming one: nothing is sent or read from then on. Before
  /// 1.22.3 sctpenc tries for ever to send what a closing association does not take, and the stop waits for
  /// it (fixed upstream by a1f072718619); and a packet that arrives while sctpdec stops may find an
  /// association that is freed, and wait for its lock for ever (seen in a debugger, once in a thousand
  /// calls).
  static void cut_off(GstElement& webrtc);

 private:
  struct State {
    Ref<GstWebRTCDataChannel> handle;
    bool open = false;  // on the wire
    std::vector<std::string> early;
    std::shared_ptr<base::Mailbox<std::string>> mailbox;
    base::Timer next_helping;
  };
  struct Context;

  State& state(consultation::Channel channel) { return m_states[static_cast<std::size_t>(channel)]; }
  void on_open(consultation::Channel channel);
  void read(consultation::Channel channel);
  void on_text(consultation::Channel channel, const std::string& text);
  void tell_open(consultation::Channel channel) const;
  void tell_text(consultation::Channel channel, const std::string& text) const;

  Listener m_listener;
  std::array<State, 2> m_states;
  bool m_allowed = false;
  base::Anchor<DataChannels> m_anchor{this};
};

}  // namespace sangdam::pipelines
