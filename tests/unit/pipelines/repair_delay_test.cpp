#include "pipelines/repair_delay.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {

TEST_CASE("a clean line delays nothing, however long it is") {
  RepairDelay delay;
  for (int i = 0; i < 100; ++i) CHECK(delay.on_second(0, 300) == 0);
}

TEST_CASE("a repair that takes no longer than two pictures delays nothing") {
  RepairDelay delay;
  CHECK(delay.on_second(0.1, 30) == 0);
}

TEST_CASE("on a long line that loses, pictures wait for the repair, and no longer than half a second") {
  RepairDelay delay;
  CHECK(delay.on_second(0.05, 200) == 280);
  CHECK(delay.on_second(0.05, 5000) == 500);
}

TEST_CASE("the delay goes back slowly once the line is clean again, and at once up") {
  RepairDelay delay;
  CHECK(delay.on_second(0.05, 200) == 280);
  for (int i = 0; i < 5; ++i) CHECK(delay.on_second(0, 200) == 280);
  CHECK(delay.on_second(0, 200) == 250);
  CHECK(delay.on_second(0.05, 200) == 280);
  for (int i = 0; i < 60; ++i) delay.on_second(0, 200);
  CHECK(delay.milliseconds() == 0);
}

}  // namespace sangdam::pipelines
