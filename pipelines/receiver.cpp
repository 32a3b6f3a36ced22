#include "pipelines/receiver.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "base/log.hpp"

namespace sangdam::pipelines {
namespace {

// One picture and one sound were offered. A browser may change its SSRC once or twice; more is not a browser.
constexpr std::size_t k_max_pads = 8;

// The queue takes the packets off the jitter buffer's thread, so that decoding delays no retransmission. The
// second one lets decoding and conversion run on two cores, and drops pictures a slow machine cannot show.
constexpr const char* k_video_chain =
    "queue max-size-buffers=0 max-size-time=0 max-size-bytes=8000000 ! "
    "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! "
    "vp8dec name=decoder automatic-request-sync-points=true "
    "automatic-request-sync-point-flags=discard-input+corrupt-output threads=1 ! "
    "queue name=shown max-size-buffers=2 leaky=downstream ! videoconvert ! video/x-raw,format=RGB ! "
    "appsink name=picture sync=false max-buffers=1 drop=true enable-last-sample=false";
constexpr const char* k_audio_chain =
    "queue max-size-buffers=0 max-size-time=2000000000 max-size-bytes=0 ! rtpopusdepay ! opusdec "
    "use-inband-fec=true plc=true ! "
    "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
    "level name=loudness interval=500000000 ! "
    "appsink name=sound sync=false max-buffers=50 drop=true enable-last-sample=false";

/// "audio" or "video". By the caps, not by the pad's transceiver: webrtcbin 1.22 now and then hands out the
/// video of a bundle on the audio's transceiver (seen).
std::string kind_of(GstPad& pad) {
  const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(&pad));
  if (!caps || gst_caps_get_size(caps.get()) == 0) return {};
  const char* media = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "media");
  return media ? media : "";
}

}  // namespace

Receiver::Receiver(std::shared_ptr<base::FrameSlot> view, std::shared_ptr<Relay> sound,
                   std::function<void(int, int)> on_first_frame)
    : m_shared(std::make_shared<Shared>()) {
  m_shared->view = std::move(view);
  m_shared->sound = std::move(sound);
  m_shared->on_first_frame = std::move(on_first_frame);
}

void Receiver::hold(GstPad& pad, std::function<void(gulong)> on_blocked) {
  struct Waiting {
    std::function<void(gulong)> tell;
    std::atomic<bool> told{false};
    explicit Waiting(std::function<void(gulong)> fn) : tell(std::move(fn)) {}
  };
  using Shared = std::shared_ptr<Waiting>;
  // Data only: the caps event must get as far as the pad.
  gst_pad_add_probe(
      &pad,
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER |
                                   GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        Waiting& waiting = *unbox<Shared>(data);
        if (!waiting.told.exchange(true)) waiting.tell(GST_PAD_PROBE_INFO_ID(info));
        return GST_PAD_PROBE_OK;  // stay blocked
      },
      box<Shared>(std::make_shared<Waiting>(std::move(on_blocked))), free_box<Shared>);
}

void Receiver::add_pad(Pipeline& pipeline, Ref<GstPad> pad, gulong probe) {
  if (m_held.size() >= k_max_pads) return;  // stays blocked for good
  m_held.push_back({std::move(pad), probe});
  if (m_allowed) {
    attach(pipeline, m_held.back());
    m_held.pop_back();
  }
}

void Receiver::allow(Pipeline& pipeline) {
  m_allowed = true;
  for (const Held& held : std::exchange(m_held, {})) attach(pipeline, held);
}

void Receiver::set_presented(bool presented) {
  if (presented) {
    m_shared->presented.open();
  } else {
    m_shared->presented.shut();
  }
}

base::Result<Ref<GstElement>> Receiver::decoder_for(Pipeline& pipeline, GstPad& pad) {
  const std::string kind = kind_of(pad);
  if (kind == "video" && !m_has_video) {
    auto chain = pipeline.add(k_video_chain);
    if (!chain) return chain;
    m_has_video = true;
    on_each_sample(pipeline.find("picture").get(), [shared = m_shared](GstSample& sample) {
      auto frame = to_frame(sample);
      if (!frame) return;
      shared->width = frame->width;
      shared->height = frame->height;
      ++shared->frames;
      const int width = frame->width;
      const int height = frame->height;
      const bool shown = shared->presented.pass([&] { shared->view->put(std::move(*frame)); });
      if (shown && !shared->first_frame_told.exchange(true)) shared->on_first_frame(width, height);
    });
    return chain;
  }
  if (kind == "audio" && !m_has_audio) {
    auto chain = pipeline.add(k_audio_chain);
    if (!chain) return chain;
    m_has_audio = true;
    on_each_sample(pipeline.find("sound").get(), [shared = m_shared](GstSample& sample) {
      shared->presented.pass([&] { shared->sound->push(gst_sample_get_buffer(&sample)); });
    });
    return chain;
  }
  // A second stream of a kind, or something unknown: it must flow somewhere, or its "not linked" stops all
  // others.
  return pipeline.add("fakesink sync=false async=false");
}

void Receiver::attach(Pipeline& pipeline, const Held& held) {
  auto decoder = decoder_for(pipeline, *held.pad.get());
  if (!decoder) {
    base::log_error("media", "no decoder: {}", decoder.error().message);
    return;
  }
  const auto sink = Ref<GstPad>::adopt(gst_element_get_static_pad(decoder->get(), "sink"));
  gst_element_sync_state_with_parent(decoder->get());
  if (sink && gst_pad_link(held.pad.get(), sink.get()) == GST_PAD_LINK_OK)
    gst_pad_remove_probe(held.pad.get(), held.probe);
}

}  // namespace sangdam::pipelines
