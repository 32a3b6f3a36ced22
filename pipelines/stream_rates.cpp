#include "pipelines/stream_rates.hpp"

#include <gst/rtp/rtp.h>

#include <cstdint>
#include <set>
#include <string_view>

namespace sangdam::pipelines {
namespace {

/// Of one funnel. Its source pad's stream lock is held around every use.
struct Announced {
  std::set<std::uint32_t> sources;
};

std::uint32_t source_of(GstBuffer* packet) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (packet == nullptr || !gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp)) return 0;
  const std::uint32_t source = gst_rtp_buffer_get_ssrc(&rtp);
  gst_rtp_buffer_unmap(&rtp);
  return source;
}

/// The caps with which the stream of `source` came into the funnel; null if none has them.
Ref<GstCaps> caps_of(GstElement& funnel, std::uint32_t source) {
  struct Search {
    std::uint32_t source;
    Ref<GstCaps> found;
  } search{source, {}};
  gst_element_foreach_sink_pad(
      &funnel,
      [](GstElement*, GstPad* pad, gpointer data) noexcept -> gboolean {
        auto& wanted = *static_cast<Search*>(data);
        auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
        guint ssrc = 0;
        if (!caps || !gst_structure_get_uint(gst_caps_get_structure(caps.get(), 0), "ssrc", &ssrc) ||
            ssrc != wanted.source)
          return TRUE;
        wanted.found = std::move(caps);
        return FALSE;
      },
      &search);
  return std::move(search.found);
}

/// The session keeps what the stream's caps say; the funnel's own caps go on for the packets.
void announce(GstPad& pad, std::uint32_t source) {
  const auto funnel = Ref<GstElement>::adopt(gst_pad_get_parent_element(&pad));
  const auto shared = Ref<GstCaps>::adopt(gst_pad_get_current_caps(&pad));
  if (!funnel || !shared) return;
  const auto caps = caps_of(*funnel.get(), source);
  if (!caps) return;
  gst_pad_push_event(&pad, gst_event_new_caps(caps.get()));
  gst_pad_push_event(&pad, gst_event_new_caps(shared.get()));
}

}  // namespace

void announce_stream_rates(GstElement* webrtc) {
  g_signal_connect(
      webrtc, "deep-element-added", G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, gpointer) noexcept {
        GstElementFactory* factory = gst_element_get_factory(element);
        if (factory == nullptr || std::string_view(GST_OBJECT_NAME(factory)) != "rtpfunnel") return;
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "src"));
        if (!pad) return;
        gst_pad_add_probe(
            pad.get(),
            static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
            [](GstPad* source_pad, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
              const bool is_list = (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0;
              const std::uint32_t source =
                  source_of(is_list ? gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(info), 0)
                                    : GST_PAD_PROBE_INFO_BUFFER(info));
              if (unbox<Announced>(data).sources.insert(source).second) announce(*source_pad, source);
              return GST_PAD_PROBE_OK;
            },
            box<Announced>({}), free_box<Announced>);
      }),
      nullptr);
}

}  // namespace sangdam::pipelines
