#include "pipelines/sender.hpp"

#include <fmt/format.h>
#include <gst/rtp/rtp.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "pipelines/descriptions.hpp"
#include "pipelines/stream_rates.hpp"

namespace sangdam::pipelines {
namespace {

using consultation::MediaLevel;

constexpr unsigned k_history_ms = 1000;

// One picture of some 7 kB every 3 s. Its packets take most of that time, so that speech finds gaps.
constexpr GstClockTime k_still_interval = 3 * GST_SECOND;
constexpr BitrateController::Picture k_still{480, 270, 1};
constexpr int k_still_kbps = 20;
constexpr double k_still_pace_kbps = 30;
constexpr int k_frame_ms = 20, k_long_frame_ms = 60;
constexpr int k_speech_beside_stills = 24'000, k_speech_alone = 16'000;  // bit/s; 16 is still wideband

// In the filters behind the payloaders as well: an offer is often made before a payloader has seen its first
// caps, and then it names only what the filter says. An answer without it leaves the browser without any
// feedback on its video: it took the silence for a dead link and went from 2 Mbit/s to 70 kbit/s in 20 s
// (seen).
constexpr const char* k_transport_cc =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

// deadline=1 is libvpx's real-time mode. Key frames cost ten times a delta frame, so they come on demand only
// (PLI, FIR, a new peer) or after 20 s. error-resilient keeps entropy state per frame: a lost frame does not
// garble the next. cbr with a short buffer: a live link has no room for peaks. One thread: libvpx's VP8
// threads spin while they wait for each other. On two busy cores a 720p frame cost 8 ms of CPU with one
// thread and 70 ms with two (measured). A negative cpu-used is a fixed speed; a positive one lets libvpx
// spend a share of each frame's time on quality whether anybody sees it or not: 8 cost 0.46 cores where -8
// costs 0.29 (720p at 30 pictures a second, 1.5 Mbit/s, measured).
std::string video_chain() {
  return fmt::format(
      "appsrc name=camera is-live=true format=time max-buffers=3 leaky-type=downstream "
      "caps=video/x-raw,format=I420,width=1280,height=720,framerate=30/1,pixel-aspect-ratio=1/1 ! "
      "videoconvertscale ! capsfilter name=size caps=video/x-raw,width=1280,height=720 ! "
      "vp8enc name=vp8 deadline=1 cpu-used=-8 threads=1 token-partitions=2 end-usage=cbr "
      "target-bitrate=1200000 min-quantizer=4 max-quantizer=56 undershoot=95 overshoot=15 "
      "buffer-initial-size=300 buffer-optimal-size=400 buffer-size=600 lag-in-frames=0 "
      "error-resilient=default keyframe-max-dist=600 min-force-key-unit-interval=300000000 timebase=1/90000 "
      "! "
      "rtpvp8pay name=vp8pay pt={0} picture-id-mode=15-bit mtu=1200 ! "
      "capsfilter "
      "caps=application/x-rtp,media=video,encoding-name=VP8,payload={0},clock-rate=90000,extmap-1={1}",
      k_video_payload_type, k_transport_cc);
}

std::string audio_chain() {
  // Opus frames are 20 ms; the microphone's blocks are of any size.
  return fmt::format(
      "appsrc name=microphone is-live=true format=time max-buffers=20 leaky-type=downstream "
      "caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
      "opusenc name=opus bitrate={2} audio-type=voice frame-size=20 inband-fec=true "
      "packet-loss-percentage=5 dtx=false ! rtpopuspay name=opuspay pt={0} mtu=1200 ! "
      "capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload={0},clock-rate=48000,"
      "encoding-params=(string)2,extmap-1={1}",
      k_audio_payload_type, k_transport_cc, SpeechRate().bits_per_second());
}

/// Must happen before the payloader is linked to webrtcbin, or the offer does not name the extension.
bool add_transport_cc(GstElement* payloader) {
  const auto extension = Ref<GstElement>::sink(gst_element_factory_make("rtphdrexttwcc", nullptr));
  if (!extension || payloader == nullptr) return false;
  // The same id on both payloaders: the sequence runs through the whole bundle, and rtpsession numbers it.
  gst_rtp_header_extension_set_id(GST_RTP_HEADER_EXTENSION(extension.get()), 1);
  g_signal_emit_by_name(payloader, "add-extension", extension.get());
  return true;
}

/// Puts the budget between who asks for packets again and who sends them. The element that sends them is made
/// by webrtcbin, later.
void limit_retransmissions(GstElement* webrtc, std::shared_ptr<RetransmissionBudget> budget) {
  using Shared = std::shared_ptr<RetransmissionBudget>;
  g_signal_connect_data(
      webrtc, "deep-element-added",
      G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, gpointer data) noexcept {
        GstElementFactory* factory = gst_element_get_factory(element);
        if (factory == nullptr || std::string_view(GST_OBJECT_NAME(factory)) != "rtprtxsend") return;
        // What is older than this is of no use to a live picture.
        g_object_set(element, "max-size-packets", 0U, "max-size-time", k_history_ms, nullptr);
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element, "src"));
        if (!pad) return;
        gst_pad_add_probe(
            pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
            [](GstPad*, GstPadProbeInfo* info, gpointer shared) noexcept -> GstPadProbeReturn {
              const GstStructure* request = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
              if (request == nullptr || !gst_structure_has_name(request, "GstRTPRetransmissionRequest"))
                return GST_PAD_PROBE_OK;
              guint sequence = 0;
              guint source = 0;
              if (!gst_structure_get_uint(request, "seqnum", &sequence) ||
                  !gst_structure_get_uint(request, "ssrc", &source))
                return GST_PAD_PROBE_DROP;
              const bool allowed = unbox<Shared>(shared)->allow(std::chrono::steady_clock::now(), source,
                                                                static_cast<std::uint16_t>(sequence));
              return allowed ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
            },
            box<Shared>(unbox<Shared>(data)), free_box<Shared>);
      }),
      box<Shared>(std::move(budget)), free_box_closure<Shared>, static_cast<GConnectFlags>(0));
}

using Bytes = std::shared_ptr<std::atomic<std::uint64_t>>;

void count_bytes(GstPad* pad, const Bytes& bytes) {
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        const bool is_one = (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0;
        *unbox<Bytes>(data) += is_one ? gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info))
                                      : gst_buffer_list_calculate_size(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
        return GST_PAD_PROBE_OK;
      },
      box<Bytes>(bytes), free_box<Bytes>);
}

base::Result<> link_to(GstElement* chain, GstElement* webrtc, const char* sink_name) {
  const auto source = Ref<GstPad>::adopt(gst_element_get_static_pad(chain, "src"));
  const auto sink = Ref<GstPad>::adopt(gst_element_request_pad_simple(webrtc, sink_name));
  if (!source || !sink || gst_pad_link(source.get(), sink.get()) != GST_PAD_LINK_OK) {
    return base::failure("link-failed", std::string("webrtcbin did not take ") + sink_name);
  }
  return {};
}

}  // namespace

base::Result<> Sender::build(Pipeline& pipeline, const Ref<GstElement>& webrtc) {
  announce_stream_rates(webrtc.get());
  limit_retransmissions(webrtc.get(), m_retransmissions);
  // The order of the sections in the offer: sound, then picture.
  auto audio = pipeline.add(audio_chain());
  if (!audio) return tl::unexpected<base::Failure>(audio.error());
  auto video = pipeline.add(video_chain());
  if (!video) return tl::unexpected<base::Failure>(video.error());
  if (!add_transport_cc(pipeline.find("opuspay").get()) || !add_transport_cc(pipeline.find("vp8pay").get())) {
    return base::failure("element-missing", "rtphdrexttwcc");
  }
  if (auto linked = link_to(audio->get(), webrtc.get(), "sink_0"); !linked) return linked;
  if (auto linked = link_to(video->get(), webrtc.get(), "sink_1"); !linked) return linked;
  m_camera_in = pipeline.find("camera");
  m_microphone_in = pipeline.find("microphone");
  m_size = pipeline.find("size");
  m_vp8 = pipeline.find("vp8");
  m_opus = pipeline.find("opus");
  m_speech_bits = m_speech.bits_per_second();
  const auto packets = Ref<GstPad>::adopt(gst_element_get_static_pad(pipeline.find("vp8pay").get(), "src"));
  m_pacer.emplace(packets.get());
  for (const auto* chain : {&*audio, &*video}) {
    const auto sent = Ref<GstPad>::adopt(gst_element_get_static_pad(chain->get(), "src"));
    count_bytes(sent.get(), m_bytes);
  }
  return {};
}

void Sender::start(std::shared_ptr<Relay> camera, std::shared_ptr<Relay> microphone) {
  if (m_camera) return;
  m_camera = std::make_unique<Relay::Output>(std::move(camera), m_camera_in);
  m_microphone = std::make_unique<Relay::Output>(std::move(microphone), m_microphone_in);
}

void Sender::stop() {
  m_camera.reset();
  m_microphone.reset();
  m_pacer.reset();
}

void Sender::set_quality(double target_kbps, const BitrateController::Picture& picture, double lost_percent,
                         double round_trip_ms) {
  m_retransmissions->on_rate(target_kbps, round_trip_ms);
  if (!m_camera) return;
  m_speech.on_picture_rate(target_kbps);
  if (m_level == MediaLevel::video) {
    send_picture(static_cast<int>(std::lround(target_kbps)), picture);
    send_speech(m_speech.bits_per_second());
  }
  // Opus spends bits on in-band FEC in proportion to this.
  const int loss = std::clamp(static_cast<int>(std::ceil(lost_percent / 5) * 5), 5, 30);
  if (loss != m_loss) {
    m_loss = loss;
    g_object_set(m_opus.get(), "packet-loss-percentage", loss, nullptr);
  }
}

void Sender::set_level(MediaLevel level) {
  if (!m_camera || level == m_level) return;
  m_level = level;
  const bool has_pictures = level <= MediaLevel::stills;
  const bool is_still = level == MediaLevel::stills;
  m_camera->set_interval(!has_pictures ? GST_CLOCK_TIME_NONE : is_still ? k_still_interval : 0);
  m_microphone->set_interval(level == MediaLevel::text ? GST_CLOCK_TIME_NONE : 0);
  m_pacer->set_rate(is_still ? k_still_pace_kbps : 0);
  // Of a packet with 20 ms of speech at 24 kbit/s half are headers.
  g_object_set(m_opus.get(), "frame-size", level == MediaLevel::video ? k_frame_ms : k_long_frame_ms,
               nullptr);
  if (is_still) send_picture(k_still_kbps, k_still);
  if (level == MediaLevel::video) return;  // the next figures say how much
  send_speech(is_still ? k_speech_beside_stills : k_speech_alone);
}

void Sender::send_picture(int kbps, const BitrateController::Picture& picture) {
  // vp8enc reconfigures libvpx on each change: not for nothing.
  if (std::abs(kbps - m_kbps) > std::max(10, m_kbps / 50)) {
    m_kbps = kbps;
    g_object_set(m_vp8.get(), "target-bitrate", kbps * 1000, nullptr);
  }
  if (picture == m_picture) return;
  m_picture = picture;
  const auto caps = Ref<GstCaps>::adopt(gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, picture.width,
                                                            "height", G_TYPE_INT, picture.height, nullptr));
  g_object_set(m_size.get(), "caps", caps.get(), nullptr);
  m_camera->set_divisor(picture.frame_divisor);
}

void Sender::send_speech(int bits_per_second) {
  if (bits_per_second == m_speech_bits) return;
  m_speech_bits = bits_per_second;
  g_object_set(m_opus.get(), "bitrate", bits_per_second, nullptr);
}

}  // namespace sangdam::pipelines
