#include "db/search_text.hpp"

#include <glib.h>

#include <vector>

#include "base/handles.hpp"
#include "base/text.hpp"

namespace sangdam::db {
namespace {

std::set<std::string> runs(std::string_view text, std::size_t shortest, std::size_t longest) {
  std::vector<std::size_t> starts;  // byte offsets of the characters of the current line, and its end
  std::set<std::string> result;
  const auto finish_line = [&](std::size_t end) {
    starts.push_back(end);
    for (std::size_t from = 0; from + 1 < starts.size(); ++from) {
      for (std::size_t length = shortest; length <= longest && from + length < starts.size(); ++length) {
        result.emplace(text.substr(starts[from], starts[from + length] - starts[from]));
      }
    }
    starts.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      finish_line(at);
    } else if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) {  // not a UTF-8 continuation byte
      starts.push_back(at);
    }
  }
  finish_line(text.size());
  return result;
}

}  // namespace

std::string folded(std::string_view name) {
  const base::CharPtr valid(g_utf8_make_valid(name.data(), static_cast<gssize>(name.size())));
  const base::CharPtr plain(g_utf8_casefold(valid.get(), -1));
  // After folding: folding may undo composition.
  const base::CharPtr composed(g_utf8_normalize(plain.get(), -1, G_NORMALIZE_ALL_COMPOSE));
  std::string result;
  std::size_t count = 0;
  for (const char* at = composed.get(); *at != '\0' && count < k_search_code_points;
       at = g_utf8_next_char(at)) {
    const gunichar character = g_utf8_get_char(at);
    if (g_unichar_isspace(character) || g_unichar_iscntrl(character)) continue;
    result.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    ++count;
  }
  return result;
}

std::string search_text_of(std::string_view patient, std::string_view clinician) {
  return folded(patient) + "\n" + folded(clinician);
}

std::set<std::string> pieces_of(std::string_view search_text) {
  return runs(search_text, 1, k_piece_code_points);
}

std::set<std::string> pieces_to_find(std::string_view folded_search) {
  if (base::code_points(folded_search) <= k_piece_code_points) return {std::string(folded_search)};
  return runs(folded_search, k_piece_code_points, k_piece_code_points);
}

}  // namespace sangdam::db
