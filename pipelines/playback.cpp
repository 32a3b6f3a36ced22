#include "pipelines/playback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>

#include "base/log.hpp"
#include "pipelines/echo_reference.hpp"
#include "pipelines/playout_delay.hpp"
#include "pipelines/soft_edges.hpp"
#include "pipelines/volume.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

constexpr auto k_first_pause = 1s;
constexpr auto k_longest_pause = 15s;
constexpr auto k_longest_wait = 3s;  // for a device to be free
constexpr auto k_check_every = 500ms;
constexpr unsigned k_checks_per_second = 2;
// What a sink keeps ahead of the loudspeaker, in microseconds: twice what PipeWire takes at a time (21 ms),
// and some more. GStreamer's own 200 ms would be heard.
constexpr gint64 k_sink_buffer_us = 50000;
constexpr gint64 k_sink_period_us = 10000;
// A change of the delay by one step is followed; what is less is the jitter of timestamps.
constexpr guint64 k_alignment = 8 * GST_MSECOND;
constexpr guint64 k_processing_deadline = 5 * GST_MSECOND;
// A sound server takes seconds to wake a Bluetooth or HDMI speaker.
constexpr auto k_stall = 6s;
constexpr gsize k_silence_bytes = gsize{48000} / 1000 * 20 * sizeof(std::int16_t);  // 20 ms
// The last sounds of a loudspeaker take the playout delay and what the sink keeps.
constexpr auto k_leave = 250ms;

/// What becomes of the patient's sound on its way to one loudspeaker.
struct Shaping {
  std::shared_ptr<std::atomic<double>> factor;
  Volume volume;
  SoftEdges edges;
  GstClockTime end = 0;  // of what came last

  /// A buffer with this flag takes the sound's end.
  static constexpr GstBufferFlags k_end = GST_BUFFER_FLAG_MARKER;

  void apply(GstBuffer& sound) {
    GstMapInfo map;
    if (!gst_buffer_map(&sound, &map, GST_MAP_READWRITE)) return;
    const std::span samples(reinterpret_cast<std::int16_t*>(map.data), map.size / sizeof(std::int16_t));
    if (GST_BUFFER_FLAG_IS_SET(&sound, k_end)) {
      const std::vector<std::int16_t> tail = edges.end();
      std::copy_n(tail.begin(), std::min(tail.size(), samples.size()), samples.begin());
      GST_BUFFER_PTS(&sound) = end;
    } else {
      volume.apply(samples, *factor);
      edges.pass(samples);
    }
    gst_buffer_unmap(&sound, &map);
    end = GST_BUFFER_PTS(&sound) + gst_util_uint64_scale(samples.size(), GST_SECOND, 48000);
  }

  static void install(GstElement* source, std::shared_ptr<std::atomic<double>> factor) {
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(source, "src"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
          // Others may have the same buffer.
          info->data = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
          unbox<std::shared_ptr<Shaping>>(data)->apply(*GST_PAD_PROBE_INFO_BUFFER(info));
          return GST_PAD_PROBE_OK;
        },
        box<std::shared_ptr<Shaping>>(std::make_shared<Shaping>(Shaping{std::move(factor), {}, {}, 0})),
        free_box<std::shared_ptr<Shaping>>);
  }
};

/// How many buffers a sink has played; nothing if it does not count.
std::optional<guint64> rendered_by(GstElement* sink) {
  // A device's element may be a bin around its sink.
  Ref<GstElement> counting = Ref<GstElement>::share(sink);
  if (GST_IS_BIN(sink)) {
    const IteratorPtr sinks(gst_bin_iterate_sinks(GST_BIN(sink)));
    GValue value = G_VALUE_INIT;
    if (gst_iterator_next(sinks.get(), &value) != GST_ITERATOR_OK) return std::nullopt;
    counting = Ref<GstElement>::share(GST_ELEMENT(g_value_get_object(&value)));
    g_value_unset(&value);
  }
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(counting.get()), "stats") == nullptr)
    return std::nullopt;
  StructurePtr stats;
  g_object_get(counting.get(), "stats", static_cast<GstStructure**>(base::out(stats)), nullptr);
  guint64 rendered = 0;
  if (!stats || !gst_structure_get_uint64(stats.get(), "rendered", &rendered)) return std::nullopt;
  return rendered;
}

Ref<GstBuffer> silence() {
  auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, k_silence_bytes, nullptr));
  gst_buffer_memset(buffer.get(), 0, 0, k_silence_bytes);
  GST_BUFFER_DURATION(buffer.get()) = 20 * GST_MSECOND;
  return buffer;
}

void set_if_there(GstElement* element, const char* property, guint64 value) {
  if (GParamSpec* known = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property)) {
    const base::CharPtr text(g_strdup_printf("%" G_GUINT64_FORMAT, value));
    gst_util_set_object_arg(G_OBJECT(element), known->name, text.get());
  }
}

}  // namespace

struct Playback::Lateness {
  std::mutex mutex;
  PlayoutDelay delay;  // protected by the mutex
};

Playback::Playback(Parts parts, std::string wanted)
    : m_parts(std::move(parts)),
      m_wanted(std::move(wanted)),
      m_lateness(std::make_shared<Lateness>()),
      m_delay(m_lateness->delay.delay()),
      m_pause(k_first_pause) {
  m_parts.sound->watch([lateness = m_lateness, timeline = m_parts.timeline](const GstBuffer& sound) {
    if (!GST_BUFFER_PTS_IS_VALID(&sound)) return;
    const auto late = static_cast<std::int64_t>(gst_clock_get_time(timeline.clock.get())) -
                      static_cast<std::int64_t>(timeline.base_time + GST_BUFFER_PTS(&sound));
    const std::lock_guard lock(lateness->mutex);
    lateness->delay.on_sound(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(late)));
  });
  start();
  m_watch.start_repeating(k_check_every, [this] { check(); });
}

Playback::~Playback() { m_parts.sound->watch({}); }

void Playback::set_devices(const std::vector<Device>& devices) {
  if (m_wanted == "none") return;
  auto device = pick(devices, Part::speaker, m_wanted);
  if (m_device && device && device->plugged == m_device->plugged) {
    m_device = std::move(device);
    return;
  }
  if (!m_device && !device) {
    if (m_health.condition != Condition::lost)
      tell(Condition::missing, "");  // that one was unplugged stays said
    return;
  }
  const bool lost = m_device && !device;
  const std::string name = m_device ? m_device->name : "";
  if (device) leave();
  m_device = std::move(device);
  m_pause = k_first_pause;
  start();
  if (lost) tell(Condition::lost, name);
}

Ref<GstElement> Playback::new_sink() const {
  if (!m_device) return {};
  return Ref<GstElement>::sink(gst_device_create_element(m_device->handle.get(), nullptr));
}

void Playback::start() {
  m_retry.stop();
  m_output.reset();
  m_sink.reset();
  m_pipeline =
      std::make_unique<Pipeline>("playback", m_parts.timeline, m_parts.workers, [this](GstMessage& message) {
        if (GST_MESSAGE_TYPE(&message) != GST_MESSAGE_ERROR) return;
        base::ErrorPtr error;
        gst_message_parse_error(&message, base::out(error), nullptr);
        fail(m_rendered > 0 ? Condition::lost : condition_after(*error), base::message_of(error));
      });
  if (m_device) {
    m_sink = Ref<GstElement>::sink(gst_device_create_element(m_device->handle.get(), nullptr));
    // Trouble stays said until something is played: a retry alone mends nothing.
    if (!is_trouble(m_health.condition)) tell(Condition::starting, m_device->name);
    if (!m_sink) return fail(Condition::unusable, "no element for the device");
    return start_pipeline(m_sink);
  }
  const auto fake = Ref<GstElement>::sink(gst_element_factory_make("fakesink", nullptr));
  if (!fake) return base::log_error("media", "no playback: no sink");
  g_object_set(fake.get(), "sync", TRUE, nullptr);
  if (m_wanted == "none") tell(Condition::disabled, "");
  start_pipeline(fake);
}

void Playback::leave() {
  if (!m_pipeline || !m_sink) return;
  m_output.reset();
  const auto end = silence();
  GST_BUFFER_FLAG_SET(end.get(), Shaping::k_end);
  gst_app_src_push_buffer(GST_APP_SRC(m_pipeline->find("in").get()), gst_buffer_ref(end.get()));
  m_leaving = std::move(m_pipeline);
  m_leaving->detach();
  m_left.start_once(k_leave, [this] { m_leaving.reset(); });
}

void Playback::start_pipeline(const Ref<GstElement>& sink) {
  const auto chain = m_pipeline->add(fmt::format(
      "appsrc name=in is-live=true format=time min-latency={} max-buffers=50 leaky-type=downstream "
      "caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! audioconvert ! "
      "audioresample",
      static_cast<guint64>(m_delay.count()) * GST_MSECOND));
  if (!chain) return fail(Condition::unusable, chain.error().message);
  set_if_there(sink.get(), "buffer-time", k_sink_buffer_us);
  set_if_there(sink.get(), "latency-time", k_sink_period_us);
  set_if_there(sink.get(), "alignment-threshold", k_alignment);
  set_if_there(sink.get(), "processing-deadline", k_processing_deadline);
  m_pipeline->add(sink);
  if (!gst_element_link(chain->get(), sink.get())) return fail(Condition::unusable, "it cannot be linked");
  Shaping::install(m_pipeline->find("in").get(), m_volume);
  m_output = std::make_unique<Relay::Output>(m_parts.sound, m_pipeline->find("in"));
  m_rendered = 0;
  m_last_played = std::chrono::steady_clock::now();
  m_pipeline->play();
  play_silence();
  const std::string monitor = m_device ? monitor_of(m_device->handle.get()) : "";
  if (m_device && monitor.empty())
    base::log_info("media", "no echo cancelling: \"{}\" is not played by a PulseAudio server",
                   m_device->name);
  if (m_parts.on_loudspeaker) m_parts.on_loudspeaker(monitor);
}

void Playback::fail(Condition condition, const std::string& why) {
  base::log_warning("media", "speaker: {}", why);
  const std::string name = m_device ? m_device->name : "";
  m_output.reset();
  m_sink.reset();
  m_pipeline.reset();
  tell(condition, name);
  m_retry.start_once(m_pause, [this] { start(); });
  m_pause = std::min<std::chrono::milliseconds>(
      2 * m_pause, condition == Condition::busy ? k_longest_wait : k_longest_pause);
}

void Playback::check() {
  if (++m_checks % k_checks_per_second == 0) {
    std::chrono::milliseconds needed{};
    {
      const std::lock_guard lock(m_lateness->mutex);
      needed = m_lateness->delay.on_second();
    }
    set_delay(std::max(needed, m_with_pictures));
  }
  if (!m_sink) return;
  const unsigned pushed = m_parts.sound->pushed();
  if (std::exchange(m_pushed, pushed) == pushed) play_silence();
  const auto rendered = rendered_by(m_sink.get());
  const auto now = std::chrono::steady_clock::now();
  if (!rendered || *rendered > m_rendered) {
    m_rendered = rendered.value_or(0);
    m_last_played = now;
    // Only one that keeps playing has earned a quick restart next time.
    if (m_rendered > 100) m_pause = k_first_pause;
    tell(Condition::working, m_device->name);
  } else if (now - m_last_played > k_stall) {
    fail(Condition::stalled, "it takes sound and plays none");
  }
}

void Playback::set_delay(std::chrono::milliseconds delay) {
  if (std::exchange(m_delay, delay) == delay || !m_pipeline) return;
  // The pipeline works its latency out anew.
  g_object_set(m_pipeline->find("in").get(), "min-latency",
               static_cast<gint64>(delay.count()) * static_cast<gint64>(GST_MSECOND), nullptr);
}

void Playback::on_other_line() {
  const std::lock_guard lock(m_lateness->mutex);
  m_lateness->delay = {};
  m_with_pictures = std::chrono::milliseconds(0);
}

void Playback::on_picture_delay(std::chrono::milliseconds delay) {
  constexpr auto k_sink_takes =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(k_sink_buffer_us));
  m_with_pictures = std::max(delay - k_sink_takes, std::chrono::milliseconds(0));
}

void Playback::play_silence() {
  const auto nothing = silence();
  const GstClockTime now = gst_clock_get_time(m_parts.timeline.clock.get());
  GST_BUFFER_PTS(nothing.get()) = now > m_parts.timeline.base_time ? now - m_parts.timeline.base_time : 0;
  m_parts.sound->push(nothing.get());
  m_pushed = m_parts.sound->pushed();
}

void Playback::tell(Condition condition, const std::string& device) {
  Health health{Part::speaker, condition, device};
  if (health == m_health) return;
  m_health = std::move(health);
  if (m_parts.on_health) m_parts.on_health(m_health);
}

}  // namespace sangdam::pipelines
