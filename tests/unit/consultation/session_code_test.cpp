#include "consultation/session_code.hpp"

#include <set>

#include "support/catch.hpp"

using namespace sangdam::consultation;

TEST_CASE("The check digit is Damm's", "[code]") {
  CHECK(check_digit("572") == '4');  // the example of the method's literature
  CHECK(is_well_formed_code("48273190" + std::string(1, check_digit("48273190"))));
}

TEST_CASE("Drawn codes are nine digits, well formed, and differ", "[code]") {
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) {
    const std::string code = draw_code();
    REQUIRE(code.size() == k_code_digits);
    REQUIRE(is_well_formed_code(code));
    codes.insert(code);
  }
  CHECK(codes.size() > 995);  // 1,000 of 10^8: one collision has a chance of 0.5 %
}

TEST_CASE("Every wrong digit and every swap of neighbours is caught", "[code]") {
  for (int round = 0; round < 50; ++round) {
    const std::string code = draw_code();
    for (std::size_t at = 0; at < code.size(); ++at) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string slip = code;
        slip[at] = digit;
        CHECK(is_well_formed_code(slip) == (slip == code));
      }
      if (at + 1 == code.size()) continue;
      std::string swapped = code;
      std::swap(swapped[at], swapped[at + 1]);
      CHECK(is_well_formed_code(swapped) == (swapped == code));
    }
  }
}

TEST_CASE("A code is shown in groups of three", "[code]") {
  CHECK(code_for_people("482731906") == "482 731 906");
}

TEST_CASE("Typed codes are read with the separators and digits people use", "[code]") {
  CHECK(normalise_code("482 731 906") == "482731906");
  CHECK(normalise_code(" 482-731-906 ") == "482731906");
  CHECK(normalise_code("482.731.906") == "482731906");
  CHECK(normalise_code("４８２ ７３１ ９０６") == "482731906");
}

TEST_CASE("What is not nine digits is no code", "[code]") {
  for (const char* text :
       {"", "48273190", "4827319066", "48273190a", "482731９", "٤٨٢٧٣١٩٠٦", "\xEF\xBC", "\xEF"}) {
    INFO(text);
    CHECK_FALSE(normalise_code(text).has_value());
  }
  CHECK_FALSE(is_well_formed_code("48273190x"));
  CHECK_FALSE(is_well_formed_code(""));
}
