#include "gateway/options.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <array>
#include <charconv>
#include <set>
#include <string_view>

#include "base/handles.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::size_t k_min_secret_bytes = 16;  // 128 bits in the tightest common encoding that is not raw
constexpr const char* k_group = "gateway";

/// What GOption fills in. Everything here may also stand in the configuration file's [gateway] group, under
/// the same name; the command line wins.
struct Raw {
  base::CharPtr config, listen, tls_cert, tls_key, token_file, turn_secret_file, public_address, web_dir;
  base::StrvPtr turn_urls, stun_urls;
  gboolean insecure_http = FALSE;
  gboolean trusted = FALSE;
};

std::string text_of(const base::CharPtr& text) { return text ? text.get() : ""; }

std::vector<std::string> list_of(const base::StrvPtr& list) {
  std::vector<std::string> result;
  if (!list) return result;
  for (char** each = list.get(); *each != nullptr; ++each) result.emplace_back(*each);
  return result;
}

base::Result<> parse_arguments(int& argc, char**& argv, Raw& raw) {
  // GOption wants pointers to raw pointers; they are handed to their owners right after.
  char* config = nullptr;
  char* listen = nullptr;
  char* cert = nullptr;
  char* key = nullptr;
  char* tokens = nullptr;
  char* secret = nullptr;
  char* address = nullptr;
  char* web = nullptr;
  char** turn = nullptr;
  char** stun = nullptr;
  const std::array entries{
      GOptionEntry{"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
                   "Read options from a key file, group [gateway]", "FILE"},
      GOptionEntry{"listen", 0, 0, G_OPTION_ARG_STRING, &listen, "Where to listen (0.0.0.0:8443)",
                   "ADDR:PORT"},
      GOptionEntry{"tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &cert, "Certificate chain in PEM form", "FILE"},
      GOptionEntry{"tls-key", 0, 0, G_OPTION_ARG_FILENAME, &key, "Its private key in PEM form", "FILE"},
      GOptionEntry{"kiosk-token-file", 0, 0, G_OPTION_ARG_FILENAME, &tokens,
                   "Tokens of the kiosks, one per line", "FILE"},
      GOptionEntry{"turn-url", 0, 0, G_OPTION_ARG_STRING_ARRAY, &turn, "TURN server (repeatable)", "URL"},
      GOptionEntry{"turn-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &secret, "coturn's static-auth-secret",
                   "FILE"},
      GOptionEntry{"stun-url", 0, 0, G_OPTION_ARG_STRING_ARRAY, &stun, "STUN server (repeatable)", "URL"},
      GOptionEntry{"public-address", 0, 0, G_OPTION_ARG_STRING, &address, "The address for people to type",
                   "URL"},
      GOptionEntry{"trusted-certificate", 0, 0, G_OPTION_ARG_NONE, &raw.trusted,
                   "Browsers trust the certificate: send HSTS", nullptr},
      GOptionEntry{"web-dir", 0, 0, G_OPTION_ARG_FILENAME, &web, "Development: serve the page from here",
                   "DIR"},
      GOptionEntry{"insecure-http", 0, 0, G_OPTION_ARG_NONE, &raw.insecure_http,
                   "Tests: plain HTTP, on a loopback address only", nullptr},
      GOptionEntry{nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  const base::FreePtr<GOptionContext, g_option_context_free> context(
      g_option_context_new("- signalling gateway for Sangdam kiosks"));
  g_option_context_add_main_entries(context.get(), entries.data(), nullptr);
  base::ErrorPtr error;
  const bool good = g_option_context_parse(context.get(), &argc, &argv, base::out(error)) != FALSE;
  raw.config.reset(config);
  raw.listen.reset(listen);
  raw.tls_cert.reset(cert);
  raw.tls_key.reset(key);
  raw.token_file.reset(tokens);
  raw.turn_secret_file.reset(secret);
  raw.public_address.reset(address);
  raw.web_dir.reset(web);
  raw.turn_urls.reset(turn);
  raw.stun_urls.reset(stun);
  if (!good) return base::failure("usage", base::message_of(error) + ". See --help.");
  if (argc > 1) return base::failure("usage", fmt::format("\"{}\" is not an option. See --help.", argv[1]));
  return {};
}

base::Result<> fill_from_file(Raw& raw) {
  if (!raw.config) return {};
  const base::KeyFilePtr file(g_key_file_new());
  base::ErrorPtr error;
  if (!g_key_file_load_from_file(file.get(), raw.config.get(), G_KEY_FILE_NONE, base::out(error))) {
    return base::failure("file-unreadable", fmt::format("Cannot read the configuration {}: {}.",
                                                        raw.config.get(), base::message_of(error)));
  }
  std::set<std::string_view> known;
  const auto text = [&](base::CharPtr& value, const char* key) {
    known.insert(key);
    if (!value) value.reset(g_key_file_get_string(file.get(), k_group, key, nullptr));
  };
  const auto list = [&](base::StrvPtr& value, const char* key) {
    known.insert(key);
    if (!value) value.reset(g_key_file_get_string_list(file.get(), k_group, key, nullptr, nullptr));
  };
  const auto flag = [&](gboolean& value, const char* key) {
    known.insert(key);
    if (!value) value = g_key_file_get_boolean(file.get(), k_group, key, nullptr);
  };
  text(raw.listen, "listen");
  text(raw.tls_cert, "tls-cert");
  text(raw.tls_key, "tls-key");
  text(raw.token_file, "kiosk-token-file");
  text(raw.turn_secret_file, "turn-secret-file");
  text(raw.public_address, "public-address");
  text(raw.web_dir, "web-dir");
  list(raw.turn_urls, "turn-url");
  list(raw.stun_urls, "stun-url");
  flag(raw.trusted, "trusted-certificate");
  flag(raw.insecure_http, "insecure-http");

  const base::StrvPtr keys(g_key_file_get_keys(file.get(), k_group, nullptr, nullptr));
  for (const std::string& key : list_of(keys)) {
    if (known.contains(key)) continue;
    return base::failure(
        "usage",
        fmt::format("The configuration {} has an unknown key: {}. The gateway does not start, because a "
                    "setting that somebody relies on would have no effect. Correct the key or remove it; "
                    "sangdam-gateway --help lists the known ones.",
                    raw.config.get(), key));
  }
  return {};
}

base::Result<> set_listen(Config& config, const std::string& listen) {
  if (listen.empty()) return {};
  const std::size_t colon = listen.rfind(':');
  std::string address = colon == std::string::npos ? "" : listen.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  unsigned port = 0;
  const char* first = listen.data() + (colon == std::string::npos ? listen.size() : colon + 1);
  const char* last = listen.data() + listen.size();
  const auto [end, error] = std::from_chars(first, last, port);
  if (address.empty() || error != std::errc() || end != last || port > 65535) {
    return base::failure(
        "usage", fmt::format("\"{}\" is not ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443.", listen));
  }
  config.address = std::move(address);
  config.port = static_cast<std::uint16_t>(port);
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> read_secrets(const std::string& path) {
  base::CharPtr content;
  base::ErrorPtr error;
  if (!g_file_get_contents(path.c_str(), base::out(content), nullptr, base::out(error))) {
    return base::failure(
        "file-unreadable",
        fmt::format("Cannot read {}: {}. Check the path, and that this program's user may read it.", path,
                    base::message_of(error)));
  }
  std::vector<std::string> secrets;
  const base::StrvPtr lines(g_strsplit(content.get(), "\n", -1));
  for (char** each = lines.get(); *each != nullptr; ++each) {
    const std::string line = g_strstrip(*each);
    if (line.empty() || line.front() == '#') continue;
    if (line.size() < k_min_secret_bytes) {
      return base::failure("token-invalid",
                           fmt::format("{} has a secret of less than {} characters. Make one with: "
                                       "openssl rand -hex 32",
                                       path, k_min_secret_bytes));
    }
    secrets.push_back(line);
  }
  if (secrets.empty()) return base::failure("token-invalid", fmt::format("{} has no secret in it.", path));
  return secrets;
}

base::Result<Config> read_options(int& argc, char**& argv) {
  Raw raw;
  Config config;
  if (auto parsed = parse_arguments(argc, argv, raw); !parsed)
    return tl::unexpected<base::Failure>(parsed.error());
  if (auto filled = fill_from_file(raw); !filled) return tl::unexpected<base::Failure>(filled.error());
  if (auto set = set_listen(config, text_of(raw.listen)); !set)
    return tl::unexpected<base::Failure>(set.error());
  config.tls_certificate = text_of(raw.tls_cert);
  config.tls_key = text_of(raw.tls_key);
  config.insecure_http = raw.insecure_http != FALSE;
  config.trusted_certificate = raw.trusted != FALSE;
  config.public_address = text_of(raw.public_address);
  config.web_directory = text_of(raw.web_dir);
  config.ice.stun_urls = list_of(raw.stun_urls);
  config.ice.turn_urls = list_of(raw.turn_urls);
  if (!config.insecure_http && (config.tls_certificate.empty() || config.tls_key.empty())) {
    return base::failure("usage", "Give --tls-cert and --tls-key: browsers give no camera without TLS.");
  }
  if (!raw.token_file)
    return base::failure("usage", "Give --kiosk-token-file: without a token no kiosk can register.");
  auto tokens = read_secrets(raw.token_file.get());
  if (!tokens) return tl::unexpected<base::Failure>(tokens.error());
  config.kiosk_tokens = *std::move(tokens);
  if (raw.turn_secret_file) {
    auto secrets = read_secrets(raw.turn_secret_file.get());
    if (!secrets) return tl::unexpected<base::Failure>(secrets.error());
    config.ice.turn_secret = secrets->front();
  }
  return config;
}

}  // namespace sangdam::gateway
