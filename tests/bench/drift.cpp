// Devices whose clocks run at other speeds: what becomes of the echo, of the sound's timestamps and of the
// time it waits before the loudspeaker. In a sound server's session of its own:
//
//   with_pipewire.sh bench-drift SPEECH.wav SECONDS ROOM_PPM CLOCK_PPM own|none|ticks
//
// ROOM_PPM: the microphone's clock is so much faster than the loudspeaker's, as its samples tell: the way
// from one to the other grows by so much. CLOCK_PPM: the engine's clock is so much faster than both, and so
// is the patient's. 600 ppm for 10 minutes are 100 ppm for an hour. "own" and "none" play the speech, with
// and without the canceller; "ticks" plays a tick each second, to find it again at the loudspeaker's monitor.
// Printed each 15 s.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bench/stage_tracer.hpp"
#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using pipelines::box;
using pipelines::free_box;
using pipelines::unbox;

constexpr double k_rate = 48000;
constexpr auto k_row = 15s;

double ms_between(GstClockTime begin, GstClockTime end) {
  return static_cast<double>(GST_CLOCK_DIFF(begin, end)) / 1e6;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void command(const std::string& line) {
  base::ErrorPtr error;
  int status = 0;
  if (!g_spawn_command_line_sync(line.c_str(), nullptr, nullptr, &status, base::out(error)) || status != 0) {
    std::cerr << "failed: " << line << '\n';
    std::exit(EXIT_FAILURE);
  }
}

/// From the loudspeaker's monitor to what the microphone hears: a way that grows all the time.
class Room {
 public:
  Room(double ppm, double delay_ms) : m_growth(ppm / 1e6), m_delay(delay_ms * k_rate / 1000) {
    m_pipeline = base::Ref<GstElement>::sink(
        gst_parse_launch("pulsesrc device=vspeaker.monitor ! audioconvert ! audioresample ! "
                         "audio/x-raw,format=F32LE,rate=48000,channels=1 ! identity name=way ! pulsesink "
                         "device=air sync=false",
                         nullptr));
    const auto way = base::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), "way"));
    const auto pad = base::Ref<GstPad>::adopt(gst_element_get_static_pad(way.get(), "sink"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) noexcept -> GstPadProbeReturn {
          GstBuffer* sound = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
          info->data = sound;
          unbox<Room*>(self)->pass(*sound);
          return GST_PAD_PROBE_OK;
        },
        box(this), free_box<Room*>);
    gst_element_set_state(m_pipeline.get(), GST_STATE_PLAYING);
  }
  ~Room() { gst_element_set_state(m_pipeline.get(), GST_STATE_NULL); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  /// Where in a second the ticks began, in ms.
  [[nodiscard]] std::vector<double> take_ticks() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_ticks, {});
  }
  [[nodiscard]] double delay_ms() const { return m_delay_now * 1000 / k_rate; }

 private:
  void pass(GstBuffer& sound) {
    GstMapInfo map;
    if (!gst_buffer_map(&sound, &map, static_cast<GstMapFlags>(GST_MAP_READ | GST_MAP_WRITE))) return;
    auto* samples = reinterpret_cast<float*>(map.data);
    const std::size_t count = map.size / sizeof(float);
    const GstClockTime now = StageTracer::now();
    for (std::size_t i = 0; i < count; ++i) {
      if (std::abs(samples[i]) > 0.1) {
        if (m_position > m_last_loud + 0.3 * k_rate) {
          const double at = static_cast<double>(now) / 1e6 - static_cast<double>(count - i) * 1000 / k_rate;
          const std::lock_guard lock(m_mutex);
          m_ticks.push_back(std::fmod(at, 1000));
        }
        m_last_loud = m_position;
      }
      m_heard.at(static_cast<std::size_t>(m_position) % m_heard.size()) = samples[i];
      samples[i] = 0.5F * at(m_position - m_delay - m_growth * m_position);
      ++m_position;
    }
    m_delay_now = m_delay + m_growth * m_position;
    gst_buffer_unmap(&sound, &map);
  }
  /// Between two samples, by a windowed sinc.
  [[nodiscard]] float at(double position) const {
    constexpr int k_half = 12;
    const double whole = std::floor(position);
    double sum = 0;
    for (int tap = -k_half + 1; tap <= k_half; ++tap) {
      const double index = whole + tap;
      if (index < 0) continue;
      const double x = position - index;
      const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(G_PI * x) / (G_PI * x);
      sum += m_heard.at(static_cast<std::size_t>(index) % m_heard.size()) * sinc *
             (0.5 + 0.5 * std::cos(G_PI * x / (k_half + 1)));
    }
    return static_cast<float>(sum);
  }

  const double m_growth;  // samples per sample
  const double m_delay;
  std::vector<double> m_heard = std::vector<double>(1U << 17U);
  double m_position = 0, m_last_loud = -k_rate;
  std::atomic<double> m_delay_now = 0;
  std::mutex m_mutex;
  std::vector<double> m_ticks;  // protected by the mutex
  base::Ref<GstElement> m_pipeline;
};

/// How old sound is at the end of its pipeline, by its timestamp: the least of what came since the last call,
/// the others waited.
double least_age(StageTracer& tracer, std::size_t way) {
  double least = 1e9;
  for (const auto& one : tracer.take(way)) least = std::min(least, ms_between(one.captured, one.at.front()));
  return least;
}

int run(const std::vector<std::string>& args) {
  if (const auto started = Engine::start_up(); !started) {
    std::cerr << started.error().message << '\n';
    return EXIT_FAILURE;
  }
  const auto clock = base::Ref<GstClock>::adopt(gst_system_clock_obtain());
  const GstClockTime now = gst_clock_get_time(clock.get());
  gst_clock_set_calibration(clock.get(), now, now, static_cast<GstClockTime>(1'000'000 + std::stoi(args[3])),
                            1'000'000);
  for (const char* module : {"module-null-sink sink_name=air channel_map=mono",
                             "module-remap-source master=air.monitor source_name=ear channel_map=mono "
                             "source_properties=device.description=Ear"})
    command(std::string("pactl load-module ") + module);
  StageTracer tracer({{{"", "microphone", "out", Stage::Side::into}},
                      {{"", "echo-reference", "fakesink", Stage::Side::into}}});
  Room room(std::stod(args[2]), 20);
  Engine engine(
      {.camera = "none", .microphone = "Ear", .speaker = "vspeaker", .cancel_echo = args[4] != "none"});
  unsigned working = 0;
  engine.on_health([&](const pipelines::Health& health) {
    if (health.condition == pipelines::Condition::working) ++working;
  });
  if (!run_until([&] { return working >= 2; }, 30s)) {
    std::cerr << "microphone or speaker do not work\n";
    return EXIT_FAILURE;
  }
  TestPatient::Options options;
  options.sound = args[4] == "ticks"
                      ? "audiotestsrc is-live=true wave=ticks freq=1000 sine-periods-per-tick=40 volume=0.7 "
                        "samplesperbuffer=480"
                      : "filesrc location=" + args[0] + " ! wavparse ! audioconvert ! identity sync=true";
  Call call(engine, {}, options);
  if (!run_until([&] { return call.listener.connected > 0; }, 20s)) {
    std::cerr << "no connection\n";
    return EXIT_FAILURE;
  }
  std::cout << "| s | way from loudspeaker to microphone, ms | echo at the patient, dBFS | microphone's "
               "sound: age ms | monitor's | tick at the loudspeaker, ms |\n|---|---|---|---|---|---|\n";
  const GstClockTime begin = StageTracer::now();
  double power = 0;
  unsigned looks = 0;
  unsigned buffers = 0;
  double first_tick = -1;
  base::Timer rows;
  bool over = false;
  rows.start_repeating(k_row, [&] {
    const double age = least_age(tracer, 0);
    const double reference = least_age(tracer, 1);
    double tick = median(room.take_ticks());
    if (first_tick < 0) first_tick = tick;
    tick = std::remainder(tick - first_tick, 1000);
    const double seconds = ms_between(begin, StageTracer::now()) / 1000;
    std::cout << std::fixed << std::setprecision(0) << "| " << seconds << std::setprecision(1) << " | "
              << room.delay_ms() << " | " << 10 * std::log10(power / std::max(looks, 1U) + 1e-10) << " | "
              << age << " | " << reference << " | " << tick << " |" << std::endl;
    power = 0;
    looks = 0;
    over = seconds > std::stod(args[1]);
  });
  run_until(
      [&] {
        // The level is of half a second.
        const unsigned count = call.patient.seen().sound_buffers;
        if (count - buffers >= 25) {
          buffers = count;
          power += std::pow(10, call.patient.seen().level_db / 10);
          ++looks;
        }
        return over;
      },
      std::chrono::seconds(std::stoi(args[1]) + 60));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sangdam::tests

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "bench-drift SPEECH.wav SECONDS ROOM_PPM CLOCK_PPM own|none|ticks\n";
    return EXIT_FAILURE;
  }
  return sangdam::tests::run({argv + 1, argv + argc});
}
