#include "pipelines/turn_tunnels.hpp"

#include <gio/gio.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "base/handles.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using consultation::IceServer;
using pipelines::TurnTunnels;
using Servers = std::vector<IceServer>;

namespace {

/// A connection to where a server's URL points, "turn:127.0.0.1:port?transport=tcp".
base::Ref<GSocketConnection> connect(const std::string& url) {
  const std::string authority = url.substr(5, url.find('?') - 5);
  const auto client = base::Ref<GSocketClient>::adopt(g_socket_client_new());
  g_socket_client_set_timeout(client.get(), 10);
  return base::Ref<GSocketConnection>::adopt(
      g_socket_client_connect_to_host(client.get(), authority.c_str(), 0, nullptr, nullptr));
}

/// Accepts and says nothing.
struct SilentServer {
  SilentServer()
      : service(base::Ref<GSocketService>::adopt(g_socket_service_new())),
        port(g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(service.get()), nullptr, nullptr)) {}
  base::Ref<GSocketService> service;
  unsigned port;
};

/// Shows a certificate that it made itself, and counts what it is told beyond that. On a thread of its own.
class Impostor {
 public:
  Impostor() {
    base::CharPtr folder(g_dir_make_tmp("sangdam-tls-XXXXXX", nullptr));
    m_folder = folder.get();
    const std::string key = (m_folder / "tls.key").string();
    const std::string certificate = (m_folder / "tls.crt").string();
    const char* command[] = {"openssl", "req",           "-x509",     "-newkey", "rsa:2048",
                             "-nodes",  "-keyout",       key.c_str(), "-out",    certificate.c_str(),
                             "-subj",   "/CN=127.0.0.1", nullptr};
    g_spawn_sync(nullptr, const_cast<char**>(command), nullptr,
                 static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL), nullptr, nullptr,
                 nullptr, nullptr, nullptr, nullptr);
    m_certificate = base::Ref<GTlsCertificate>::adopt(
        g_tls_certificate_new_from_files(certificate.c_str(), key.c_str(), nullptr));
    REQUIRE(m_certificate);
    m_service = base::Ref<GSocketService>::adopt(g_threaded_socket_service_new(4));
    port = g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(m_service.get()), nullptr, nullptr);
    g_signal_connect(m_service.get(), "run",
                     G_CALLBACK(+[](GThreadedSocketService*, GSocketConnection* connection, GObject*,
                                    gpointer data) noexcept -> gboolean {
                       static_cast<Impostor*>(data)->serve(connection);
                       return TRUE;
                     }),
                     this);
  }
  ~Impostor() { std::filesystem::remove_all(m_folder); }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;

  unsigned port = 0;
  std::atomic<int> asked = 0, told = 0;

 private:
  void serve(GSocketConnection* connection) {
    ++asked;
    const auto tls = base::Ref<GIOStream>::adopt(
        g_tls_server_connection_new(G_IO_STREAM(connection), m_certificate.get(), nullptr));
    char byte = 0;
    if (g_input_stream_read(g_io_stream_get_input_stream(tls.get()), &byte, 1, nullptr, nullptr) > 0) ++told;
  }

  std::filesystem::path m_folder;
  base::Ref<GTlsCertificate> m_certificate;
  base::Ref<GSocketService> m_service;
};

}  // namespace

TEST_CASE("Only servers with TLS go through a tunnel, each through one of its own", "[turn]") {
  TurnTunnels tunnels;
  const Servers plain = {{"stun:turn.example.org:3478", "", ""},
                         {"turn:turn.example.org:3478?transport=tcp", "user", "secret"}};
  CHECK(tunnels.through(plain) == plain);
  const Servers given = {{"turns:a.example.org:443", "user", "secret"},
                         {"turns:b.example.org:443?transport=tcp", "user", "secret"},
                         {"turns:a.example.org:443?transport=tcp", "other", "secret"}};
  const Servers taken = tunnels.through(given);
  REQUIRE(taken.size() == 3);
  for (const IceServer& server : taken) {
    CHECK(server.url.starts_with("turn:127.0.0.1:"));
    CHECK(server.url.ends_with("?transport=tcp"));
  }
  CHECK(taken[0].url != taken[1].url);
  CHECK(taken[0].url == taken[2].url);
  CHECK(taken[2].username == "other");
  CHECK(tunnels.through(given) == taken);  // the next peer
}

TEST_CASE("TURN over DTLS, and more servers than there are tunnels, are left out", "[turn]") {
  TurnTunnels tunnels;
  CHECK(tunnels.through({{"turns:a.example.org:443?transport=udp", "user", "secret"}}).empty());
  Servers many;
  for (int i = 0; i < 20; ++i) many.push_back({"turns:s" + std::to_string(i) + ".example.org:443", "u", "c"});
  CHECK(tunnels.through(many).size() == 8);
}

TEST_CASE("Who cannot prove to be the server is told nothing", "[turn]") {
  Impostor impostor;
  TurnTunnels tunnels;
  const Servers taken =
      tunnels.through({{"turns:127.0.0.1:" + std::to_string(impostor.port), "user", "secret"}});
  REQUIRE(taken.size() == 1);
  const auto connection = connect(taken.front().url);
  REQUIRE(connection);
  g_output_stream_write(g_io_stream_get_output_stream(G_IO_STREAM(connection.get())), "secret", 6, nullptr,
                        nullptr);
  // The service accepts on the main loop.
  REQUIRE(run_until([&] { return impostor.asked == 1; }));
  char byte = 0;
  CHECK(g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection.get())), &byte, 1, nullptr,
                            nullptr) <= 0);
  CHECK(impostor.told == 0);
}

TEST_CASE("Tunnels end with connections in every state", "[turn]") {
  const SilentServer server;
  for (int round = 0; round < 5; ++round) {
    TurnTunnels tunnels;
    const Servers taken =
        tunnels.through({{"turns:127.0.0.1:" + std::to_string(server.port), "user", "secret"}});
    std::vector<base::Ref<GSocketConnection>> open;
    for (int i = 0; i < round; ++i) open.push_back(connect(taken.front().url));
  }
  SUCCEED("and none of them waits for the server");
}
