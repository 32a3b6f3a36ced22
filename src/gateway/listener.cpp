#include "gateway/listener.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>

#include "base/log.hpp"

namespace sangdam::gateway {
namespace {

constexpr int k_backlog = 1024;
constexpr int k_accepts_per_turn = 64;
constexpr unsigned k_socket_timeout_seconds =
    30;  // no byte in or out for this long while somebody waits for one
// Unacknowledged for this long means that nobody reads: what waits for such a peer must not pile up in
// memory.
constexpr int k_unacknowledged_ms = 20'000;
constexpr std::size_t k_max_unfinished = 192UL * 1024;

bool is_loopback(GSocketAddress* address) {
  if (!G_IS_INET_SOCKET_ADDRESS(address)) return false;
  return g_inet_address_get_is_loopback(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address))) !=
         FALSE;
}

base::Failure explain(const base::ErrorPtr& error, const std::string& address, unsigned port) {
  if (g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
    return {"port-in-use",
            fmt::format("Port {} is already used by another program, so patients could not connect. "
                        "Stop that program or choose another port with --listen.",
                        port)};
  }
  if (g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
    return {"port-forbidden",
            fmt::format("This program may not listen on port {}. Choose a port of 1024 or higher, or "
                        "give it the capability CAP_NET_BIND_SERVICE.",
                        port)};
  }
  return {"address-unavailable",
          fmt::format("Cannot listen on {} port {}: {}. Check that this machine has that address.", address,
                      port, base::message_of(error))};
}

}  // namespace

/// One connection between accept and the end of its TLS handshake.
struct Listener::Handshake {
  Accepted accepted;
  base::Ref<GTlsConnection> tls;
  base::Ref<GCancellable> cancellable = base::Ref<GCancellable>::adopt(g_cancellable_new());
  base::Timer deadline;
  GSource* readable = nullptr;
  Handshake() = default;
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;
  ~Handshake() {
    if (readable == nullptr) return;
    g_source_destroy(readable);
    g_source_unref(readable);
  }
};

std::string address_text(GSocketAddress* address) {
  if (address == nullptr || !G_IS_INET_SOCKET_ADDRESS(address)) return {};
  const base::CharPtr text(
      g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address))));
  return text.get();
}

Listener::Listener(const base::Clock& clock, ConnectionLimits limits,
                   std::function<void(Accepted)> on_accepted)
    : m_clock(clock), m_limits(limits), m_on_accepted(std::move(on_accepted)) {}

Listener::~Listener() {
  if (m_source != nullptr) {
    g_source_destroy(m_source);
    g_source_unref(m_source);
  }
  for (const auto& handshake : m_handshakes) g_cancellable_cancel(handshake->cancellable.get());
  for (const auto& stream : m_streams) {
    if (const auto meter = stream.lock(); meter && !meter->is_upgraded()) meter->cut();
  }
  if (m_socket) g_socket_close(m_socket.get(), nullptr);
}

base::Result<> Listener::start(const std::string& address, std::uint16_t port,
                               base::Ref<GTlsCertificate> certificate) {
  const auto parsed = base::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  if (!parsed) {
    return base::failure(
        "address-invalid",
        fmt::format("\"{}\" is not an IP address to listen on. Use for example 0.0.0.0 (all IPv4), "
                    ":: (all) or 192.168.0.10.",
                    address));
  }
  m_certificate = std::move(certificate);
  const auto socket_address = base::Ref<GSocketAddress>::adopt(g_inet_socket_address_new(parsed.get(), port));
  base::ErrorPtr error;
  m_socket =
      base::Ref<GSocket>::adopt(g_socket_new(g_inet_address_get_family(parsed.get()), G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, base::out(error)));
  if (!m_socket) return tl::unexpected<base::Failure>(explain(error, address, port));
  if (g_inet_address_get_family(parsed.get()) == G_SOCKET_FAMILY_IPV6) {
    g_socket_set_option(m_socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0, nullptr);  // "::" means everybody
  }
  g_socket_set_blocking(m_socket.get(), FALSE);
  g_socket_set_listen_backlog(m_socket.get(), k_backlog);
  if (!g_socket_bind(m_socket.get(), socket_address.get(), TRUE, base::out(error)) ||
      !g_socket_listen(m_socket.get(), base::out(error))) {
    return tl::unexpected<base::Failure>(explain(error, address, port));
  }
  const auto bound = base::Ref<GSocketAddress>::adopt(g_socket_get_local_address(m_socket.get(), nullptr));
  m_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound.get()));
  watch();
  return {};
}

void Listener::watch() {
  m_source = g_socket_create_source(m_socket.get(), G_IO_IN, nullptr);
  const GSocketSourceFunc on_ready = [](GSocket*, GIOCondition, gpointer self) noexcept -> gboolean {
    static_cast<Listener*>(self)->accept_waiting();
    return G_SOURCE_CONTINUE;
  };
  g_source_set_callback(m_source, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(on_ready)), this,
                        nullptr);
  g_source_attach(m_source, nullptr);
}

void Listener::accept_waiting() {
  for (int i = 0; i < k_accepts_per_turn; ++i) {
    base::ErrorPtr error;
    auto socket = base::Ref<GSocket>::adopt(g_socket_accept(m_socket.get(), nullptr, base::out(error)));
    if (socket) {
      take(socket);
      continue;
    }
    if (g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES)) {
      // The connection stays in the backlog and the socket readable: without a pause this would spin.
      base::log_warning("gateway", "out of file descriptors: no new connections for a moment");
      g_source_destroy(m_source);
      g_source_unref(std::exchange(m_source, nullptr));
      m_retry.start_once(std::chrono::milliseconds(200), [this] { watch(); });
    }
    return;
  }
}

std::shared_ptr<void> Listener::ticket_for(GSocketAddress* remote) {
  if (m_counts->total >= m_limits.total) return nullptr;
  const std::string key = is_loopback(remote) ? std::string() : address_key(address_text(remote));
  if (!key.empty()) {
    auto& count = m_counts->per_address[key];
    if (count >= m_limits.per_address) return nullptr;
    ++count;
  }
  ++m_counts->total;
  const auto release = [counts = m_counts, key] {
    --counts->total;
    if (key.empty()) return;
    const auto found = counts->per_address.find(key);
    if (--found->second == 0) counts->per_address.erase(found);
  };
  return {static_cast<void*>(nullptr), [release](void*) {
            // The last to let go may be the thread in which GIO closed the TLS stream; the counts are the
            // main thread's.
            if (base::on_main_thread()) return release();
            base::post_to_main(release);
          }};
}

void Listener::take(const base::Ref<GSocket>& socket) {
  auto remote = base::Ref<GSocketAddress>::adopt(g_socket_get_remote_address(socket.get(), nullptr));
  auto local = base::Ref<GSocketAddress>::adopt(g_socket_get_local_address(socket.get(), nullptr));
  if (!remote || !local) return;  // gone already
  // A shared_ptr of nothing is empty to the eye: its use count tells whether there was a place.
  auto ticket = ticket_for(remote.get());
  if (ticket.use_count() == 0) return;  // dropping the socket closes it
  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, k_unacknowledged_ms, nullptr);
  g_socket_set_timeout(socket.get(), k_socket_timeout_seconds);
  const auto connection =
      base::Ref<GSocketConnection>::adopt(g_socket_connection_factory_create_connection(socket.get()));
  Accepted accepted{
      .stream = nullptr, .local = std::move(local), .remote = std::move(remote), .meter = nullptr};
  accepted.meter = std::make_shared<StreamMeter>(m_clock, m_limits.http_bytes, k_max_unfinished, socket,
                                                 std::move(ticket));
  m_streams.push_back(accepted.meter);
  if (m_certificate) {
    begin_handshake(std::move(accepted), connection.get());
  } else {
    hand_on(std::move(accepted), G_IO_STREAM(connection.get()));
  }
}

void Listener::begin_handshake(Accepted accepted, GSocketConnection* connection) {
  auto handshake = std::make_shared<Handshake>();
  handshake->accepted = std::move(accepted);
  handshake->tls = base::Ref<GTlsConnection>::adopt(
      G_TLS_CONNECTION(g_tls_server_connection_new(G_IO_STREAM(connection), m_certificate.get(), nullptr)));
  if (!handshake->tls) return;
  // Browsers close without the TLS goodbye; nothing here relies on it, as every message has its length.
  g_tls_connection_set_require_close_notify(handshake->tls.get(), FALSE);
  static constexpr std::array<const char*, 2> k_protocols{"http/1.1", nullptr};
  g_tls_connection_set_advertised_protocols(handshake->tls.get(), k_protocols.data());
  m_handshakes.push_back(handshake);
  handshake->deadline.start_once(m_limits.handshake, [weak = std::weak_ptr(handshake), this] {
    const auto late = weak.lock();
    if (!late) return;
    g_cancellable_cancel(late->cancellable.get());
    late->accepted.meter->cut();
    m_handshakes.remove(late);
  });

  struct Pending {
    std::weak_ptr<Listener> listener;
    std::weak_ptr<Handshake> handshake;
  };
  static constexpr auto k_finish = [](GObject* tls, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
    const bool good = g_tls_connection_handshake_finish(G_TLS_CONNECTION(tls), result, nullptr) != FALSE;
    const auto listener = pending->listener.lock();
    const auto done = pending->handshake.lock();
    if (!listener || !done) return;
    listener->m_handshakes.remove(done);
    if (good) listener->hand_on(std::move(done->accepted), G_IO_STREAM(tls));
  };
  // The handshake runs on one of GIO's few worker threads and waits there: it starts only once the client has
  // said something, so that silent connections do not keep everybody else waiting.
  handshake->readable = g_socket_create_source(g_socket_connection_get_socket(connection), G_IO_IN, nullptr);
  const GSocketSourceFunc on_hello = [](GSocket*, GIOCondition, gpointer data) noexcept -> gboolean {
    auto* pending = static_cast<Pending*>(data);
    if (const auto begun = pending->handshake.lock()) {
      g_tls_connection_handshake_async(
          begun->tls.get(), G_PRIORITY_DEFAULT, begun->cancellable.get(), +k_finish,
          std::make_unique<Pending>(*pending).release());  // k_finish takes it over
    }
    return G_SOURCE_REMOVE;
  };
  g_source_set_callback(
      handshake->readable, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(on_hello)),
      new Pending{m_anchor.weak(), handshake}, [](gpointer data) { delete static_cast<Pending*>(data); });
  g_source_attach(handshake->readable, nullptr);
}

void Listener::hand_on(Accepted accepted, GIOStream* base) {
  accepted.stream = make_metered_stream(base, accepted.meter);
  m_on_accepted(std::move(accepted));
}

void Listener::on_time() {
  const base::Moment now = m_clock.moment();
  m_streams.remove_if([&](const std::weak_ptr<StreamMeter>& each) {
    const auto meter = each.lock();
    if (!meter || meter->is_upgraded()) return true;
    if (now - meter->accepted() < m_limits.http_lifetime) return false;
    meter->cut();
    return true;
  });
}

}  // namespace sangdam::gateway
