#include "pipelines/repairs.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "pipelines/error_correction.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {
namespace {

/// What passes in front of one rtpreddec; its streaming thread only.
class Repairs {
 public:
  struct Outcome {
    bool is_dropped = false;
    std::optional<Packet> unwrapped;  // goes on instead
    std::vector<Packet> restored;     // go before it
  };

  Outcome pass(Packet packet) {
    Outcome outcome;
    if (!read_rtp(packet)) return outcome;
    if (type_of(packet) == k_red_type) {
      outcome.unwrapped = unwrap_red(packet);
      outcome.is_dropped = !outcome.unwrapped;
      if (outcome.is_dropped) return outcome;
      packet = *outcome.unwrapped;
    }
    const bool is_repair = type_of(packet) == k_ulpfec_type;
    if (!is_repair && !video_format(type_of(packet))) return outcome;  // sound
    PictureRepair* repair = of_source(packet);
    if (repair == nullptr) return outcome;
    if (!is_repair) {
      outcome.restored = repair->on_packet(packet);
    } else if (auto restored = repair->on_repair(packet)) {
      outcome.restored = std::move(*restored);
    } else {
      outcome.is_dropped = true;
    }
    return outcome;
  }

 private:
  static constexpr std::size_t k_most_sources = 4;

  static unsigned type_of(const Packet& packet) { return packet[1] & 0x7fU; }

  PictureRepair* of_source(const Packet& packet) {
    const std::uint32_t source = read_rtp(packet)->sources.items.front();
    const auto known = m_sources.find(source);
    if (known != m_sources.end()) return known->second.get();
    if (m_sources.size() == k_most_sources) return nullptr;
    return m_sources.emplace(source, std::make_unique<PictureRepair>()).first->second.get();
  }

  std::map<std::uint32_t, std::unique_ptr<PictureRepair>> m_sources;
};

/// As if it had come when `like` did.
GstBuffer* to_buffer(const Packet& packet, GstBuffer& like) {
  GstBuffer* buffer = gst_buffer_new_memdup(packet.data(), packet.size());
  gst_buffer_copy_into(buffer, &like, GST_BUFFER_COPY_METADATA, 0, static_cast<gsize>(-1));
  return buffer;
}

GstPadProbeReturn on_arrival(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
  GstBuffer* arrived = GST_PAD_PROBE_INFO_BUFFER(info);
  Packet packet(gst_buffer_get_size(arrived));
  gst_buffer_extract(arrived, 0, packet.data(), packet.size());
  const auto outcome = unbox<std::shared_ptr<Repairs>>(data)->pass(std::move(packet));
  if (outcome.is_dropped) return GST_PAD_PROBE_DROP;
  // They pass here as well, and are let through.
  for (const Packet& restored : outcome.restored) gst_pad_chain(pad, to_buffer(restored, *arrived));
  if (outcome.unwrapped) {
    info->data = to_buffer(*outcome.unwrapped, *arrived);
    gst_buffer_unref(arrived);
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void repair_pictures(GstElement* webrtc) {
  g_signal_connect(webrtc, "deep-element-added",
                   G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, gpointer) noexcept {
                     GstElementFactory* factory = gst_element_get_factory(element);
                     if (factory == nullptr || std::string_view(GST_OBJECT_NAME(factory)) != "rtpreddec")
                       return;
                     const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "sink"));
                     if (!pad) return;
                     gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, on_arrival,
                                       box<std::shared_ptr<Repairs>>(std::make_shared<Repairs>()),
                                       free_box<std::shared_ptr<Repairs>>);
                   }),
                   nullptr);
}

}  // namespace sangdam::pipelines
