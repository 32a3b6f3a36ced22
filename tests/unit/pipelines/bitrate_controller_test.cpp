#include "pipelines/bitrate_controller.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using Time = BitrateController::Time;
using namespace std::chrono_literals;

/// A sender that spends its whole target at 30 pictures a second, a line with one bottleneck, and a browser
/// that sends feedback every 50 ms. Deterministic.
struct Line {
  double capacity_kbps = 50'000;
  double queue_limit_ms = 300;
  bool polices = false;  // drops what is above the capacity instead of queueing it
  double delay_ms = 20;  // each way
  double jitter_ms = 0;
  double loss_percent = 0;
  bool is_down = false;
  /// What pictures of 1280x720 need at most; smaller ones need less.
  double detail_kbps = 1e9;
  int size_changes = 0;

  double now_ms = 0;
  double free_at_ms = 0;
  double police_budget_bytes = 0;
  double last_arrival_ms = 0;
  std::vector<PacketReport> on_the_way;  // in the order of sending; lost ones too
  struct Message {
    double due_ms;
    std::vector<PacketReport> packets;
  };
  std::deque<Message> feedback;
  std::mt19937 random{7};

  int height = 720;
  double worst_queue_ms = 0;
  double sent_bits = 0, delivered_bits = 0;

  [[nodiscard]] Time now() const { return Time(static_cast<int>(now_ms)); }

  void send(double bytes) {
    PacketReport packet{.sent_ms = now_ms, .arrived_ms = {}, .bytes = static_cast<unsigned>(bytes)};
    sent_bits += bytes * 8;
    std::uniform_real_distribution<double> one(0, 1);
    const double start = std::max(now_ms, free_at_ms);
    bool lost = is_down || 100 * one(random) < loss_percent;
    if (polices) {
      if (police_budget_bytes < bytes) lost = true;
      if (!lost) police_budget_bytes -= bytes;
    } else if (start - now_ms > queue_limit_ms) {
      lost = true;
    } else {
      free_at_ms = start + bytes * 8 / capacity_kbps;
      worst_queue_ms = std::max(worst_queue_ms, start - now_ms);
    }
    if (!lost) {
      const double jitter = jitter_ms * (2 * one(random) - 1);
      last_arrival_ms =
          std::max(last_arrival_ms, (polices ? now_ms : free_at_ms) + std::max(0.0, delay_ms + jitter));
      packet.arrived_ms = last_arrival_ms + 123'456;  // another clock
      delivered_bits += bytes * 8;
    }
    on_the_way.push_back(packet);
  }

  void run(BitrateController& controller, Time duration) {
    worst_queue_ms = sent_bits = delivered_bits = 0;
    const double end = now_ms + static_cast<double>(duration.count());
    int step = 0;
    for (; now_ms < end; now_ms += 1, ++step) {
      police_budget_bytes = std::min(police_budget_bytes + capacity_kbps / 8, 6000.0);
      if (step % 33 == 0) {
        const auto picture = controller.picture();
        if (std::exchange(height, picture.height) != picture.height) ++size_changes;
        const double need = detail_kbps * std::pow(picture.height / 720.0, 1.5);
        for (double left = std::min(need, controller.target_kbps()) * 33 / 8; left > 0; left -= 1200)
          send(std::min(left, 1200.0));
      }
      if (step % 20 == 0) send(80);  // sound
      if (step % 50 == 0) collect();
      while (!feedback.empty() && feedback.front().due_ms <= now_ms) {
        if (!is_down) controller.on_feedback(now(), feedback.front().packets);
        feedback.pop_front();
      }
      if (step % 1000 == 0 && !is_down) controller.on_report(now(), std::nullopt, 2 * delay_ms);
    }
  }

  /// What the browser has by now, up to the last packet that arrived.
  void collect() {
    const auto last =
        std::find_if(on_the_way.rbegin(), on_the_way.rend(), [this](const PacketReport& packet) {
          return packet.arrived_ms && *packet.arrived_ms - 123'456 <= now_ms;
        });
    if (last == on_the_way.rend()) return;
    feedback.push_back({now_ms + delay_ms, {on_the_way.begin(), last.base()}});
    on_the_way.erase(on_the_way.begin(), last.base());
  }
};

}  // namespace

TEST_CASE("On a wide line the rate grows to its limit within seconds and stays", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.run(controller, 3s);
  CHECK(controller.target_kbps() == Approx(2500));
  line.run(controller, 60s);
  CHECK(controller.target_kbps() == Approx(2500));
  CHECK(controller.picture() == BitrateController::Picture{1280, 720, 1});
}

TEST_CASE("A thin line is filled and its queue stays short", "[bitrate]") {
  for (const double capacity : {150.0, 300.0, 600.0, 1000.0, 2000.0}) {
    INFO(capacity);
    BitrateController controller;
    Line line{.capacity_kbps = capacity};
    line.run(controller, 10s);
    CHECK(controller.target_kbps() < 1.2 * capacity);
    line.run(controller, 60s);
    CHECK(controller.target_kbps() < 1.2 * capacity);
    CHECK(line.sent_bits > 0.7 * capacity * 60'000);
    CHECK(line.delivered_bits > 0.97 * line.sent_bits);
    CHECK(line.worst_queue_ms < 290);
    if (capacity < 700) CHECK(controller.picture().width < 1280);
    if (capacity >= 150) CHECK(controller.picture().frame_divisor == 1);
  }
}

TEST_CASE("When the line widens again the rate and the picture are back within seconds", "[bitrate]") {
  for (const double capacity : {150.0, 300.0, 600.0}) {
    INFO(capacity);
    BitrateController controller;
    Line line{.capacity_kbps = capacity};
    line.run(controller, 30s);
    REQUIRE(controller.picture().width < 1280);
    line.capacity_kbps = 20'000;
    line.run(controller, 8s);
    CHECK(controller.target_kbps() > 1500);
    CHECK(controller.picture().width == 1280);
  }
}

TEST_CASE("A long way is not a full line, nor is an uneven one", "[bitrate]") {
  for (const auto& [delay, jitter] : {std::pair{100.0, 0.0}, {100.0, 30.0}, {30.0, 30.0}, {300.0, 10.0}}) {
    INFO(delay << " +- " << jitter);
    BitrateController controller;
    Line line;
    line.run(controller, 10s);
    line.delay_ms = delay;
    line.jitter_ms = jitter;
    line.run(controller, 60s);
    CHECK(line.sent_bits > 0.75 * 2500 * 60'000);
    CHECK(controller.target_kbps() > 1500);
  }
}

TEST_CASE("What a bad line loses however little is sent does not lower the rate", "[bitrate]") {
  for (const double loss : {2.0, 5.0, 10.0, 20.0}) {
    INFO(loss);
    BitrateController controller;
    Line line{.loss_percent = loss};
    line.run(controller, 10s);
    line.run(controller, 60s);
    CHECK(line.sent_bits > 0.8 * 2500 * 60'000);
    CHECK(controller.loss_percent() == Approx(loss).margin(6));
  }
}

TEST_CASE("What a full line drops does lower it, even without a queue", "[bitrate]") {
  for (const double capacity : {300.0, 1000.0}) {
    INFO(capacity);
    BitrateController controller;
    Line line{.capacity_kbps = capacity, .polices = true};
    line.run(controller, 15s);
    line.run(controller, 60s);
    CHECK(controller.target_kbps() < 1.6 * capacity);
    CHECK(line.delivered_bits > 0.6 * capacity * 60'000);
    CHECK(line.delivered_bits > 0.85 * line.sent_bits);
  }
}

TEST_CASE("A thin line that also loses is filled all the same", "[bitrate]") {
  BitrateController controller;
  Line line{.capacity_kbps = 500, .delay_ms = 100, .loss_percent = 5};
  line.run(controller, 15s);
  line.run(controller, 60s);
  CHECK(controller.target_kbps() < 1.3 * 500);
  CHECK(line.sent_bits > 0.5 * 500 * 60'000);
}

TEST_CASE("After an outage the rate is what it was", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.run(controller, 10s);
  line.is_down = true;
  line.run(controller, 5s);
  line.is_down = false;
  line.run(controller, 6s);
  CHECK(controller.target_kbps() > 1500);
}

TEST_CASE("While no feedback comes less is sent, and soon as much as before if the line is what it was",
          "[bitrate]") {
  BitrateController controller;
  Line line;
  line.run(controller, 10s);
  const double before = controller.target_kbps();
  line.is_down = true;
  for (int i = 1; i <= 20; ++i) {
    line.run(controller, 250ms);
    controller.on_silence(line.now(), Time(250 * i));
  }
  CHECK(controller.target_kbps() < 0.1 * before);
  CHECK(controller.target_kbps() >= 100);
  line.is_down = false;
  line.run(controller, 4s);
  CHECK(controller.target_kbps() > 0.8 * before);
}

TEST_CASE("A line that is thin after the silence is not flooded by what it once carried", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.run(controller, 10s);
  line.is_down = true;
  for (int i = 1; i <= 20; ++i) {
    line.run(controller, 250ms);
    controller.on_silence(line.now(), Time(250 * i));
  }
  line.is_down = false;
  line.capacity_kbps = 300;
  line.run(controller, 3s);
  CHECK(controller.target_kbps() < 450);
  line.run(controller, 20s);
  CHECK(line.delivered_bits > 0.95 * line.sent_bits);
}

TEST_CASE("Long runs of losses are a thin line, not one that is down, if something else arrives",
          "[bitrate]") {
  std::vector<PacketReport> packets;
  BitrateController told;
  BitrateController untold;
  for (int i = 0; i < 2000; ++i) {  // a packet each 20 ms, of which one in fifty arrives
    const double sent = 20.0 * i;
    packets.push_back({sent, i % 50 == 49 ? std::optional(sent + 30) : std::nullopt, 1000});
    if (i % 50 != 49) continue;
    const Time now(static_cast<int>(sent) + 60);
    told.set_heard(now, true);
    told.on_feedback(now, packets);
    untold.on_feedback(now, packets);
    packets.clear();
  }
  CHECK(told.is_least());
  CHECK(told.loses_much());
  CHECK_FALSE(untold.loses_much());
}

TEST_CASE("A short gap in the feedback changes nothing", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.run(controller, 10s);
  const double before = controller.target_kbps();
  for (int i = 1; i <= 3; ++i) controller.on_silence(line.now() + Time(250 * i), Time(250 * i));
  CHECK(controller.target_kbps() == before);
}

TEST_CASE("Pictures that need little do not pretend a wide line", "[bitrate]") {
  BitrateController controller({.start_kbps = 400});
  std::vector<PacketReport> packets;
  for (int i = 0; i < 600; ++i) {  // 300 bytes each 20 ms: 120 kbit/s
    const double sent = 20.0 * i;
    packets = {{sent, sent + 30, 300}};
    controller.on_feedback(Time(static_cast<int>(sent)), packets);
  }
  CHECK(controller.target_kbps() < 500);
}

TEST_CASE("A scene of little detail is back in full size, too, though nothing shows what the line carries",
          "[bitrate]") {
  for (const double detail : {2000.0, 900.0, 400.0, 200.0, 100.0}) {
    INFO("pictures that need " << detail << " kbit/s");
    BitrateController controller;
    Line line;
    line.detail_kbps = detail;
    line.capacity_kbps = 150;
    line.run(controller, 20s);
    line.capacity_kbps = 50'000;
    line.run(controller, 45s);
    CHECK(controller.picture().height == 720);
    line.size_changes = 0;
    line.run(controller, 60s);
    CHECK(line.size_changes == 0);
  }
}

TEST_CASE("A larger picture that a thin line does not carry is not tried again and again", "[bitrate]") {
  for (const double detail : {2000.0, 900.0, 400.0}) {
    INFO("pictures that need " << detail << " kbit/s");
    BitrateController controller;
    Line line;
    line.detail_kbps = detail;
    line.capacity_kbps = 200;
    line.run(controller, 20s);
    line.size_changes = 0;
    line.run(controller, 180s);
    CHECK(line.size_changes <= 12);
    CHECK(line.worst_queue_ms < 350);
  }
}

TEST_CASE("After a short dip an easy scene is back in full size within seconds", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.detail_kbps = 400;
  line.run(controller, 30s);
  REQUIRE(controller.picture().height == 720);
  line.capacity_kbps = 120;
  line.run(controller, 3s);
  REQUIRE(controller.picture().height < 720);
  line.capacity_kbps = 50'000;
  line.run(controller, 15s);
  CHECK(controller.picture().height == 720);
}

TEST_CASE("The stand-in for a camera that is off is no easy scene", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.capacity_kbps = 200;
  line.run(controller, 20s);
  const int height = controller.picture().height;
  controller.set_moves(false);
  line.detail_kbps = 10;
  line.run(controller, 20s);
  CHECK(controller.picture().height <= height);
}

TEST_CASE("No picture is larger than what the far end has use for, nor costs more", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.run(controller, 5s);
  REQUIRE(controller.picture().height == 720);
  controller.set_view(640, 360);
  CHECK(controller.picture().height == 360);
  CHECK(controller.target_kbps() <= 900);
  line.run(controller, 5s);
  CHECK(controller.picture().height == 360);
  controller.set_view(854, 480);
  CHECK(controller.picture().height == 540);
  controller.set_view(1280, 720);
  line.run(controller, 5s);
  CHECK(controller.picture().height == 720);
  CHECK(controller.target_kbps() > 2000);
}

TEST_CASE("A far end that has use for a larger picture again gets it, also of an easy scene", "[bitrate]") {
  BitrateController controller;
  Line line;
  line.detail_kbps = 600;
  line.run(controller, 5s);
  controller.set_view(640, 360);
  line.run(controller, 20s);
  CHECK(controller.picture().height == 360);
  controller.set_view(1280, 720);
  line.run(controller, 8s);
  CHECK(controller.picture().height == 720);
}

TEST_CASE("Whatever size the far end names, there is a picture for it, and the line still counts",
          "[bitrate]") {
  BitrateController controller;
  for (const int size : {1, 16, 180, 225, 16'384}) {
    controller.set_view(size * 16 / 9, size);
    CHECK(controller.picture().height >= 180);
    CHECK(controller.target_kbps() >= BitrateLimits{}.min_kbps);
  }
  Line line;
  line.capacity_kbps = 300;
  line.run(controller, 20s);
  CHECK(controller.picture().height < 720);
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
  CHECK(controller.target_kbps() == Approx(60));
  CHECK(controller.picture() == BitrateController::Picture{320, 180, 2});
}

TEST_CASE("Feedback that makes no sense changes nothing for good", "[bitrate]") {
  BitrateController controller;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::mt19937_64 random{3};
  for (int i = 0; i < 10'000; ++i) {
    std::vector<PacketReport> packets;
    for (int j = 0; j < 5; ++j) {
      const double sent = static_cast<double>(random() % 1'000'000) - 500'000;
      const auto kind = random() % 4;
      packets.push_back(
          {sent,
           kind == 0 ? std::nullopt : std::optional(kind == 1 ? 1e15 : static_cast<double>(random() % 1000)),
           static_cast<unsigned>(random())});
    }
    controller.on_feedback(Time(i * 50), packets);
    controller.on_report(Time(i * 50),
                         i % 2 == 0 ? std::optional(static_cast<double>(random() % 200)) : std::nullopt,
                         i % 3 == 0 ? nan : static_cast<double>(random() % 5000));
    REQUIRE(controller.target_kbps() >= 60);
    REQUIRE(controller.target_kbps() <= 2500);
  }
}

}  // namespace sangdam::pipelines
