#include "base/unknown_types.hpp"

#include "support/catch.hpp"

using namespace sangdam::base;
using namespace std::chrono_literals;

TEST_CASE("Nothing is ignored before the other side said that it ignores, too", "[base][unknown-types]") {
  UnknownTypes types;
  const Moment now{1h};
  CHECK_FALSE(types.ignore(now));
  types.agree(false);
  CHECK_FALSE(types.ignore(now));
  types.agree(true);
  CHECK(types.ignore(now));
  CHECK(types.is_first());
  CHECK(types.ignore(now));
  CHECK_FALSE(types.is_first());
  CHECK(types.ignored() == 2);
}

TEST_CASE("Fifty are ignored at once, and one every five seconds after that", "[base][unknown-types]") {
  UnknownTypes types;
  types.agree(true);
  const Moment now{1h};
  for (int i = 0; i < 50; ++i) CHECK(types.ignore(now));
  CHECK_FALSE(types.ignore(now));
  CHECK_FALSE(types.ignore(now + 4900ms));
  CHECK(types.ignore(now + 5001ms));
  CHECK_FALSE(types.ignore(now + 5001ms));
  CHECK(types.ignored() == 51);
}
