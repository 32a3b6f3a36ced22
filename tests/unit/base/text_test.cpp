#include "base/text.hpp"

#include <glib.h>

#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace sangdam::base;
using namespace std::string_literals;

TEST_CASE("UTF-8 is recognised and everything else refused", "[text]") {
  REQUIRE(is_valid_utf8(""));
  REQUIRE(is_valid_utf8("안녕하세요 👩‍⚕️"));
  REQUIRE_FALSE(is_valid_utf8("\xff"));
  REQUIRE_FALSE(is_valid_utf8("\xc0\xaf"));          // overlong
  REQUIRE_FALSE(is_valid_utf8("\xed\xa0\x80"));      // a surrogate
  REQUIRE_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));  // past U+10FFFF
  REQUIRE_FALSE(is_valid_utf8("\xec\x95"));          // cut in the middle
  REQUIRE_FALSE(is_valid_utf8("a\0b"s));
}

TEST_CASE("code points are counted, not bytes", "[text]") {
  REQUIRE(code_points("") == 0);
  REQUIRE(code_points("안녕") == 2);
  REQUIRE(code_points("a👍b") == 3);
}

TEST_CASE("a single line is trimmed and its white space collapsed", "[text]") {
  REQUIRE(single_line("  김\t 영희 \r\n", 60) == "김 영희");
  REQUIRE(single_line("\xe3\x80\x80김\xe3\x80\x80영희", 60) == "김 영희");  // ideographic space
  REQUIRE(single_line("", 60).empty());
  REQUIRE(single_line(" \n\t ", 60).empty());
}

TEST_CASE("what would hide or reorder text is dropped", "[text]") {
  REQUIRE(single_line("safe\u202Egnirts\u202C", 60) == "safegnirts");
  REQUIRE(single_line("\u2066a\u2069\u200E\u200F\u061C", 60) == "a");
  REQUIRE(single_line("a\x1b[31mb\x7f", 60) == "a[31mb");
}

TEST_CASE("a name of nothing but invisible characters is empty", "[text]") {
  // U+3164 HANGUL FILLER is the usual way to a blank name in Korea; it is a letter to Unicode.
  REQUIRE(single_line("\u3164\u3164", 60).empty());
  REQUIRE(single_line("\u200B\u2060\uFEFF\u00AD\uFFA0\u115F\u1160", 60).empty());
  REQUIRE(single_line("\u200D\u200C", 60).empty());
}

TEST_CASE("joiners stay where they join", "[text]") {
  REQUIRE(single_line("👩\u200D⚕\uFE0F", 60) == "👩\u200D⚕\uFE0F");
}

TEST_CASE("text is cut at code points and never ends in white space", "[text]") {
  REQUIRE(single_line("가나다라", 2) == "가나");
  REQUIRE(single_line("ab cd", 3) == "ab");
  REQUIRE(single_line("ab cd", 4) == "ab c");
  REQUIRE(single_line("abc", 0).empty());
  REQUIRE(code_points(single_line(std::string(1000, 'x'), 60)) == 60);
}

TEST_CASE("line breaks stay in chat, one blank line at most", "[text]") {
  REQUIRE(multi_line("a\nb", 100) == "a\nb");
  REQUIRE(multi_line("a\r\n\r\n\r\n\r\nb", 100) == "a\n\nb");
  REQUIRE(multi_line("a \n b", 100) == "a\nb");
  REQUIRE(multi_line("\n\na\n\n", 100) == "a");
  REQUIRE(single_line("a\nb", 100) == "a b");
  REQUIRE(multi_line("a\n\nb", 3) == "a");
  REQUIRE(multi_line("a\n\nb", 4) == "a\n\nb");
}

TEST_CASE("what is clean stays as it is, whatever it was before", "[text]") {
  std::mt19937 random(20261125);
  const auto below = [&random](std::size_t most) { return static_cast<std::size_t>(random()) % most; };
  const std::vector<char32_t> interesting{U'a',   U' ',   U'\n',  0x0,    0x301,  0x20DD, 0x200D, 0xFE0F,
                                          0x3164, 0x1160, 0x1161, 0x202E, 0x2028, 0xAC00, 0x1F469};
  for (int round = 0; round < 3000; ++round) {
    std::u32string text;
    for (std::size_t left = below(40); left > 0; --left) {
      char32_t c =
          below(4) != 0 ? interesting[below(interesting.size())] : static_cast<char32_t>(below(0x110000));
      if (c >= 0xD800 && c <= 0xDFFF) c = U'b';
      text += c;
    }
    std::string utf8;
    for (const char32_t c : text) {
      char piece[6];
      utf8.append(piece, static_cast<std::size_t>(g_unichar_to_utf8(c, piece)));
    }
    for (const std::size_t most : {std::size_t{7}, std::size_t{100'000}}) {
      const std::string line = single_line(utf8, most);
      const std::string lines = multi_line(utf8, most);
      REQUIRE(single_line(line, most) == line);
      REQUIRE(multi_line(lines, most) == lines);
      REQUIRE(code_points(line) <= most);
      REQUIRE(code_points(lines) <= most);
    }
  }
}
