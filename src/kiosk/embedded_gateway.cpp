#include "kiosk/embedded_gateway.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/secret_file.hpp"
#include "gateway/capacity.hpp"
#include "gateway/certificate.hpp"
#include "gateway/local_address.hpp"

namespace sangdam::kiosk {
namespace {

using base::Result;

constexpr std::chrono::seconds k_try_again{5};
constexpr const char* k_everywhere = "::";
constexpr std::uint16_t k_https_port = 443;
constexpr std::uint16_t k_http_port = 80;
constexpr std::uint16_t k_unprivileged_port = 8443;
// A self-signed certificate is renewed 30 days before its end. A given one is renewed on the disk by somebody
// else: it is in use, and one that has expired is said, within the hour.
constexpr std::chrono::hours k_look_at_certificate{1};

/// A certificate out of its time too: a clock that is wrong at boot is set once there is a network, and a
/// certificate is renewed by somebody else. Neither may keep the kiosk from starting.
bool mends_itself(const base::Failure& failure) {
  return failure.code == "port-in-use" || failure.code == "address-unavailable" ||
         failure.code == "certificate-expired" || failure.code == "certificate-not-yet-valid";
}

}  // namespace

EmbeddedGateway::EmbeddedGateway(const Options& options)
    : m_options(options), m_token(base::random_hex(32)) {}
EmbeddedGateway::~EmbeddedGateway() = default;

void EmbeddedGateway::on_trouble(std::function<void(const std::optional<base::Failure>&)> listener) {
  m_on_trouble = std::move(listener);
}

Result<> EmbeddedGateway::start() {
  if (m_options.listen) {
    m_listen = {*m_options.listen};
  } else {
    m_listen = {{k_everywhere, k_https_port}, {k_everywhere, k_unprivileged_port}};
  }
  m_config.insecure_http = m_options.insecure_http;
  m_config.kiosk_tokens = {m_token};
  m_config.public_address = m_options.public_address;
  m_config.connections.trusted_proxies = gateway::TrustedProxies(m_options.trusted_proxies);
  m_config.web_directory = m_options.web_dir.string();
  m_config.connections =
      gateway::fit(m_config.connections, gateway::capacity_of_process(), gateway::k_kiosk_reserve);
  m_config.ice.stun_urls = m_options.stun_urls;
  m_config.ice.turn_urls = m_options.turn_urls;
  if (!m_options.turn_secret_file.empty()) {
    const auto secret = base::read_secret(m_options.turn_secret_file);
    if (!secret) return tl::unexpected(secret.error());
    m_config.ice.turn_secret = *secret;
  }
  auto up = bring_up();
  if (up || !mends_itself(up.error())) return up;
  on_setback(up.error());
  return {};
}

Result<> EmbeddedGateway::prepare_certificate() {
  if (m_options.insecure_http) return {};
  // First of all, so that what fails now is tried again; and for a given certificate as well, which
  // somebody renews on the disk.
  m_renewal.start_once(k_look_at_certificate, [this] { renew_certificate(); });
  const base::SystemClock clock;
  if (!m_options.tls_cert.empty()) {
    m_config.tls_certificate = m_options.tls_cert.string();
    m_config.tls_key = m_options.tls_key.string();
    m_config.trusted_certificate = true;
    return gateway::check_certificate(m_config.tls_certificate, m_config.tls_key, clock.now());
  }
  std::vector<std::string> names = gateway::local_names();
  if (!m_local_name.empty()) names.push_back(m_local_name);
  const auto made = gateway::ensure_self_signed((m_options.data_dir / "tls").string(), names, clock.now());
  if (!made) return tl::unexpected(made.error());
  m_config.tls_certificate = made->certificate;
  m_config.tls_key = made->key;
  return {};
}

void EmbeddedGateway::renew_certificate() {
  auto renewed = prepare_certificate();
  if (!m_server) return;  // being brought up, which begins with the certificate
  if (renewed) renewed = m_server->reload_certificate();
  if (renewed) {
    tell_trouble(std::nullopt);
    return;
  }
  base::log_warning("kiosk", "the certificate could not be renewed: {}", renewed.error().message);
  if (renewed.error().code == "certificate-expired") tell_trouble(renewed.error());
}

void EmbeddedGateway::follow_network() {
  if (!m_server) {
    if (m_retry.running()) bring_up_again();  // the address to listen on may be here now
    return;
  }
  // The certificate first: whoever is told the new address finds it named there.
  if (m_options.tls_cert.empty()) renew_certificate();
  m_server->follow_network();
}

void EmbeddedGateway::set_local_name(const std::string& name) {
  m_local_name = name;
  if (!m_server) return;
  if (m_options.tls_cert.empty()) renew_certificate();
  m_server->set_local_name(name);
}

Result<> EmbeddedGateway::bring_up() {
  if (auto prepared = prepare_certificate(); !prepared) return prepared;
  Result<> started;
  for (const base::HostPort& place : m_listen) {
    started = listen_on(place);
    if (started) break;
    // The program's own limits and what others use differ from port to port; all else would fail on the next
    // too.
    if (started.error().code != "port-forbidden" && started.error().code != "port-in-use") break;
  }
  if (!started) return started;
  m_retry.stop();
  // Once found, the port stays the same for as long as the kiosk runs: people have the address.
  m_listen = {{m_config.address, m_server->port()}};
  m_config.port = m_server->port();
  tell_trouble(std::nullopt);
  return {};
}

Result<> EmbeddedGateway::listen_on(const base::HostPort& place) {
  m_config.address = place.host;
  m_config.port = place.port;
  // Who asked for another port asked for no port 80 either.
  m_config.redirect_port = !m_options.listen || place.port == k_https_port ? k_http_port : std::uint16_t{0};
  auto server = std::make_unique<gateway::Server>(m_config);
  if (auto started = server->start(); !started) return started;
  m_server = std::move(server);
  m_server->set_local_name(m_local_name);
  return {};
}

void EmbeddedGateway::bring_up_again() {
  // Whatever it is now: files are just being replaced, and the kiosk is running. It is tried until it works.
  if (const auto up = bring_up(); !up) on_setback(up.error());
}

void EmbeddedGateway::on_setback(const base::Failure& failure) {
  base::log_error("kiosk", "{}", failure.message);
  tell_trouble(failure);
  m_retry.start_once(k_try_again, [this] { bring_up_again(); });
}

void EmbeddedGateway::tell_trouble(const std::optional<base::Failure>& trouble) {
  if (m_on_trouble) m_on_trouble(trouble);
}

std::string EmbeddedGateway::kiosk_url() const {
  const std::string host = gateway::is_wildcard(m_config.address) ? "127.0.0.1" : m_config.address;
  return gateway::url_of(m_options.insecure_http ? "ws" : "wss", host, m_config.port) + "/ws/kiosk";
}

base::Ref<GTlsCertificate> EmbeddedGateway::certificate() const {
  return m_server ? m_server->certificate() : nullptr;
}

}  // namespace sangdam::kiosk
