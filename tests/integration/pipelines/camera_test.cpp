// Cameras as they come: of any shape, size, rate and format, with broken pictures and clocks that jump; and
// what the patient and the self-view see of them. Against PipeWire's virtual cameras (with_pipewire.sh gives
// the session).
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "integration/pipelines/virtual_devices.hpp"

namespace sangdam::tests {
namespace {

using pipelines::Condition;
using pipelines::Health;
using pipelines::Part;
using namespace std::chrono_literals;

constexpr const char* k_yuy2 =
    "videoconvert ! video/x-raw,format=YUY2 ! identity name=fault drop-allocation=true";
constexpr const char* k_jpeg = "jpegenc ! identity name=fault";

/// A white square, so large in pixels, in the middle of black, in pictures of this size.
std::string square(int width, int height, int side, int rate = 30, const std::string& format = k_jpeg) {
  return fmt::format(
      "videotestsrc is-live=true pattern=white ! "
      "video/x-raw,format=I420,width={2},height={2},framerate={3}/1 ! "
      "videobox fill=black left=-{4} right=-{4} top=-{5} bottom=-{5} ! video/x-raw,width={0},height={1} ! "
      "{6}",
      width, height, side, rate, (width - side) / 2, (height - side) / 2, format);
}

bool start_up() {
  static const bool started = Engine::start_up().has_value();
  REQUIRE(started);
  return started;
}

/// A call with the camera on the desk.
struct Room {
  Room() {
    engine.on_health([this](const Health& news) {
      if (news.part == Part::camera) told.push_back(news.condition);
    });
  }
  [[nodiscard]] Condition camera() const { return told.empty() ? Condition::missing : told.back(); }
  bool is_seen() {
    return run_until([&] { return camera() == Condition::working && call.patient.seen().brightest > 200; },
                     30s);
  }
  /// A picture of this size reaches the patient, and what is a square in front of the camera is one there.
  bool is_square(int width, int height, int side) {
    const auto& seen = call.patient.seen();
    const auto about = [](int a, int b) { return std::abs(a - b) <= 8; };
    return run_until(
        [&] {
          return seen.width == width && seen.height == height && about(seen.lit_width, side) &&
                 about(seen.lit_height, side);
        },
        20s);
  }
  /// Pictures a second that the patient gets.
  double rate() {
    const unsigned before = call.patient.seen().frames;
    const auto began = std::chrono::steady_clock::now();
    run_until([] { return false; }, 3s);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return (call.patient.seen().frames - before) / took.count();
  }
  std::vector<Condition> told;
  const bool started = start_up();
  Engine engine{{.camera = "auto", .microphone = "test", .speaker = "none"}};
  Call call{engine};
};

std::string told_by(const Room& room) {
  const auto& seen = room.call.patient.seen();
  return fmt::format("{}x{}, the square is {}x{}", seen.width.load(), seen.height.load(),
                     seen.lit_width.load(), seen.lit_height.load());
}

}  // namespace

TEST_CASE("A camera's pictures are sent in their own shape, and not made larger than they are",
          "[.pipewire][camera]") {
  Room room;
  for (const auto& [width, height] : {std::pair{640, 480}, {480, 640}, {640, 360}, {1280, 720}, {320, 240}}) {
    INFO(width << "x" << height);
    const VirtualCamera camera(square(width, height, 200));
    CHECK(room.is_square(width, height, 200));
    INFO(told_by(room));
    CHECK(run_until([&, w = width, h = height] {
      const auto mirror = room.engine.self_view()->take();
      return mirror && mirror->source == base::PictureSize{w, h};
    }));
  }
  CHECK(room.call.listener.failures.empty());
}

TEST_CASE("A camera of 4K is scaled once, to what is sent", "[.pipewire][camera]") {
  Room room;
  const VirtualCamera camera(square(3840, 2160, 1200, 10, k_jpeg));
  CHECK(room.is_square(1280, 720, 400));
  INFO(told_by(room));
  CHECK(room.engine.self_view()->has_picture());
  CHECK(room.call.listener.failures.empty());
}

TEST_CASE("A camera that is turned off, or pulled, leaves black of its own size", "[.pipewire][camera]") {
  Room room;
  const auto is_black = [&] {
    const auto& seen = room.call.patient.seen();
    return seen.brightest < 40 && seen.width == 640 && seen.height == 480;
  };
  {
    const VirtualCamera camera(square(640, 480, 200));
    REQUIRE(room.is_square(640, 480, 200));
    room.engine.set_camera_off(true);
    CHECK(run_until(is_black));
    room.engine.set_camera_off(false);
    CHECK(room.is_square(640, 480, 200));
  }
  REQUIRE(run_until([&] { return room.camera() == Condition::lost; }, 20s));
  CHECK(run_until(is_black));
  CHECK(room.call.listener.failures.empty());
}

TEST_CASE("Ten pictures a second stay ten", "[.pipewire][camera]") {
  Room room;
  const VirtualCamera camera(square(640, 360, 200, 10));
  REQUIRE(room.is_seen());
  const double rate = room.rate();
  CHECK(rate > 7);
  CHECK(rate < 12);
}

TEST_CASE("Pictures in a camera's usual formats arrive as they are", "[.pipewire][camera]") {
  Room room;
  for (const char* format :
       {"videoconvert ! video/x-raw,format=NV12 ! identity name=fault drop-allocation=true", k_yuy2,
        k_jpeg}) {
    INFO(format);
    const VirtualCamera camera(square(640, 360, 200, 30, format));
    REQUIRE(room.is_seen());
    CHECK(room.is_square(640, 360, 200));
    INFO(told_by(room));
  }
}

TEST_CASE("A picture that comes broken from the camera is left out", "[.pipewire][camera]") {
  Room room;
  VirtualCamera camera(square(640, 360, 200, 30, k_jpeg));
  REQUIRE(room.is_seen());
  REQUIRE(room.is_square(640, 360, 200));
  camera.suffer("cut");
  std::string broken;
  const unsigned before = room.call.patient.seen().frames;
  run_until(
      [&] {
        const auto& seen = room.call.patient.seen();
        if (seen.lit_width > 230 || seen.lit_height > 230) broken = told_by(room);
        return !broken.empty();
      },
      3s);
  CHECK(broken.empty());
  CHECK(room.call.patient.seen().frames - before > 20);
  CHECK(room.camera() == Condition::working);
  CHECK(room.call.listener.failures.empty());
}

TEST_CASE("A camera that falls silent is restarted, and seen again once it delivers", "[.pipewire][camera]") {
  Room room;
  VirtualCamera camera(square(640, 360, 200));
  REQUIRE(room.is_seen());
  camera.suffer("stall");
  REQUIRE(run_until([&] { return room.camera() == Condition::stalled; }, 20s));
  CHECK(run_until([&] { return room.call.patient.seen().brightest < 40; }));
  camera.suffer("none");
  CHECK(room.is_seen());
  CHECK(room.call.listener.failures.empty());
}

TEST_CASE("A camera whose clock jumps goes on", "[.pipewire][camera]") {
  Room room;
  VirtualCamera camera(square(640, 360, 200));
  REQUIRE(room.is_seen());
  for (const char* jump : {"jump 7200", "jump -7200", "jump 20", "jump -20"}) {
    INFO(jump);
    camera.suffer(jump);
    CHECK(room.rate() > 12);
  }
  CHECK(room.camera() == Condition::working);
  CHECK(room.call.listener.failures.empty());
}

}  // namespace sangdam::tests
