#include "kiosk/options.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <chrono>
#include <ratio>

#include "base/settings.hpp"
#include "base/text.hpp"
#include "gateway/options.hpp"
#include "protocol/messages.hpp"

namespace sangdam::kiosk {
namespace {

using base::failure;
using base::Result;

/// A line that people read, as the protocol takes it.
Result<std::string> shown_line(const std::string& value, std::size_t most) {
  if (base::code_points(value) > most)
    return failure("usage", fmt::format("it is longer than {} characters", most));
  if (base::single_line(value, most).empty()) return failure("usage", "nothing of it can be seen");
  return value;
}
Result<std::string> clinic_name(const std::string& value) {
  return shown_line(value, protocol::k_max_clinic_code_points);
}
Result<std::string> phone_number(const std::string& value) {
  return shown_line(value, protocol::k_max_phone_code_points);
}

Result<std::string> language_name(const std::string& value) {
  if (value == "ko" || value == "en") return value;
  return failure("usage", "it is neither ko nor en");
}

Result<std::string> gateway_address(const std::string& value) {
  if (value == "embedded") return value;
  return base::parse_gateway_address(value);
}

Result<std::string> auto_or_none(const std::string& value) {
  if (value == "auto" || value == "none") return value;
  return failure("usage", "it is neither auto nor none");
}

Result<> set_code_lifetime(consultation::Limits& limits, const std::string& value) {
  constexpr double k_longest = 24 * 60;
  char* end = nullptr;
  const double minutes = g_ascii_strtod(value.c_str(), &end);
  if (*end != '\0' || !(minutes > 0) || minutes > k_longest)
    return failure("usage", "it is not a number of minutes up to 1440, a day");
  limits.walk_in_code_lifetime = limits.appointment_code_lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::duration<double, std::ratio<60>>(minutes));
  return {};
}

Result<int> whole_number(const std::string& value, int least, int most) {
  char* end = nullptr;
  const gint64 number = g_ascii_strtoll(value.c_str(), &end, 10);
  if (end == value.c_str() || *end != '\0' || number < least || number > most)
    return failure("usage", fmt::format("it is not a whole number from {} to {}", least, most));
  return static_cast<int>(number);
}
Result<int> percentage(const std::string& value) { return whole_number(value, 0, 100); }

Result<int> letter_size(const std::string& value) { return whole_number(value, 100, 200); }

std::vector<base::Setting> table_for(Options& options) {
  using base::flag;
  using base::list;
  using base::parsed;
  using base::text;
  return {
      text("data-dir", "DIR", "Where the schedule, the log and the certificate live", options.data_dir),
      parsed("listen", "ADDR:PORT",
             "Address of the embedded gateway (every address; port 443, or 8443 if that cannot be had)",
             options.listen, base::parse_listen),
      parsed("public-address", "URL", "What patients type, if not this machine's own address",
             options.public_address, base::parse_public_address),
      text("camera", "NAME", "auto, test, none, or part of a camera's name", options.camera),
      text("microphone", "NAME", "auto, test, none, or part of a microphone's name", options.microphone),
      parsed("hardware-video", "auto|none", "Whether hardware encodes and decodes H.264 where it can",
             options.hardware_video, auto_or_none),
      parsed("gateway", "URL", "embedded, or wss://HOST[:PORT] of a public gateway", options.gateway,
             gateway_address),
      text("gateway-token-file", "FILE", "This kiosk's token at a public gateway",
           options.gateway_token_file),
      text("tls-cert", "FILE", "Certificate chain, PEM (otherwise self-signed)", options.tls_cert),
      text("tls-key", "FILE", "Its private key, PEM", options.tls_key),
      list("stun-url", "URL", "stun:HOST:PORT (may be repeated)", options.stun_urls, gateway::stun_url,
           gateway::k_max_ice_urls),
      list("turn-url", "URL", "turn:HOST:PORT (may be repeated)", options.turn_urls, gateway::turn_url,
           gateway::k_max_ice_urls),
      text("turn-secret-file", "FILE", "The TURN server's static-auth-secret", options.turn_secret_file),
      list("trusted-proxy", "CIDR", "Address of a reverse proxy that names its clients (may be repeated)",
           options.trusted_proxies, gateway::parse_network, gateway::k_max_proxies),
      parsed("clinic", "NAME", "The clinic's name, as patients see it", options.clinic, clinic_name),
      parsed("clinic-phone", "NUMBER", "A number patients can call for help", options.clinic_phone,
             phone_number),
      {"code-lifetime",
       "MINUTES",
       "How long a code is good (30; from an appointment's time: 60)",
       [&limits = options.limits](const std::string& value) { return set_code_lifetime(limits, value); },
       false,
       {}},
      parsed("language", "ko|en", "Language of the kiosk's screens", options.language, language_name),
      parsed("text-scale", "PERCENT", "How large letters are (as the desktop says, otherwise 100)",
             options.text_scale, letter_size),
      parsed("chime-volume", "PERCENT", "How loud a knock is heard (50; 0: not at all)", options.chime_volume,
             percentage),
      parsed("quiet-hours", "HH:MM-HH:MM", "When a knock is only seen, by this machine's clock",
             options.quiet_hours, parse_quiet_hours),
      text("web-dir", "DIR", "Serve the patient's page from a folder (development)", options.web_dir),
      flag("relay-only", "Use only TURN (to test a TURN server)", options.relay_only),
      flag("insecure-http", "No TLS; only on a loopback address (tests)", options.insecure_http),
      flag("walk-in", "Open a session at start", options.walk_in),
      flag("auto-admit", "Admit whoever has the code (demonstrations; shows a warning)", options.auto_admit),
      flag("print-events", "Print one JSON object per event on standard output", options.print_events),
      flag("fullscreen", "Fill the screen", options.fullscreen),
      flag("set-aside-corrupt-log", "If the log cannot be read, keep it aside and begin a new one",
           options.set_aside_corrupt),
  };
}

/// What no setting can tell by itself.
Result<> check(const Options& options) {
  if (options.gateway != "embedded" && options.gateway_token_file.empty()) {
    return failure("usage",
                   "A public gateway needs --gateway-token-file: ask whoever runs the gateway for a token.");
  }
  if (options.tls_cert.empty() != options.tls_key.empty())
    return failure("usage", "--tls-cert and --tls-key belong together: give both or neither.");
  if (!options.turn_urls.empty() && options.turn_secret_file.empty()) {
    return failure("usage", "--turn-url needs --turn-secret-file, the TURN server's static-auth-secret.");
  }
  if (options.turn_urls.empty() && !options.turn_secret_file.empty())
    return failure("usage", "--turn-secret-file needs --turn-url, the TURN server's address.");
  if (options.insecure_http && (!options.listen || !base::is_loopback_host(options.listen->host))) {
    return failure("usage",
                   "--insecure-http works only with --listen 127.0.0.1:PORT: browsers give no camera to "
                   "other plain pages.");
  }
  return {};
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  Options options;
  options.data_dir = std::filesystem::path(g_get_user_data_dir()) / "sangdam";
  const base::ProgramName program{"sangdam-kiosk", "a telemedicine kiosk for a small clinic", "kiosk",
                                  SANGDAM_VERSION};
  auto read = base::read_settings(program, table_for(options), argc, argv);
  if (read) read = check(options);
  if (!read) return tl::unexpected<base::Failure>(std::move(read).error());
  return options;
}

}  // namespace sangdam::kiosk
