#include "pipelines/jitter_buffers.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <vector>

#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {
namespace {

constexpr unsigned k_faststart_packets = 3;
// Request and answer may each be lost too: three tries, and what noticing takes.
constexpr double k_round_trips = 3;
constexpr double k_noticing_ms = 150;
constexpr unsigned k_longest_wait_ms = 800;
// Left to itself rtpjitterbuffer asks again after two packets' time, long before an answer can be there: a
// browser sent twice its rate on a line that lost a twentieth (measured).
constexpr double k_retry_round_trips = 1.2;
constexpr double k_retry_ms = 35;              // a report waits for its turn, and the browser's pacer for its
constexpr double k_likely_round_trip_ms = 40;  // until it is known

}  // namespace

unsigned picture_wait_ms(double round_trip_ms) {
  const double wait = k_round_trips * std::max(0.0, round_trip_ms) + k_noticing_ms;
  return std::clamp(static_cast<unsigned>(std::lround(std::min(wait, 1e4))), k_jitter_buffer_ms,
                    k_longest_wait_ms);
}

unsigned retry_after_ms(double round_trip_ms) {
  const double pause = k_retry_round_trips * std::max(0.0, round_trip_ms) + k_retry_ms;
  return static_cast<unsigned>(std::lround(std::min(pause, static_cast<double>(k_longest_wait_ms) / 2)));
}

struct JitterBuffers::Shared {
  std::mutex mutex;
  std::vector<Ref<GstElement>> of_pictures;  // protected by the mutex
  std::atomic<double> round_trip_ms{k_likely_round_trip_ms};
};

namespace {

void set_waits(GstElement* buffer, double round_trip_ms) {
  g_object_set(buffer, "latency", picture_wait_ms(round_trip_ms), "rtx-retry-timeout",
               static_cast<int>(retry_after_ms(round_trip_ms)), nullptr);
}

}  // namespace

JitterBuffers::JitterBuffers() : m_shared(std::make_shared<Shared>()) {}

JitterBuffers::~JitterBuffers() {
  const std::lock_guard lock(m_shared->mutex);
  m_shared->of_pictures.clear();
}

void JitterBuffers::watch(GstElement* rtpbin) {
  using SharedPtr = std::shared_ptr<Shared>;
  g_signal_connect_data(
      rtpbin, "new-jitterbuffer",
      G_CALLBACK(+[](GstElement*, GstElement* buffer, guint, guint, gpointer data) noexcept {
        // Otherwise the first packet of a stream waits for the whole latency, in case an earlier one is on
        // its way: the first picture would come 100 ms late. Consecutive packets say that there is no earlier
        // one. And a packet that is late is not lost: only one that a later one overtook is asked for again.
        g_object_set(buffer, "faststart-min-packets", k_faststart_packets, "rtx-next-seqnum", FALSE, nullptr);
        const auto entrance = Ref<GstPad>::adopt(gst_element_get_static_pad(buffer, "sink"));
        if (!entrance) return;
        // What a buffer is for shows in its first packet.
        gst_pad_add_probe(
            entrance.get(), GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad* pad, GstPadProbeInfo* info, gpointer shared_data) noexcept -> GstPadProbeReturn {
              guint8 type = 0;
              if (gst_buffer_extract(GST_PAD_PROBE_INFO_BUFFER(info), 1, &type, 1) != 1)
                return GST_PAD_PROBE_OK;
              Shared& shared = *unbox<SharedPtr>(shared_data);
              auto element = Ref<GstElement>::adopt(gst_pad_get_parent_element(pad));
              if (!element) return GST_PAD_PROBE_REMOVE;
              if ((type & 0x7fU) == k_ulpfec_type)
                return GST_PAD_PROBE_OK;  // a packet of the picture follows
              if (!video_format(type & 0x7fU)) {
                g_object_set(element.get(), "latency", k_sound_wait_ms, nullptr);
                return GST_PAD_PROBE_REMOVE;
              }
              set_waits(element.get(), shared.round_trip_ms);
              const std::lock_guard lock(shared.mutex);
              shared.of_pictures.push_back(std::move(element));
              return GST_PAD_PROBE_REMOVE;
            },
            box<SharedPtr>(unbox<SharedPtr>(data)), free_box<SharedPtr>);
      }),
      box<SharedPtr>(m_shared), free_box_closure<SharedPtr>, static_cast<GConnectFlags>(0));
}

void JitterBuffers::on_round_trip(double milliseconds) {
  if (milliseconds <= 0) return;  // not known
  const double before = m_shared->round_trip_ms;
  // Longer at once, shorter only when it is worth it: each change makes the buffer look at its timers anew.
  if (milliseconds <= before && milliseconds > 0.7 * before) return;
  m_shared->round_trip_ms = milliseconds;
  const std::lock_guard lock(m_shared->mutex);
  for (const auto& buffer : m_shared->of_pictures) set_waits(buffer.get(), milliseconds);
}

JitterBuffers::Repairs JitterBuffers::take_repairs() {
  Repairs repairs;
  guint64 pushed = 0;
  guint64 requested = 0;
  {
    const std::lock_guard lock(m_shared->mutex);
    for (const auto& buffer : m_shared->of_pictures) {
      StructurePtr stats;
      g_object_get(buffer.get(), "stats", static_cast<GstStructure**>(base::out(stats)), nullptr);
      guint64 value = 0;
      if (!stats) continue;
      if (gst_structure_get_uint64(stats.get(), "num-pushed", &value)) pushed += value;
      if (gst_structure_get_uint64(stats.get(), "rtx-count", &value)) requested += value;
      if (gst_structure_get_uint64(stats.get(), "rtx-rtt", &value))
        repairs.milliseconds = std::max(repairs.milliseconds, static_cast<double>(value) / 1e6);
    }
  }
  if (pushed > m_pushed && requested >= m_requested)
    repairs.share = static_cast<double>(requested - m_requested) / static_cast<double>(pushed - m_pushed);
  m_pushed = pushed;
  m_requested = requested;
  return repairs;
}

}  // namespace sangdam::pipelines
