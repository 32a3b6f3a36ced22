#include "base/text.hpp"

#include <glib.h>

namespace sangdam::base {
namespace {

bool reorders_text(gunichar c) noexcept {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F ||
         c == 0x061C;
}

/// Characters that draw nothing and join nothing. A name made of them would be an empty line on the staff's
/// screen. The Hangul fillers are letters to Unicode, and the usual way to a blank name in Korea.
bool draws_nothing(gunichar c) noexcept {
  return c == 0x00AD || c == 0x115F || c == 0x1160 || c == 0x180E || c == 0x200B ||
         (c >= 0x2060 && c <= 0x2064) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0;
}

/// Meaningful only between two other characters: in emoji of several parts and in some scripts.
bool joins_text(gunichar c) noexcept { return c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F); }

std::string clean(std::string_view text, std::size_t max_code_points, bool keep_line_breaks) {
  std::string result;
  std::size_t count = 0;
  std::string pending;  // white space is written only once something follows it: that is the trim
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    if (c == '\n' && keep_line_breaks) {
      if (!result.empty() && pending.size() < 2)
        pending = pending.find('\n') == std::string::npos ? "\n" : "\n\n";
      continue;
    }
    if (g_unichar_isspace(c)) {
      if (!result.empty() && pending.empty()) pending = " ";
      continue;
    }
    if (g_unichar_iscntrl(c) || reorders_text(c) || draws_nothing(c)) continue;
    if (joins_text(c) && (result.empty() || !pending.empty())) continue;
    if (count + pending.size() >= max_code_points) break;
    count += pending.size() + 1;
    result += pending;
    pending.clear();
    result.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
  }
  return result;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
  return g_utf8_validate_len(text.data(), text.size(), nullptr) != FALSE;
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(g_utf8_strlen(text.data(), static_cast<gssize>(text.size())));
}

std::string single_line(std::string_view text, std::size_t max_code_points) {
  return clean(text, max_code_points, false);
}

std::string multi_line(std::string_view text, std::size_t max_code_points) {
  return clean(text, max_code_points, true);
}

}  // namespace sangdam::base
