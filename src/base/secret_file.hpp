// Files that hold secrets: tokens of kiosks, the TURN server's secret. One secret a line; blank lines and
// lines that begin with # do not count. What editors add (byte order mark, CRLF, blanks at the ends) is not
// part of a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sangdam::base {

inline constexpr std::size_t k_min_secret_bytes = 16;  // 64 bits and more in hexadecimal, 96 in base64

/// At least one. Codes: "secret-unreadable", "secret-invalid"; the sentence never quotes a secret. Any
/// thread.
[[nodiscard]] Result<std::vector<std::string>> read_secrets(const std::string& path);

/// The same for text that is already here; `name` stands in the sentences. Pure.
[[nodiscard]] Result<std::vector<std::string>> parse_secrets(std::string_view content,
                                                             const std::string& name);

/// Exactly one.
[[nodiscard]] Result<std::string> read_secret(const std::string& path);

}  // namespace sangdam::base
