// A call that may only use a TURN relay: a real coturn on loopback, with time-limited credentials as the
// gateway makes them.
#include <fmt/format.h>
#include <gio/gio.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/handles.hpp"
#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

/// Of this host, on the network of the test's own (tests/network/own_network.sh): libnice cannot reach a
/// relay on loopback.
const char* test_address() {
  const char* address = g_getenv("SANGDAM_TEST_ADDRESS");
  return address != nullptr ? address : "127.0.0.1";
}

using namespace std::chrono_literals;

/// A UDP port nobody has just now.
unsigned free_port() {
  const auto socket = base::Ref<GSocket>::adopt(
      g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, nullptr));
  const auto address =
      base::Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string(test_address(), 0));
  g_socket_bind(socket.get(), address.get(), FALSE, nullptr);
  const auto bound = base::Ref<GSocketAddress>::adopt(g_socket_get_local_address(socket.get(), nullptr));
  return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound.get()));
}

class TurnServer {
 public:
  TurnServer() : m_port(free_port()) {
    base::CharPtr directory(g_dir_make_tmp("sangdam-turn-XXXXXX", nullptr));
    m_directory = directory.get();
    const std::vector<std::string> arguments = {"turnserver",
                                                "-n",
                                                "-L",
                                                test_address(),
                                                "-E",
                                                test_address(),
                                                "-p",
                                                std::to_string(m_port),
                                                "--no-tls",
                                                "--no-dtls",
                                                "--use-auth-secret",
                                                "--static-auth-secret=" + k_secret,
                                                "--realm=test",
                                                "--allow-loopback-peers",
                                                "--no-cli",
                                                "--min-port=49152",
                                                "--max-port=49999",
                                                "--userdb=" + (m_directory / "db").string(),
                                                "--pidfile=" + (m_directory / "pid").string(),
                                                "--log-file=stdout"};
    std::vector<const char*> argv;
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    base::ErrorPtr error;
    m_process = base::Ref<GSubprocess>::adopt(g_subprocess_newv(
        argv.data(),
        static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE),
        base::out(error)));
  }
  ~TurnServer() {
    if (m_process) {
      g_subprocess_force_exit(m_process.get());
      g_subprocess_wait(m_process.get(), nullptr, nullptr);
    }
    std::filesystem::remove_all(m_directory);
  }
  /// coturn needs up to 2 s to open its database; libnice gives up on a silent server after 1.5 s. So: ask
  /// until it answers a STUN binding request (RFC 8489).
  [[nodiscard]] bool answers() const {
    if (!m_process) return false;
    const auto socket = base::Ref<GSocket>::adopt(
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, nullptr));
    const auto address =
        base::Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string(test_address(), m_port));
    const char request[20] = {0,   1,   0,   0,   0x21, 0x12, '\xa4', 0x42, 's', 'a',
                              'n', 'g', 'd', 'a', 'm',  '-',  't',    'e',  's', 't'};
    for (int tries = 0; tries < 100; ++tries) {
      g_socket_send_to(socket.get(), address.get(), request, sizeof request, nullptr, nullptr);
      if (g_socket_condition_timed_wait(socket.get(), G_IO_IN, 100'000, nullptr, nullptr)) return true;
    }
    return false;
  }
  /// draft-uberti-behave-turn-rest: the user name is when it ends, the password its HMAC.
  [[nodiscard]] consultation::IceServer server() const {
    const std::string user = std::to_string(g_get_real_time() / G_USEC_PER_SEC + 600) + ":kiosk";
    unsigned char digest[20];
    gsize length = sizeof digest;
    using HmacPtr = base::FreePtr<GHmac, g_hmac_unref>;
    const HmacPtr hmac(
        g_hmac_new(G_CHECKSUM_SHA1, reinterpret_cast<const guchar*>(k_secret.data()), k_secret.size()));
    g_hmac_update(hmac.get(), reinterpret_cast<const guchar*>(user.data()), static_cast<gssize>(user.size()));
    g_hmac_get_digest(hmac.get(), digest, &length);
    const base::CharPtr password(g_base64_encode(digest, length));
    return {fmt::format("turn:{}:{}?transport=udp", test_address(), m_port), user, password.get()};
  }

 private:
  inline static const std::string k_secret = "secret-of-the-test";
  unsigned m_port;
  std::filesystem::path m_directory;
  base::Ref<GSubprocess> m_process;
};

}  // namespace

TEST_CASE("A call through a TURN relay only, with time-limited credentials", "[call][turn]") {
  shared_engine();
  const base::CharPtr program(g_find_program_in_path("turnserver"));
  if (!program) {
    WARN("SKIPPED: coturn is not installed (package coturn); relayed calls are not tested");
    return;
  }
  const TurnServer turn;
  REQUIRE(turn.answers());
  Engine engine({.camera = "test", .microphone = "test", .speaker = "none", .relay_only = true});
  Call call(engine, {turn.server()});
  REQUIRE(run_until([&] { return call.listener.connected == 1; }, 20s));
  REQUIRE(run_until([&] { return call.listener.first_frames == 1 && call.patient.seen().frames > 5; }, 20s));
  CHECK(run_until(
      [&] { return !call.listener.statistics.empty() && call.listener.statistics.back().relayed; }));
}

TEST_CASE("A wrong TURN credential means no path, and the peer says so in time", "[call][turn]") {
  shared_engine();
  const base::CharPtr program(g_find_program_in_path("turnserver"));
  if (!program) {
    WARN("SKIPPED: coturn is not installed (package coturn)");
    return;
  }
  const TurnServer turn;
  REQUIRE(turn.answers());
  auto server = turn.server();
  server.credential = "wrong";
  Engine engine({.camera = "none", .microphone = "none", .speaker = "none", .relay_only = true});
  Call call(engine, {server});
  REQUIRE(run_until([&] { return !call.listener.failures.empty(); }, 25s));
  CHECK(call.listener.failures == std::vector{consultation::PeerFailure::connect_timeout});
}

}  // namespace sangdam::tests
