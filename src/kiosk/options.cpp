#include "kiosk/options.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <ratio>

#include "base/handles.hpp"

namespace sangdam::kiosk {
namespace {

using base::failure;

/// One option as the command line and the configuration file know it.
struct Named {
  const char* name;
  const char* argument;  // null: a flag
  const char* help;
  bool (*set)(Options&, const std::string&);  // false: not a value it can take
  bool repeatable = false;
};

template <auto Member>
bool set_text(Options& options, const std::string& value) {
  options.*Member = value;
  return true;
}
template <auto Member>
bool set_flag(Options& options, const std::string& value) {
  options.*Member = value == "true";
  return value == "true" || value == "false";
}
template <auto Member>
bool add_text(Options& options, const std::string& value) {
  (options.*Member).push_back(value);
  return true;
}
bool set_code_lifetime(Options& options, const std::string& value) {
  constexpr double k_longest = 24 * 60;
  char* end = nullptr;
  const double minutes = g_ascii_strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !(minutes > 0) || minutes > k_longest) return false;
  options.limits.walk_in_code_lifetime = options.limits.appointment_code_lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::duration<double, std::ratio<60>>(minutes));
  return true;
}

constexpr std::array k_options{
    Named{"data-dir", "DIR", "Where the schedule, the log and the certificate live",
          set_text<&Options::data_dir>},
    Named{"listen", "ADDR:PORT", "Address of the embedded gateway (0.0.0.0:8443)",
          set_text<&Options::listen>},
    Named{"public-address", "URL", "What patients type, if not this machine's own address",
          set_text<&Options::public_address>},
    Named{"camera", "NAME", "auto, test, none, or part of a camera's name", set_text<&Options::camera>},
    Named{"microphone", "NAME", "auto, test, none, or part of a microphone's name",
          set_text<&Options::microphone>},
    Named{"gateway", "URL", "embedded, or wss://HOST[:PORT] of a public gateway",
          set_text<&Options::gateway>},
    Named{"gateway-token-file", "FILE", "This kiosk's token at a public gateway",
          set_text<&Options::gateway_token_file>},
    Named{"tls-cert", "FILE", "Certificate chain, PEM (otherwise self-signed)", set_text<&Options::tls_cert>},
    Named{"tls-key", "FILE", "Its private key, PEM", set_text<&Options::tls_key>},
    Named{"stun-url", "URL", "stun:HOST:PORT (may be repeated)", add_text<&Options::stun_urls>, true},
    Named{"turn-url", "URL", "turn:HOST:PORT (may be repeated)", add_text<&Options::turn_urls>, true},
    Named{"turn-secret-file", "FILE", "The TURN server's static-auth-secret",
          set_text<&Options::turn_secret_file>},
    Named{"clinic", "NAME", "The clinic's name, as patients see it", set_text<&Options::clinic>},
    Named{"clinic-phone", "NUMBER", "A number patients can call for help", set_text<&Options::clinic_phone>},
    Named{"code-lifetime", "MINUTES", "How long a code is good (30; from an appointment's time: 60)",
          set_code_lifetime},
    Named{"language", "ko|en", "Language of the kiosk's screens", set_text<&Options::language>},
    Named{"web-dir", "DIR", "Serve the patient's page from a folder (development)",
          set_text<&Options::web_dir>},
    Named{"relay-only", nullptr, "Use only TURN (to test a TURN server)", set_flag<&Options::relay_only>},
    Named{"insecure-http", nullptr, "No TLS; only on a loopback address (tests)",
          set_flag<&Options::insecure_http>},
    Named{"walk-in", nullptr, "Open a session at start", set_flag<&Options::walk_in>},
    Named{"auto-admit", nullptr, "Admit whoever has the code (demonstrations; shows a warning)",
          set_flag<&Options::auto_admit>},
    Named{"print-events", nullptr, "Print one JSON object per event on standard output",
          set_flag<&Options::print_events>},
    Named{"fullscreen", nullptr, "Fill the screen", set_flag<&Options::fullscreen>},
    Named{"set-aside-corrupt-log", nullptr, "If the log cannot be read, keep it aside and begin a new one",
          set_flag<&Options::set_aside_corrupt>},
};

tl::unexpected<base::Failure> not_a_value(const Named& option) {
  return failure("usage", fmt::format("{} cannot take that value. It is: {}. Run sangdam-kiosk --help.",
                                      option.name, option.help));
}

base::Result<> read_config(const std::string& path, Options& options) {
  const base::KeyFilePtr file(g_key_file_new());
  base::ErrorPtr error;
  if (!g_key_file_load_from_file(file.get(), path.c_str(), G_KEY_FILE_NONE, base::out(error))) {
    return failure("usage", "The configuration file cannot be read: " + base::message_of(error) +
                                ". Check its path and its permissions.");
  }
  const base::StrvPtr keys(g_key_file_get_keys(file.get(), "kiosk", nullptr, nullptr));
  for (char** key = keys.get(); key != nullptr && *key != nullptr; ++key) {
    const Named* known = nullptr;
    for (const Named& option : k_options) {
      if (std::strcmp(option.name, *key) == 0) known = &option;
    }
    if (known == nullptr) {
      return failure("usage", "The configuration file has an unknown key: " + std::string(*key) +
                                  ". Run sangdam-kiosk --help for the known ones.");
    }
    std::vector<std::string> values;
    if (known->repeatable) {
      const base::StrvPtr list(g_key_file_get_string_list(file.get(), "kiosk", *key, nullptr, nullptr));
      for (char** value = list.get(); value != nullptr && *value != nullptr; ++value)
        values.emplace_back(*value);
    } else if (const base::CharPtr value(g_key_file_get_string(file.get(), "kiosk", *key, nullptr)); value) {
      values.emplace_back(value.get());
    }
    for (const std::string& value : values) {
      if (!known->set(options, value)) return not_a_value(*known);
    }
  }
  return {};
}

base::Result<> check(const Options& options) {
  if (!options.language.empty() && options.language != "ko" && options.language != "en") {
    return failure("usage", "--language knows ko and en.");
  }
  if (options.gateway != "embedded" && !options.gateway.starts_with("wss://") &&
      !options.gateway.starts_with("ws://127.0.0.1") && !options.gateway.starts_with("ws://localhost")) {
    return failure("usage", "--gateway takes \"embedded\" or an address that begins with wss://.");
  }
  if (options.gateway != "embedded" && options.gateway_token_file.empty()) {
    return failure("usage",
                   "A public gateway needs --gateway-token-file: ask whoever runs the gateway for a token.");
  }
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return failure("usage", "--tls-cert and --tls-key belong together: give both or neither.");
  }
  if (!options.turn_urls.empty() && options.turn_secret_file.empty()) {
    return failure("usage", "--turn-url needs --turn-secret-file, the TURN server's static-auth-secret.");
  }
  const auto listen = parse_listen(options.listen);
  if (!listen) return tl::unexpected(listen.error());
  if (options.insecure_http && listen->host != "127.0.0.1" && listen->host != "::1") {
    return failure("usage",
                   "--insecure-http works only with --listen 127.0.0.1:PORT: browsers give no camera to "
                   "other plain pages.");
  }
  return {};
}

}  // namespace

base::Result<HostPort> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto bad = [&] {
    return failure("bad-listen-address", "--listen takes ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443.");
  };
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return bad();
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  guint64 port = 0;
  if (!g_ascii_string_to_unsigned(text.c_str() + colon + 1, 10, 0, 65535, &port, nullptr)) return bad();
  return HostPort{host, static_cast<std::uint16_t>(port)};
}

base::Result<Options> parse_options(int argc, char** argv) {
  struct Given {
    gboolean flag = FALSE;
    char* text = nullptr;
    char** list = nullptr;
  };
  std::array<Given, k_options.size()> given{};
  std::vector<GOptionEntry> entries;
  for (std::size_t i = 0; i < k_options.size(); ++i) {
    const Named& option = k_options[i];
    gpointer where = option.argument == nullptr ? static_cast<gpointer>(&given[i].flag)
                     : option.repeatable        ? static_cast<gpointer>(&given[i].list)
                                                : static_cast<gpointer>(&given[i].text);
    const GOptionArg kind = option.argument == nullptr ? G_OPTION_ARG_NONE
                            : option.repeatable        ? G_OPTION_ARG_STRING_ARRAY
                                                       : G_OPTION_ARG_STRING;
    entries.push_back({option.name, 0, 0, kind, where, option.help, option.argument});
  }
  char* config_raw = nullptr;
  gboolean version = FALSE;
  entries.push_back({"config", 0, 0, G_OPTION_ARG_FILENAME, &config_raw, "Configuration file", "FILE"});
  entries.push_back({"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and leave", nullptr});
  entries.push_back({});

  const base::FreePtr<GOptionContext, g_option_context_free> context(
      g_option_context_new("- a telemedicine kiosk for a small clinic"));
  g_option_context_add_main_entries(context.get(), entries.data(), nullptr);
  base::ErrorPtr error;
  const bool parsed = g_option_context_parse(context.get(), &argc, &argv, base::out(error)) != FALSE;
  const base::CharPtr config(config_raw);

  Options options;
  options.data_dir = std::filesystem::path(g_get_user_data_dir()) / "sangdam";
  base::Result<> result;
  if (!parsed) {
    result = failure("usage", base::message_of(error) + ". Run sangdam-kiosk --help for the options.");
  } else if (argc > 1) {
    result = failure("usage", "Unknown argument: " + std::string(argv[1]) + ". Run sangdam-kiosk --help.");
  } else if (config) {
    result = read_config(config.get(), options);
  }
  for (std::size_t i = 0; i < k_options.size(); ++i) {
    std::vector<std::string> values;
    if (given[i].flag) values.emplace_back("true");
    const base::CharPtr text(given[i].text);
    if (text) values.emplace_back(text.get());
    const base::StrvPtr list(given[i].list);
    for (char** value = list.get(); value != nullptr && *value != nullptr; ++value)
      values.emplace_back(*value);
    for (const std::string& value : values) {
      if (result && !k_options[i].set(options, value)) result = not_a_value(k_options[i]);
    }
  }
  if (version) {
    std::cout << "sangdam-kiosk " SANGDAM_VERSION "\n";
    std::exit(0);
  }
  if (result) result = check(options);
  if (!result) return tl::unexpected(result.error());
  return options;
}

}  // namespace sangdam::kiosk
