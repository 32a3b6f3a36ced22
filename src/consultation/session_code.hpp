// Session codes: eight random digits and a check digit, shown as "482 731 906".
//
// The check digit is Damm's (H. Michael Damm, "Total anti-symmetrische Quasigruppen", 2004): it catches every
// single wrong digit and every swap of neighbours, so that a slip is found in the page and never counts as a
// guess.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sangdam::consultation {

inline constexpr std::size_t k_code_digits = 9;

/// The Damm check digit ('0'..'9') of a string of digits.
[[nodiscard]] char check_digit(std::string_view digits) noexcept;
/// Nine digits whose last is the check digit of the others.
[[nodiscard]] bool is_well_formed_code(std::string_view code) noexcept;
/// Draws a code from the CSPRNG. The caller checks that no open session has it.
[[nodiscard]] std::string draw_code();
/// "482731906" -> "482 731 906"
[[nodiscard]] std::string code_for_people(std::string_view code);
/// What a person typed -> nine digits: drops spaces, hyphens and dots, takes full-width digits as digits.
/// Nothing if anything else is in it or it is not nine digits long.
[[nodiscard]] std::optional<std::string> normalise_code(std::string_view typed);

}  // namespace sangdam::consultation
