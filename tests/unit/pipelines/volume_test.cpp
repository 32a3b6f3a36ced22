#include "pipelines/volume.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

std::vector<std::int16_t> sine(double loud, std::size_t count = 48000) {
  std::vector<std::int16_t> samples(count);
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<std::int16_t>(
        loud * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / 48000));
  return samples;
}

/// Of the last tenth of a second.
int peak(const std::vector<std::int16_t>& samples) {
  int most = 0;
  for (std::size_t i = samples.size() - 4800; i < samples.size(); ++i)
    most = std::max(most, std::abs(samples[i]));
  return most;
}

int largest_step(const std::vector<std::int16_t>& samples) {
  int largest = 0;
  for (std::size_t i = 1; i < samples.size(); ++i)
    largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
  return largest;
}

constexpr double k_step = 2 * std::numbers::pi * 440 / 48000;  // of a sine, times its peak

}  // namespace

TEST_CASE("a volume of 1 only holds the sound back by 2 ms", "[volume]") {
  const auto as_it_came = sine(32767);
  auto samples = as_it_came;
  Volume volume;
  for (std::size_t at = 0; at < samples.size(); at += 100)
    volume.apply(std::span(samples).subspan(at, std::min<std::size_t>(100, samples.size() - at)), 1);
  CHECK(std::equal(samples.begin() + Volume::k_delay, samples.end(), as_it_came.begin()));
}

TEST_CASE("a soft sound is played as much louder or softer as is wished", "[volume]") {
  for (const double factor : {0.0, 0.25, 0.5, 1.5, 2.0}) {
    auto samples = sine(8000);
    Volume().apply(samples, factor);
    CHECK(std::abs(peak(samples) - 8000 * factor) < 10);
  }
}

TEST_CASE("a loud sound is never clipped: its wave keeps its shape", "[volume]") {
  auto samples = sine(30000);
  Volume().apply(samples, 2);
  CHECK(peak(samples) > 31000);
  // What is clipped stays at its peak for many samples; here the steps are those of a sine of that peak.
  const auto at_peak = std::count_if(samples.begin() + 9600, samples.end(),
                                     [](std::int16_t sample) { return std::abs(sample) > 32700; });
  CHECK(at_peak < 880 * 4);  // 880 peaks a second, of a few samples each
  CHECK(largest_step(samples) < 32767 * k_step * 1.15);
}

TEST_CASE("after a bang the speech behind it is back within half a second", "[volume]") {
  auto samples = sine(8000);
  std::fill(samples.begin() + 4800, samples.begin() + 4848, std::int16_t{32767});
  Volume().apply(samples, 2);
  CHECK(std::abs(peak(samples) - 16000) < 100);
}

TEST_CASE("a change of the volume cannot be heard as a click", "[volume]") {
  auto samples = sine(8000);
  Volume volume;
  bool loud = false;
  for (std::size_t at = 0; at < samples.size(); at += 960, loud = !loud)
    volume.apply(std::span(samples).subspan(at, 960), loud ? 2 : 0);
  CHECK(largest_step(samples) < 16000 * k_step * 1.1);
}

}  // namespace sangdam::pipelines
