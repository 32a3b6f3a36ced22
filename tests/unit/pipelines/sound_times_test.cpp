#include "pipelines/sound_times.hpp"

#include <random>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using Time = SoundTimes::Time;

constexpr Time k_piece = 10ms;

/// A device that captures so much faster than the clock says, for so long. `wait` is how long a piece is
/// under way. How far its times are off at the end, and at most.
struct Error {
  Time last{0}, most{0};
};
template <class Wait>
Error capture(double ppm, std::chrono::seconds duration, Wait wait) {
  SoundTimes times;
  Error error;
  const auto pieces = duration / k_piece;
  for (std::int64_t i = 1; i <= pieces; ++i) {
    const Time counted = i * k_piece;
    const Time captured = Time(std::int64_t(static_cast<double>(counted.count()) / (1 + ppm / 1e6)));
    error.last = counted + times.on_sound(counted, captured + wait(i)) - captured;
    error.most = std::max<Time>(error.most, std::chrono::abs(error.last));
  }
  return error;
}

TEST_CASE("An hour on a clock that is too fast or too slow moves sound by two milliseconds at most") {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> jitter(0, 20000);
  const auto wait = [&](std::int64_t) { return 5ms + std::chrono::microseconds(jitter(random)); };
  for (const double ppm : {-100., -20., 20., 100.}) {
    CAPTURE(ppm);
    CHECK(capture(ppm, 1h, wait).most < 2500us);
  }
}

TEST_CASE("On a true clock nothing is changed, however long sound waits now and then") {
  const auto wait = [](std::int64_t piece) { return piece % 100 == 0 ? 3ms : 80ms; };
  CHECK(capture(0, 10min, wait).most == 0ns);
}

TEST_CASE("A source that jumps is back in time within seconds") {
  SoundTimes times;
  const auto play = [&](Time from, Time until, Time jump) {
    Time correction{0};
    for (Time now = from; now < until; now += k_piece) correction = times.on_sound(now + jump, now + 4ms);
    return correction;
  };
  CHECK(play(0s, 60s, 0ms) == 0ms);
  CHECK(play(60s, 75s, 200ms) == -200ms);
}

TEST_CASE("Sound that seems to come before it was made is put right after the first seconds") {
  SoundTimes times;
  Time correction{0};
  for (Time now = 0s; now < 10s; now += k_piece) correction = times.on_sound(now + 170ms, now);
  CHECK(correction == -170ms);
}

}  // namespace
}  // namespace sangdam::pipelines
