#include "pipelines/media_level.hpp"

#include <random>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using Level = MediaLevelControl::Level;
using Time = MediaLevelControl::Time;
using namespace std::chrono_literals;
constexpr auto k_full = MediaLevelControl::Line::full;
constexpr auto k_clear = MediaLevelControl::Line::clear;

/// A line on which a level is full if it needs more than there is.
struct Line {
  MediaLevelControl control;
  Time now = 0s;
  int changes = 0;

  static double needs(Level level) {
    switch (level) {
      case Level::video: return 110;
      case Level::stills: return 55;
      case Level::voice: return 26;
      case Level::text: return 0;
    }
    return 0;
  }
  /// Returns the seconds spent at each level.
  std::vector<int> run(double kbps, int seconds, double round_trip_ms = 50) {
    std::vector<int> spent(4);
    for (int i = 0; i < seconds; ++i) {
      now += 1s;
      ++spent.at(static_cast<std::size_t>(control.level()));
      if (control.on_second(now, needs(control.level()) > kbps ? k_full : k_clear, round_trip_ms)) ++changes;
    }
    return spent;
  }
};

}  // namespace

TEST_CASE("A line that carries everything stays at moving pictures", "[media-level]") {
  Line line;
  line.run(2000, 600);
  CHECK(line.control.level() == Level::video);
  CHECK(line.changes == 0);
}

TEST_CASE("Each line is soon at the level it carries, and speech has it most of the time", "[media-level]") {
  const auto [kbps, level] = GENERATE(table<double, Level>({{100, Level::stills},
                                                            {60, Level::stills},
                                                            {40, Level::voice},
                                                            {30, Level::voice},
                                                            {10, Level::text}}));
  Line line;
  CHECK(line.run(kbps, 20)[static_cast<std::size_t>(level)] > 0);
  const auto spent = line.run(kbps, 600);
  int fits = 0;
  for (auto at = static_cast<std::size_t>(level); at < spent.size(); ++at) fits += spent[at];
  CHECK(spent[static_cast<std::size_t>(level)] > (level == Level::text ? 350 : 450));
  CHECK(fits > (level == Level::text ? 350 : 480));
  CHECK(line.changes < 150);
}

TEST_CASE("A second or two of a full line change nothing", "[media-level]") {
  Line line;
  for (int i = 0; i < 100; ++i) {
    line.run(10, 2);
    line.run(2000, 3);
  }
  CHECK(line.control.level() == Level::video);
}

TEST_CASE("A line that is good again soon carries moving pictures", "[media-level]") {
  for (const double before : {100.0, 40.0, 10.0}) {
    for (const int seconds : {30, 300}) {
      Line line;
      line.run(before, seconds);
      line.run(2000, 35);
      CAPTURE(before, seconds);
      CHECK(line.control.level() == Level::video);
    }
    Line line;
    line.run(before, 15);
    line.run(2000, 25);
    CHECK(line.control.level() == Level::video);
  }
}

TEST_CASE("What a long queue still holds after a change is not taken for the new level's", "[media-level]") {
  MediaLevelControl control;
  Time now = 0s;
  while (control.level() == Level::video) control.on_second(now += 1s, k_full, 2500);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(control.on_second(now += 1s, k_full, 2500));
  CHECK(control.level() == Level::stills);
}

TEST_CASE(
    "Whatever a line does, the level moves a step at a time, and to text no sooner than speech was tried",
    "[media-level]") {
  std::mt19937 random{11};
  MediaLevelControl control;
  Time now = 0s;
  for (int i = 0; i < 20'000; ++i) {
    const auto before = static_cast<int>(control.level());
    const bool changed = control.on_second(now += 1s, random() % 3 == 0 ? k_full : k_clear,
                                           static_cast<double>(random() % 3000));
    const auto after = static_cast<int>(control.level());
    CHECK(std::abs(after - before) <= 1);
    CHECK(changed == (after != before));
  }
}

TEST_CASE("A line that is down changes nothing, whatever is sent", "[media-level]") {
  MediaLevelControl control;
  Time now = 0s;
  const auto stay_down = [&] {
    for (int i = 0; i < 60; ++i)
      CHECK_FALSE(control.on_second(now += 1s, MediaLevelControl::Line::unknown, 50));
  };
  stay_down();
  CHECK(control.level() == Level::video);
  while (control.level() == Level::video) control.on_second(now += 1s, k_full, 50);
  stay_down();
  CHECK(control.level() == Level::stills);
}

}  // namespace sangdam::pipelines
