#include "gateway/web_socket.hpp"

#include "base/log.hpp"

namespace sangdam::gateway {
namespace {

constexpr unsigned short k_close_error = 4000;
// libsoup ends a connection without a word when a frame is larger than its limit. With some room above ours,
// a client that is only a little too large gets its error and close code 1009.
constexpr std::size_t k_frame_room = 64UL * 1024;

}  // namespace

WebSocket::WebSocket(const base::Clock& clock, base::Ref<SoupWebsocketConnection> connection,
                     std::shared_ptr<StreamMeter> meter, Options options)
    : m_clock(clock),
      m_connection(std::move(connection)),
      m_meter(std::move(meter)),
      m_max_bytes(options.max_bytes),
      m_silence(options.silence),
      m_heard(clock.moment()) {
  m_meter->upgraded(std::move(options.allowance));
  soup_websocket_connection_set_max_incoming_payload_size(m_connection.get(),
                                                          options.max_bytes + k_frame_room);
  // In libsoup 3.2 this only sends the pings; that nothing comes back is noticed in on_time().
  soup_websocket_connection_set_keepalive_interval(m_connection.get(),
                                                   static_cast<guint>(options.ping_interval.count()));
  m_on_message = base::SignalConnection(
      m_connection.get(), "message",
      G_CALLBACK(+[](SoupWebsocketConnection*, int type, GBytes* message, gpointer self) noexcept {
        static_cast<WebSocket*>(self)->on_message(type, message);
      }),
      this);
  m_on_pong = base::SignalConnection(
      m_connection.get(), "pong", G_CALLBACK(+[](SoupWebsocketConnection*, GBytes*, gpointer data) noexcept {
        auto* self = static_cast<WebSocket*>(data);
        self->m_heard = self->moment();
      }),
      this);
  m_on_closed = base::SignalConnection(m_connection.get(), "closed",
                                       G_CALLBACK(+[](SoupWebsocketConnection*, gpointer self) noexcept {
                                         static_cast<WebSocket*>(self)->gone();
                                       }),
                                       this);
}

WebSocket::~WebSocket() {
  if (!is_closed()) m_meter->cut();
}

void WebSocket::on_message(int type, GBytes* message) {
  const bool in_time = m_meter->take_message();
  if (m_gone) {  // let go, but not yet closed
    if (!in_time) m_meter->cut();
    return;
  }
  m_heard = moment();
  m_meter->finished_message();
  try {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(message, &size));
    if (!in_time) return fail({"too-fast", "too many messages in too short a time"});
    if (type != SOUP_WEBSOCKET_DATA_TEXT) return fail({"malformed", "the message is not text"});
    if (size > m_max_bytes) return fail({"too-large", "the message is too large"});
    on_text({data, size});
  } catch (const std::exception& error) {
    base::log_error("gateway", "a message could not be handled: {}", error.what());
    close(SOUP_WEBSOCKET_CLOSE_SERVER_ERROR, "server-error");
  }
}

void WebSocket::on_time() {
  if (m_gone || moment() - m_heard < m_silence) return;
  // Nobody is there to answer a close frame.
  gone();
  m_meter->cut();
}

void WebSocket::send(const std::string& text) {
  if (soup_websocket_connection_get_state(m_connection.get()) != SOUP_WEBSOCKET_STATE_OPEN) return;
  const auto bytes = base::Ref<GBytes>::adopt(g_bytes_new(text.data(), text.size()));
  soup_websocket_connection_send_message(m_connection.get(), SOUP_WEBSOCKET_DATA_TEXT, bytes.get());
}

void WebSocket::finish() { close(SOUP_WEBSOCKET_CLOSE_NORMAL, ""); }
void WebSocket::go_away() { close(SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "restart"); }

void WebSocket::fail(const base::Failure& failure) {
  if (m_gone) return;
  send(encode_error({.code = failure.code,
                     .text = failure.message,
                     .session = {},
                     .retry_after = std::nullopt,
                     .challenge = std::nullopt}));
  const bool too_large = failure.code == "too-large";
  close(too_large ? static_cast<unsigned short>(SOUP_WEBSOCKET_CLOSE_TOO_BIG) : k_close_error,
        failure.code.c_str());
}

void WebSocket::not_understood(const base::Failure& failure) {
  if (failure.code != protocol::k_unknown_type) return fail(failure);
  if (!m_unknown_types.ignore(m_heard)) return fail({"unexpected", failure.message});
  if (m_unknown_types.is_first()) {
    base::log_info("gateway", "a message is ignored, as others like it will be: {}", failure.message);
  }
}

void WebSocket::close(unsigned short code, const char* reason) {
  if (soup_websocket_connection_get_state(m_connection.get()) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_close(m_connection.get(), code, reason);
  }
  gone();
}

void WebSocket::gone() {
  if (std::exchange(m_gone, true)) return;
  on_gone();
}

bool WebSocket::is_closed() const {
  return m_gone && soup_websocket_connection_get_state(m_connection.get()) == SOUP_WEBSOCKET_STATE_CLOSED;
}

}  // namespace sangdam::gateway
