// A client that speaks bytes: for what libsoup's own client would never send, or never leave unanswered.
#pragma once

#include <fmt/format.h>
#include <gio/gio.h>

#include <string>

#include "base/handles.hpp"
#include "gateway/server.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {

class RawClient {
 public:
  explicit RawClient(const gateway::Server& server) : m_port(server.port()) {
    const auto client = base::Ref<GSocketClient>::adopt(g_socket_client_new());
    g_socket_client_set_tls(client.get(), TRUE);
    g_signal_connect(
        client.get(), "event",
        G_CALLBACK(
            +[](GSocketClient*, GSocketClientEvent event, GSocketConnectable*, GIOStream* stream, gpointer) {
              if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING) return;
              g_signal_connect(stream, "accept-certificate",
                               G_CALLBACK(+[](GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags,
                                              gpointer) -> gboolean { return TRUE; }),
                               nullptr);
            }),
        nullptr);
    bool done = false;
    struct Into {
      RawClient* self;
      bool* done;
    } into{this, &done};
    g_socket_client_connect_to_host_async(
        client.get(), "127.0.0.1", m_port, nullptr,
        [](GObject* source, GAsyncResult* result, gpointer data) {
          auto* target = static_cast<Into*>(data);
          target->self->m_connection = base::Ref<GSocketConnection>::adopt(
              g_socket_client_connect_to_host_finish(G_SOCKET_CLIENT(source), result, nullptr));
          *target->done = true;
        },
        &into);
    REQUIRE(run_until([&] { return done; }));
    REQUIRE(m_connection);
  }

  /// Asks to become a patient's WebSocket, with more lines in the head and more bytes behind it in one write.
  void begin_upgrade(const std::string& head = "", const std::string& behind = "") {
    std::string hello =
        fmt::format(
            "GET /ws/patient HTTP/1.1\r\nHost: 127.0.0.1:{0}\r\nOrigin: https://127.0.0.1:{0}\r\nUpgrade: "
            "websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: "
            "13\r\n{1}\r\n",
            m_port, head) +
        behind;
    REQUIRE(run_until([&] {
      write(hello);
      return hello.empty();
    }));
  }

  /// Becomes a patient's WebSocket.
  void upgrade() {
    begin_upgrade();
    REQUIRE(run_until([&] {
      read();
      g_main_context_wakeup(nullptr);
      return m_received.find("\r\n\r\n") != std::string::npos;
    }));
    REQUIRE(m_received.find("101 Switching Protocols") != std::string::npos);
  }

  /// Writes what goes out without waiting, and takes it off `bytes`. Returns how much that was.
  std::size_t write(std::string& bytes) {
    if (bytes.empty() || m_ended) return 0;
    base::ErrorPtr error;
    const gssize wrote = g_pollable_output_stream_write_nonblocking(
        G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(G_IO_STREAM(m_connection.get()))),
        bytes.data(), bytes.size(), nullptr, base::out(error));
    if (wrote < 0) return 0;
    bytes.erase(0, static_cast<std::size_t>(wrote));
    return static_cast<std::size_t>(wrote);
  }

  /// The head of the answer to a request given as it stands on the wire.
  std::string ask(std::string request) {
    m_received.clear();
    REQUIRE(run_until([&] {
      write(request);
      read();
      return m_ended || m_received.find("\r\n\r\n") != std::string::npos;
    }));
    return m_received.substr(0, m_received.find("\r\n\r\n"));
  }

  /// One text message of less than 64 KiB, masked with zeros.
  void send_text(const std::string& text) {
    std::string frame(1, '\x81');
    if (text.size() < 126) {
      frame += static_cast<char>(0x80 | text.size());
    } else {
      frame += {'\xFE', static_cast<char>(text.size() >> 8), static_cast<char>(text.size())};
    }
    frame += std::string(4, '\0') + text;
    REQUIRE(run_until([&] {
      write(frame);
      return frame.empty();
    }));
  }

  /// Says goodbye in TLS (close_notify), and then closes the socket.
  void close() { g_io_stream_close(G_IO_STREAM(m_connection.get()), nullptr, nullptr); }

  /// Reads what is there without waiting; notices the end.
  void read() {
    char buffer[4096];
    base::ErrorPtr error;
    const gssize got = g_pollable_input_stream_read_nonblocking(
        G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(G_IO_STREAM(m_connection.get()))), buffer,
        sizeof buffer, nullptr, base::out(error));
    if (got > 0) m_received.append(buffer, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && !g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
      m_ended = true;
  }

  [[nodiscard]] bool ended() const { return m_ended; }
  /// What came after the head of the answer to the upgrade.
  [[nodiscard]] std::size_t bytes_of_frames() const {
    const std::size_t head = m_received.find("\r\n\r\n");
    return head == std::string::npos ? 0 : m_received.size() - head - 4;
  }

 private:
  std::uint16_t m_port;
  base::Ref<GSocketConnection> m_connection;
  std::string m_received;
  bool m_ended = false;
};

}  // namespace sangdam::tests
