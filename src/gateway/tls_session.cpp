#include "gateway/tls_session.hpp"

#include <cerrno>

namespace sangdam::gateway {
namespace {

// Alerts and other records without data between two records with data. A client that sends nothing else is
// not a browser.
constexpr int k_max_idle_records = 8;

}  // namespace

TlsSession::TlsSession(std::shared_ptr<const TlsSettings> settings, base::Ref<GSocket> socket,
                       std::shared_ptr<StreamMeter> meter)
    : m_settings(std::move(settings)), m_socket(std::move(socket)), m_meter(std::move(meter)) {
  if (gnutls_init(&m_session, GNUTLS_SERVER | GNUTLS_NONBLOCK) < 0) m_session = nullptr;
  if (m_session == nullptr) return;
  if (!m_settings->apply(m_session)) {
    gnutls_deinit(std::exchange(m_session, nullptr));
    return;
  }
  gnutls_transport_set_ptr(m_session, this);
  gnutls_transport_set_pull_function(m_session,
                                     [](gnutls_transport_ptr_t self, void* buffer, size_t size) noexcept {
                                       return static_cast<TlsSession*>(self)->pull(buffer, size);
                                     });
  gnutls_transport_set_push_function(m_session,
                                     [](gnutls_transport_ptr_t self, const void* data, size_t size) noexcept {
                                       return static_cast<TlsSession*>(self)->push(data, size);
                                     });
}

TlsSession::~TlsSession() {
  if (m_session != nullptr) gnutls_deinit(m_session);
}

TlsSession::Step TlsSession::handshake() {
  if (m_session == nullptr) return Step::failed;
  for (;;) {
    const int result = gnutls_handshake(m_session);
    if (result == GNUTLS_E_SUCCESS) {
      m_is_up = true;
      return Step::done;
    }
    if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED) {
      return gnutls_record_get_direction(m_session) == 0 ? Step::wants_read : Step::wants_write;
    }
    if (gnutls_error_is_fatal(result) != 0) {
      gnutls_alert_send_appropriate(m_session, result);
      return Step::failed;
    }
    // A warning alert: bounded, as the meter bounds what the client may send.
  }
}

gssize TlsSession::read(void* buffer, std::size_t size, GError** error) {
  for (int idle = 0; idle < k_max_idle_records; ++idle) {
    const ssize_t result = gnutls_record_recv(m_session, buffer, size);
    if (result >= 0) return result;
    // Browsers close without the TLS goodbye. Nothing here relies on it: every message has its length.
    if (result == GNUTLS_E_PREMATURE_TERMINATION) return 0;
    if (result == GNUTLS_E_REHANDSHAKE) {
      gnutls_alert_send(m_session, GNUTLS_AL_FATAL, GNUTLS_A_NO_RENEGOTIATION);
      g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "renegotiation is refused");
      return -1;
    }
    const int code = static_cast<int>(result);
    if (code == GNUTLS_E_AGAIN || gnutls_error_is_fatal(code) != 0) {
      set_error(error, code);
      return -1;
    }
  }
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "only records without data come");
  return -1;
}

gssize TlsSession::write(const void* data, std::size_t size, GError** error) {
  // GnuTLS keeps a record that it could not send whole; it is sent on, not encrypted again.
  const ssize_t result =
      m_unsent == 0 ? gnutls_record_send(m_session, data, size) : gnutls_record_send(m_session, nullptr, 0);
  if (result >= 0) {
    m_unsent = 0;
    return result;
  }
  if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED) m_unsent = size;
  set_error(error, static_cast<int>(result));
  return -1;
}

bool TlsSession::has_pending() const {
  return m_session != nullptr && gnutls_record_check_pending(m_session) > 0;
}

void TlsSession::close() {
  if (std::exchange(m_closed, true)) return;
  if (m_is_up && m_unsent == 0) gnutls_bye(m_session, GNUTLS_SHUT_WR);
  g_socket_close(m_socket.get(), nullptr);
}

gssize TlsSession::pull(void* buffer, std::size_t size) {
  base::ErrorPtr error;
  const gssize got = g_socket_receive_with_blocking(m_socket.get(), static_cast<char*>(buffer), size, FALSE,
                                                    nullptr, base::out(error));
  if (got < 0) return fail_transport(std::move(error));
  if (m_meter->take_raw(static_cast<std::size_t>(got))) return got;
  return fail_transport(base::ErrorPtr(
      g_error_new_literal(G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "the client sends too much")));
}

gssize TlsSession::push(const void* data, std::size_t size) {
  base::ErrorPtr error;
  const gssize sent = g_socket_send_with_blocking(m_socket.get(), static_cast<const char*>(data), size, FALSE,
                                                  nullptr, base::out(error));
  return sent >= 0 ? sent : fail_transport(std::move(error));
}

gssize TlsSession::fail_transport(base::ErrorPtr error) {
  const bool waits = g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) != FALSE;
  gnutls_transport_set_errno(m_session, waits ? EAGAIN : EIO);
  // Waiting is no error: kept, it would hide what TLS itself finds wrong later.
  if (!waits) m_socket_error = std::move(error);
  return -1;
}

void TlsSession::set_error(GError** error, int code) {
  if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "would block");
  } else if (m_socket_error) {
    g_propagate_error(error, m_socket_error.release());  // takes it over
  } else {
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, gnutls_strerror(code));
  }
}

}  // namespace sangdam::gateway
