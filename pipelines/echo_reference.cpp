#include "pipelines/echo_reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "pipelines/sound_times.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

constexpr auto k_look_every = 500ms;
// The canceller's filter spans 128 ms, and reverberation wants most of it. What a sound server says of its
// times may be wrong by 15 ms and mended later; what comes before the loudspeaker's sound cannot be its echo.
constexpr auto k_longest_left = 60ms;
constexpr auto k_left = 30ms;
constexpr auto k_shortest_left = 8ms;
constexpr std::chrono::milliseconds k_least_held_back = -EchoReference::k_lead;

std::string next_probe() {
  static unsigned number = 0;
  return fmt::format("echo-probe-{}", ++number);
}

}  // namespace

struct EchoReference::Tracks {
  std::mutex mutex;
  EchoTrack loudspeaker, microphone;  // protected by the mutex
  bool is_looking = false;            // main thread

  /// Follows what goes into an element, from its streaming thread.
  static void follow(const std::shared_ptr<Tracks>& tracks, GstElement* element, EchoTrack Tracks::*track) {
    struct Context {
      std::shared_ptr<Tracks> tracks;
      EchoTrack Tracks::*track;
    };
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "sink"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
          GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
          GstMapInfo map;
          if (!GST_BUFFER_PTS_IS_VALID(buffer) || !gst_buffer_map(buffer, &map, GST_MAP_READ))
            return GST_PAD_PROBE_OK;
          const auto& context = unbox<Context>(data);
          {
            const std::lock_guard lock(context.tracks->mutex);
            ((*context.tracks).*context.track)
                .add(std::chrono::nanoseconds(GST_BUFFER_PTS(buffer)),
                     {reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t)});
          }
          gst_buffer_unmap(buffer, &map);
          return GST_PAD_PROBE_OK;
        },
        box<Context>({tracks, track}), free_box<Context>);
  }
};

EchoReference::EchoReference(const Timeline& timeline, std::shared_ptr<Workers> workers,
                             const std::string& monitor,
                             std::function<void(const std::string& why)> on_failed)
    : m_probe(next_probe()),
      m_workers(std::move(workers)),
      m_tracks(std::make_shared<Tracks>()),
      m_pipeline("echo-reference", timeline, m_workers,
                 [on_failed = std::move(on_failed)](GstMessage& message) {
                   if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_EOS) return on_failed("it ended");
                   if (GST_MESSAGE_TYPE(&message) != GST_MESSAGE_ERROR) return;
                   base::ErrorPtr error;
                   gst_message_parse_error(&message, base::out(error), nullptr);
                   on_failed(base::message_of(error));
                 }) {
  const auto chain = m_pipeline.add(
      fmt::format("pulsesrc name=monitor client-name=Sangdam ! audioconvert ! audioresample ! "
                  "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
                  "webrtcechoprobe name={} ! fakesink sync=false async=false enable-last-sample=false",
                  m_probe));
  if (!chain) {
    base::log_warning("media", "the patient will hear an echo: {}", chain.error().message);
    m_probe.clear();
    return;
  }
  g_object_set(m_pipeline.find("monitor").get(), "device", monitor.c_str(), nullptr);
  keep_times(m_pipeline.find("monitor").get(), timeline);
  Tracks::follow(m_tracks, m_pipeline.find(m_probe.c_str()).get(), &Tracks::loudspeaker);
}

EchoReference::~EchoReference() = default;

void EchoReference::listen(GstElement* canceller) {
  Tracks::follow(m_tracks, canceller, &Tracks::microphone);
  m_watch.start_repeating(k_look_every, [this] { look(); });
}

void EchoReference::look() {
  {
    const std::lock_guard lock(m_tracks->mutex);
    if (!m_tracks->loudspeaker.is_loud()) return;
  }
  if (std::exchange(m_tracks->is_looking, true)) return;
  m_workers->run([tracks = m_tracks, weak = m_anchor.weak()] {
    auto copies = std::make_unique<std::pair<EchoTrack, EchoTrack>>();
    {
      const std::lock_guard lock(tracks->mutex);
      copies->first = tracks->loudspeaker;
      copies->second = tracks->microphone;
    }
    const auto found = find_echo(copies->first, copies->second);
    base::post_to_main(weak, [found](EchoReference& self) {
      self.m_tracks->is_looking = false;
      if (found) self.on_look(*found);
    });
  });
}

void EchoReference::on_look(std::chrono::milliseconds found) {
  const auto delay = m_delay.on_look(found);
  if (!delay) return;
  const auto left = *delay - m_held_back;
  if (left <= k_longest_left && (left >= k_shortest_left || m_held_back == k_least_held_back)) return;
  m_held_back = std::max<std::chrono::milliseconds>(k_least_held_back, *delay - k_left);
  base::log_info("media", "the loudspeaker is heard {} ms late", delay->count());
  // The canceller compares by timestamps.
  const auto probe =
      Ref<GstPad>::adopt(gst_element_get_static_pad(m_pipeline.find(m_probe.c_str()).get(), "sink"));
  // A sink pad's own offset counts only from the next segment on, and there is none.
  const auto before = Ref<GstPad>::adopt(gst_pad_get_peer(probe.get()));
  gst_pad_set_offset(before.get(), m_held_back.count() * static_cast<gint64>(GST_MSECOND));
}

std::string monitor_of(GstDevice* speaker) {
  // Also what pipewire-pulse serves.
  if (std::string_view(G_OBJECT_TYPE_NAME(speaker)) != "GstPulseDevice") return "";
  base::CharPtr name;
  g_object_get(speaker, "internal-name", static_cast<char**>(base::out(name)), nullptr);
  return name ? std::string(name.get()) + ".monitor" : "";
}

}  // namespace sangdam::pipelines
