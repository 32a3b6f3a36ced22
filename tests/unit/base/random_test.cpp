#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "support/catch.hpp"

using namespace sangdam::base;

TEST_CASE("random hex has the length asked for and no two are alike", "[random]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = random_hex(16);
    REQUIRE(text.size() == 32);
    REQUIRE(text.find_first_not_of("0123456789abcdef") == std::string::npos);
    REQUIRE(seen.insert(text).second);
  }
  REQUIRE(random_hex(0).empty());
}

TEST_CASE("random numbers stay below their bound and reach every value evenly", "[random]") {
  std::array<int, 10> hits{};
  constexpr int k_draws = 20'000;
  for (int i = 0; i < k_draws; ++i) {
    const auto value = random_below(10);
    REQUIRE(value < 10);
    ++hits.at(value);
  }
  // 2,000 expected, standard deviation 42: eight of them is 1 in 10^15.
  REQUIRE(*std::min_element(hits.begin(), hits.end()) > 2000 - 340);
  REQUIRE(*std::max_element(hits.begin(), hits.end()) < 2000 + 340);
  REQUIRE(random_below(1) == 0);
}

TEST_CASE("SHA-256 agrees with the test vectors of FIPS 180-4", "[random]") {
  REQUIRE(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  REQUIRE(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("comparison in constant time agrees with ordinary comparison", "[random]") {
  REQUIRE(equal_in_constant_time("", ""));
  REQUIRE(equal_in_constant_time("token", "token"));
  REQUIRE_FALSE(equal_in_constant_time("token", "tokem"));
  REQUIRE_FALSE(equal_in_constant_time("token", "toke"));
  REQUIRE_FALSE(equal_in_constant_time("", "x"));
}
