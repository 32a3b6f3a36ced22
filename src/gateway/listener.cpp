#include "gateway/listener.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "base/log.hpp"
#include "gateway/guess_limiter.hpp"
#include "gateway/tls_stream.hpp"

namespace sangdam::gateway {
namespace {

constexpr int k_backlog = 1024;
constexpr int k_accepts_per_turn = 64;
// Each of them gives its descriptor back only after the turn (connection_places.cpp knows how many may be
// out).
constexpr int k_displacements_per_turn = 8;
// No byte in or out for this long while somebody waits for one.
constexpr unsigned k_socket_timeout_seconds = 30;
// Unacknowledged for this long means that nobody reads: what waits for such a peer must not pile up in
// memory.
constexpr int k_unacknowledged_ms = 20'000;
constexpr std::size_t k_max_unfinished = 192UL * 1024;
constexpr unsigned char k_tls_handshake_record = 0x16;  // RFC 8446, 5.1
// Handshakes may take this many seconds of the main thread per second: the rest is for calls and painting.
constexpr base::Rate k_handshake_share{0.1, 0.4};
constexpr std::chrono::milliseconds k_share_pause{10};
constexpr std::size_t k_redirect_read = 1024;

/// Whom a connection counts for; empty for this host itself (its kiosk) and for trusted proxies, which only
/// the total limits.
std::string holder_of(GSocketAddress* remote, const TrustedProxies& proxies) {
  const std::string address = address_text(remote);
  if (proxies.contain(address)) return {};
  const std::string key = address_key(address);
  return key == "127.0.0.1" || key == address_key("::1") ? std::string() : key;
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
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

/// A connection between accept and the first byte of HTTP.
struct Listener::Newcomer {
  Accepted accepted;
  std::string address;  // holder_of()
  base::Ref<GSocket> socket;
  std::shared_ptr<TlsSession> tls;  // once the first byte was a TLS record's
  std::string plain;                // once it was not
  bool is_answered = false;         // the redirect is out: the client closes
  base::Timer deadline;
  GSource* source = nullptr;

  Newcomer() = default;
  Newcomer(const Newcomer&) = delete;
  Newcomer& operator=(const Newcomer&) = delete;
  ~Newcomer() { stop_waiting(); }
  void stop_waiting() {
    if (source == nullptr) return;
    g_source_destroy(source);
    g_source_unref(std::exchange(source, nullptr));
  }
};

std::string address_text(GSocketAddress* address) {
  if (address == nullptr || !G_IS_INET_SOCKET_ADDRESS(address)) return {};
  const base::CharPtr text(
      g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address))));
  return text.get();
}

Listener::Listener(const base::Clock& clock, std::shared_ptr<ConnectionPlaces> places,
                   std::function<void(Accepted)> on_accepted)
    : m_clock(clock),
      m_places(std::move(places)),
      m_on_accepted(std::move(on_accepted)),
      m_share(k_handshake_share) {}

Listener::~Listener() {
  if (m_source != nullptr) {
    g_source_destroy(m_source);
    g_source_unref(m_source);
  }
  for (const auto& newcomer : m_newcomers) newcomer->accepted.meter->cut();
  if (m_socket) g_socket_close(m_socket.get(), nullptr);
}

base::Result<> Listener::start(const std::string& address, std::uint16_t port, Service service) {
  auto parsed = base::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  if (!parsed) {
    return base::failure(
        "address-invalid",
        fmt::format("\"{}\" is not an IP address to listen on. Use for example 0.0.0.0 (all IPv4), "
                    ":: (all) or 192.168.0.10.",
                    address));
  }
  m_service = std::move(service);
  base::ErrorPtr error;
  const auto make_socket = [&] {
    m_socket =
        base::Ref<GSocket>::adopt(g_socket_new(g_inet_address_get_family(parsed.get()), G_SOCKET_TYPE_STREAM,
                                               G_SOCKET_PROTOCOL_TCP, base::out(error)));
  };
  make_socket();
  if (!m_socket && address == "::") {  // a kernel without IPv6: "everybody" is then all of IPv4
    error.reset();
    parsed = base::Ref<GInetAddress>::adopt(g_inet_address_new_any(G_SOCKET_FAMILY_IPV4));
    make_socket();
  }
  const auto socket_address = base::Ref<GSocketAddress>::adopt(g_inet_socket_address_new(parsed.get(), port));
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
  int displacements = 0;
  for (int i = 0; i < k_accepts_per_turn; ++i) {
    base::ErrorPtr error;
    auto socket = base::Ref<GSocket>::adopt(g_socket_accept(m_socket.get(), nullptr, base::out(error)));
    if (socket) {
      take(socket);
      if (m_places->take_displaced() && ++displacements >= k_displacements_per_turn) return;
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

void Listener::take(const base::Ref<GSocket>& socket) {
  auto newcomer = std::make_shared<Newcomer>();
  Accepted& accepted = newcomer->accepted;
  accepted.remote = base::Ref<GSocketAddress>::adopt(g_socket_get_remote_address(socket.get(), nullptr));
  accepted.local = base::Ref<GSocketAddress>::adopt(g_socket_get_local_address(socket.get(), nullptr));
  if (!accepted.remote || !accepted.local) return;  // gone already
  newcomer->address = holder_of(accepted.remote.get(), m_places->limits().trusted_proxies);
  // A shared_ptr of nothing is empty to the eye: its use count tells whether there was a place.
  auto ticket = m_places->take(newcomer->address, g_socket_get_fd(socket.get()));
  if (ticket.use_count() == 0) return;  // dropping the socket closes it
  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, k_unacknowledged_ms, nullptr);
  g_socket_set_timeout(socket.get(), k_socket_timeout_seconds);
  newcomer->socket = socket;
  accepted.meter = std::make_shared<StreamMeter>(m_clock, m_places->limits().http_bytes, k_max_unfinished,
                                                 socket, std::move(ticket));
  m_places->add(newcomer->address, accepted.meter);
  m_newcomers.push_back(newcomer);
  if (!m_service.tls && !m_service.redirect) {
    const auto connection =
        base::Ref<GSocketConnection>::adopt(g_socket_connection_factory_create_connection(socket.get()));
    return hand_on(newcomer, G_IO_STREAM(connection.get()));
  }
  newcomer->deadline.start_once(m_places->limits().handshake, [this, weak = std::weak_ptr(newcomer)] {
    if (const auto late = weak.lock()) drop(late);
  });
  wait_for(newcomer, G_IO_IN);
}

void Listener::wait_for(const std::shared_ptr<Newcomer>& newcomer, GIOCondition condition) {
  struct Waiting {
    Listener* listener;  // outlives its newcomers, and they their sources
    std::weak_ptr<Newcomer> newcomer;
  };
  newcomer->source = g_socket_create_source(newcomer->socket.get(), condition, nullptr);
  const GSocketSourceFunc on_ready = [](GSocket*, GIOCondition, gpointer data) noexcept -> gboolean {
    const auto* waiting = static_cast<Waiting*>(data);
    Listener* self = waiting->listener;
    if (const auto ready = waiting->newcomer.lock()) {
      if (ready->accepted.meter->is_cut()) {  // displaced: its place is wanted now
        self->drop(ready);
        return G_SOURCE_REMOVE;
      }
      self->m_ready.push(ready->address, ready);
      ready->stop_waiting();  // frees `data`
      if (!self->m_turn.running())
        self->m_turn.start_once(std::chrono::milliseconds(0), [self] { self->take_turns(); });
    }
    return G_SOURCE_REMOVE;
  };
  g_source_set_callback(
      newcomer->source, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(on_ready)),
      new Waiting{this, newcomer}, [](gpointer data) { delete static_cast<Waiting*>(data); });
  g_source_attach(newcomer->source, nullptr);
}

void Listener::take_turns() {
  // One turn a dispatch: what else the loop has to do comes in between.
  std::shared_ptr<Newcomer> newcomer;
  while (!newcomer && !m_ready.empty()) newcomer = m_ready.pop()->lock();
  if (!newcomer) return;
  const double begun = thread_seconds();
  serve(newcomer);
  newcomer.reset();
  const bool within_share = m_share.take(m_clock.moment(), thread_seconds() - begun);
  if (m_ready.empty()) return;
  m_turn.start_once(within_share ? std::chrono::milliseconds(0) : k_share_pause, [this] { take_turns(); });
}

void Listener::serve(const std::shared_ptr<Newcomer>& newcomer) {
  if (!newcomer->tls && newcomer->plain.empty() && m_service.tls) {
    unsigned char first = 0;
    const auto got = recv(g_socket_get_fd(newcomer->socket.get()), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait_for(newcomer, G_IO_IN);
    if (got <= 0) return drop(newcomer);
    if (first == k_tls_handshake_record) {
      newcomer->tls = std::make_shared<TlsSession>(m_service.tls, newcomer->socket, newcomer->accepted.meter);
    }
  }
  if (newcomer->tls) return shake_hands(newcomer);
  redirect(newcomer);
}

void Listener::shake_hands(const std::shared_ptr<Newcomer>& newcomer) {
  switch (newcomer->tls->handshake()) {
    case TlsSession::Step::wants_read: return wait_for(newcomer, G_IO_IN);
    case TlsSession::Step::wants_write: return wait_for(newcomer, G_IO_OUT);
    case TlsSession::Step::failed: return drop(newcomer);
    case TlsSession::Step::done: break;
  }
  const auto stream = make_tls_stream(newcomer->tls);
  hand_on(newcomer, stream.get());
}

void Listener::redirect(const std::shared_ptr<Newcomer>& newcomer) {
  std::array<char, k_redirect_read> buffer{};
  const gssize got = g_socket_receive_with_blocking(newcomer->socket.get(), buffer.data(), buffer.size(),
                                                    FALSE, nullptr, nullptr);
  // Once the answer is out, what still comes is read away: closing with unread bytes would reset the
  // connection, and take the answer from the client.
  if (got <= 0 || !newcomer->accepted.meter->take({buffer.data(), static_cast<std::size_t>(got)}))
    return drop(newcomer);
  if (!newcomer->is_answered && m_service.redirect) {
    newcomer->plain.append(buffer.data(), static_cast<std::size_t>(got));
    if (const auto answer = answer_plain_http(newcomer->plain, m_service.redirect)) {
      newcomer->is_answered = true;
      g_socket_send_with_blocking(newcomer->socket.get(), answer->data(), answer->size(), FALSE, nullptr,
                                  nullptr);
      g_socket_shutdown(newcomer->socket.get(), FALSE, TRUE, nullptr);
    }
  } else if (!m_service.redirect) {
    return drop(newcomer);
  }
  wait_for(newcomer, G_IO_IN);
}

void Listener::hand_on(const std::shared_ptr<Newcomer>& newcomer, GIOStream* stream) {
  Accepted accepted = std::move(newcomer->accepted);
  accepted.stream = make_metered_stream(stream, accepted.meter);
  m_newcomers.remove(newcomer);
  m_on_accepted(std::move(accepted));
}

void Listener::drop(const std::shared_ptr<Newcomer>& newcomer) {
  g_socket_close(newcomer->socket.get(), nullptr);
  m_newcomers.remove(newcomer);
}

}  // namespace sangdam::gateway
