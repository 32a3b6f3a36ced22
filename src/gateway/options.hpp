// The command line and configuration file of sangdam-gateway. Secrets come from files only: arguments can be
// read by every user of the machine.
#pragma once

#include "base/result.hpp"
#include "gateway/config.hpp"

namespace sangdam::gateway {

/// Reads `arguments` (the program's, changed as GOption does). Codes: "usage", "file-unreadable",
/// "token-invalid".
[[nodiscard]] base::Result<Config> read_options(int& argc, char**& argv);

/// One secret per line; empty lines and lines that begin with # do not count. "file-unreadable",
/// "token-invalid".
[[nodiscard]] base::Result<std::vector<std::string>> read_secrets(const std::string& path);

}  // namespace sangdam::gateway
