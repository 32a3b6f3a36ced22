#include "ui/kiosk/level_mark.hpp"

#include "support/catch.hpp"

namespace sangdam::ui {

TEST_CASE("A quiet room lights nothing, speech some of the mark, and what is too loud all of it", "[level]") {
  constexpr int k_full = base::SoundLevel::k_full_scale;
  CHECK(steps_lit(0) == 0);
  CHECK(steps_lit(-5) == 0);
  CHECK(steps_lit(k_full / 1000) == 0);
  CHECK(steps_lit(k_full / 100) == 1);
  CHECK(steps_lit(k_full / 30) == 2);
  CHECK(steps_lit(k_full / 10) == 3);
  CHECK(steps_lit(k_full) == 4);
}

TEST_CASE("The loudest since it was last asked for is told, once", "[level]") {
  base::SoundLevel level;
  CHECK(level.take() == 0);
  level.hear(100);
  level.hear(300);
  level.hear(200);
  CHECK(level.take() == 300);
  CHECK(level.take() == 0);
}

}  // namespace sangdam::ui
