#include "kiosk/knock_bell.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/domain_doubles.hpp"
#include "support/main_loop.hpp"

using namespace sangdam::kiosk;
using namespace std::chrono_literals;
using sangdam::tests::HandClock;

namespace {

struct Fixture {
  HandClock clock;
  std::vector<double> rings;
  KnockBell bell;
  explicit Fixture(KnockBell::Settings settings = {.volume = 50})
      : bell(settings, clock, [this](double volume) { rings.push_back(volume); }) {}
  /// How often it rings in that time, looked at each second.
  std::size_t rings_in(std::chrono::seconds time) {
    const std::size_t before = rings.size();
    for (auto passed = 0s; passed < time; passed += 1s) {
      clock.advance(1s);
      bell.on_time();
    }
    return rings.size() - before;
  }
};

}  // namespace

TEST_CASE("A knock rings at once, and again with patience", "[bell]") {
  Fixture f;
  f.bell.set_knocks({"seat-1"});
  CHECK(f.rings == std::vector<double>{0.5});
  CHECK(f.rings_in(19s) == 0);
  CHECK(f.rings_in(1s) == 1);
  CHECK(f.rings_in(39s) == 0);
  CHECK(f.rings_in(1s) == 1);
  // Not for ever more often: every three minutes at the end.
  (void)f.rings_in(600s);
  CHECK(f.rings_in(1800s) == 10);
}

TEST_CASE("Nobody waits, nothing rings", "[bell]") {
  Fixture f;
  f.bell.set_knocks({"seat-1"});
  f.bell.set_knocks({});
  CHECK(f.rings_in(600s) == 0);
  CHECK_FALSE(f.bell.next());
}

TEST_CASE("Each new caller rings, one who goes does not", "[bell]") {
  Fixture f;
  f.bell.set_knocks({"seat-1"});
  (void)f.rings_in(10s);
  f.bell.set_knocks({"seat-1", "seat-2"});
  CHECK(f.rings.size() == 2);
  (void)f.rings_in(6s);
  f.bell.set_knocks({"seat-2"});
  CHECK(f.rings.size() == 2);
}

TEST_CASE("A page that knocks over and over makes no peal", "[bell]") {
  Fixture f;
  for (int knock = 0; knock < 50; ++knock) {
    f.bell.set_knocks({"seat-" + std::to_string(knock)});
    (void)f.rings_in(1s);
  }
  CHECK(f.rings.size() <= 11);
}

TEST_CASE("While somebody looks at who waits it rings for others only", "[bell]") {
  Fixture f;
  f.bell.set_knocks({"seat-1"});
  f.bell.set_attended(true);
  CHECK(f.rings_in(600s) == 0);
  f.bell.set_knocks({"seat-1", "seat-2"});
  CHECK(f.rings.size() == 2);
  f.bell.set_attended(false);
  CHECK(f.rings_in(1s) == 0);
  CHECK(f.rings_in(300s) > 0);
}

TEST_CASE("In a call the chime is softer", "[bell]") {
  Fixture f;
  f.bell.set_in_call(true);
  f.bell.set_knocks({"seat-1"});
  REQUIRE(f.rings.size() == 1);
  CHECK(f.rings.front() < 0.25);
  CHECK(f.rings.front() > 0.0);
}

TEST_CASE("In the quiet hours and at volume 0 nothing rings", "[bell]") {
  Fixture silent({.volume = 0});
  silent.bell.set_knocks({"seat-1"});
  CHECK(silent.rings_in(600s) == 0);
  CHECK(silent.rings.empty());
  Fixture always({.volume = 50, .quiet = QuietHours{0, 24 * 60 - 1}});
  always.bell.set_knocks({"seat-1"});
  CHECK(always.rings.empty());
}

TEST_CASE("Quiet hours go over midnight", "[bell]") {
  const auto night = parse_quiet_hours("22:00-07:00");
  REQUIRE(night);
  CHECK(*night == QuietHours{22 * 60, 7 * 60});
  CHECK(is_quiet(*night, 23 * 60));
  CHECK(is_quiet(*night, 0));
  CHECK(is_quiet(*night, 6 * 60 + 59));
  CHECK_FALSE(is_quiet(*night, 7 * 60));
  CHECK_FALSE(is_quiet(*night, 12 * 60));
  const auto lunch = parse_quiet_hours("12:30-13:30");
  REQUIRE(lunch);
  CHECK(is_quiet(*lunch, 13 * 60));
  CHECK_FALSE(is_quiet(*lunch, 23 * 60));
  for (const char* wrong :
       {"", "22-7", "22:00", "24:00-07:00", "22:60-07:00", "22:00-07:00 ", "a:b-c:d", "-1:00-02:00"})
    CHECK_FALSE(parse_quiet_hours(wrong));
}
