#include "consultation/quality.hpp"

#include "support/catch.hpp"

using namespace sangdam::consultation;

namespace {
PeerStatistics second(double loss, double round_trip) {
  PeerStatistics statistics;
  statistics.lost_in_percent = loss;
  statistics.round_trip_ms = round_trip;
  return statistics;
}
}  // namespace

TEST_CASE("A second is judged by its loss and its delay, whichever is worse", "[quality]") {
  CHECK(quality_of(second(0, 20)) == Quality::good);
  CHECK(quality_of(second(4, 20)) == Quality::fair);
  CHECK(quality_of(second(0, 400)) == Quality::fair);
  CHECK(quality_of(second(12, 20)) == Quality::poor);
  CHECK(quality_of(second(4, 900)) == Quality::poor);
}

TEST_CASE("The first second is believed at once, one bad second is not", "[quality]") {
  QualityMeter meter;
  CHECK(meter.add(second(0, 20)));
  CHECK(meter.level() == Quality::good);
  CHECK_FALSE(meter.add(second(20, 20)));
  CHECK_FALSE(meter.add(second(0, 20)));
  CHECK(meter.level() == Quality::good);
}

TEST_CASE("Worse is believed after two seconds, better after five", "[quality]") {
  QualityMeter meter;
  meter.add(second(0, 20));
  CHECK_FALSE(meter.add(second(20, 20)));
  CHECK(meter.add(second(20, 20)));
  CHECK(meter.level() == Quality::poor);
  for (int i = 0; i < 4; ++i) CHECK_FALSE(meter.add(second(0, 20)));
  CHECK(meter.add(second(0, 20)));
  CHECK(meter.level() == Quality::good);
}
