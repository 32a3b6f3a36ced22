#include "gateway/options.hpp"

#include <fmt/format.h>

#include "base/secret_file.hpp"
#include "base/settings.hpp"
#include "base/web_address.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::uint16_t k_https_port = 443;
constexpr std::uint16_t k_http_port = 80;

struct Given {
  Config config;
  base::HostPort listen;
  std::string token_file, turn_secret_file;
  std::vector<base::Ref<GInetAddressMask>> proxies;
};

std::vector<base::Setting> table_for(Given& given) {
  using base::flag;
  using base::list;
  using base::parsed;
  using base::text;
  Config& config = given.config;
  return {
      parsed("listen", "ADDR:PORT", "Where to listen ([::]:8443, which is all)", given.listen,
             base::parse_listen),
      text("tls-cert", "FILE", "Certificate chain in PEM form", config.tls_certificate),
      text("tls-key", "FILE", "Its private key in PEM form", config.tls_key),
      text("kiosk-token-file", "FILE", "Tokens of the kiosks, one per line", given.token_file),
      list("turn-url", "URL", "turn:HOST:PORT (may be repeated)", config.ice.turn_urls, turn_url,
           k_max_ice_urls),
      text("turn-secret-file", "FILE", "The TURN server's static-auth-secret", given.turn_secret_file),
      list("stun-url", "URL", "stun:HOST:PORT (may be repeated)", config.ice.stun_urls, stun_url,
           k_max_ice_urls),
      parsed("public-address", "URL", "The address for people to type", config.public_address,
             base::parse_public_address),
      list("trusted-proxy", "CIDR", "Address of a reverse proxy that names its clients (may be repeated)",
           given.proxies, parse_network, k_max_proxies),
      flag("trusted-certificate", "Browsers trust the certificate: send HSTS", config.trusted_certificate),
      text("web-dir", "DIR", "Development: serve the page from here", config.web_directory),
      flag("insecure-http", "No TLS; only on a loopback address (tests, behind a proxy)",
           config.insecure_http),
  };
}

base::Result<std::string> ice_url(const std::string& value, bool turn) {
  auto address = base::parse_ice_address(value);
  if (!address) return tl::unexpected<base::Failure>(std::move(address).error());
  if (turn == (address->scheme == "stun")) {
    return base::failure("usage",
                         turn ? "it is a STUN server. Write it like turn:turn.example.org:3478?transport=udp"
                              : "it is a TURN server. Write it like stun:stun.example.org:3478");
  }
  return address->text();
}

}  // namespace

base::Result<std::string> stun_url(const std::string& value) { return ice_url(value, false); }
base::Result<std::string> turn_url(const std::string& value) { return ice_url(value, true); }

base::Result<Config> read_options(int argc, char** argv) {
  Given given;
  Config& config = given.config;
  given.listen = {config.address, config.port};
  const base::ProgramName program{"sangdam-gateway", "signalling gateway for Sangdam kiosks", "gateway",
                                  SANGDAM_VERSION};
  if (auto read = base::read_settings(program, table_for(given), argc, argv); !read)
    return tl::unexpected<base::Failure>(std::move(read).error());
  config.connections.trusted_proxies = TrustedProxies(std::move(given.proxies));
  config.address = given.listen.host;
  config.port = given.listen.port;
  if (config.port == k_https_port) config.redirect_port = k_http_port;
  if (!config.insecure_http && (config.tls_certificate.empty() || config.tls_key.empty())) {
    return base::failure("usage", "Give --tls-cert and --tls-key: browsers give no camera without TLS.");
  }
  if (given.token_file.empty())
    return base::failure("usage", "Give --kiosk-token-file: without a token no kiosk can register.");
  if (!config.ice.turn_urls.empty() && given.turn_secret_file.empty()) {
    return base::failure("usage",
                         "--turn-url needs --turn-secret-file, the TURN server's static-auth-secret.");
  }
  if (config.ice.turn_urls.empty() && !given.turn_secret_file.empty())
    return base::failure("usage", "--turn-secret-file needs --turn-url, the TURN server's address.");
  auto tokens = base::read_secrets(given.token_file);
  if (!tokens) return tl::unexpected<base::Failure>(std::move(tokens).error());
  config.kiosk_tokens = *std::move(tokens);
  if (!given.turn_secret_file.empty()) {
    auto secret = base::read_secret(given.turn_secret_file);
    if (!secret) return tl::unexpected<base::Failure>(std::move(secret).error());
    config.ice.turn_secret = *std::move(secret);
  }
  return config;
}

}  // namespace sangdam::gateway
