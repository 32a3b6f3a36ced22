#include "pipelines/bitrate_controller.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using Time = BitrateController::Time;
using namespace std::chrono_literals;

/// A bottleneck of so many kbit/s with a drop-tail queue, and a sender that spends its whole target. Feedback
/// each 100 ms, as browsers send it.
struct Link {
  double capacity_kbps;
  double queue_ms = 0;
  double max_queue_ms = 400;
  Time now{0};

  void run(BitrateController& controller, Time duration) {
    for (const Time end = now + duration; now < end; now += 100ms) {
      const double sent = controller.target_kbps();
      const double before = queue_ms;
      queue_ms = std::max(0.0, queue_ms + 100 * (sent - capacity_kbps) / capacity_kbps);
      double loss = 0;
      if (queue_ms > max_queue_ms) {
        loss = 100 * (sent - capacity_kbps) / sent;
        queue_ms = max_queue_ms;
      }
      const double received = queue_ms > 0 || before > 0 ? capacity_kbps : sent;
      // About 10 packets in a window: the growth from packet to packet is a tenth of the window's.
      controller.on_feedback(now, {sent, received, loss, (queue_ms - before) / 10});
      if (now.count() % 1000 == 0) controller.on_report(now, std::nullopt, 30 + queue_ms);
    }
  }
};

}  // namespace

TEST_CASE("On a wide link the rate grows to its limit and stays", "[bitrate]") {
  BitrateController controller;
  Link link{50'000};
  link.run(controller, 30s);
  CHECK(controller.target_kbps() == Approx(2500));
  CHECK(controller.picture() == BitrateController::Picture{1280, 720, 1});
}

TEST_CASE("On a thin link the rate goes below it within seconds, and the picture gets smaller", "[bitrate]") {
  for (const double capacity : {300.0, 600.0, 1000.0}) {
    INFO(capacity);
    BitrateController controller;
    Link link{capacity};
    link.run(controller, 10s);
    CHECK(controller.target_kbps() < 1.15 * capacity);
    CHECK(controller.target_kbps() > 0.4 * capacity);
    link.run(controller, 60s);
    CHECK(controller.target_kbps() < 1.15 * capacity);
    CHECK(controller.target_kbps() > 0.5 * capacity);
    CHECK(controller.picture().width < 1280);
  }
}

TEST_CASE("When the link widens again the rate and the picture come back", "[bitrate]") {
  BitrateController controller;
  Link link{300};
  link.run(controller, 20s);
  REQUIRE(controller.picture().width < 960);
  link.capacity_kbps = 20'000;
  link.run(controller, 60s);
  CHECK(controller.target_kbps() > 2000);
  CHECK(controller.picture().width == 1280);
}

TEST_CASE("Random loss alone below a tenth does not lower the rate, more does", "[bitrate]") {
  BitrateController controller({.start_kbps = 1000});
  for (Time now{0}; now < 20s; now += 100ms) controller.on_feedback(now, {1000, 950, 5, 0});
  CHECK(controller.target_kbps() == Approx(1000));
  for (Time now{20s}; now < 25s; now += 100ms) controller.on_feedback(now, {1000, 800, 20, 0});
  CHECK(controller.target_kbps() < 800);
}

TEST_CASE("Without transport-wide feedback the receiver's reports steer", "[bitrate]") {
  BitrateController controller({.start_kbps = 1000});
  Time now{0};
  for (; now < 10s; now += 1s) controller.on_report(now, 0.0, 40);
  CHECK(controller.target_kbps() > 1500);
  const double before = controller.target_kbps();
  for (; now < 13s; now += 1s) controller.on_report(now, 0.0, 600);  // a standing queue
  CHECK(controller.target_kbps() < 0.8 * before);
  for (; now < 60s; now += 1s) controller.on_report(now, 30.0, 40);
  CHECK(controller.target_kbps() == Approx(150));
  CHECK(controller.picture() == BitrateController::Picture{480, 270, 2});
}

TEST_CASE("One late burst is not a full link", "[bitrate]") {
  BitrateController controller({.start_kbps = 1000});
  controller.on_feedback(0ms, {1000, 1000, 0, 0});
  controller.on_feedback(100ms, {3000, 1800, 0, 4});  // a key frame
  controller.on_feedback(200ms, {900, 2000, 0, -4});
  CHECK(controller.target_kbps() >= 1000);
}

}  // namespace sangdam::pipelines
