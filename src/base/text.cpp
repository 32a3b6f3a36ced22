#include "base/text.hpp"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/text_rules.hpp"

namespace sangdam::base {
namespace {

/// So many characters may be drawn over or joined to one; more would paint over the lines above and below.
constexpr int k_max_attached = 8;

template <std::size_t Count>
bool is_in(const std::array<text_rules::Range, Count>& table, char32_t c) noexcept {
  const auto found =
      std::lower_bound(table.begin(), table.end(), c,
                       [](const text_rules::Range& range, char32_t each) { return range.last < each; });
  return found != table.end() && found->first <= c;
}

bool breaks_line(char32_t c) noexcept { return c == U'\n' || c == 0x2028 || c == 0x2029; }

std::string clean(std::string_view text, std::size_t max_code_points, bool keep_line_breaks) {
  std::string result;
  std::size_t count = 0;
  std::string pending;  // white space is written only once something follows it: that is the trim
  int attached = 0;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) {
    const char32_t c = g_utf8_get_char(at);
    if (keep_line_breaks && breaks_line(c)) {
      if (!result.empty() && pending.size() < 2)
        pending = pending.find('\n') == std::string::npos ? "\n" : "\n\n";
      continue;
    }
    if (is_in(text_rules::k_spaces, c)) {
      if (!result.empty() && pending.empty()) pending = " ";
      continue;
    }
    if (is_in(text_rules::k_dropped, c)) continue;
    const bool is_first = result.empty() || !pending.empty();
    const bool needs_base = is_in(text_rules::k_joiners, c) || is_in(text_rules::k_marks, c);
    if (needs_base && is_first) continue;
    if (!is_first && (needs_base || is_in(text_rules::k_jamo, c))) {
      if (attached >= k_max_attached) continue;
      ++attached;
    } else {
      attached = 0;
    }
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
