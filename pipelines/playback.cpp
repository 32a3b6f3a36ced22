#include "pipelines/playback.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

constexpr auto k_first_pause = 1s;
constexpr auto k_longest_pause = 15s;
// Decoding and the hop between pipelines take their share of time after the jitter buffer.
constexpr unsigned k_margin_ms = 30;

bool has_element(const char* name) {
  const auto factory = Ref<GstElementFactory>::adopt(gst_element_factory_find(name));
  return static_cast<bool>(factory);
}

}  // namespace

Playback::Playback(Parts parts, std::string wanted)
    : m_parts(std::move(parts)), m_wanted(std::move(wanted)), m_pause(k_first_pause) {
  start();
}

Playback::~Playback() = default;

void Playback::set_devices(const std::vector<Device>& devices) {
  if (m_wanted == "none") return;
  auto device = pick(devices, Part::speaker, m_wanted);
  if (m_device && device && (device->handle == m_device->handle)) return;
  if (!m_device && !device) {
    tell(Condition::missing, "");
    return;
  }
  const bool lost = m_device && !device;
  const std::string name = m_device ? m_device->name : "";
  m_device = std::move(device);
  m_pause = k_first_pause;
  start();
  if (lost) tell(Condition::lost, name);
}

void Playback::start() {
  m_retry.stop();
  m_output.reset();
  m_pipeline =
      std::make_unique<Pipeline>("playback", m_parts.timeline, m_parts.workers, [this](GstMessage& message) {
        if (GST_MESSAGE_TYPE(&message) != GST_MESSAGE_ERROR) return;
        base::ErrorPtr error;
        gst_message_parse_error(&message, base::out(error), nullptr);
        fail(base::message_of(error));
      });
  // A new name each time: webrtcdsp finds the probe by its name, and the one before may still be there.
  m_probe = has_element("webrtcdsp") && has_element("webrtcechoprobe")
                ? fmt::format("echo-probe-{}", ++m_starts)
                : "";
  const auto chain = m_pipeline->add(fmt::format(
      "appsrc name=in is-live=true format=time min-latency={} max-buffers=50 leaky-type=downstream "
      "caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! {} audioconvert ! "
      "audioresample",
      (k_jitter_buffer_ms + k_margin_ms) * GST_MSECOND,
      m_probe.empty() ? "" : "webrtcechoprobe name=" + m_probe + " !"));
  Ref<GstElement> sink;
  if (m_device) sink = Ref<GstElement>::sink(gst_device_create_element(m_device->handle.get(), nullptr));
  if (!sink) {
    sink = Ref<GstElement>::sink(gst_element_factory_make("fakesink", nullptr));
    if (sink) g_object_set(sink.get(), "sync", TRUE, nullptr);
  }
  if (!chain || !sink) {
    base::log_error("media", "no playback: {}", chain ? "no sink" : chain.error().message);
    return;
  }
  m_pipeline->add(sink);
  gst_element_link(chain->get(), sink.get());
  m_output = std::make_unique<Relay::Output>(m_parts.sound, m_pipeline->find("in"));
  m_pipeline->play();
  if (m_device) {
    tell(Condition::working, m_device->name);
  } else if (m_wanted == "none") {
    tell(Condition::disabled, "");
  }
  if (m_parts.on_new_probe) m_parts.on_new_probe(m_probe);
}

void Playback::fail(const std::string& why) {
  base::log_warning("media", "speaker: {}", why);
  const std::string name = m_device ? m_device->name : "";
  m_output.reset();
  m_pipeline.reset();
  tell(Condition::lost, name);
  m_retry.start_once(m_pause, [this] { start(); });
  m_pause = std::min<std::chrono::milliseconds>(2 * m_pause, k_longest_pause);
}

void Playback::tell(Condition condition, const std::string& device) {
  Health health{Part::speaker, condition, device};
  if (health == m_health) return;
  m_health = std::move(health);
  if (m_parts.on_health) m_parts.on_health(m_health);
}

}  // namespace sangdam::pipelines
