// The server's end of one TLS connection over a non-blocking socket, on the main thread.
//
// Our own and not GIO's: GIO runs each handshake on one of about ten pool threads, which waits there for the
// client's next byte, so that a few silent clients stop everybody's; and it cannot refuse renegotiation. Here
// a handshake that waits costs nothing but its memory. All cryptography is GnuTLS's.
//
//   TlsSession session(settings, socket, meter);
//   switch (session.handshake()) { ... }        // again whenever the socket is ready for what it wants
//   session.read(buffer, size, error);          // after Step::done
//
// Every byte the client sends, handshake included, is taken from the meter. Main thread.
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

#include <cstddef>
#include <memory>

#include "base/handles.hpp"
#include "gateway/metered_stream.hpp"
#include "gateway/tls_settings.hpp"

namespace sangdam::gateway {

class TlsSession {
 public:
  enum class Step : std::uint8_t { done, wants_read, wants_write, failed };

  TlsSession(std::shared_ptr<const TlsSettings> settings, base::Ref<GSocket> socket,
             std::shared_ptr<StreamMeter> meter);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  /// Goes on with the handshake as far as it gets without waiting.
  [[nodiscard]] Step handshake();

  /// Bytes read, 0 at the end of the stream, -1 with `error` (G_IO_ERROR_WOULD_BLOCK if nothing is there). A
  /// client that wants to renegotiate (RFC 5246, 7.4.1.1) is an error.
  gssize read(void* buffer, std::size_t size, GError** error);
  /// Bytes written, or -1 with `error`. After G_IO_ERROR_WOULD_BLOCK the same bytes must be offered again.
  gssize write(const void* data, std::size_t size, GError** error);
  /// Decrypted bytes wait: the socket alone does not tell that there is something to read.
  [[nodiscard]] bool has_pending() const;
  /// Says goodbye if that is possible without waiting, and closes the socket.
  void close();

  [[nodiscard]] GSocket* socket() const { return m_socket.get(); }

 private:
  gssize pull(void* buffer, std::size_t size);
  gssize push(const void* data, std::size_t size);
  gssize fail_transport(base::ErrorPtr error);
  void set_error(GError** error, int code);

  std::shared_ptr<const TlsSettings> m_settings;  // outlives the session
  base::Ref<GSocket> m_socket;
  std::shared_ptr<StreamMeter> m_meter;
  gnutls_session_t m_session = nullptr;  // null: could not be made
  std::size_t m_unsent = 0;              // of a record that GnuTLS holds encrypted
  base::ErrorPtr m_socket_error;         // what ended the socket, if it was not TLS
  bool m_is_up = false;
  bool m_closed = false;
};

}  // namespace sangdam::gateway
