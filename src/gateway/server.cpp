#include "gateway/server.hpp"

#include <fmt/format.h>
#include <libsoup/soup.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "base/random.hpp"
#include "base/text_file.hpp"
#include "base/web_address.hpp"
#include "gateway/capacity.hpp"
#include "gateway/certificate.hpp"
#include "gateway/http_front.hpp"
#include "gateway/listener.hpp"
#include "gateway/local_address.hpp"
#include "gateway/switchboard.hpp"

namespace sangdam::gateway {
namespace {

const base::SystemClock k_system_clock;
constexpr const char* k_meter_key = "sangdam-meter";
constexpr std::chrono::seconds k_tick{1};
// A name that is not known may be one this machine has only just got. Reading its interfaces costs a
// millisecond, so a flood of wrong names does it this often at most.
constexpr std::chrono::seconds k_look_at_network{2};

std::vector<std::string> names_of_machine() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) name.front() = '\0';
  std::vector<std::string> addresses;
  for (InterfaceAddress& each : read_interfaces()) addresses.push_back(std::move(each.address));
  return own_names(name.data(), addresses);
}

const char* header_list(SoupServerMessage* message, const char* name) {
  const char* list = soup_message_headers_get_list(soup_server_message_get_request_headers(message), name);
  return list == nullptr ? "" : list;
}

std::shared_ptr<StreamMeter> meter_of(SoupServerMessage* message) {
  GSocketAddress* remote = soup_server_message_get_remote_address(message);
  auto* meter =
      remote == nullptr
          ? nullptr
          : static_cast<std::shared_ptr<StreamMeter>*>(g_object_get_data(G_OBJECT(remote), k_meter_key));
  return meter == nullptr ? nullptr : *meter;
}

}  // namespace

struct Server::Impl {
  Impl(Config given, const base::Clock& given_clock) : config(std::move(given)), clock(given_clock) {}

  /// What TLS connections get, and the same certificate for the embedding kiosk to recognise.
  struct Identity {
    std::shared_ptr<const TlsSettings> tls;
    base::Ref<GTlsCertificate> certificate;
  };
  base::Result<Identity> load_identity() const;
  base::Result<> listen();
  void listen_for_redirects();
  [[nodiscard]] std::string redirect_target(const std::string& host, bool has_own_port) const;
  void keep_connections_alive();
  [[nodiscard]] protocol::Address find_address() const;
  void make_soup_server();
  void look_at_network();
  void on_request(SoupServerMessage* message, const char* path);
  /// The address that limits count for.
  [[nodiscard]] std::string client_of(SoupServerMessage* message) const;
  /// Counts a connection of a trusted proxy for whom it speaks for; false if he has too many.
  [[nodiscard]] bool count_client(SoupServerMessage* message) const;
  void on_websocket(SoupServerMessage* message, const char* path, SoupWebsocketConnection* connection);
  static void accept(Impl& self, const Listener::Accepted& accepted);

  Config config;
  const base::Clock& clock;
  std::uint16_t port = 0;     // the one listened on, once started
  protocol::Address address;  // for people, as told to the kiosks
  std::string local_name;
  Identity identity;
  std::optional<HttpFront> front;
  base::Moment looked_at_network{};
  std::optional<Switchboard> switchboard;
  base::Ref<SoupServer> soup;
  base::SignalConnection on_started;
  base::Ref<GSocket> other_end;  // see keep_connections_alive()
  std::shared_ptr<ConnectionPlaces> places;
  std::optional<Listener> listener;
  std::optional<Listener> redirects;
  base::Timer tick;
};

Server::Server(Config config) : Server(std::move(config), k_system_clock) {}
Server::Server(Config config, const base::Clock& clock)
    : m_impl(std::make_unique<Impl>(std::move(config), clock)) {}

Server::~Server() {
  m_impl->tick.stop();
  m_impl->listener.reset();
  m_impl->redirects.reset();
  if (!m_impl->soup) return;
  // Handlers hold a pointer to the Impl; a request under way would still call them.
  for (const char* path : {k_patient_path, k_kiosk_path, static_cast<const char*>(nullptr)}) {
    soup_server_remove_handler(m_impl->soup.get(), path);
  }
  soup_server_disconnect(m_impl->soup.get());
}

base::Result<Server::Impl::Identity> Server::Impl::load_identity() const {
  // GnuTLS and GIO read whatever is behind the name, to its end.
  for (const std::string& path : {config.tls_certificate, config.tls_key}) {
    const auto text = base::read_text(path);
    if (!text) return base::failure("certificate-unreadable", text.error().message);
    if (text->size() > base::k_max_text_file_bytes) {
      return base::failure("certificate-invalid",
                           fmt::format("{} is too large for a certificate or key.", path));
    }
  }
  if (const auto good = check_certificate(config.tls_certificate, config.tls_key, clock.now()); !good) {
    return tl::unexpected<base::Failure>(good.error());
  }
  auto tls = TlsSettings::load(config.tls_certificate, config.tls_key);
  if (!tls) return tl::unexpected<base::Failure>(std::move(tls).error());
  base::ErrorPtr error;
  auto certificate = base::Ref<GTlsCertificate>::adopt(
      g_tls_certificate_new_from_file(config.tls_certificate.c_str(), base::out(error)));
  if (certificate) return Identity{*std::move(tls), std::move(certificate)};
  return base::failure("certificate-invalid", fmt::format("Cannot use the certificate {}: {}.",
                                                          config.tls_certificate, base::message_of(error)));
}

protocol::Address Server::Impl::find_address() const {
  if (!config.public_address.empty()) return {.address = config.public_address};
  const std::string scheme = config.insecure_http ? "http" : "https";
  const bool everywhere = is_wildcard(config.address);
  const std::string host = best_address(config.address);
  protocol::Address found{.address = url_of(scheme, host, port),
                          .local = everywhere && base::is_loopback_host(host)};
  // A browser makes http:// of a typed address, and goes to port 80 if there is none in it. Where nobody
  // answers there, the port has to be typed, 443 too.
  const std::string name = base::host_in_url(host);
  if (identity.tls) found.typed = redirects ? name : fmt::format("{}:{}", name, port);
  return found;
}

base::Result<> Server::start() {
  base::assert_main_thread();
  Impl& self = *m_impl;
  if (self.config.insecure_http) {
    if (!base::is_loopback_host(self.config.address)) {
      return base::failure(
          "insecure-address",
          "Plain HTTP is only served on a loopback address such as 127.0.0.1: what patients say must "
          "not cross a network unencrypted. Give a certificate instead.");
    }
  } else {
    auto loaded = self.load_identity();
    if (!loaded) return tl::unexpected<base::Failure>(std::move(loaded).error());
    self.identity = *std::move(loaded);
  }
  auto files = self.config.web_directory.empty() ? PageFiles::from_resources()
                                                 : PageFiles::from_directory(self.config.web_directory);
  if (!files) return tl::unexpected<base::Failure>(std::move(files).error());

  // Behind a proxy that speaks TLS for this gateway, browsers see the proxy's certificate.
  const bool is_secure = !self.config.insecure_http || !self.config.public_address.empty();
  HttpFront::Options options{.hsts = self.config.trusted_certificate && is_secure, .kiosk_hashes = {}};
  for (const std::string& token : self.config.kiosk_tokens)
    options.kiosk_hashes.push_back(base::sha256_hex(token));
  self.config.kiosk_tokens.clear();
  self.front.emplace(*std::move(files), std::move(options));
  self.make_soup_server();

  self.places = std::make_shared<ConnectionPlaces>(self.clock, self.config.connections);
  if (auto started = self.listen(); !started) return started;
  self.look_at_network();
  self.address = self.find_address();
  self.switchboard.emplace(self.clock, self.config, [&self] { return self.address; });
  self.tick.start_repeating(k_tick, [&self] {
    self.switchboard->on_time();
    self.places->on_time();
  });
  return {};
}

base::Result<> Server::Impl::listen() {
  const auto on_accepted = [this](const Listener::Accepted& accepted) { accept(*this, accepted); };
  listener.emplace(clock, places, on_accepted);
  Listener::Service service;
  if (identity.tls) {
    service = {identity.tls, [this](const std::string& host) { return redirect_target(host, true); }};
  }
  auto started = listener->start(config.address, config.port, service);
  if (!started && started.error().code == "address-unavailable" && config.address == "::") {
    config.address = "0.0.0.0";  // a machine without IPv6
    started = listener->start(config.address, config.port, std::move(service));
  }
  if (!started) {
    listener.reset();
    return started;
  }
  port = listener->port();
  if (identity.tls && config.redirect_port != 0) listen_for_redirects();
  return {};
}

void Server::Impl::listen_for_redirects() {
  redirects.emplace(clock, places, [](const Listener::Accepted&) {});
  const auto started =
      redirects->start(config.address, config.redirect_port,
                       {nullptr, [this](const std::string& host) { return redirect_target(host, false); }});
  if (started) return;
  // A convenience: patients can still type the whole address.
  base::log_info("gateway", "no redirect from port {}: {}", config.redirect_port, started.error().code);
  redirects.reset();
}

std::string Server::Impl::redirect_target(const std::string& host, bool has_own_port) const {
  // The name alone decides on the port that only redirects.
  const std::size_t name_end =
      host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  const Site* site = has_own_port ? front->policy().find_host(host)
                                  : front->policy().find_name(std::string_view(host).substr(0, name_end));
  if (site == nullptr) return {};
  return config.public_address.empty() ? "https://" + site->authority() : config.public_address;
}

base::Result<> Server::reload_certificate() {
  if (m_impl->config.insecure_http || !m_impl->listener) return {};
  auto loaded = m_impl->load_identity();
  if (!loaded) return tl::unexpected<base::Failure>(std::move(loaded).error());
  m_impl->identity = *std::move(loaded);
  m_impl->listener->set_tls(m_impl->identity.tls);
  return {};
}

void Server::follow_network() {
  Impl& self = *m_impl;
  if (!self.listener) return;
  self.look_at_network();
  const protocol::Address found = self.find_address();
  if (std::exchange(self.address, found) == found) return;
  base::log_info("gateway", "people reach this gateway at {}{}", found.address,
                 found.local ? ": this machine has no network" : "");
  self.switchboard->tell_address();
}

void Server::set_local_name(const std::string& name) {
  m_impl->local_name = name;
  if (m_impl->listener) m_impl->look_at_network();
}

void Server::Impl::look_at_network() {
  looked_at_network = clock.moment();
  std::vector<std::string> own = config.own_names ? config.own_names() : names_of_machine();
  if (!local_name.empty()) own.push_back(local_name);
  front->set_sites(sites_of({.public_address = config.public_address,
                             .scheme = config.insecure_http ? "http" : "https",
                             .ports = {port},
                             .listened = is_wildcard(config.address) ? std::string() : config.address,
                             .own = std::move(own)}));
}

void Server::stop() {
  m_impl->listener.reset();
  m_impl->redirects.reset();
  if (m_impl->switchboard) m_impl->switchboard->go_away();
}

std::uint16_t Server::port() const { return m_impl->listener ? m_impl->listener->port() : std::uint16_t{0}; }
const std::string& Server::address() const { return m_impl->address.address; }
base::Ref<GTlsCertificate> Server::certificate() const { return m_impl->identity.certificate; }
std::size_t Server::connections() const { return m_impl->places ? m_impl->places->connections() : 0; }

void Server::Impl::make_soup_server() {
  soup = base::Ref<SoupServer>::adopt(soup_server_new("raw-paths", TRUE, nullptr));
  on_started = base::SignalConnection(
      soup.get(), "request-started",
      G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, const Impl* self) noexcept {
        // No request here has a body worth keeping.
        soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
        self->front->begin(message);
      }),
      this);
  constexpr SoupServerCallback k_on_request = [](SoupServer*, SoupServerMessage* message, const char* path,
                                                 GHashTable*, gpointer self) noexcept {
    static_cast<Impl*>(self)->on_request(message, path);
  };
  constexpr SoupServerWebsocketCallback k_on_websocket =
      [](SoupServer*, SoupServerMessage* message, const char* path, SoupWebsocketConnection* connection,
         gpointer self) noexcept { static_cast<Impl*>(self)->on_websocket(message, path, connection); };
  soup_server_add_handler(soup.get(), nullptr, k_on_request, this, nullptr);
  for (const char* path : {k_patient_path, k_kiosk_path}) {
    soup_server_add_handler(soup.get(), path, k_on_request, this, nullptr);
    soup_server_add_websocket_handler(soup.get(), path, nullptr, nullptr, k_on_websocket, this, nullptr);
  }
  // Compression would let who chooses part of a message learn the rest from its length, and costs memory per
  // client.
  soup_server_remove_websocket_extension(soup.get(), SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  keep_connections_alive();
}

void Server::Impl::keep_connections_alive() {
  // libsoup 3.2 closes every connection after one request unless it listens itself: a page load would be
  // thirty connections. It is given a socket on which nothing ever arrives, as its only peer is `other_end`.
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) return;
  const auto silent = base::Ref<GSocket>::adopt(g_socket_new_from_fd(ends[0], nullptr));
  other_end = base::Ref<GSocket>::adopt(g_socket_new_from_fd(ends[1], nullptr));
  base::ErrorPtr error;
  if (!soup_server_listen_socket(soup.get(), silent.get(), SoupServerListenOptions(0), base::out(error))) {
    base::log_warning("gateway", "connections are closed after each request: {}", base::message_of(error));
  }
}

void Server::Impl::on_request(SoupServerMessage* message, const char* path) {
  if (!front->knows_host(message) && clock.moment() - looked_at_network >= k_look_at_network)
    look_at_network();
  const std::string_view asked(path == nullptr ? "" : path);
  if (asked == k_kiosk_path) return front->admit_kiosk(message);
  if (asked == k_clinic_path && switchboard)
    return front->tell_clinic(message, protocol::encode(switchboard->only_clinic(front->kiosks())));
  if (asked != k_patient_path) return front->serve(message, std::string(asked));
  front->admit_patient(message);
  if (soup_server_message_get_status(message) == 0 && !count_client(message)) front->refuse_crowd(message);
}

std::string Server::Impl::client_of(SoupServerMessage* message) const {
  return address_key(client_address(address_text(soup_server_message_get_remote_address(message)),
                                    {.x_forwarded_for = header_list(message, "X-Forwarded-For"),
                                     .forwarded = header_list(message, "Forwarded")},
                                    config.connections.trusted_proxies));
}

bool Server::Impl::count_client(SoupServerMessage* message) const {
  const std::string peer = address_text(soup_server_message_get_remote_address(message));
  const auto meter = meter_of(message);
  if (!meter || !config.connections.trusted_proxies.contain(peer))
    return true;  // counted when it was accepted
  return places->count_for(client_of(message), meter);
}

void Server::Impl::on_websocket(SoupServerMessage* message, const char* path,
                                SoupWebsocketConnection* connection) {
  const auto meter = meter_of(message);
  if (!meter || !switchboard) return;  // dropping the connection closes it
  // What a client sends before it has its answer would never be counted.
  const auto body = soup_message_headers_get_encoding(soup_server_message_get_request_headers(message));
  if (body != SOUP_ENCODING_NONE || !meter->waited_for_answer()) return;
  auto held = base::Ref<SoupWebsocketConnection>::share(connection);
  if (std::string_view(path) == k_patient_path) {
    switchboard->add_patient(std::move(held), meter, client_of(message));
  } else if (auto kiosk = front->kiosk_of(message)) {
    switchboard->add_kiosk(std::move(held), meter, *std::move(kiosk));
  }
}

void Server::Impl::accept(Impl& self, const Listener::Accepted& accepted) {
  // The address object is what libsoup hands back with every request of this connection: it carries the
  // meter.
  g_object_set_data_full(G_OBJECT(accepted.remote.get()), k_meter_key,
                         new std::shared_ptr<StreamMeter>(accepted.meter),
                         [](gpointer data) { delete static_cast<std::shared_ptr<StreamMeter>*>(data); });
  base::ErrorPtr error;
  if (!soup_server_accept_iostream(self.soup.get(), accepted.stream.get(), accepted.local.get(),
                                   accepted.remote.get(), base::out(error))) {
    base::log_warning("gateway", "a connection was not taken: {}", base::message_of(error));
  }
}

}  // namespace sangdam::gateway
