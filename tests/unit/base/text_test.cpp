#include "base/text.hpp"

#include <string>

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
