// What the kiosk is started with: built-in defaults, then a file of settings (group [kiosk]), then the
// command line. base/settings.hpp says how they are written.
#pragma once

#include <gio/gio.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/handles.hpp"
#include "base/result.hpp"
#include "base/web_address.hpp"
#include "consultation/consultation.hpp"
#include "kiosk/knock_bell.hpp"

namespace sangdam::kiosk {

/// Not for people: the kiosk starts itself with this to try the hardware's codecs.
inline constexpr const char* k_probe_argument = "--probe-video";

struct Options {
  std::filesystem::path data_dir;  // default: $XDG_DATA_HOME/sangdam
  /// Of the embedded gateway; port 0: any free one. Empty: every address, on the ports that need not be typed
  /// (443, and 80 to redirect) where they can be had, on 8443 otherwise.
  std::optional<base::HostPort> listen;
  std::string public_address;   // what people type, if it is not this machine's own address
  std::string camera = "auto";  // auto, test, none, or part of a device's name
  std::string microphone = "auto";
  std::string gateway = "embedded";  // or wss://host[:port]
  std::filesystem::path gateway_token_file;
  std::filesystem::path tls_cert, tls_key;  // empty: self-signed, made and kept in data_dir
  std::vector<std::string> stun_urls, turn_urls;
  std::filesystem::path turn_secret_file;
  std::vector<base::Ref<GInetAddressMask>> trusted_proxies;  // in front of the embedded gateway
  std::filesystem::path web_dir;                             // development: serve the page from here
  std::string clinic = "Sangdam";                            // shown to patients: a name there must be
  std::string clinic_phone;
  std::string language;                   // ko or en; empty: English, the language of the source
  consultation::Limits limits;            // code lifetimes; the rest is not for configuration
  std::string hardware_video = "auto";    // or none
  std::optional<int> text_scale;          // per cent; otherwise the desktop's
  int chime_volume = 50;                  // per cent, for a knock; 0: none
  std::optional<QuietHours> quiet_hours;  // without the chime
  bool relay_only = false;
  bool insecure_http = false;
  bool walk_in = false;
  bool auto_admit = false;
  bool print_events = false;
  bool fullscreen = false;
  bool set_aside_corrupt = false;
};

/// Failure code "usage" with the sentence to print. `--help` and `--version` print and exit the program.
[[nodiscard]] base::Result<Options> parse_options(int argc, char** argv);

}  // namespace sangdam::kiosk
