// How loud the patient is played, as a loudspeaker of PipeWire's hears it (with_pipewire.sh gives the
// session).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "integration/pipelines/virtual_devices.hpp"
#include "pipelines/relay.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;

/// Plays or listens, for as long as it lives.
class Chain {
 public:
  explicit Chain(const std::string& description) {
    base::ErrorPtr error;
    m_pipeline = base::Ref<GstElement>::sink(gst_parse_launch(description.c_str(), base::out(error)));
    REQUIRE(m_pipeline);
    if (const auto out =
            base::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), "out"))) {
      pipelines::on_each_sample(out.get(),
                                [this](GstSample& sample) { keep(*gst_sample_get_buffer(&sample)); });
    }
    gst_element_set_state(m_pipeline.get(), GST_STATE_PLAYING);
  }
  ~Chain() { gst_element_set_state(m_pipeline.get(), GST_STATE_NULL); }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  [[nodiscard]] std::vector<std::int16_t> heard() const {
    const std::lock_guard lock(m_mutex);
    return m_heard;
  }
  void forget() {
    const std::lock_guard lock(m_mutex);
    m_heard.clear();
  }
  /// In the last 100 ms.
  [[nodiscard]] bool plays() const {
    const std::vector<std::int16_t> all = heard();
    return all.size() > 4800 && std::any_of(all.end() - 4800, all.end(),
                                            [](std::int16_t sample) { return std::abs(sample) > 1000; });
  }

 private:
  void keep(GstBuffer& buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(&buffer, &map, GST_MAP_READ)) return;
    const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
    {
      const std::lock_guard lock(m_mutex);
      m_heard.insert(m_heard.end(), samples, samples + map.size / sizeof(std::int16_t));
    }
    gst_buffer_unmap(&buffer, &map);
  }

  mutable std::mutex m_mutex;
  std::vector<std::int16_t> m_heard;  // protected by the mutex
  base::Ref<GstElement> m_pipeline;
};

std::string listening_to(const std::string& sink) {
  return "pulsesrc device=" + sink +
         ".monitor ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
         "appsink name=out sync=false";
}

}  // namespace

TEST_CASE("The patient is played as loud as is wished, and the loudspeaker's monitor hears it so",
          "[.pipewire][volume]") {
  REQUIRE(Engine::start_up().has_value());
  output_of({"pactl", "set-default-sink", "vspeaker"});
  Engine engine({.camera = "none", .microphone = "none", .speaker = "auto"});
  Call call(engine);
  Chain monitor(listening_to("vspeaker"));
  REQUIRE(run_until([&] { return call.listener.connected > 0 && monitor.plays(); }, 30s));
  const auto peak = [&] {
    monitor.forget();
    int most = 0;
    REQUIRE(run_until([&] { return monitor.heard().size() > 24000; }, 30s));
    for (const std::int16_t sample : monitor.heard()) most = std::max(most, std::abs(int{sample}));
    return most;
  };
  const auto reaches = [&](double share, int of) {
    return run_until([&] { return std::abs(peak() - share * of) < 0.15 * share * of + 50; }, 30s);
  };
  const int as_it_comes = peak();
  engine.set_patient_volume(200);
  CHECK(reaches(2, as_it_comes));
  engine.set_patient_volume(50);
  CHECK(reaches(0.5, as_it_comes));
  engine.set_patient_volume(0);
  CHECK(reaches(0, as_it_comes));
}

}  // namespace sangdam::tests
