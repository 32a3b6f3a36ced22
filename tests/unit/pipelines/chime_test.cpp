#include "pipelines/chime.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>

#include "support/catch.hpp"
#include "support/main_loop.hpp"

using namespace sangdam;
using namespace sangdam::pipelines;

namespace {

double loudness(const std::vector<std::int16_t>& samples, double from, double until) {
  double sum = 0;
  std::size_t count = 0;
  for (auto i = static_cast<std::size_t>(from * 48000); i < static_cast<std::size_t>(until * 48000);
       ++i, ++count)
    sum += std::pow(samples.at(i) / 32768.0, 2);
  return std::sqrt(sum / static_cast<double>(count));
}

}  // namespace

TEST_CASE("The chime is soft, begins and ends without a click, and fades", "[chime]") {
  const auto samples = chime_samples(1.0);
  const auto peak = std::abs(*std::max_element(samples.begin(), samples.end(),
                                               [](int a, int b) { return std::abs(a) < std::abs(b); }));
  CHECK(peak < 32767 / 2);
  CHECK(peak > 32767 / 8);
  CHECK(std::abs(samples.front()) < 64);
  CHECK(std::abs(samples.back()) < 64);
  // No step in it that a struck bar would not make.
  int step = 0;
  for (std::size_t i = 1; i < samples.size(); ++i)
    step = std::max(step, std::abs(samples[i] - samples[i - 1]));
  CHECK(step < 6000);
  CHECK(loudness(samples, 0.02, 0.2) > 4 * loudness(samples, 1.2, 1.4));
}

TEST_CASE("The chime is as loud as the settings say", "[chime]") {
  const double full = loudness(chime_samples(1.0), 0, 1);
  const double half = loudness(chime_samples(0.5), 0, 1);
  CHECK(std::abs(half / full - 0.5) < 0.02);
  CHECK(loudness(chime_samples(0), 0, 1) == 0.0);
}

TEST_CASE("A chime comes out of the loudspeaker's sink, whole", "[chime]") {
  gst_init(nullptr, nullptr);
  auto heard = std::make_shared<std::atomic<std::size_t>>(0);
  auto sink = Ref<GstElement>::sink(gst_element_factory_make("fakesink", nullptr));
  g_object_set(sink.get(), "signal-handoffs", TRUE, nullptr);
  g_signal_connect(sink.get(), "handoff",
                   G_CALLBACK(+[](GstElement*, GstBuffer* buffer, GstPad*, std::atomic<std::size_t>* count) {
                     *count += gst_buffer_get_size(buffer);
                   }),
                   heard.get());
  Chime chime({Timeline::begin(), std::make_shared<Workers>(), [&] { return sink; }});
  chime.play(0.5);
  const std::size_t whole = chime_samples(0.5).size() * sizeof(std::int16_t);
  CHECK(tests::run_until([&] { return *heard >= whole; }));
  // Without a loudspeaker nothing happens.
  Chime nowhere({Timeline::begin(), std::make_shared<Workers>(), [] { return Ref<GstElement>(); }});
  nowhere.play(0.5);
}
