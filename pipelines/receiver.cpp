#include "pipelines/receiver.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "pipelines/painter.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::size_t k_max_held = 8;  // one picture and one sound were offered

// The queue takes the packets off the jitter buffer's thread, so that decoding delays no retransmission. The
// second one lets decoding and conversion run on two cores, and drops pictures a slow machine cannot show.
std::string video_chain() {
  return "queue max-size-buffers=0 max-size-time=0 max-size-bytes=8000000 ! "
         "clocksync name=pace ! rtpvp8depay request-keyframe=true wait-for-keyframe=true ! "
         "vp8dec name=picture-decoder automatic-request-sync-points=true "
         "automatic-request-sync-point-flags=discard-input+corrupt-output threads=1 ! "
         "queue name=shown max-size-buffers=2 leaky=downstream ! " +
         Painter::chain("picture");
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

/// "audio" or "video". By the caps, not by the pad's transceiver: webrtcbin 1.22 now and then hands out the
/// video of a bundle on the audio's transceiver (seen).
std::string kind_of(GstPad& pad) {
  const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(&pad));
  if (!caps || gst_caps_get_size(caps.get()) == 0) return {};
  const char* media = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "media");
  return media ? media : "";
}

/// Links the pad to the decoder for its kind, if that is still free. The lock is held.
bool attach(Receiver::Shared& shared, GstPad& pad) {
  const std::string kind = kind_of(pad);
  Ref<GstPad>* decoder = kind == "video" ? &shared.video : kind == "audio" ? &shared.audio : nullptr;
  if (decoder == nullptr || !*decoder) return false;
  const auto sink = std::exchange(*decoder, {});
  if (gst_pad_link(&pad, sink.get()) == GST_PAD_LINK_OK) return true;
  base::log_error("media", "the {} decoder cannot be linked", kind);
  return false;
}

/// Streaming thread, at the pad's first data: by then its caps say what it is.
GstPadProbeReturn on_first_data(Receiver::Shared& shared, GstPad& pad, gulong probe) {
  const std::lock_guard lock(shared.mutex);
  if (shared.verified) return attach(shared, pad) ? GST_PAD_PROBE_REMOVE : GST_PAD_PROBE_DROP;
  const auto& held = shared.held;
  if (std::any_of(held.begin(), held.end(), [&](const auto& one) { return one.pad.get() == &pad; }))
    return GST_PAD_PROBE_OK;  // stays blocked
  // Dropped, not refused: "not linked" would stop all other streams of the bundle.
  if (shared.closed || held.size() >= k_max_held) return GST_PAD_PROBE_DROP;
  shared.held.push_back({Ref<GstPad>::share(&pad), probe});
  return GST_PAD_PROBE_OK;
}

}  // namespace

Receiver::Receiver(std::shared_ptr<base::FrameSlot> view, std::shared_ptr<Relay> sound,
                   std::function<void(int, int)> on_first_frame)
    : m_shared(std::make_shared<Shared>()) {
  m_shared->view = std::move(view);
  m_shared->sound = std::move(sound);
  m_shared->on_first_frame = std::move(on_first_frame);
}

Receiver::~Receiver() {
  // A held pad's probe holds `Shared`, which holds the pad.
  const std::lock_guard lock(m_shared->mutex);
  m_shared->closed = true;
  m_shared->held.clear();
  m_shared->video.reset();
  m_shared->audio.reset();
}

base::Result<> Receiver::build(Pipeline& pipeline, GstElement* webrtc, Intake& intake) {
  const auto video = pipeline.add(video_chain());
  if (!video) return tl::unexpected<base::Failure>(video.error());
  const auto audio = pipeline.add(k_audio_chain);
  if (!audio) return tl::unexpected<base::Failure>(audio.error());
  intake.watch_picture(video->get(), pipeline.find("picture-decoder").get());
  intake.watch_sound(pipeline.find("sound-decoder").get());
  m_pace = pipeline.find("pace");
  m_shared->video = Ref<GstPad>::adopt(gst_element_get_static_pad(video->get(), "sink"));
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

void Receiver::allow() {
  std::vector<Shared::Held> unblock;
  {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->verified = true;
    unblock = std::exchange(m_shared->held, {});
    for (const auto& [pad, probe] : unblock) {
      if (attach(*m_shared, *pad.get())) continue;
      gst_pad_add_probe(
          pad.get(), k_data, [](GstPad*, GstPadProbeInfo*, gpointer) noexcept { return GST_PAD_PROBE_DROP; },
          nullptr, nullptr);
    }
  }
  // Outside the lock: data flows at once.
  for (const auto& [pad, probe] : unblock) gst_pad_remove_probe(pad.get(), probe);
}

void Receiver::set_picture_delay(std::chrono::milliseconds delay) {
  if (m_pace)
    g_object_set(m_pace.get(), "ts-offset", static_cast<gint64>(delay.count() * GST_MSECOND), nullptr);
}

void Receiver::set_presented(bool presented) {
  if (presented) {
    m_shared->presented.open();
  } else {
    m_shared->presented.shut();
  }
}

}  // namespace sangdam::pipelines
