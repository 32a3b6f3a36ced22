// The command line and the file of settings (group [gateway]) of sangdam-gateway. Secrets come from files
// only: arguments can be read by every user of the machine.
#pragma once

#include "base/result.hpp"
#include "gateway/config.hpp"

namespace sangdam::gateway {

/// Reads the program's arguments, and the files they name. Codes: "usage", "secret-unreadable",
/// "secret-invalid".
[[nodiscard]] base::Result<Config> read_options(int argc, char** argv);

// Of both programs:
inline constexpr std::size_t k_max_proxies = 32;
inline constexpr std::size_t k_max_ice_urls =
    8;  // browsers warn from five on; the protocol's messages are bounded
[[nodiscard]] base::Result<std::string> stun_url(const std::string& value);
[[nodiscard]] base::Result<std::string> turn_url(const std::string& value);

}  // namespace sangdam::gateway
