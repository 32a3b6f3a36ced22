// Small text files as administrators' editors leave them: settings and secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sangdam::base {

inline constexpr std::size_t k_max_text_file_bytes = 64UL * 1024;

/// The content of a regular file. Little more than k_max_text_file_bytes is ever read: text_lines() refuses
/// what is longer. "file-unreadable"; the sentence names the file. Any thread.
[[nodiscard]] Result<std::string> read_text(const std::string& path);

/// Its lines, without byte order mark, line ends (LF or CRLF) and blanks around them. "file-invalid": too
/// large, not UTF-8, or with control characters. The sentence says so of `name` and quotes nothing of the
/// text.
[[nodiscard]] Result<std::vector<std::string>> text_lines(std::string_view text, const std::string& name);

/// Without the blanks at both ends that nobody sees in an editor: spaces and tabs, no-break and zero-width
/// spaces. The text must be valid UTF-8.
[[nodiscard]] std::string_view without_blanks(std::string_view text) noexcept;

}  // namespace sangdam::base
