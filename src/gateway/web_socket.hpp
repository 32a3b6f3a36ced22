// One WebSocket connection: bounded, metered, watched for silence, and closed with a reason.
//
// The derived class gets whole text messages of at most `max_bytes`, never faster than its allowance, and one
// on_gone() when the other end is lost or let go, whichever happens first; nothing comes after that. Owns the
// connection. Main thread.
#pragma once

#include <libsoup/soup.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/handles.hpp"
#include "base/signal.hpp"
#include "base/unknown_types.hpp"
#include "gateway/config.hpp"
#include "gateway/metered_stream.hpp"
#include "protocol/messages.hpp"

namespace sangdam::gateway {

class WebSocket {
 public:
  struct Options {
    std::size_t max_bytes;
    Allowance allowance;
    std::chrono::seconds ping_interval;
    std::chrono::seconds silence;
  };

  WebSocket(const base::Clock& clock, base::Ref<SoupWebsocketConnection> connection,
            std::shared_ptr<StreamMeter> meter, Options options);
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  virtual ~WebSocket();

  /// Ends a connection nothing was heard from for too long. Call about once a second.
  virtual void on_time();
  /// Closes with 1000 after what was sent.
  void finish();
  /// Tells the error, then closes 4000 with its code (1009 for "too-large").
  void fail(const base::Failure& failure);
  /// The gateway stops (1001): clients reconnect.
  void go_away();
  /// Lost or let go, and libsoup is done with it: may be deleted.
  [[nodiscard]] bool is_closed() const;

 protected:
  virtual void on_text(std::string_view text) = 0;
  virtual void on_gone() = 0;
  /// The error message in the encoding of this kind of client.
  [[nodiscard]] virtual std::string encode_error(const protocol::Error& error) const = 0;
  void send(const std::string& text);
  /// It is not cut any more to make room for others: it has a seat, or is a kiosk's.
  void settle() { m_meter->settle(); }
  /// What the other end said of itself with the message that made it known here.
  void agree(const protocol::Features& features) {
    m_unknown_types.agree(protocol::has_feature(features, protocol::k_ignore_unknown));
  }
  /// A message that could not be decoded: fails, unless it is of an unknown type that may be ignored.
  void not_understood(const base::Failure& failure);
  /// For liveness, rates and deadlines: setting the machine's clock must not end a connection, nor keep a
  /// dead one.
  [[nodiscard]] base::Moment moment() const { return m_clock.moment(); }
  [[nodiscard]] base::Instant now() const { return m_clock.now(); }
  [[nodiscard]] bool is_gone() const { return m_gone; }
  void allow(Allowance allowance) { m_meter->allow(std::move(allowance)); }

 private:
  void on_message(int type, GBytes* message);
  void close(unsigned short code, const char* reason);
  void gone();

  const base::Clock& m_clock;
  base::Ref<SoupWebsocketConnection> m_connection;
  std::shared_ptr<StreamMeter> m_meter;
  std::size_t m_max_bytes;
  std::chrono::seconds m_silence;
  base::Moment m_heard;
  base::UnknownTypes m_unknown_types;
  bool m_gone = false;
  base::SignalConnection m_on_message;
  base::SignalConnection m_on_pong;
  base::SignalConnection m_on_closed;
};

}  // namespace sangdam::gateway
