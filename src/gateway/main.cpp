// sangdam-gateway: the gateway on a public host, for kiosks that dial out to it.
#include <glib-unix.h>

#include <clocale>
#include <csignal>
#include <functional>

#include "base/handles.hpp"
#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "base/network_watch.hpp"
#include "base/service_notify.hpp"
#include "gateway/capacity.hpp"
#include "gateway/options.hpp"
#include "gateway/server.hpp"

namespace {

using namespace sangdam;

// systemd starts the gateway anew after all of them but the first (systemd/sangdam-gateway.service.in).
constexpr int k_exit_usage = 64;          // EX_USAGE of sysexits.h
constexpr int k_exit_configuration = 78;  // EX_CONFIG
constexpr int k_exit_unavailable = 69;    // EX_UNAVAILABLE: the port is in use, the address not there (yet)

int exit_code_of(const base::Failure& failure) {
  if (failure.code == "usage") return k_exit_usage;
  if (failure.code == "port-in-use" || failure.code == "address-unavailable") return k_exit_unavailable;
  return k_exit_configuration;
}

int report(const base::Failure& failure) {
  base::log_error("gateway", "{} ({})", failure.message, failure.code);
  return exit_code_of(failure);
}

/// A signal source that quits or reloads; removed with its owner.
class UnixSignal {
 public:
  UnixSignal(int number, std::function<void()> work)
      : m_source(g_unix_signal_source_new(number)), m_work(std::move(work)) {
    g_source_set_callback(
        m_source,
        [](gpointer data) -> gboolean {
          static_cast<UnixSignal*>(data)->m_work();
          return G_SOURCE_CONTINUE;
        },
        this, nullptr);
    g_source_attach(m_source, nullptr);
  }
  UnixSignal(const UnixSignal&) = delete;
  UnixSignal& operator=(const UnixSignal&) = delete;
  ~UnixSignal() {
    g_source_destroy(m_source);
    g_source_unref(m_source);
  }

 private:
  GSource* m_source;
  std::function<void()> m_work;
};

void run_until_quit(gateway::Server& server) {
  const auto loop = base::Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  base::Timer farewell;
  const auto quit = [&] {
    base::notify_service_manager("STOPPING=1");
    server.stop();
    // Long enough for the close frames to leave; clients reconnect by themselves.
    farewell.start_once(std::chrono::milliseconds(300), [&] { g_main_loop_quit(loop.get()); });
  };
  const UnixSignal on_term(SIGTERM, quit);
  const UnixSignal on_interrupt(SIGINT, quit);
  const UnixSignal on_hangup(SIGHUP, [&] {
    const auto reloaded = server.reload_certificate();
    if (reloaded) {
      base::log_info("gateway", "the certificate was read again");
    } else {
      base::log_error("gateway", "the certificate in use is kept: {}", reloaded.error().message);
    }
  });
  const base::NetworkWatch network([&] { server.follow_network(); });
  base::Timer watchdog;
  if (const auto interval = base::watchdog_interval(base::Watched::main_process)) {
    watchdog.start_repeating(*interval, [] { base::notify_service_manager("WATCHDOG=1"); });
  }
  base::notify_service_manager("READY=1");
  g_main_loop_run(loop.get());
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_ALL, "");
  base::claim_main_thread();
  base::start_log();
  auto config = gateway::read_options(argc, argv);
  if (!config) return report(config.error());
  config->connections =
      gateway::fit(config->connections, gateway::capacity_of_process(), gateway::k_gateway_reserve);
  if (config->public_address.empty()) {
    base::log_warning("gateway",
                      "public-address is not set: browsers that come by another name than this machine's own "
                      "are turned away");
  }
  gateway::Server server(*std::move(config));
  if (const auto started = server.start(); !started) return report(started.error());
  base::log_info("gateway", "listening on port {}; people open {}", server.port(), server.address());
  run_until_quit(server);
  return 0;
}
