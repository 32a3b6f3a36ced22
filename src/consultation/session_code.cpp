#include "consultation/session_code.hpp"

#include <algorithm>
#include <array>

#include "base/random.hpp"

namespace sangdam::consultation {
namespace {

// Damm's totally anti-symmetric quasigroup of order 10, as published in his thesis, p. 111.
constexpr std::array<std::array<int, 10>, 10> k_damm{{
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

int interim_digit(std::string_view digits) noexcept {
  int interim = 0;
  for (const char c : digits)
    interim = k_damm[static_cast<std::size_t>(interim)][static_cast<std::size_t>(c - '0')];
  return interim;
}

}  // namespace

char check_digit(std::string_view digits) noexcept { return static_cast<char>('0' + interim_digit(digits)); }

bool is_well_formed_code(std::string_view code) noexcept {
  return code.size() == k_code_digits && std::all_of(code.begin(), code.end(), is_digit) &&
         interim_digit(code) == 0;
}

std::string draw_code() {
  std::string code;
  while (code.size() < k_code_digits - 1) code += static_cast<char>('0' + base::random_below(10));
  code += check_digit(code);
  return code;
}

std::string code_for_people(std::string_view code) {
  std::string shown;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 3 == 0) shown += ' ';
    shown += code[i];
  }
  return shown;
}

std::optional<std::string> normalise_code(std::string_view typed) {
  std::string digits;
  while (!typed.empty()) {
    const char c = typed.front();
    if (is_digit(c)) {
      digits += c;
      typed.remove_prefix(1);
    } else if (c == ' ' || c == '-' || c == '.' || c == '\t') {
      typed.remove_prefix(1);
    } else if (typed.size() >= 3 && typed.substr(0, 2) == "\xEF\xBC" && typed[2] >= '\x90' &&
               typed[2] <= '\x99') {
      digits +=
          static_cast<char>('0' + (typed[2] - '\x90'));  // U+FF10..U+FF19, from Korean and Japanese keyboards
      typed.remove_prefix(3);
    } else {
      return std::nullopt;
    }
    if (digits.size() > k_code_digits) return std::nullopt;
  }
  if (digits.size() != k_code_digits) return std::nullopt;
  return digits;
}

}  // namespace sangdam::consultation
