#include "pipelines/intake.hpp"

#include <atomic>
#include <charconv>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "pipelines/peer_rules.hpp"
#include "pipelines/picture_headers.hpp"

namespace sangdam::pipelines {
namespace {

enum class Place : std::uint8_t { datagram, rtp, rtcp, sctp, picture_packet, vp8, h264, vp9, sound };

Place place_of(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::vp8: return Place::vp8;
    case VideoCodec::h264: return Place::h264;
    case VideoCodec::vp9: return Place::vp9;
  }
  return Place::vp8;
}

base::Moment now() { return base::SystemClock().moment(); }

constexpr auto k_data =
    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);

}  // namespace

struct Intake::State {
  explicit State(std::function<void(const char*)> on_violation)
      : tell(std::move(on_violation)), last_packet(now().time_since_epoch().count()) {}

  const std::function<void(const char*)> tell;
  std::atomic<base::Moment::rep> last_packet;
  std::atomic<std::uint64_t> arrived{0};
  std::atomic<bool> ended{false};

  const PeerLimits limits;
  std::mutex mutex;  // protects what follows
  DatagramRules datagrams{limits};
  StreamRules streams{limits};
  ChannelRules channels{limits};
  PictureRules pictures{limits};
  SoundRules sounds{limits};
  bool has_dropped = false;

  Ruling judge(Place place, Bytes bytes) {
    switch (place) {
      case Place::datagram: return datagrams.judge(bytes, now());
      case Place::rtp: return streams.judge_rtp(bytes, now());
      case Place::rtcp: return streams.judge_rtcp(bytes, now());
      case Place::sctp: return channels.judge(bytes, now());
      case Place::picture_packet: return pictures.judge_packet(bytes);
      case Place::vp8: return pictures.judge_frame(VideoCodec::vp8, bytes, now());
      case Place::h264: return pictures.judge_frame(VideoCodec::h264, bytes, now());
      case Place::vp9: return pictures.judge_frame(VideoCodec::vp9, bytes, now());
      case Place::sound: return sounds.judge(bytes, now());
    }
    return {};
  }

  bool passes(Place place, GstBuffer* buffer) {
    if (place == Place::datagram) {
      last_packet = now().time_since_epoch().count();
      arrived += gst_buffer_get_size(buffer);
    }
    if (ended) return false;
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return false;
    Ruling ruling;
    bool is_first_drop = false;
    {
      const std::lock_guard lock(mutex);
      ruling = judge(place, {map.data, map.size});
      if (ruling.verdict == Verdict::drop) is_first_drop = !std::exchange(has_dropped, true);
    }
    gst_buffer_unmap(buffer, &map);
    // One line for each peer: the log is nobody's to fill.
    if (is_first_drop) base::log_info("media", "something a browser sent is dropped: {}", ruling.why);
    if (ruling.verdict == Verdict::end && !ended.exchange(true)) tell(ruling.why);
    return ruling.verdict == Verdict::pass;
  }
};

namespace {

template <class State>
GstPadProbeReturn judge_data(State& state, Place place, GstPadProbeInfo& info) {
  if ((GST_PAD_PROBE_INFO_TYPE(&info) & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    return state.passes(place, GST_PAD_PROBE_INFO_BUFFER(&info)) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  struct Context {
    State* state;
    Place place;
  } context{&state, place};
  GstBufferList* list = gst_buffer_list_make_writable(GST_PAD_PROBE_INFO_BUFFER_LIST(&info));
  gst_buffer_list_foreach(
      list,
      [](GstBuffer** buffer, guint, gpointer data) noexcept -> gboolean {
        const auto& [judge, at] = *static_cast<Context*>(data);
        if (!judge->passes(at, *buffer)) gst_clear_buffer(buffer);
        return TRUE;
      },
      &context);
  info.data = list;
  return gst_buffer_list_length(list) > 0 ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

}  // namespace

Intake::Intake(std::function<void(const char*)> on_violation)
    : m_state(std::make_shared<State>(std::move(on_violation))) {}

void Intake::probe(const std::shared_ptr<State>& state, GstElement* element, const char* pad_name,
                   unsigned place) {
  struct Context {
    std::shared_ptr<State> state;
    Place place;
  };
  const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, pad_name));
  if (!pad) {
    // Without its guard the peer must not go on.
    if (!state->ended.exchange(true)) state->tell("an element has no pad to watch");
    return;
  }
  gst_pad_add_probe(
      pad.get(), k_data,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        const auto& [shared, at] = unbox<Context>(data);
        return judge_data(*shared, at, *info);
      },
      box<Context>({state, static_cast<Place>(place)}), free_box<Context>);
}

void Intake::watch(GstElement* webrtc) {
  using Shared = std::shared_ptr<State>;
  g_signal_connect_data(webrtc, "deep-element-added",
                        G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, gpointer data) noexcept {
                          GstElementFactory* factory = gst_element_get_factory(element);
                          if (factory == nullptr) return;
                          const std::string_view name = GST_OBJECT_NAME(factory);
                          const Shared& state = unbox<Shared>(data);
                          const auto watch_pad = [&](const char* pad, Place place) {
                            probe(state, element, pad, static_cast<unsigned>(place));
                          };
                          if (name == "nicesrc") {
                            watch_pad("src", Place::datagram);
                          } else if (name == "srtpdec") {
                            watch_pad("rtp_src", Place::rtp);
                            watch_pad("rtcp_src", Place::rtcp);
                          } else if (name == "sctpdec") {
                            watch_pad("sink", Place::sctp);
                          }
                        }),
                        box<Shared>(m_state), free_box_closure<Shared>, static_cast<GConnectFlags>(0));
  // The second line: a channel that came in all the same.
  g_signal_connect_data(webrtc, "on-data-channel",
                        G_CALLBACK(+[](GstElement*, GstWebRTCDataChannel*, gpointer data) noexcept {
                          const Shared& state = unbox<Shared>(data);
                          if (!state->ended.exchange(true)) state->tell("it opened a data channel");
                        }),
                        box<Shared>(m_state), free_box_closure<Shared>, static_cast<GConnectFlags>(0));
}

void Intake::watch_picture(GstElement* chain, GstElement* depayloader, GstElement* decoder,
                           VideoCodec codec) {
  probe(m_state, chain, "sink", static_cast<unsigned>(Place::picture_packet));
  probe(m_state, depayloader, "src", static_cast<unsigned>(place_of(codec)));
  switch (codec) {
    case VideoCodec::vp8: break;
    case VideoCodec::h264: watch_backlog(decoder); break;
    case VideoCodec::vp9: seal_pictures(decoder); break;
  }
}

void Intake::watch_backlog(GstElement* decoder) {
  using Shared = std::shared_ptr<State>;
  const auto in = Ref<GstPad>::adopt(gst_element_get_static_pad(decoder, "sink"));
  const auto out = Ref<GstPad>::adopt(gst_element_get_static_pad(decoder, "src"));
  gst_pad_add_probe(
      in.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        GstBuffer* picture = GST_PAD_PROBE_INFO_BUFFER(info);
        State& state = *unbox<Shared>(data);
        Ruling ruling;
        {
          const std::lock_guard lock(state.mutex);
          ruling = state.pictures.judge_backlog(GST_BUFFER_PTS(picture), gst_buffer_get_size(picture));
        }
        if (ruling.verdict == Verdict::pass) return GST_PAD_PROBE_OK;
        if (!state.ended.exchange(true)) state.tell(ruling.why);
        return GST_PAD_PROBE_DROP;
      },
      box<Shared>(m_state), free_box<Shared>);
  gst_pad_add_probe(
      out.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        State& state = *unbox<Shared>(data);
        const std::lock_guard lock(state.mutex);
        state.pictures.on_decoded(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)));
        return GST_PAD_PROBE_OK;
      },
      box<Shared>(m_state), free_box<Shared>);
}

void Intake::seal_pictures(GstElement* decoder) {
  const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(decoder, "sink"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer) noexcept -> GstPadProbeReturn {
        GstBuffer* picture = GST_PAD_PROBE_INFO_BUFFER(info);
        GstMapInfo map;
        if (!gst_buffer_map(picture, &map, GST_MAP_READ)) return GST_PAD_PROBE_DROP;
        const bool has_index = has_vp9_index({map.data, map.size});
        const Vp9Index index = vp9_index(map.size);
        gst_buffer_unmap(picture, &map);
        if (has_index) return GST_PAD_PROBE_OK;
        picture = gst_buffer_make_writable(picture);
        info->data = picture;
        gpointer bytes = g_memdup2(index.bytes.data(), index.size);
        gst_buffer_append_memory(picture, gst_memory_new_wrapped(static_cast<GstMemoryFlags>(0), bytes,
                                                                 index.size, 0, index.size, bytes, g_free));
        return GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
}

void Intake::watch_sound(GstElement* decoder) {
  probe(m_state, decoder, "sink", static_cast<unsigned>(Place::sound));
}

void Intake::set_formats(const GstSDPMessage& answer) {
  const std::lock_guard lock(m_state->mutex);
  for (guint section = 0; section < gst_sdp_message_medias_len(&answer); ++section) {
    const GstSDPMedia* media = gst_sdp_message_get_media(&answer, section);
    for (guint i = 0; i < gst_sdp_media_formats_len(media); ++i) {
      const std::string_view format = gst_sdp_media_get_format(media, i);
      unsigned type = 0;
      if (std::from_chars(format.data(), format.data() + format.size(), type).ec == std::errc())
        m_state->streams.allow_payload_type(type);
    }
  }
  // Chromium goes by the offer when a page narrows what it takes: its packets are in RED then, whatever its
  // answer says. What is inside has to be of a format that may come.
  for (const unsigned type : {k_red_type, k_red_retransmission_type, k_ulpfec_type})
    m_state->streams.allow_payload_type(type);
}

void Intake::set_patient_is_dtls_client(bool is_client) {
  const std::lock_guard lock(m_state->mutex);
  m_state->channels.set_patient_is_dtls_client(is_client);
}

std::chrono::milliseconds Intake::silence() const {
  return now().time_since_epoch() - std::chrono::milliseconds(m_state->last_packet);
}

std::uint64_t Intake::bytes() const { return m_state->arrived; }

void Intake::end_silence() { m_state->last_packet = now().time_since_epoch().count(); }

}  // namespace sangdam::pipelines
