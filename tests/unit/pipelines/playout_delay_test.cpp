#include "pipelines/playout_delay.hpp"

#include <functional>
#include <random>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// A second of speech in which each packet is so late.
milliseconds second_of(PlayoutDelay& delay, const std::function<milliseconds()>& late) {
  for (int i = 0; i < 50; ++i) delay.on_sound(late());
  return delay.on_second();
}
milliseconds seconds_of(PlayoutDelay& delay, int seconds, milliseconds late) {
  for (int i = 0; i < seconds; ++i) second_of(delay, [late] { return late; });
  return delay.delay();
}

TEST_CASE("on a line without jitter sound is played at once, after eight seconds") {
  PlayoutDelay delay;
  CHECK(delay.delay() == 60ms);
  CHECK(seconds_of(delay, 7, 2ms) == 60ms);
  CHECK(seconds_of(delay, 1, 2ms) == PlayoutDelay::k_shortest);
}

TEST_CASE("the delay covers the jitter within a second, and goes back when eight have done with less") {
  PlayoutDelay delay;
  seconds_of(delay, 10, 0ms);
  std::mt19937 random(1);
  std::uniform_int_distribution<int> jitter(0, 60);
  for (int second = 0; second < 30; ++second) {
    const auto now = second_of(delay, [&] { return milliseconds(jitter(random)); });
    CHECK(now >= 50ms);
    CHECK(now <= 70ms);
  }
  CHECK(seconds_of(delay, 7, 5ms) >= 50ms);
  CHECK(seconds_of(delay, 1, 5ms) == 10ms);
}

TEST_CASE("one late packet in a second changes nothing, two do") {
  PlayoutDelay delay;
  seconds_of(delay, 10, 5ms);
  delay.on_sound(200ms);
  CHECK(seconds_of(delay, 1, 5ms) == 10ms);
  delay.on_sound(200ms);
  delay.on_sound(150ms);
  CHECK(seconds_of(delay, 1, 5ms) == 160ms);
}

TEST_CASE("a second in which hardly anything came says nothing") {
  PlayoutDelay delay;
  seconds_of(delay, 10, 50ms);
  CHECK(delay.delay() == 60ms);
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 3; ++i) delay.on_sound(0ms);
    CHECK(delay.on_second() == 60ms);
  }
}

TEST_CASE("what comes at once after an outage changes nothing") {
  PlayoutDelay delay;
  seconds_of(delay, 10, 5ms);
  for (int late = 1000; late > 300; late -= 20) delay.on_sound(milliseconds(late));
  CHECK(seconds_of(delay, 1, 5ms) == 10ms);
}

TEST_CASE("the delay stays within its bounds, and moves by steps") {
  PlayoutDelay delay;
  CHECK(seconds_of(delay, 1, 299ms) == PlayoutDelay::k_longest);
  CHECK(seconds_of(delay, 10, -10min) == PlayoutDelay::k_shortest);
  for (int late = 0; late < 400; ++late) {
    PlayoutDelay other;
    CHECK(seconds_of(other, 8, milliseconds(late)).count() % 10 == 0);
  }
}

}  // namespace
}  // namespace sangdam::pipelines
