#include "pipelines/soft_edges.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

constexpr double k_loud = 20000;
constexpr double k_per_sample = 2 * std::numbers::pi * 440 / 48000;

std::vector<std::int16_t> sine(std::size_t count, double phase = 1) {
  std::vector<std::int16_t> samples(count);
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<std::int16_t>(k_loud * std::sin(phase + k_per_sample * static_cast<double>(i)));
  return samples;
}

int largest_step(const std::vector<std::int16_t>& samples) {
  int largest = std::abs(samples.front());
  for (std::size_t i = 1; i < samples.size(); ++i)
    largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
  return largest;
}
// The sine's own, and what a fade over 10 ms adds.
constexpr double k_smooth = k_loud * k_per_sample * 1.1;

}  // namespace

TEST_CASE("a sound that is cut anywhere begins and ends without a step") {
  for (double phase = 0; phase < 7; phase += 0.1) {
    SoftEdges edges;
    auto all = sine(4800, phase);
    edges.pass(all);
    CHECK_FALSE(edges.is_beginning());
    const auto tail = edges.end();
    all.insert(all.end(), tail.begin(), tail.end());
    all.push_back(0);
    CHECK(largest_step(all) < k_smooth);
  }
}

TEST_CASE("between its edges a sound is left as it is, however it is cut into buffers") {
  const auto whole = sine(4800);
  auto parts = whole;
  SoftEdges edges;
  for (std::size_t at = 0; at < parts.size(); at += 96) edges.pass(std::span(parts).subspan(at, 96));
  CHECK(std::equal(parts.begin() + SoftEdges::k_length, parts.end(), whole.begin() + SoftEdges::k_length));
}

TEST_CASE("after its end a sound begins anew, softly") {
  SoftEdges edges;
  auto first = sine(960);
  edges.pass(first);
  (void)edges.end();
  CHECK(edges.is_beginning());
  auto second = sine(960, 2);
  edges.pass(second);
  CHECK(largest_step(second) < k_smooth);
}

TEST_CASE("a sound that comes after silence begins as softly") {
  SoftEdges edges;
  std::vector<std::int16_t> all(960, 0);
  const auto sound = sine(960);
  all.insert(all.end(), sound.begin(), sound.end());
  edges.pass(all);
  CHECK(largest_step(all) < k_smooth);
}

TEST_CASE("the end of what has never begun is silence") {
  SoftEdges edges;
  const auto tail = edges.end();
  CHECK(std::all_of(tail.begin(), tail.end(), [](std::int16_t sample) { return sample == 0; }));
}

}  // namespace sangdam::pipelines
