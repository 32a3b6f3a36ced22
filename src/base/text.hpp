// Text from outside: UTF-8 that is valid, bounded and fit to show on one screen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sangdam::base {

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// Number of Unicode code points; the text must be valid UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text) noexcept;
/// Drops control characters, bidirectional overrides (a name must not reorder what staff read) and characters
/// that draw nothing (a name must not be blank), turns runs of white space into one space, trims, and cuts
/// after `max_code_points`. The text must be valid UTF-8.
[[nodiscard]] std::string single_line(std::string_view text, std::size_t max_code_points);
/// As single_line, but line breaks stay (chat).
[[nodiscard]] std::string multi_line(std::string_view text, std::size_t max_code_points);

}  // namespace sangdam::base
