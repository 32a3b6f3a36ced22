// Text from outside: UTF-8 that is valid, bounded and fit to show on one screen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sangdam::base {

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// Number of Unicode code points; the text must be valid UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text) noexcept;
/// Drops control characters, what reorders text (a name must not reorder what staff read), what draws nothing
/// (a name must not be blank) and all but eight of the characters drawn over or joined to one (a line must
/// not paint over the screen), turns runs of white space into one space, trims, and cuts after
/// `max_code_points`. The text must be valid UTF-8. The page does the same (ui/patient/text.js).
[[nodiscard]] std::string single_line(std::string_view text, std::size_t max_code_points);
/// As single_line, but line breaks stay (chat).
[[nodiscard]] std::string multi_line(std::string_view text, std::size_t max_code_points);

}  // namespace sangdam::base
