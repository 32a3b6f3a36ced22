// Real device handling against PipeWire's virtual camera, microphone and speaker (with_pipewire.sh gives the
// session).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "integration/pipelines/virtual_devices.hpp"
#include "pipelines/relay.hpp"

namespace sangdam::tests {
namespace {

using pipelines::Condition;
using pipelines::Health;
using pipelines::Part;
using namespace std::chrono_literals;

constexpr const char* k_green =
    "videotestsrc is-live=true pattern=solid-color foreground-color=0xff10c030 ! "
    "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1 ! jpegenc ! identity name=fault";

/// Plays a tone into a loudspeaker of the sound server, or listens to what one plays.
class SoundPipeline {
 public:
  explicit SoundPipeline(const std::string& description) {
    base::ErrorPtr error;
    m_pipeline = base::Ref<GstElement>::sink(gst_parse_launch(description.c_str(), base::out(error)));
    REQUIRE(m_pipeline);
    if (const auto out =
            base::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), "out"))) {
      pipelines::on_each_sample(out.get(), [loudest = m_loudest](GstSample& sample) {
        GstMapInfo map;
        GstBuffer* buffer = gst_sample_get_buffer(&sample);
        if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
        const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
        int most = 0;
        for (gsize i = 0; i < map.size / 2; ++i) most = std::max(most, std::abs(samples[i]));
        *loudest = most;
        gst_buffer_unmap(buffer, &map);
      });
    }
    gst_element_set_state(m_pipeline.get(), GST_STATE_PLAYING);
  }
  ~SoundPipeline() { gst_element_set_state(m_pipeline.get(), GST_STATE_NULL); }
  SoundPipeline(const SoundPipeline&) = delete;
  SoundPipeline& operator=(const SoundPipeline&) = delete;
  /// Of the last buffer; full scale is 32767.
  [[nodiscard]] int loudest() const { return *m_loudest; }

 private:
  base::Ref<GstElement> m_pipeline;
  std::shared_ptr<std::atomic<int>> m_loudest = std::make_shared<std::atomic<int>>(0);
};

/// A microphone with a tone in front of it.
struct Microphone {
  SoundModule air{{"module-null-sink", "sink_name=air", "channel_map=mono"}};
  SoundModule ear{{"module-remap-source", "master=air.monitor", "source_name=ear", "channel_map=mono",
                   "source_properties=device.description=Ear"}};
  SoundPipeline tone{"audiotestsrc is-live=true wave=sine freq=440 volume=0.3 ! pulsesink device=air"};
};
/// A loudspeaker, and what it plays.
struct Loudspeaker {
  SoundModule box{
      {"module-null-sink", "sink_name=box", "channel_map=mono", "sink_properties=device.description=Box"}};
  SoundPipeline heard{
      "pulsesrc device=box.monitor ! audio/x-raw,format=S16LE,channels=1 ! appsink name=out sync=false"};
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

  const auto green = [&] { return call.patient.seen().brightest > 150 && engine.self_view()->has_picture(); };
  {
    const VirtualCamera camera(k_green);
    REQUIRE(run_until([&] { return last(Part::camera) == Condition::working; }, 30s));
    CHECK(run_until(green, 20s));
  }
  REQUIRE(run_until([&] { return last(Part::camera) == Condition::lost; }, 20s));
  CHECK_FALSE(engine.self_view()->has_picture());
  CHECK(run_until([&] { return call.patient.seen().brightest < 40; }, 20s));
  CHECK(call.listener.failures.empty());

  const VirtualCamera again(k_green);
  CHECK(run_until([&] { return last(Part::camera) == Condition::working; }, 30s));
  CHECK(run_until(green, 20s));
  CHECK(call.listener.failures.empty());
}

TEST_CASE("Microphone and loudspeaker may be pulled and plugged in again during a call",
          "[.pipewire][sound]") {
  REQUIRE(Engine::start_up().has_value());
  std::optional<Microphone> microphone(std::in_place);
  std::optional<Loudspeaker> loudspeaker(std::in_place);
  Engine engine({.camera = "none", .microphone = "Ear", .speaker = "Box"});
  std::map<Part, Condition> now;
  engine.on_health([&](const Health& news) { now[news.part] = news.condition; });
  Call call(engine);
  const auto heard = [&] { return call.patient.seen().level_db > -40; };
  const auto played = [&] { return loudspeaker->heard.loudest() > 1000; };
  REQUIRE(run_until([&] { return now[Part::microphone] == Condition::working && heard(); }, 30s));
  REQUIRE(run_until([&] { return now[Part::speaker] == Condition::working && played(); }, 30s));

  CHECK(run_until([&] { return engine.own_sound()->take() > 5000; }));  // what staff are shown
  engine.set_microphone_muted(true);
  (void)engine.own_sound()->take();
  CHECK_FALSE(run_until([&] { return engine.own_sound()->take() > 0; }, 300ms));
  engine.set_microphone_muted(false);

  // GStreamer tells a device that becomes the default one as another device in its place.
  output_of({"pactl", "set-default-source", "ear"});
  output_of({"pactl", "set-default-sink", "box"});
  CHECK(run_until([&] { return heard() && played(); }));
  microphone.reset();
  CHECK(run_until([&] { return now[Part::microphone] == Condition::lost; }, 20s));
  CHECK(run_until([&] { return call.patient.seen().level_db < -80; }, 20s));
  CHECK(run_until(played));
  microphone.emplace();
  CHECK(run_until([&] { return now[Part::microphone] == Condition::working && heard(); }, 30s));

  loudspeaker.reset();
  CHECK(run_until([&] { return now[Part::speaker] == Condition::lost; }, 20s));
  CHECK(run_until(heard));
  loudspeaker.emplace();
  CHECK(run_until([&] { return now[Part::speaker] == Condition::working && played(); }, 30s));
  CHECK(run_until([&] { return now[Part::microphone] == Condition::working && heard(); }, 30s));

  CHECK(call.listener.connected == 1);
  CHECK(call.listener.interrupted == 0);
  CHECK(call.listener.failures.empty());
}

}  // namespace sangdam::tests
