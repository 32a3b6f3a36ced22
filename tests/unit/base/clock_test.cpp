#include "base/clock.hpp"

#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace sangdam::base;
using namespace std::chrono_literals;

TEST_CASE("an instant is written as UTC with milliseconds", "[clock]") {
  const Instant time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 7h + 31min + 5s + 123ms;
  REQUIRE(to_iso8601(time) == "2026-11-22T07:31:05.123Z");
  REQUIRE(to_iso8601(Instant{}) == "1970-01-01T00:00:00.000Z");
  REQUIRE(to_iso8601(Instant(-1ms)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("every millisecond of a minute reads back as it was written", "[clock]") {
  // A parser that goes through floating-point seconds loses some of these.
  const Instant start = std::chrono::sys_days(std::chrono::year(2026) / 2 / 28) + 23h + 59min;
  int wrong = 0;
  for (auto offset = 0ms; offset < 1min; offset += 1ms) {
    if (from_iso8601(to_iso8601(start + offset)) != start + offset) ++wrong;
  }
  REQUIRE(wrong == 0);
}

TEST_CASE("an offset is taken into account", "[clock]") {
  const auto utc = from_iso8601("2026-11-22T07:31:05.123Z");
  REQUIRE(utc);
  REQUIRE(from_iso8601("2026-11-22T16:31:05.123+09:00") == utc);
  REQUIRE(from_iso8601("20261122T163105.123+0900") == utc);
  REQUIRE(from_iso8601("2026-11-22T07:31:05.1239Z") ==
          utc);  // finer than the record keeps: cut, not rounded up
}

TEST_CASE("what is not a date and time with an offset is refused", "[clock]") {
  const auto* const text =
      GENERATE("", "now", "2026-11-22", "2026-11-22T07:31:05", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
               "2026-11-22T24:61:00Z", "2026-11-22T07:31:05Zjunk",
               " 2026-11-22T07:31:05.000000000000000000000000000Z");
  CAPTURE(text);
  REQUIRE_FALSE(from_iso8601(text));
}

TEST_CASE("a time with bytes after a NUL is refused", "[clock]") {
  using namespace std::string_literals;
  REQUIRE_FALSE(from_iso8601("2026-11-22T07:31:05Z\0DROP"s));
}

TEST_CASE("the system's clock gives a time of this century", "[clock]") {
  const Instant now = SystemClock().now();
  REQUIRE(now > Instant(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)));
  REQUIRE(now < Instant(std::chrono::sys_days(std::chrono::year(2100) / 1 / 1)));
}

TEST_CASE("a moment measures on and is not the time of day", "[clock]") {
  const SystemClock clock;
  const Moment before = clock.moment();
  const auto monotonic = std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now());
  CHECK(before <= monotonic);
  CHECK(clock.moment() >= monotonic);
}
