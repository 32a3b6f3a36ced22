#include "pipelines/turn_tunnels.hpp"

#include <gio/gio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/handles.hpp"
#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "base/web_address.hpp"

namespace sangdam::pipelines {
namespace {

using base::Ref;

constexpr unsigned k_connect_timeout_s = 5;
constexpr std::size_t k_max_tunnels = 8;
constexpr int k_max_pending = 64;

/// libnice pairs servers with local addresses of the same family, and leaves loopback out of the latter.
bool has_ipv4() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return true;
  const base::FreePtr<ifaddrs, freeifaddrs> all(list);
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    const bool is_up = (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
    if (is_up && each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET) return true;
  }
  return false;
}

Ref<GSocket> listen_on_loopback(GSocketFamily family, base::ErrorPtr& error) {
  const auto host = Ref<GInetAddress>::adopt(g_inet_address_new_loopback(family));
  const auto address = Ref<GSocketAddress>::adopt(g_inet_socket_address_new(host.get(), 0));
  auto socket = Ref<GSocket>::adopt(
      g_socket_new(family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, base::out(error)));
  if (!socket) return nullptr;
  g_socket_set_listen_backlog(socket.get(), k_max_pending);
  if (!g_socket_bind(socket.get(), address.get(), FALSE, base::out(error)) ||
      !g_socket_listen(socket.get(), base::out(error))) {
    return nullptr;
  }
  return socket;
}

unsigned port_of(GSocket& socket) {
  const auto address = Ref<GSocketAddress>::adopt(g_socket_get_local_address(&socket, nullptr));
  return address ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get())) : 0;
}

/// Packets of a call: each is to leave when it is written.
void send_at_once(GSocketConnection* connection) {
  g_socket_set_option(g_socket_connection_get_socket(connection), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
}

}  // namespace

/// Runs the connections of all tunnels.
class TurnTunnels::Thread {
 public:
  Thread()
      : m_context(Ref<GMainContext>::adopt(g_main_context_new())),
        m_cancel(Ref<GCancellable>::adopt(g_cancellable_new())) {
    m_thread = std::thread([this] { run(); });
  }
  ~Thread() {
    g_cancellable_cancel(m_cancel.get());
    g_main_context_wakeup(m_context.get());
    m_thread.join();
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void invoke(GSourceFunc work, gpointer data) { g_main_context_invoke(m_context.get(), work, data); }
  [[nodiscard]] GCancellable* cancel() const { return m_cancel.get(); }

  // On the thread only.
  [[nodiscard]] bool enter() { return m_open < k_max_tunnelled && (++m_open, true); }
  void leave() { --m_open; }

 private:
  void run() {
    g_main_context_push_thread_default(m_context.get());
    // What was begun ends first: its callbacks hold this.
    while (!g_cancellable_is_cancelled(m_cancel.get()) || m_open > 0)
      g_main_context_iteration(m_context.get(), TRUE);
    while (g_main_context_iteration(m_context.get(), FALSE)) {
    }
    g_main_context_pop_thread_default(m_context.get());
  }

  Ref<GMainContext> m_context;
  Ref<GCancellable> m_cancel;
  int m_open = 0;
  std::thread m_thread;
};

/// One server. Made and destroyed on the main thread, after the thread has ended.
class TurnTunnels::Tunnel {
 public:
  Tunnel(Thread& thread, base::IceAddress server, std::vector<Ref<GSocket>> sockets)
      : m_thread(thread), m_server(std::move(server)), m_sockets(std::move(sockets)) {
    m_thread.invoke(
        [](gpointer data) noexcept -> gboolean {
          static_cast<Tunnel*>(data)->start();
          return G_SOURCE_REMOVE;
        },
        this);
  }
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  ~Tunnel() = default;

  /// Before the thread ends.
  void stop() {
    m_thread.invoke(
        [](gpointer data) noexcept -> gboolean {
          auto* service = static_cast<Tunnel*>(data)->m_service.get();
          g_socket_service_stop(service);
          g_socket_listener_close(G_SOCKET_LISTENER(service));
          return G_SOURCE_REMOVE;
        },
        this);
  }

  [[nodiscard]] bool leads_to(const base::IceAddress& server) const { return server.at == m_server.at; }
  /// "turn:127.0.0.1:port?transport=tcp"
  [[nodiscard]] std::string url() const {
    const GSocketFamily wanted = has_ipv4() ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
    for (const auto& socket : m_sockets) {
      if (g_socket_get_family(socket.get()) != wanted) continue;
      const std::string host = wanted == G_SOCKET_FAMILY_IPV4 ? "127.0.0.1" : "[::1]";
      return "turn:" + host + ":" + std::to_string(port_of(*socket.get())) + "?transport=tcp";
    }
    return {};
  }

 private:
  /// From a connection of libnice to the end of the one to the server.
  struct Connection {
    Tunnel& tunnel;
    Ref<GIOStream> near_end, far_end;
  };

  void start() {
    m_service = Ref<GSocketService>::adopt(g_socket_service_new());
    for (const auto& socket : m_sockets)
      g_socket_listener_add_socket(G_SOCKET_LISTENER(m_service.get()), socket.get(), nullptr, nullptr);
    g_signal_connect(m_service.get(), "incoming",
                     G_CALLBACK(+[](GSocketService*, GSocketConnection* near_end, GObject*,
                                    gpointer data) noexcept -> gboolean {
                       static_cast<Tunnel*>(data)->accept(near_end);
                       return TRUE;
                     }),
                     this);
    g_socket_service_start(m_service.get());
  }

  void accept(GSocketConnection* near_end) {
    if (!m_thread.enter()) return;
    send_at_once(near_end);
    auto connection = std::make_unique<Connection>(
        Connection{*this, Ref<GIOStream>::share(G_IO_STREAM(near_end)), nullptr});
    const auto client = Ref<GSocketClient>::adopt(g_socket_client_new());
    g_socket_client_set_tls(client.get(), TRUE);
    g_socket_client_set_timeout(client.get(), k_connect_timeout_s);
    g_socket_client_connect_to_host_async(
        client.get(), base::host_in_url(m_server.at.host).c_str(), m_server.at.port, m_thread.cancel(),
        [](GObject* source, GAsyncResult* result, gpointer data) noexcept {
          std::unique_ptr<Connection> mine(static_cast<Connection*>(data));
          Tunnel& tunnel = mine->tunnel;
          tunnel.on_connected(std::move(mine), G_SOCKET_CLIENT(source), result);
        },
        connection.release());
  }

  void on_connected(std::unique_ptr<Connection> connection, GSocketClient* client, GAsyncResult* result) {
    base::ErrorPtr error;
    const auto far_end = Ref<GSocketConnection>::adopt(
        g_socket_client_connect_to_host_finish(client, result, base::out(error)));
    if (!far_end) {
      if (!g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED)) on_trouble(error);
      m_thread.leave();
      return;
    }
    m_troubled = false;
    // The timeout was for connecting; a call may be silent.
    g_socket_set_timeout(g_socket_connection_get_socket(far_end.get()), 0);
    send_at_once(far_end.get());
    connection->far_end = Ref<GIOStream>::share(G_IO_STREAM(far_end.get()));
    GIOStream* from = connection->near_end.get();
    GIOStream* into = connection->far_end.get();
    const auto close_both = static_cast<GIOStreamSpliceFlags>(G_IO_STREAM_SPLICE_CLOSE_STREAM1 |
                                                              G_IO_STREAM_SPLICE_CLOSE_STREAM2);
    g_io_stream_splice_async(
        from, into, close_both, G_PRIORITY_DEFAULT, m_thread.cancel(),
        [](GObject*, GAsyncResult* outcome, gpointer data) noexcept {
          const std::unique_ptr<Connection> mine(static_cast<Connection*>(data));
          g_io_stream_splice_finish(outcome, nullptr);
          mine->tunnel.m_thread.leave();
        },
        connection.release());
  }

  /// Once until it has worked again: libnice tries for each address.
  void on_trouble(const base::ErrorPtr& error) {
    if (std::exchange(m_troubled, true)) return;
    base::log_warning("media", "the TURN server {} cannot be reached through TLS: {}", m_server.text(),
                      base::message_of(error));
  }

  Thread& m_thread;
  base::IceAddress m_server;
  std::vector<Ref<GSocket>> m_sockets;
  Ref<GSocketService> m_service;  // on the thread only, until that has ended
  bool m_troubled = false;        // on the thread only
};

TurnTunnels::TurnTunnels() = default;

TurnTunnels::~TurnTunnels() {
  base::assert_main_thread();
  for (const auto& tunnel : m_tunnels) tunnel->stop();
  m_thread.reset();
}

TurnTunnels::Tunnel* TurnTunnels::to(const base::IceAddress& server) {
  for (const auto& tunnel : m_tunnels) {
    if (tunnel->leads_to(server)) return tunnel.get();
  }
  if (m_tunnels.size() == k_max_tunnels) return nullptr;
  base::ErrorPtr error;
  std::vector<Ref<GSocket>> sockets;
  for (const GSocketFamily family : {G_SOCKET_FAMILY_IPV4, G_SOCKET_FAMILY_IPV6}) {
    if (auto socket = listen_on_loopback(family, error)) sockets.push_back(std::move(socket));
  }
  if (sockets.empty()) {
    base::log_warning("media", "no port for the TURN server {}: {}", server.text(), base::message_of(error));
    return nullptr;
  }
  if (!m_thread) m_thread = std::make_unique<Thread>();
  return m_tunnels.emplace_back(std::make_unique<Tunnel>(*m_thread, server, std::move(sockets))).get();
}

std::vector<consultation::IceServer> TurnTunnels::through(
    const std::vector<consultation::IceServer>& servers) {
  base::assert_main_thread();
  std::vector<consultation::IceServer> result;
  for (consultation::IceServer server : servers) {
    const auto address = base::parse_ice_address(server.url);
    if (address && address->scheme == "turns") {
      // TURN over DTLS (RFC 7065: turns with UDP) is in no browser either.
      const Tunnel* tunnel = address->transport == "udp" ? nullptr : to(*address);
      server.url = tunnel != nullptr ? tunnel->url() : std::string();
    }
    if (!server.url.empty()) result.push_back(std::move(server));
  }
  return result;
}

}  // namespace sangdam::pipelines
