// A real Server on a free port with TLS, and libsoup clients of it, for the tests of this folder.
#pragma once

#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "base/handles.hpp"
#include "base/signal.hpp"
#include "consultation/session_code.hpp"
#include "gateway/certificate.hpp"
#include "gateway/server.hpp"
#include "protocol/messages.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {

inline const std::string k_kiosk_token(64, 'e');

/// A directory with a certificate and a little page; gone with the test.
class Site {
 public:
  Site() {
    const auto files =
        gateway::ensure_self_signed(m_path, {"localhost", "127.0.0.1"}, base::SystemClock().now());
    REQUIRE(files);
    m_files = *files;
    g_mkdir((m_path + "/page").c_str(), 0700);
    write("/page/index.html", "<!doctype html><title>Sangdam</title>");
    write("/page/app.js", "'use strict';");
  }
  ~Site() {
    for (const char* name : {"/page/index.html", "/page/app.js", "/tls-certificate.pem", "/tls-key.pem"}) {
      g_remove((m_path + name).c_str());
    }
    g_rmdir((m_path + "/page").c_str());
    g_rmdir(m_path.c_str());
  }
  [[nodiscard]] gateway::Config config() const {
    gateway::Config config;
    config.address = "127.0.0.1";
    config.port = 0;
    config.tls_certificate = m_files.certificate;
    config.tls_key = m_files.key;
    config.web_directory = m_path + "/page";
    config.kiosk_tokens = {k_kiosk_token};
    return config;
  }
  [[nodiscard]] const std::string& path() const { return m_path; }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(m_path + name) << content;
  }

 private:
  std::string m_path = base::CharPtr(g_dir_make_tmp("sangdam-test-XXXXXX", nullptr)).get();
  gateway::CertificateFiles m_files;
};

/// A client that takes this test's certificate. One per simulated program.
inline base::Ref<SoupMessage> request(const std::string& method, const std::string& url) {
  auto message = base::Ref<SoupMessage>::adopt(soup_message_new(method.c_str(), url.c_str()));
  g_signal_connect(message.get(), "accept-certificate",
                   G_CALLBACK(+[](SoupMessage*, GTlsCertificate*, GTlsCertificateFlags,
                                  gpointer) -> gboolean { return TRUE; }),
                   nullptr);
  return message;
}

struct Answer {
  unsigned status = 0;
  std::string body;
  base::Ref<SoupMessage> message;
  [[nodiscard]] std::string header(const char* name) const {
    const char* value = soup_message_headers_get_one(soup_message_get_response_headers(message.get()), name);
    return value == nullptr ? "" : value;
  }
};

inline Answer fetch(const base::Ref<SoupMessage>& message) {
  const auto session = base::Ref<SoupSession>::adopt(soup_session_new());
  struct Outcome {
    bool done = false;
    std::string body;
  } outcome;
  soup_session_send_and_read_async(
      session.get(), message.get(), G_PRIORITY_DEFAULT, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        auto* into = static_cast<Outcome*>(data);
        const auto bytes = base::Ref<GBytes>::adopt(
            soup_session_send_and_read_finish(SOUP_SESSION(source), result, nullptr));
        if (bytes) {
          gsize size = 0;
          const void* raw = g_bytes_get_data(bytes.get(), &size);
          into->body.assign(static_cast<const char*>(raw), size);
        }
        into->done = true;
      },
      &outcome);
  REQUIRE(run_until([&] { return outcome.done; }));
  return {soup_message_get_status(message.get()), outcome.body, message};
}

/// One WebSocket of a patient's page or of a kiosk.
class Client {
 public:
  static Client patient(const gateway::Server& server) {
    return {server, "/ws/patient", {{"Origin", "https://127.0.0.1:" + std::to_string(server.port())}}};
  }
  static Client kiosk(const gateway::Server& server, const std::string& token = k_kiosk_token) {
    return {server, "/ws/kiosk", {{"Authorization", "Bearer " + token}}};
  }
  Client(const gateway::Server& server, const std::string& path,
         const std::vector<std::pair<std::string, std::string>>& headers)
      : m_state(std::make_unique<State>()) {
    const auto message = request("GET", "wss://127.0.0.1:" + std::to_string(server.port()) + path);
    std::string origin;
    for (const auto& [name, value] : headers) {
      if (name == "Origin") origin = value;
      if (name != "Origin") {
        soup_message_headers_append(soup_message_get_request_headers(message.get()), name.c_str(),
                                    value.c_str());
      }
    }
    m_state->session = base::Ref<SoupSession>::adopt(soup_session_new());
    soup_session_websocket_connect_async(
        m_state->session.get(), message.get(), origin.empty() ? nullptr : origin.c_str(), nullptr,
        G_PRIORITY_DEFAULT, nullptr,
        [](GObject* source, GAsyncResult* result, gpointer data) {
          auto* state = static_cast<State*>(data);
          state->socket = base::Ref<SoupWebsocketConnection>::adopt(
              soup_session_websocket_connect_finish(SOUP_SESSION(source), result, nullptr));
          state->answered = true;
          if (state->socket) state->watch();
        },
        m_state.get());
    REQUIRE(run_until([this] { return m_state->answered; }));
    m_status = soup_message_get_status(message.get());
  }

  [[nodiscard]] bool connected() const { return static_cast<bool>(m_state->socket); }
  [[nodiscard]] unsigned http_status() const { return m_status; }
  void send_text(const std::string& text) {
    soup_websocket_connection_send_text(m_state->socket.get(), text.c_str());
  }
  void send_binary(const std::string& bytes) {
    soup_websocket_connection_send_binary(m_state->socket.get(), bytes.data(), bytes.size());
  }
  template <class Variant>
  void send(const Variant& message) {
    send_text(protocol::encode(message));
  }
  /// The next message; fails the test if none comes.
  std::string next() {
    REQUIRE(run_until([this] { return !m_state->received.empty(); }));
    std::string text = std::move(m_state->received.front());
    m_state->received.pop_front();
    return text;
  }
  protocol::GatewayToPatient next_for_patient() {
    const auto message = protocol::decode_gateway_to_patient(next());
    REQUIRE(message);
    return *message;
  }
  protocol::GatewayToKiosk next_for_kiosk() {
    const auto message = protocol::decode_gateway_to_kiosk(next());
    REQUIRE(message);
    return *message;
  }
  /// The code of the error that comes next.
  std::string next_error() {
    const auto message = next_for_patient();
    const auto* error = std::get_if<protocol::Error>(&message);
    return error == nullptr ? "no error" : error->code;
  }
  bool closed(std::chrono::milliseconds deadline = std::chrono::seconds(10)) {
    return run_until([this] { return m_state->closed; }, deadline);
  }
  [[nodiscard]] bool is_open() const { return !m_state->closed; }
  [[nodiscard]] unsigned close_code() const {
    return soup_websocket_connection_get_close_code(m_state->socket.get());
  }
  [[nodiscard]] std::string close_reason() const {
    const char* reason = soup_websocket_connection_get_close_data(m_state->socket.get());
    return reason == nullptr ? "" : reason;
  }
  void close() {
    soup_websocket_connection_close(m_state->socket.get(), SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
  }
  /// Ends without a word, as a phone out of range does.
  void drop() {
    g_io_stream_close(soup_websocket_connection_get_io_stream(m_state->socket.get()), nullptr, nullptr);
  }
  [[nodiscard]] bool nothing_waits() const { return m_state->received.empty(); }

 private:
  struct State {
    void watch() {
      on_message = base::SignalConnection(
          socket.get(), "message",
          G_CALLBACK(+[](SoupWebsocketConnection*, int, GBytes* bytes, gpointer self) {
            gsize size = 0;
            const void* data = g_bytes_get_data(bytes, &size);
            static_cast<State*>(self)->received.emplace_back(static_cast<const char*>(data), size);
          }),
          this);
      on_closed = base::SignalConnection(socket.get(), "closed",
                                         G_CALLBACK(+[](SoupWebsocketConnection*, gpointer self) {
                                           static_cast<State*>(self)->closed = true;
                                         }),
                                         this);
    }
    base::Ref<SoupSession> session;
    base::Ref<SoupWebsocketConnection> socket;
    bool answered = false;
    bool closed = false;
    std::deque<std::string> received;
    base::SignalConnection on_message;
    base::SignalConnection on_closed;
  };
  std::unique_ptr<State> m_state;
  unsigned m_status = 0;
};

/// A kiosk with one open session.
struct Kiosk {
  explicit Kiosk(const gateway::Server& server) : link(Client::kiosk(server)) {
    REQUIRE(link.connected());
    link.send(protocol::KioskMessage(protocol::Register{"서울의원", "02 123 4567"}));
    const auto answer = link.next_for_kiosk();
    REQUIRE(std::holds_alternative<protocol::Registered>(answer));
    registered = std::get<protocol::Registered>(answer);
  }
  void open(const std::optional<protocol::SeatKey>& seat = std::nullopt,
            std::chrono::minutes lifetime = std::chrono::minutes(30)) {
    link.send(protocol::KioskMessage(protocol::SessionOpen{session, code, lifetime, seat}));
    REQUIRE(std::holds_alternative<protocol::SessionOpened>(link.next_for_kiosk()));
  }
  template <class T>
  T next() {
    const auto message = link.next_for_kiosk();
    REQUIRE(std::holds_alternative<T>(message));
    return std::get<T>(message);
  }
  Client link;
  protocol::Registered registered;
  std::string session = std::string(32, 'a');
  std::string code = consultation::draw_code();
};

inline std::string join(Client& patient, const std::string& code) {
  patient.send(protocol::PatientMessage(protocol::Join{code, "ko", std::nullopt}));
  const auto answer = patient.next_for_patient();
  if (const auto* joined = std::get_if<protocol::Joined>(&answer)) return joined->token;
  const auto* error = std::get_if<protocol::Error>(&answer);
  return error == nullptr ? "neither joined nor error" : error->code;
}

/// A code that is well formed and not `code`.
inline std::string other_code(const std::string& code) {
  std::string other;
  do other = consultation::draw_code();
  while (other == code);
  return other;
}

}  // namespace sangdam::tests
