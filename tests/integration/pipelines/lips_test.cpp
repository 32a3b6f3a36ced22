// Speech and lips at the clinic: a patient whose picture lights up with each tick of her sound, heard at the
// monitor of PipeWire's virtual loudspeaker.
//
//   with_pipewire.sh BUILD/tests/integration/pipelines/test-pipelines-integration '[.lips]'
#include <gst/app/gstappsink.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "pipelines/relay.hpp"

namespace sangdam::tests {
namespace {

using pipelines::Condition;
using pipelines::Health;
using pipelines::Part;
using namespace std::chrono_literals;

/// When ticks begin at a loudspeaker's monitor, in microseconds of the monotonic clock.
class TickListener {
 public:
  explicit TickListener(const std::string& monitor) {
    const std::string chain =
        "pulsesrc device=" + monitor +
        " ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1"
        " ! appsink name=out sync=false async=false";
    base::ErrorPtr error;
    m_pipeline = base::Ref<GstElement>::sink(gst_parse_launch(chain.c_str(), base::out(error)));
    REQUIRE(m_pipeline);
    const auto clock = base::Ref<GstClock>::adopt(gst_system_clock_obtain());
    gst_pipeline_use_clock(GST_PIPELINE(m_pipeline.get()), clock.get());
    const auto out = base::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), "out"));
    pipelines::on_each_sample(out.get(),
                              [this](GstSample& sample) { listen(*gst_sample_get_buffer(&sample)); });
    gst_element_set_state(m_pipeline.get(), GST_STATE_PLAYING);
  }
  ~TickListener() { gst_element_set_state(m_pipeline.get(), GST_STATE_NULL); }
  TickListener(const TickListener&) = delete;
  TickListener& operator=(const TickListener&) = delete;

  [[nodiscard]] std::vector<double> ticks() const {
    const std::lock_guard lock(m_mutex);
    return m_ticks;
  }

 private:
  void listen(GstBuffer& buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(&buffer, &map, GST_MAP_READ)) return;
    const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
    const double start =
        static_cast<double>(gst_element_get_base_time(m_pipeline.get()) + GST_BUFFER_PTS(&buffer)) / 1000;
    for (std::size_t i = 0; i < map.size / 2; ++i) {
      const double at = start + static_cast<double>(i) * 1e6 / 48000;
      if (std::abs(samples[i]) < 3000) continue;
      if (at - m_last > 300e3) {
        const std::lock_guard lock(m_mutex);
        m_ticks.push_back(at);
      }
      m_last = at;
    }
    gst_buffer_unmap(&buffer, &map);
  }

  base::Ref<GstElement> m_pipeline;
  double m_last = 0;  // the streaming thread's
  mutable std::mutex m_mutex;
  std::vector<double> m_ticks;  // protected by the mutex
};

}  // namespace

TEST_CASE("How long after her lips a patient is heard", "[.lips]") {
  REQUIRE(Engine::start_up().has_value());
  Engine engine({.camera = "none", .microphone = "none", .speaker = "vspeaker"});
  bool speaker = false;
  engine.on_health([&](const Health& news) {
    if (news.part == Part::speaker) speaker = news.condition == Condition::working;
  });
  REQUIRE(run_until([&] { return speaker; }, 30s));
  TestPatient::Options options;
  options.picture = "videotestsrc is-live=true pattern=black ! identity name=flash";
  options.sound =
      "audiotestsrc is-live=true wave=ticks freq=1000 sine-periods-per-tick=40 volume=0.7 "
      "samplesperbuffer=480";
  Call call(engine, {}, options);
  const TickListener listener("vspeaker.monitor");
  std::vector<double> flashes;
  double last = 0;
  const auto slot = engine.patient_view();
  slot->on_change([&] {
    const auto frame = slot->take();
    if (!frame) return;
    gsize size = 0;
    const auto* pixels = static_cast<const unsigned char*>(g_bytes_get_data(frame->pixels.get(), &size));
    const bool bright = pixels[static_cast<std::size_t>(frame->height / 3) * frame->stride +
                               4 * static_cast<std::size_t>(frame->width / 2) + 1] > 128;
    const auto now = static_cast<double>(g_get_monotonic_time());
    if (!bright) return;
    if (now - last > 300e3) flashes.push_back(now);
    last = now;
  });
  // The first seconds show what the line is like.
  const bool enough = run_until([&] { return listener.ticks().size() >= 24 && flashes.size() >= 24; }, 60s);
  slot->on_change({});
  INFO(listener.ticks().size() << " ticks, " << flashes.size() << " flashes");
  REQUIRE(enough);

  const std::vector<double> ticks = listener.ticks();
  std::vector<double> apart;
  for (auto flash = flashes.begin() + 12; flash != flashes.end(); ++flash) {
    const auto nearest = std::min_element(ticks.begin(), ticks.end(), [&](double a, double b) {
      return std::abs(a - *flash) < std::abs(b - *flash);
    });
    apart.push_back((*nearest - *flash) / 1000);
  }
  std::sort(apart.begin(), apart.end());
  // A measurement, not a judgement: tests run on shared machines.
  WARN("the tick comes " << apart.front() << " to " << apart.back() << " ms after the light, in the middle "
                         << apart.at(apart.size() / 2));
}

}  // namespace sangdam::tests
