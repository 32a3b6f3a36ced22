// sangdam-gateway as systemd and an administrator meet it: exit codes, sentences, readiness, SIGTERM.
#include <gio/gunixsocketaddress.h>

#include <csignal>

#include "base/main_thread.hpp"
#include "integration/gateway/client.hpp"

using namespace sangdam;
using namespace sangdam::tests;

namespace {

struct Program {
  explicit Program(const std::vector<std::string>& arguments, const std::string& notify_socket = "") {
    const auto launcher =
        base::Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE));
    g_subprocess_launcher_unsetenv(launcher.get(), "NOTIFY_SOCKET");
    if (!notify_socket.empty()) {
      g_subprocess_launcher_setenv(launcher.get(), "NOTIFY_SOCKET", notify_socket.c_str(), TRUE);
      g_subprocess_launcher_setenv(launcher.get(), "WATCHDOG_USEC", "200000", TRUE);
    }
    std::vector<const char*> argv{g_getenv("SANGDAM_GATEWAY")};
    for (const std::string& each : arguments) argv.push_back(each.c_str());
    argv.push_back(nullptr);
    process =
        base::Ref<GSubprocess>::adopt(g_subprocess_launcher_spawnv(launcher.get(), argv.data(), nullptr));
    REQUIRE(process);
    g_subprocess_communicate_utf8_async(
        process.get(), nullptr, nullptr,
        [](GObject* source, GAsyncResult* result, gpointer data) {
          auto* self = static_cast<Program*>(data);
          base::CharPtr text;
          g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, nullptr, base::out(text),
                                               nullptr);
          self->said = text ? text.get() : "";
          self->ended = true;
        },
        this);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (!ended) g_subprocess_force_exit(process.get());
    run_until([this] { return ended; });
  }
  int exit_code() {
    REQUIRE(run_until([this] { return ended; }));
    REQUIRE(g_subprocess_get_if_exited(process.get()));
    return g_subprocess_get_exit_status(process.get());
  }
  base::Ref<GSubprocess> process;
  std::string said;
  bool ended = false;
};

struct Setup {
  Setup() { site.write("/tokens", "# the kiosk at the entrance\n" + k_kiosk_token + "\n"); }
  ~Setup() {
    g_remove((site.path() + "/tokens").c_str());
    g_remove((site.path() + "/notify").c_str());
  }
  [[nodiscard]] std::vector<std::string> arguments(const std::string& listen = "127.0.0.1:0") const {
    const auto config = site.config();
    return {"--listen",           listen,
            "--tls-cert",         config.tls_certificate,
            "--tls-key",          config.tls_key,
            "--kiosk-token-file", site.path() + "/tokens",
            "--web-dir",          config.web_directory};
  }
  Site site;
};

}  // namespace

TEST_CASE("the program tells systemd that it is ready and alive, and ends cleanly on SIGTERM",
          "[gateway][program]") {
  const Setup setup;
  const std::string path = setup.site.path() + "/notify";
  const auto socket = base::Ref<GSocket>::adopt(
      g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, nullptr));
  const auto address = base::Ref<GSocketAddress>::adopt(g_unix_socket_address_new(path.c_str()));
  REQUIRE(g_socket_bind(socket.get(), address.get(), FALSE, nullptr));
  g_socket_set_blocking(socket.get(), FALSE);
  std::string heard;
  const auto hears = [&](const char* word) {
    base::Timer poll;  // datagrams do not wake this loop
    poll.start_repeating(std::chrono::milliseconds(20), [] {});
    return run_until([&] {
      char buffer[256];
      gssize got = 0;
      while ((got = g_socket_receive(socket.get(), buffer, sizeof buffer, nullptr, nullptr)) > 0) {
        heard += std::string(buffer, static_cast<std::size_t>(got)) + "\n";
      }
      return heard.find(word) != std::string::npos;
    });
  };
  Program program(setup.arguments(), path);
  CHECK(hears("READY=1"));
  CHECK(hears("WATCHDOG=1"));
  g_subprocess_send_signal(program.process.get(), SIGTERM);
  CHECK(program.exit_code() == 0);
  CHECK(hears("STOPPING=1"));
  CHECK(program.said.find(k_kiosk_token) == std::string::npos);
}

TEST_CASE("what keeps the program from starting is told in a sentence and by its exit code",
          "[gateway][program]") {
  const Setup setup;
  const auto run = [](const std::vector<std::string>& arguments, const std::string& word) {
    Program program(arguments);
    const int code = program.exit_code();
    INFO(program.said);
    CHECK(program.said.find(word) != std::string::npos);
    return code;
  };
  CHECK(run({}, "usage") == 64);
  CHECK(run({"--nonsense"}, "--help") == 64);
  CHECK(run(setup.arguments("nowhere"), "ADDRESS:PORT") == 64);
  CHECK(run(setup.arguments("127.0.0.1:70000"), "ADDRESS:PORT") == 64);

  gateway::Server other(setup.site.config());
  REQUIRE(other.start());
  CHECK(run(setup.arguments("127.0.0.1:" + std::to_string(other.port())), "already used") == 69);

  auto arguments = setup.arguments();
  arguments[7] = "/nowhere/tokens";
  CHECK(run(arguments, "/nowhere/tokens") == 78);
  setup.site.write("/tokens", "short\n");
  CHECK(run(setup.arguments(), "secret-invalid") == 78);
  setup.site.write("/tokens", "# nothing\n");
  CHECK(run(setup.arguments(), "no secret") == 78);
}

TEST_CASE("an expired certificate keeps the program from starting and is named", "[gateway][program]") {
  const Setup setup;
  REQUIRE(gateway::ensure_self_signed(setup.site.path(), {"localhost"},
                                      *base::from_iso8601("2020-01-01T00:00:00Z")));
  Program program(setup.arguments());
  CHECK(program.exit_code() == 78);
  CHECK(program.said.find("expired on 2021-01-31") != std::string::npos);
}

TEST_CASE("options may come from a file, and the command line wins", "[gateway][program]") {
  const Setup setup;
  const auto config = setup.site.config();
  const std::string path = setup.site.path() + "/notify";
  std::ofstream(path) << "[gateway]\nlisten=nonsense\ntls-cert=" << config.tls_certificate
                      << "\ntls-key=" << config.tls_key << "\nkiosk-token-file=/nowhere/tokens\n";
  {
    Program program({"--config", path});
    CHECK(program.exit_code() == 64);
    CHECK(program.said.find("nonsense") != std::string::npos);
  }
  Program program({"--config", path, "--listen", "127.0.0.1:0"});
  CHECK(program.exit_code() == 78);
  CHECK(program.said.find("/nowhere/tokens") != std::string::npos);
}

TEST_CASE("a key of the configuration that is not known is refused, not ignored", "[gateway][program]") {
  const Setup setup;
  const std::string path = setup.site.path() + "/notify";
  std::ofstream(path) << "[gateway]\nturn-urls=turn:t.example:3478\n";
  auto arguments = setup.arguments();
  arguments.insert(arguments.end(), {"--config", path});
  Program program(arguments);
  CHECK(program.exit_code() == 64);
  INFO(program.said);
  for (const char* part : {path.c_str(), "unknown key: turn-urls", "does not start", "--help"}) {
    CHECK(program.said.find(part) != std::string::npos);
  }
}
