#include "kiosk/start_policy.hpp"

#include "support/catch.hpp"

using namespace sangdam::kiosk;
using namespace std::chrono_literals;

TEST_CASE("A kiosk that could not start tries again after 5 s, later more rarely, once a minute for good",
          "[start]") {
  CHECK(pause_before_try(1) == 5s);
  for (int tries = 1; tries < 20; ++tries) {
    CHECK(pause_before_try(tries + 1) >= pause_before_try(tries));
    CHECK(pause_before_try(tries) <= 60s);
  }
  CHECK(pause_before_try(1'000'000) == 60s);
}

TEST_CASE("What this process cannot see mended ends it once it was read, all else after ten minutes",
          "[start]") {
  for (const char* code : {"element-missing", "gstreamer-failed", "schema-newer"}) {
    CHECK_FALSE(needs_new_process(code, k_time_to_read - 1s));
    CHECK(needs_new_process(code, k_time_to_read));
  }
  CHECK_FALSE(needs_new_process("data-dir-unwritable", 9min));
  CHECK(needs_new_process("data-dir-unwritable", 10min));
}
