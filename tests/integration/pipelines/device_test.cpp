// Real device handling against PipeWire's virtual camera, microphone and speaker (with_pipewire.sh gives the
// session).
#include <gio/gio.h>

#include <chrono>
#include <vector>

#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

using pipelines::Condition;
using pipelines::Health;
using pipelines::Part;
using namespace std::chrono_literals;

/// A camera on the desk; unplugged when destroyed, without a goodbye.
class VirtualCamera {
 public:
  VirtualCamera() {
    base::ErrorPtr error;
    m_process = base::Ref<GSubprocess>::adopt(g_subprocess_new(
        static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE),
        base::out(error), "gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "pattern=solid-color",
        "foreground-color=0xff10c030", "!", "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1",
        "!", "timeoverlay", "!", "pipewiresink", "mode=provide",
        "stream-properties=props,media.class=Video/"
        "Source,node.name=desk_cam,node.description=DeskCam,media.role=Camera",
        nullptr));
    REQUIRE(m_process);
  }
  ~VirtualCamera() {
    g_subprocess_force_exit(m_process.get());
    g_subprocess_wait(m_process.get(), nullptr, nullptr);
  }

 private:
  base::Ref<GSubprocess> m_process;
};

}  // namespace

TEST_CASE("A camera may be plugged in, unplugged and plugged in again during a call", "[.pipewire]") {
  REQUIRE(Engine::start_up().has_value());
  Engine engine({});
  std::vector<Health> history;
  engine.on_health([&](const Health& news) { history.push_back(news); });
  const auto last = [&](Part part) {
    Condition condition = Condition::disabled;
    for (const Health& health : history) {
      if (health.part == part) condition = health.condition;
    }
    return condition;
  };
  REQUIRE(run_until([&] { return last(Part::microphone) == Condition::working; }, 30s));
  CHECK(run_until([&] { return last(Part::speaker) == Condition::working; }));
  CHECK(last(Part::camera) == Condition::missing);
  std::size_t microphones = 0;
  for (const auto& device : engine.devices()) microphones += device.kind == Part::microphone ? 1 : 0;
  CHECK(microphones == 1);  // listed by PipeWire and by PulseAudio, and once more as the speaker's monitor

  Call call(engine);
  REQUIRE(run_until([&] { return call.patient.seen().frames > 3; }, 30s));
  CHECK(call.patient.seen().corner_g < 40);  // black

  const auto green = [&] {
    // 4:3 in 16:9: the corner is border, so the brightest part tells.
    return call.patient.seen().brightest > 150 && engine.self_view()->has_picture();
  };
  {
    const VirtualCamera camera;
    REQUIRE(run_until([&] { return last(Part::camera) == Condition::working; }, 30s));
    CHECK(run_until(green, 20s));
  }
  REQUIRE(run_until([&] { return last(Part::camera) == Condition::lost; }, 20s));
  CHECK_FALSE(engine.self_view()->has_picture());
  CHECK(run_until([&] { return call.patient.seen().brightest < 40; }, 20s));
  CHECK(call.listener.failures.empty());

  const VirtualCamera again;
  CHECK(run_until([&] { return last(Part::camera) == Condition::working; }, 30s));
  CHECK(run_until(green, 20s));
  CHECK(call.listener.failures.empty());
}

}  // namespace sangdam::tests
