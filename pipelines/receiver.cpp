#include "pipelines/receiver.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "pipelines/painter.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::size_t k_max_held = 8;  // one picture and one sound were offered

// The queue takes the packets off the jitter buffer's thread, so that decoding delays no retransmission.
std::string decoder_chain(const VideoDecoder& decoder) {
  return std::string(
             "queue max-size-buffers=0 max-size-time=0 max-size-bytes=8000000 ! clocksync name=pace ! ") +
         depayloader_chain(decoder.codec) + " ! " + decoder.chain;
}
// This queue lets decoding and conversion run on two cores, and drops pictures a slow machine cannot show.
std::string shown_chain() {
  return "queue name=shown max-size-buffers=2 leaky=downstream ! " + Painter::chain("picture");
}
constexpr const char* k_audio_chain =
    "queue max-size-buffers=0 max-size-time=2000000000 max-size-bytes=0 ! rtpopusdepay ! opusdec "
    "name=sound-decoder "
    "use-inband-fec=true plc=true ! "
    "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
    "level name=loudness interval=500000000 ! "
    "appsink name=sound sync=false async=false max-buffers=50 drop=true enable-last-sample=false";

constexpr auto k_data =
    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
constexpr auto k_blocked_data = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | k_data);

using SharedPtr = std::shared_ptr<Receiver::Shared>;

struct Kind {
  std::string media;  // "audio" or "video"
  std::optional<VideoCodec> codec;
};
/// By the caps, not by the pad's transceiver: webrtcbin 1.22 now and then hands out the video of a bundle on
/// the audio's transceiver (seen).
Kind kind_of(GstPad& pad) {
  const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(&pad));
  if (!caps || gst_caps_get_size(caps.get()) == 0) return {};
  const GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
  const char* media = gst_structure_get_string(structure, "media");
  const char* encoding = gst_structure_get_string(structure, "encoding-name");
  return {media ? media : "", video_codec(encoding ? encoding : "")};
}

enum class Attached : std::uint8_t { yes, no, not_yet };

/// Links the pad to the decoder for its kind, if that is still free. The lock is held.
Attached attach(Receiver::Shared& shared, GstPad& pad) {
  const Kind kind = kind_of(pad);
  Ref<GstPad>* decoder = nullptr;
  if (kind.media == "audio") {
    decoder = &shared.audio;
  } else if (kind.media == "video" && kind.codec) {
    const auto index = static_cast<std::size_t>(*kind.codec);
    if (!shared.has_decoder[index]) {
      shared.on_needed(*kind.codec);
      return Attached::not_yet;
    }
    decoder = &shared.video[index];
  }
  if (decoder == nullptr || !*decoder) return Attached::no;
  const auto sink = std::exchange(*decoder, {});
  if (gst_pad_link(&pad, sink.get()) == GST_PAD_LINK_OK) return Attached::yes;
  base::log_error("media", "the {} decoder cannot be linked", kind.media);
  return Attached::no;
}

/// Streaming thread, at the pad's first data: by then its caps say what it is.
GstPadProbeReturn on_first_data(Receiver::Shared& shared, GstPad& pad, gulong probe) {
  const std::lock_guard lock(shared.mutex);
  const auto& held = shared.held;
  if (std::any_of(held.begin(), held.end(), [&](const auto& one) { return one.pad.get() == &pad; }))
    return GST_PAD_PROBE_OK;  // stays blocked
  // Dropped, not refused: "not linked" would stop all other streams of the bundle.
  if (shared.closed || held.size() >= k_max_held) return GST_PAD_PROBE_DROP;
  if (shared.verified) {
    switch (attach(shared, pad)) {
      case Attached::yes: return GST_PAD_PROBE_REMOVE;
      case Attached::no: return GST_PAD_PROBE_DROP;
      case Attached::not_yet: break;
    }
  }
  shared.held.push_back({Ref<GstPad>::share(&pad), probe});
  return GST_PAD_PROBE_OK;
}

Ref<GstElement> find_in(GstElement* bin, const char* name) {
  return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(bin), name));
}

}  // namespace

Receiver::Receiver(std::shared_ptr<base::FrameSlot> view, std::shared_ptr<Relay> sound,
                   std::function<void(int, int)> on_first_frame, std::function<void(VideoCodec)> on_needed)
    : m_shared(std::make_shared<Shared>()) {
  m_shared->view = std::move(view);
  m_shared->sound = std::move(sound);
  m_shared->on_first_frame = std::move(on_first_frame);
  m_shared->on_needed = std::move(on_needed);
}

Receiver::~Receiver() {
  // A held pad's probe holds `Shared`, which holds the pad.
  const std::lock_guard lock(m_shared->mutex);
  m_shared->closed = true;
  m_shared->held.clear();
  m_shared->video = {};
  m_shared->audio.reset();
}

base::Result<> Receiver::build(Pipeline& pipeline, GstElement* webrtc, Intake& intake) {
  m_pipeline = &pipeline;
  m_intake = &intake;
  const auto screen = pipeline.add(shown_chain());
  if (!screen) return tl::unexpected<base::Failure>(screen.error());
  m_decoded = Ref<GstElement>::sink(gst_element_factory_make("funnel", nullptr));
  if (!m_decoded) return base::failure("element-missing", "funnel");
  pipeline.add(m_decoded);
  if (!gst_element_link(m_decoded.get(), screen->get())) return base::failure("link-failed", "funnel");
  const auto audio = pipeline.add(k_audio_chain);
  if (!audio) return tl::unexpected<base::Failure>(audio.error());
  intake.watch_sound(pipeline.find("sound-decoder").get());
  m_shared->audio = Ref<GstPad>::adopt(gst_element_get_static_pad(audio->get(), "sink"));

  Painter::connect(
      pipeline, "picture", m_shared->view,
      [shared = m_shared](base::PictureSize size) {
        shared->width = size.width;
        shared->height = size.height;
        ++shared->frames;
        shared->frozen_ms += shared->freezes.on_picture(std::chrono::steady_clock::now()).count();
      },
      [shared = m_shared](base::VideoFrame frame) {
        const base::PictureSize source = frame.source;
        const bool shown = shared->presented.pass([&] { shared->view->put(std::move(frame)); });
        if (shown && !shared->first_frame_told.exchange(true))
          shared->on_first_frame(source.width, source.height);
      });
  on_each_sample(pipeline.find("sound").get(), [shared = m_shared](GstSample& sample) {
    shared->presented.pass([&] { shared->sound->push(gst_sample_get_buffer(&sample)); });
  });

  g_signal_connect_data(
      webrtc, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer data) noexcept {
        if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
        // Data only: the caps event must get as far as the pad.
        gst_pad_add_probe(
            pad, k_blocked_data,
            [](GstPad* blocked, GstPadProbeInfo* info, gpointer shared) noexcept -> GstPadProbeReturn {
              return on_first_data(*unbox<SharedPtr>(shared), *blocked, GST_PAD_PROBE_INFO_ID(info));
            },
            box<SharedPtr>(unbox<SharedPtr>(data)), free_box<SharedPtr>);
      }),
      box<SharedPtr>(m_shared), free_box_closure<SharedPtr>, static_cast<GConnectFlags>(0));
  return {};
}

base::Result<> Receiver::expect(const VideoDecoder& decoder) {
  const auto index = static_cast<std::size_t>(decoder.codec);
  {
    const std::lock_guard lock(m_shared->mutex);
    if (m_shared->has_decoder[index] || m_shared->closed) return {};
  }
  const auto bin = m_pipeline->add(decoder_chain(decoder));
  if (!bin) return tl::unexpected<base::Failure>(bin.error());
  const auto source = Ref<GstPad>::adopt(gst_element_get_static_pad(bin->get(), "src"));
  const auto shown = Ref<GstPad>::adopt(gst_element_request_pad_simple(m_decoded.get(), "sink_%u"));
  if (!source || !shown || gst_pad_link(source.get(), shown.get()) != GST_PAD_LINK_OK)
    return base::failure("link-failed", "a decoder cannot be linked");
  const auto depayloader = find_in(bin->get(), "depayloader");
  m_intake->watch_picture(bin->get(), depayloader.get(), find_in(bin->get(), "decoder").get(), decoder.codec);
  m_chains.push_back({decoder.factory, *bin, depayloader, find_in(bin->get(), "pace")});
  set_picture_delay(m_picture_delay);
  gst_element_sync_state_with_parent(bin->get());
  {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->video[index] = Ref<GstPad>::adopt(gst_element_get_static_pad(bin->get(), "sink"));
    m_shared->has_decoder[index] = true;
  }
  attach_held();
  return {};
}

std::string Receiver::decoder_of(GstObject* element) const {
  const auto chain = std::find_if(m_chains.begin(), m_chains.end(), [&](const Chain& one) {
    return gst_object_has_as_ancestor(element, GST_OBJECT(one.bin.get())) &&
           element != GST_OBJECT(one.depayloader.get());
  });
  return chain == m_chains.end() ? std::string() : chain->factory;
}

void Receiver::allow() {
  {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->verified = true;
  }
  attach_held();
}

void Receiver::attach_held() {
  std::vector<Shared::Held> unblock;
  {
    const std::lock_guard lock(m_shared->mutex);
    if (!m_shared->verified) return;
    for (Shared::Held& one : std::exchange(m_shared->held, {})) {
      switch (attach(*m_shared, *one.pad.get())) {
        case Attached::yes: break;
        case Attached::no:
          gst_pad_add_probe(
              one.pad.get(), k_data,
              [](GstPad*, GstPadProbeInfo*, gpointer) noexcept { return GST_PAD_PROBE_DROP; }, nullptr,
              nullptr);
          break;
        case Attached::not_yet: m_shared->held.push_back(std::move(one)); continue;
      }
      unblock.push_back(std::move(one));
    }
  }
  // Outside the lock: data flows at once.
  for (const auto& [pad, probe] : unblock) gst_pad_remove_probe(pad.get(), probe);
}

void Receiver::set_picture_delay(std::chrono::milliseconds delay) {
  m_picture_delay = delay;
  for (const Chain& chain : m_chains)
    g_object_set(chain.pace.get(), "ts-offset", static_cast<gint64>(delay.count() * GST_MSECOND), nullptr);
}

void Receiver::set_presented(bool presented) {
  if (presented) {
    m_shared->presented.open();
  } else {
    m_shared->presented.shut();
  }
}

}  // namespace sangdam::pipelines
