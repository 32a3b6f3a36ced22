#include "pipelines/freeze_meter.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

struct Pictures {
  FreezeMeter meter;
  FreezeMeter::Time now{};

  std::chrono::milliseconds after(std::chrono::milliseconds pause) { return meter.on_picture(now += pause); }
  std::chrono::milliseconds steadily(int count, std::chrono::milliseconds pause) {
    std::chrono::milliseconds frozen{};
    for (int i = 0; i < count; ++i) frozen += after(pause);
    return frozen;
  }
};

TEST_CASE("a steady picture never freezes, at any rate") {
  for (const auto pause : {16ms, 33ms, 67ms, 1000ms}) {
    Pictures pictures;
    CHECK(pictures.steadily(100, pause) == 0ms);
  }
}

TEST_CASE("a gap counts from 150 ms above the usual interval") {
  Pictures pictures;
  pictures.steadily(31, 33ms);
  CHECK(pictures.after(180ms) == 0ms);
  Pictures others;
  others.steadily(31, 33ms);
  CHECK(others.after(190ms) == 190ms);
}

TEST_CASE("a slow picture may be three times as late") {
  Pictures pictures;
  pictures.steadily(31, 200ms);
  CHECK(pictures.after(590ms) == 0ms);
  CHECK(pictures.steadily(30, 200ms) == 0ms);
  CHECK(pictures.after(700ms) == 700ms);
}

TEST_CASE("what is usual follows the last thirty pictures") {
  Pictures pictures;
  pictures.steadily(31, 33ms);
  CHECK(pictures.after(500ms) == 500ms);
  pictures.steadily(60, 500ms);
  CHECK(pictures.after(1000ms) == 0ms);
}

}  // namespace
}  // namespace sangdam::pipelines
