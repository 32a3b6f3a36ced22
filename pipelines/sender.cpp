#include "pipelines/sender.hpp"

#include <fmt/format.h>
#include <gst/rtp/rtp.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <utility>

#include "base/random.hpp"
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
constexpr int k_longest_frame_ms = 60;
constexpr int k_speech_beside_stills = 24'000, k_speech_alone = 16'000;  // bit/s; 16 is still wideband

// In the filters behind the payloaders as well: an offer is often made before a payloader has seen its first
// caps, and then it names only what the filter says. An answer without it leaves the browser without any
// feedback on its video: it took the silence for a dead link and went from 2 Mbit/s to 70 kbit/s in 20 s
// (seen).
constexpr const char* k_transport_cc =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// The caps of a stream of pictures, as the offer and webrtcbin want to know them.
std::string stream_caps(const VideoFormat& format, std::uint32_t source) {
  return fmt::format(
      "application/x-rtp,media=video,encoding-name={},payload={},clock-rate=90000,ssrc=(uint){},extmap-1={}",
      name_of(format.codec), format.payload_type, source, k_transport_cc);
}

/// From the camera's pictures to a coded stream.
std::string encoder_chain(const VideoEncoder& encoder) {
  // The relay says what size the camera's pictures really have.
  return "appsrc name=camera is-live=true format=time max-buffers=3 leaky-type=downstream "
         "caps=video/x-raw,format=I420,width=1280,height=720,framerate=30/1,pixel-aspect-ratio=1/1 ! "
         "videoconvertscale name=scaler add-borders=false ! capsfilter name=size caps=video/x-raw ! " +
         encoder.chain;
}

std::string audio_chain() {
  // The microphone's blocks are of any size.
  return fmt::format(
      "appsrc name=microphone is-live=true format=time max-buffers=20 leaky-type=downstream "
      "caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
      "opusenc name=opus bitrate={2} audio-type=voice frame-size={3} inband-fec=true "
      "packet-loss-percentage=5 dtx=false ! rtpopuspay name=opuspay pt={0} mtu=1200 ! "
      "capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload={0},clock-rate=48000,"
      "encoding-params=(string)2,extmap-1={1}",
      k_audio_payload_type, k_transport_cc, SpeechRate().bits_per_second(), SpeechFrame().milliseconds());
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

/// A source that fails ends its stream; the one that takes its place goes on with it.
void keep_open(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer) noexcept -> GstPadProbeReturn {
        return GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS ? GST_PAD_PROBE_DROP
                                                                               : GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
}

void count_pictures(GstPad* pad, std::shared_ptr<std::atomic<unsigned>> count) {
  using Count = std::shared_ptr<std::atomic<unsigned>>;
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) noexcept -> GstPadProbeReturn {
        ++*unbox<Count>(data);
        return GST_PAD_PROBE_OK;
      },
      box<Count>(std::move(count)), free_box<Count>);
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
  m_pipeline = &pipeline;
  announce_stream_rates(webrtc.get());
  limit_retransmissions(webrtc.get(), m_retransmissions);
  // The order of the sections in the offer: sound, then picture.
  auto audio = pipeline.add(audio_chain());
  if (!audio) return tl::unexpected<base::Failure>(audio.error());
  // Of the picture nothing but its caps yet: the codec is the answer's to choose. They name the source, so
  // that the offer does: Chromium drops retransmissions of RED packets of a source that it was not told of.
  m_source = 1 + base::random_below(std::numeric_limits<std::uint32_t>::max() - 1);
  auto picture =
      pipeline.add("capsfilter name=picture-out caps=" + stream_caps(k_video_formats.front(), m_source));
  if (!picture) return tl::unexpected<base::Failure>(picture.error());
  if (!add_transport_cc(pipeline.find("opuspay").get()))
    return base::failure("element-missing", "rtphdrexttwcc");
  if (auto linked = link_to(audio->get(), webrtc.get(), "sink_0"); !linked) return linked;
  if (auto linked = link_to(picture->get(), webrtc.get(), "sink_1"); !linked) return linked;
  m_microphone_in = pipeline.find("microphone");
  m_picture_out = pipeline.find("picture-out");
  m_opus = pipeline.find("opus");
  m_speech_bits = m_speech.bits_per_second();
  m_speech_ms = m_speech_frame.milliseconds();
  for (const auto* chain : {&*audio, &*picture}) {
    const auto sent = Ref<GstPad>::adopt(gst_element_get_static_pad(chain->get(), "src"));
    count_bytes(sent.get(), m_bytes);
  }
  return {};
}

base::Result<> Sender::choose(const VideoFormat& format, std::vector<VideoEncoder> encoders) {
  if (encoders.empty()) return base::failure("element-missing", "no encoder");
  m_encoders = std::move(encoders);
  auto payloading = m_pipeline->add(payloader_chain(format));
  if (!payloading) return tl::unexpected<base::Failure>(payloading.error());
  m_payloading = std::move(*payloading);
  const auto payloader = m_pipeline->find("payloader");
  g_object_set(payloader.get(), "ssrc", m_source, nullptr);
  if (!add_transport_cc(payloader.get())) return base::failure("element-missing", "rtphdrexttwcc");
  const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(stream_caps(format, m_source).c_str()));
  g_object_set(m_picture_out.get(), "caps", caps.get(), nullptr);
  const auto packets = Ref<GstPad>::adopt(gst_element_get_static_pad(payloader.get(), "src"));
  m_pacer.emplace(packets.get());
  const auto out =
      Ref<GstElement>::adopt(GST_ELEMENT(gst_object_get_parent(GST_OBJECT(m_picture_out.get()))));
  if (!gst_element_link(m_payloading.get(), out.get()))
    return base::failure("link-failed", "the payloader cannot be linked");
  gst_element_sync_state_with_parent(m_payloading.get());
  return build_encoder();
}

base::Result<> Sender::build_encoder() {
  auto encoding = m_pipeline->add(encoder_chain(m_encoders.front()));
  if (!encoding) return tl::unexpected<base::Failure>(encoding.error());
  m_encoding = std::move(*encoding);
  m_camera_in = m_pipeline->find("camera");
  m_encoder = m_pipeline->find("encoder");
  m_kbps = 0;
  m_picture = {1280, 720, 1};
  m_shape.emplace(*m_pipeline, "scaler", "size", base::PictureSize{m_picture.width, m_picture.height});
  const auto coded = Ref<GstPad>::adopt(gst_element_get_static_pad(m_encoding.get(), "src"));
  keep_open(coded.get());
  count_pictures(coded.get(), m_coded);
  m_idle_seconds = 0;
  if (!gst_element_link(m_encoding.get(), m_payloading.get()))
    return base::failure("link-failed", "the encoder cannot be linked");
  gst_element_sync_state_with_parent(m_encoding.get());
  return {};
}

GstObject* Sender::stuck_encoder() {
  constexpr unsigned k_patience_s = 3;
  constexpr unsigned k_flowing = 3;  // a second; the stand-in for a camera has 5
  if (!m_camera || m_encoders.empty() || !m_encoders.front().is_hardware) return nullptr;
  const unsigned captured = m_camera_relay->pushed();
  const bool gets_pictures = m_level == MediaLevel::video && captured - m_captured_before >= k_flowing;
  const bool gives_none = *m_coded == m_coded_before;
  m_captured_before = captured;
  m_coded_before = *m_coded;
  m_idle_seconds = gets_pictures && gives_none ? m_idle_seconds + 1 : 0;
  return m_idle_seconds >= k_patience_s ? GST_OBJECT(m_encoding.get()) : nullptr;
}

std::string Sender::replace_encoder(GstObject* failed) {
  if (!m_encoding || m_encoders.size() < 2 ||
      !gst_object_has_as_ancestor(failed, GST_OBJECT(m_encoding.get())))
    return {};
  m_camera.reset();
  gst_element_unlink(m_encoding.get(), m_payloading.get());
  m_pipeline->remove(std::exchange(m_encoding, {}));
  std::string factory = m_encoders.front().factory;
  const int kbps = m_kbps;
  const BitrateController::Picture picture = m_picture;
  m_encoders.erase(m_encoders.begin());
  if (!build_encoder()) return {};
  if (m_camera_relay) {
    m_camera = std::make_unique<Relay::Output>(m_camera_relay, m_camera_in);
    set_picture_interval();
    send_picture(kbps, picture);
  }
  return factory;
}

void Sender::start(std::shared_ptr<Relay> camera, std::shared_ptr<Relay> microphone) {
  if (m_camera) return;
  m_camera_relay = std::move(camera);
  m_camera = std::make_unique<Relay::Output>(m_camera_relay, m_camera_in);
  m_microphone = std::make_unique<Relay::Output>(std::move(microphone), m_microphone_in);
}

void Sender::stop() {
  m_camera.reset();
  m_camera_relay.reset();
  m_microphone.reset();
  m_pacer.reset();
}

void Sender::set_quality(double target_kbps, const BitrateController::Picture& picture, double lost_percent,
                         double round_trip_ms) {
  m_retransmissions->on_rate(target_kbps, round_trip_ms);
  if (!m_camera) return;
  m_speech.on_picture_rate(target_kbps);
  m_speech_frame.on_line(target_kbps, round_trip_ms);
  if (m_level == MediaLevel::video) {
    send_picture(static_cast<int>(std::lround(target_kbps)), picture);
    send_speech(m_speech.bits_per_second(), m_speech_frame.milliseconds());
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
  const bool is_still = level == MediaLevel::stills;
  set_picture_interval();
  m_microphone->set_interval(level == MediaLevel::text ? GST_CLOCK_TIME_NONE : 0);
  m_pacer->set_rate(is_still ? k_still_pace_kbps : 0);
  if (is_still) send_picture(k_still_kbps, k_still);
  if (level == MediaLevel::video) return;  // the next figures say how much
  send_speech(is_still ? k_speech_beside_stills : k_speech_alone, k_longest_frame_ms);
}

void Sender::set_picture_interval() {
  const bool has_pictures = m_level <= MediaLevel::stills;
  const bool is_still = m_level == MediaLevel::stills;
  m_camera->set_interval(!has_pictures ? GST_CLOCK_TIME_NONE : is_still ? k_still_interval : 0);
}

void Sender::send_picture(int kbps, const BitrateController::Picture& picture) {
  // An encoder is reconfigured on each change: not for nothing.
  if (std::abs(kbps - m_kbps) > std::max(10, m_kbps / 50)) {
    m_kbps = kbps;
    m_encoders.front().set_rate(*m_encoder.get(), kbps);
  }
  if (picture == m_picture) return;
  m_picture = picture;
  m_shape->set_room({picture.width, picture.height});
  m_camera->set_divisor(picture.frame_divisor);
}

void Sender::send_speech(int bits_per_second, int frame_ms) {
  if (std::exchange(m_speech_bits, bits_per_second) != bits_per_second)
    g_object_set(m_opus.get(), "bitrate", bits_per_second, nullptr);
  if (std::exchange(m_speech_ms, frame_ms) != frame_ms)
    g_object_set(m_opus.get(), "frame-size", frame_ms, nullptr);
}

}  // namespace sangdam::pipelines
