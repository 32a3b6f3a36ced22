// Names as search sees them: compatibility-composed (NFKC), without case, without white space. So "김민준"
// finds "김 민준", full-width letters find plain ones, and Hangul typed as separate jamo (macOS, iOS) finds
// syllables.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace sangdam::db {

/// Longer names and searches are cut: no index should grow with what a stranger types.
inline constexpr std::size_t k_search_code_points = 100;
/// The longest piece kept in the index.
inline constexpr std::size_t k_piece_code_points = 3;

[[nodiscard]] std::string folded(std::string_view name);
/// Both names, a line each; a search never matches across the line break, for folded text has none.
[[nodiscard]] std::string search_text_of(std::string_view patient, std::string_view clinician);
/// Every run of one to three characters within a line.
[[nodiscard]] std::set<std::string> pieces_of(std::string_view search_text);
/// The pieces to look a folded search up with: itself if it is short, else every run of three.
[[nodiscard]] std::set<std::string> pieces_to_find(std::string_view folded_search);

}  // namespace sangdam::db
