// A GIOStream that limits how much its other end may send.
//
// libsoup 3.2 bounds a WebSocket frame but not a message of many fragments, nor an HTTP request's body, and
// it reads as long as there is something to read; it answers pings without telling us. So the gateway hands
// libsoup a stream that counts: beyond the byte or the frame rate, or with more than `max_unfinished` bytes
// since the last complete message, reading fails and the connection ends. Wrapping also keeps libsoup from
// negotiating HTTP/2, whose server half nobody here needs.
//
// Main thread.
#pragma once

#include <gio/gio.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/handles.hpp"
#include "base/token_bucket.hpp"
#include "gateway/frame_counter.hpp"

namespace sangdam::gateway {

/// What a WebSocket's client may send. Frames are messages, fragments, pings, pongs and closes alike.
struct Allowance {
  base::Rate bytes;
  base::Rate frames;
  std::shared_ptr<base::TokenBucket>
      common;  // frames beyond the own rate are taken from here; null: none are
};

/// The account of one connection, shared by its stream and by who serves it.
class StreamMeter {
 public:
  StreamMeter(const base::Clock& clock, base::Rate bytes, std::size_t max_unfinished,
              base::Ref<GSocket> socket, std::shared_ptr<void> ticket)
      : m_clock(clock),
        m_bucket(bytes),
        m_raw(raw_rate(bytes)),
        m_max_unfinished(max_unfinished),
        m_socket(std::move(socket)),
        m_ticket(std::move(ticket)),
        m_accepted(clock.moment()) {}

  /// What was read. False: over the limits.
  [[nodiscard]] bool take(std::string_view bytes);
  /// The same for bytes as they come from the network, TLS included: records without data are limited too.
  [[nodiscard]] bool take_raw(std::size_t bytes) {
    return m_raw.take(m_clock.moment(), static_cast<double>(bytes));
  }
  /// The first frame of a message, which has come in. The other frames are counted as they are read, so that
  /// only whoever sends too many messages is told.
  [[nodiscard]] bool take_message();
  /// A whole request or message has come in.
  void finished_message() { m_unfinished = 0; }
  /// From now on it is a WebSocket with this allowance, and its own liveness rule applies. Not for a client
  /// that did not wait for the answer: what it sent behind its request is with libsoup already, uncounted.
  void upgraded(Allowance allowance);
  /// The client may send more, or less, than until now.
  void allow(Allowance allowance);
  /// Also keeps the place that it takes at the address a proxy named for it, instead of an earlier one.
  void hold(std::shared_ptr<void> ticket) { m_client_ticket = std::move(ticket); }
  [[nodiscard]] bool is_upgraded() const { return m_upgraded; }
  /// The client sent its request and nothing behind it.
  [[nodiscard]] bool waited_for_answer() const { return m_head_complete && !m_pipelined; }
  /// To be asked at the end of what the client sends: whether it was not in the middle of a request. True
  /// once.
  [[nodiscard]] bool ends_between_requests() {
    return !m_upgraded && m_head_complete && !std::exchange(m_has_ended, true);
  }
  /// From now on it holds a seat, or is a kiosk's: it is not cut to make room for others.
  void settle() { m_settled = true; }
  [[nodiscard]] bool is_settled() const { return m_settled; }
  [[nodiscard]] base::Moment accepted() const { return m_accepted; }
  /// Ends the connection at the socket, below TLS: pending reads see the end of the stream.
  void cut() {
    m_cut = true;
    g_socket_shutdown(m_socket.get(), TRUE, TRUE, nullptr);
  }
  [[nodiscard]] bool is_cut() const { return m_cut; }

 private:
  void watch_head(std::string_view bytes);
  [[nodiscard]] bool take_frame();
  /// TLS adds 22 bytes to a record; a client that sends a word a record doubles its bytes.
  static base::Rate raw_rate(base::Rate bytes) { return {2 * bytes.burst, 2 * bytes.per_second}; }

  const base::Clock& m_clock;
  base::TokenBucket m_bucket;
  base::TokenBucket m_raw;
  base::TokenBucket m_frames{base::Rate{}};
  std::shared_ptr<base::TokenBucket> m_common;
  FrameCounter m_counter;
  std::size_t m_max_unfinished;
  std::size_t m_unfinished = 0;
  base::Ref<GSocket> m_socket;
  std::shared_ptr<void> m_ticket;         // the place it takes in the connection limits
  std::shared_ptr<void> m_client_ticket;  // see hold()
  base::Moment m_accepted;
  bool m_upgraded = false;
  bool m_line_empty = false;     // of an HTTP head, so far
  bool m_head_complete = false;  // and nothing came after it
  bool m_pipelined = false;      // something came with it
  bool m_settled = false;
  bool m_cut = false;
  bool m_has_ended = false;
};

[[nodiscard]] base::Ref<GIOStream> make_metered_stream(GIOStream* base, std::shared_ptr<StreamMeter> meter);

}  // namespace sangdam::gateway
