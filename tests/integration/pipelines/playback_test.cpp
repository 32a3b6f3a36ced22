// Loudspeakers that cannot be opened, or take sound and play none: made of GStreamer's own fake sinks, behind
// a device of the test's.
#include "pipelines/playback.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "integration/pipelines/fake_device.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {
namespace {

using namespace pipelines;
using namespace std::chrono_literals;

struct Room {
  explicit Room(const char* description) {
    REQUIRE(gst_init_check(nullptr, nullptr, nullptr));
    device = fake_device(Part::speaker, description);
    playback.emplace(Playback::Parts{Timeline::begin(),
                                     std::make_shared<Workers>(),
                                     std::make_shared<Relay>(),
                                     [this](const Health& health) { told.push_back(health.condition); },
                                     {}},
                     "auto");
    playback->set_devices({device});
  }
  [[nodiscard]] bool was_told(Condition condition) const {
    return std::find(told.begin(), told.end(), condition) != told.end();
  }
  Device device;
  std::vector<Condition> told;
  std::optional<Playback> playback;
};

}  // namespace

TEST_CASE("A loudspeaker that plays is said to work, with nobody speaking", "[speaker]") {
  const Room room("fakesink sync=true");
  CHECK(run_until([&] { return room.was_told(Condition::working); }));
  CHECK(room.told.front() == Condition::starting);
}

TEST_CASE("A loudspeaker's sink keeps 50 ms of sound, not GStreamer's 200", "[speaker]") {
  REQUIRE(gst_init_check(nullptr, nullptr, nullptr));
  const Device device = fake_device(Part::speaker, "pulsesink");
  Playback playback({Timeline::begin(), std::make_shared<Workers>(), std::make_shared<Relay>(), {}, {}},
                    "auto");
  playback.set_devices({device});
  auto* sink = static_cast<GstElement*>(g_object_get_data(G_OBJECT(device.handle.get()), k_element));
  REQUIRE(sink != nullptr);
  gint64 buffer_us = 0;
  gint64 period_us = 0;
  g_object_get(sink, "buffer-time", &buffer_us, "latency-time", &period_us, nullptr);
  CHECK(buffer_us == 50000);
  CHECK(period_us == 10000);
}

TEST_CASE("A loudspeaker that cannot be opened is never said to work", "[speaker]") {
  for (const char* description :
       {"", "fakesink state-error=null-to-ready", "fakesink state-error=ready-to-paused"}) {
    INFO('"' << description << '"');
    const Room room(description);
    CHECK(run_until([&] { return room.was_told(Condition::unusable); }));
    // It is tried again, and the trouble stays said meanwhile. Nobody has unplugged it.
    CHECK_FALSE(run_until([&] { return room.told.back() != Condition::unusable; }, 2500ms));
    CHECK_FALSE(room.was_told(Condition::lost));
    CHECK_FALSE(room.was_told(Condition::working));
  }
}

TEST_CASE("A loudspeaker that another program has is said to be busy, and played once it is free",
          "[speaker]") {
  Room room("fakesink sync=true async=false");
  REQUIRE(run_until([&] { return room.was_told(Condition::starting); }));
  const auto refuse = [](GstDevice* device) {
    auto* sink = static_cast<GstElement*>(g_object_get_data(G_OBJECT(device), k_element));
    const base::ErrorPtr error(
        g_error_new_literal(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, "Device is busy"));
    gst_element_post_message(sink, gst_message_new_error(GST_OBJECT(sink), error.get(), nullptr));
  };
  refuse(room.device.handle.get());
  REQUIRE(run_until([&] { return room.told.back() == Condition::busy; }));
  CHECK(run_until([&] { return room.told.back() == Condition::working; }));
}

TEST_CASE("A loudspeaker that takes sound and plays none is said not to play", "[speaker]") {
  // Each buffer is due in 1,000 s.
  const Room room("fakesink sync=true ts-offset=1000000000000");
  CHECK(run_until([&] { return room.was_told(Condition::stalled); }, 15s));
  CHECK_FALSE(room.was_told(Condition::working));
}

}  // namespace sangdam::tests
