// Loudspeakers that change hands during a call: a tone goes through them, and where it is cut its samples
// jump. A sine of 440 Hz never moves by more than 6 % of its peak from one sample to the next.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <numbers>
#include <vector>

#include "integration/pipelines/fake_device.hpp"
#include "pipelines/playback.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {
namespace {

using namespace pipelines;
using namespace std::chrono_literals;

constexpr double k_per_sample = 2 * std::numbers::pi * 440 / 48000;
/// A fade over 10 ms adds a little to it.
constexpr double k_most_step = 1.1 * k_per_sample;

/// What went by, from any thread.
class Samples {
 public:
  void add(GstBuffer* buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
    {
      const std::lock_guard lock(m_mutex);
      m_all.insert(m_all.end(), samples, samples + map.size / sizeof(std::int16_t));
    }
    gst_buffer_unmap(buffer, &map);
  }
  /// The largest of the last 50 ms.
  [[nodiscard]] int loudness() const {
    const std::lock_guard lock(m_mutex);
    int most = 0;
    for (std::size_t i = m_all.size() > 2400 ? m_all.size() - 2400 : 0; i < m_all.size(); ++i)
      most = std::max(most, std::abs(int{m_all[i]}));
    return most;
  }
  /// The last 5 ms are silence.
  [[nodiscard]] bool has_ended() const {
    const std::lock_guard lock(m_mutex);
    return m_all.size() > 240 &&
           std::all_of(m_all.end() - 240, m_all.end(), [](std::int16_t sample) { return sample == 0; });
  }
  /// From silence to silence; the largest step as a share of the largest sample.
  [[nodiscard]] double largest_step() const {
    const std::lock_guard lock(m_mutex);
    int step = 0;
    int peak = 0;
    int before = 0;
    for (const std::int16_t sample : m_all) {
      step = std::max(step, std::abs(sample - before));
      peak = std::max(peak, std::abs(int{sample}));
      before = sample;
    }
    step = std::max(step, std::abs(before));
    REQUIRE(peak > 1000);
    return static_cast<double>(step) / peak;
  }

 private:
  mutable std::mutex m_mutex;
  std::vector<std::int16_t> m_all;  // protected by the mutex
};

}  // namespace

TEST_CASE("One loudspeaker takes over from another in a call without a click", "[click]") {
  REQUIRE(gst_init_check(nullptr, nullptr, nullptr));
  const Timeline timeline = Timeline::begin();
  const auto relay = std::make_shared<Relay>();
  std::vector<std::unique_ptr<Samples>> loudspeakers;
  {
    Playback playback({timeline, std::make_shared<Workers>(), relay, {}, {}}, "auto");
    std::size_t samples = 0;
    base::Timer patient;
    patient.start_repeating(10ms, [&] {
      const auto tone = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 960, nullptr));
      GstMapInfo map;
      REQUIRE(gst_buffer_map(tone.get(), &map, GST_MAP_WRITE));
      auto* out = reinterpret_cast<std::int16_t*>(map.data);
      GST_BUFFER_PTS(tone.get()) = gst_util_uint64_scale(samples, GST_SECOND, 48000);
      for (int i = 0; i < 480; ++i)
        out[i] = static_cast<std::int16_t>(20000 * std::sin(k_per_sample * static_cast<double>(samples++)));
      gst_buffer_unmap(tone.get(), &map);
      relay->push(tone.get());
    });
    for (unsigned plugged = 1; plugged <= 5; ++plugged) {
      Device device = fake_device(Part::speaker, "fakesink sync=true");
      device.plugged = plugged;
      loudspeakers.push_back(std::make_unique<Samples>());
      playback.set_devices({device});
      const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element_of(device), "sink"));
      gst_pad_add_probe(
          pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
          [](GstPad*, GstPadProbeInfo* info, gpointer heard) noexcept -> GstPadProbeReturn {
            static_cast<Samples*>(heard)->add(GST_PAD_PROBE_INFO_BUFFER(info));
            return GST_PAD_PROBE_OK;
          },
          loudspeakers.back().get(), nullptr);
      REQUIRE(run_until([&] { return loudspeakers.back()->loudness() > 10000; }, 20s));
      if (plugged > 1) REQUIRE(run_until([&] { return loudspeakers[plugged - 2]->has_ended(); }, 20s));
    }
  }
  loudspeakers.pop_back();  // it was cut by the end of the playback
  for (const auto& one : loudspeakers) {
    const double step = one->largest_step();
    INFO("a step of " << 100 * step << " % of the peak");
    CHECK(step < k_most_step);
  }
}

}  // namespace sangdam::tests
