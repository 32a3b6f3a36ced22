#include "pipelines/speech_rate.hpp"

#include <limits>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

TEST_CASE("speech gets 24 kbit/s on a thin line and 64 on a wide one") {
  SpeechRate speech;
  CHECK(speech.on_picture_rate(100) == 24000);
  CHECK(speech.on_picture_rate(400) == 32000);
  CHECK(speech.on_picture_rate(900) == 48000);
  CHECK(speech.on_picture_rate(2500) == 64000);
  CHECK(speech.on_picture_rate(0) == 24000);
}

TEST_CASE("a line that wavers about a border changes nothing after the first time") {
  SpeechRate speech;
  speech.on_picture_rate(1300);
  const int settled = speech.on_picture_rate(1200);
  for (int i = 0; i < 100; ++i) CHECK(speech.on_picture_rate(i % 2 == 0 ? 1050 : 1350) == settled);
}

TEST_CASE("every rate of the picture gives a rate within the bounds, and more never gives less") {
  for (int kbps = -100; kbps < 10000; kbps += 7) {
    SpeechRate less;
    SpeechRate more;
    const int rate = less.on_picture_rate(kbps);
    CHECK(rate >= 24000);
    CHECK(rate <= 64000);
    CHECK(more.on_picture_rate(kbps + 50) >= rate);
  }
  SpeechRate speech;
  const int before = speech.bits_per_second();
  CHECK(speech.on_picture_rate(std::numeric_limits<double>::quiet_NaN()) == before);
}

}  // namespace
}  // namespace sangdam::pipelines
