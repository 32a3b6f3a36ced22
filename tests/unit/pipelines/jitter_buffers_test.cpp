#include "pipelines/jitter_buffers.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {

TEST_CASE("a missing packet is asked for at least three times before it is given up") {
  for (const double round_trip : {0.0, 5.0, 50.0, 100.0}) {
    INFO(round_trip);
    CHECK(picture_wait_ms(round_trip) >= 2 * retry_after_ms(round_trip) + round_trip);
  }
}

TEST_CASE("it is not asked for again before the answer can be there") {
  for (const double round_trip : {0.0, 5.0, 50.0, 200.0}) CHECK(retry_after_ms(round_trip) > round_trip);
}

TEST_CASE("the wait has an end, whatever a report says of the round trip") {
  CHECK(picture_wait_ms(1e300) == 800);
  CHECK(retry_after_ms(1e300) == 400);
  CHECK(picture_wait_ms(-5) == picture_wait_ms(0));
}

}  // namespace sangdam::pipelines
