#include "pipelines/hardware_probe.hpp"

#include <gst/video/video.h>

#include <cstdlib>
#include <utility>

#include "base/log.hpp"

namespace sangdam::pipelines {
namespace {

constexpr int k_pictures = 30;        // one second
constexpr int k_first_size = 10;      // pictures of it
constexpr int k_least_pictures = 15;  // a codec may keep some to itself
constexpr int k_bright = 200;         // what went in is white
constexpr GstClockTime k_patience = 5 * GST_SECOND;

constexpr const char* k_encoder = "encoder";
constexpr const char* k_decoder = "decoder";

std::vector<std::string> arguments_for(const char* kind, VideoCodec codec, const std::string& chain) {
  return {kind, name_of(codec), chain};
}

Ref<GstElement> find_in(const Ref<GstElement>& bin, const char* name) {
  return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(bin.get()), name));
}

struct Look {
  int width = 0;
  bool is_bright = false;
};
Look look_at(GstSample& sample) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(&sample)) ||
      !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(&sample), GST_MAP_READ))
    return {};
  const auto* brightness = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
  const int middle = GST_VIDEO_FRAME_HEIGHT(&frame) / 2 * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0) +
                     GST_VIDEO_FRAME_WIDTH(&frame) / 2;
  const Look look{GST_VIDEO_FRAME_WIDTH(&frame), brightness[middle] > k_bright};
  gst_video_frame_unmap(&frame);
  return look;
}

bool survives(const std::string& encoder, const std::string& decoder) {
  const std::string description =
      "videotestsrc is-live=true pattern=white num-buffers=" + std::to_string(k_pictures) +
      " ! video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! videoconvertscale ! "
      "capsfilter name=size caps=video/x-raw,width=640,height=360 ! " +
      encoder + " ! " + decoder + " ! videoconvert ! video/x-raw,format=I420 ! appsink name=out sync=false";
  base::ErrorPtr error;
  const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(description.c_str(), base::out(error)));
  if (!pipeline || error) return false;
  const auto out = find_in(pipeline, "out");
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  int pictures = 0;
  Look last;
  while (const auto sample =
             Ref<GstSample>::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), k_patience))) {
    last = look_at(*sample.get());
    if (++pictures != k_first_size) continue;
    const auto smaller = Ref<GstCaps>::adopt(gst_caps_from_string("video/x-raw,width=320,height=180"));
    g_object_set(find_in(pipeline, "size").get(), "caps", smaller.get(), nullptr);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return pictures >= k_least_pictures && last.width == 320 && last.is_bright;
}

}  // namespace

HardwareProbe::HardwareProbe(Parts parts) : m_parts(std::move(parts)) {
  base::assert_main_thread();
  base::post_to_main(m_anchor.weak(), [](HardwareProbe& self) { self.try_next(); });
}

HardwareProbe::~HardwareProbe() {
  if (m_process) g_subprocess_force_exit(m_process.get());
}

void HardwareProbe::try_next() {
  std::vector<std::string> words = m_parts.command;
  std::vector<std::string> more;
  if (m_encoder < m_parts.encoders.size()) {
    const VideoEncoder& one = m_parts.encoders[m_encoder];
    more = arguments_for(k_encoder, one.codec, one.chain);
  } else if (m_decoder < m_parts.decoders.size()) {
    const VideoDecoder& one = m_parts.decoders[m_decoder];
    more = arguments_for(k_decoder, one.codec, one.chain);
  } else {
    const Done done = std::move(m_parts.done);
    // Last: it may destroy this.
    return done(std::move(m_working_encoders), std::move(m_working_decoders));
  }
  words.insert(words.end(), more.begin(), more.end());
  std::vector<const char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(word.c_str());
  pointers.push_back(nullptr);
  base::ErrorPtr error;
  // What a driver says of itself would fill the journal; what matters is said in on_tried().
  m_process = base::Ref<GSubprocess>::adopt(g_subprocess_newv(
      pointers.data(),
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE),
      base::out(error)));
  if (!m_process) {
    base::post_to_main(m_anchor.weak(), [](HardwareProbe& self) { self.on_tried(false); });
    return;
  }
  using Weak = std::weak_ptr<HardwareProbe>;
  g_subprocess_wait_async(
      m_process.get(), nullptr,
      [](GObject* process, GAsyncResult* result, gpointer data) noexcept {
        const std::unique_ptr<Weak> weak(static_cast<Weak*>(data));
        g_subprocess_wait_finish(G_SUBPROCESS(process), result, nullptr);
        if (const auto self = weak->lock())
          self->on_tried(g_subprocess_get_successful(G_SUBPROCESS(process)) != FALSE);
      },
      box<Weak>(m_anchor.weak()));
  m_deadline.start_once(m_parts.deadline, [this] { g_subprocess_force_exit(m_process.get()); });
}

void HardwareProbe::on_tried(bool works) {
  m_deadline.stop();
  m_process.reset();
  const char* verdict = works ? "works" : "does not work, and is not used";
  if (m_encoder < m_parts.encoders.size()) {
    VideoEncoder& one = m_parts.encoders[m_encoder++];
    base::log_info("media", "{} {}", one.factory, verdict);
    if (works) m_working_encoders.push_back(std::move(one));
  } else {
    VideoDecoder& one = m_parts.decoders[m_decoder++];
    base::log_info("media", "{} {}", one.factory, verdict);
    if (works) m_working_decoders.push_back(std::move(one));
  }
  try_next();
}

int run_video_probe(std::span<const std::string> arguments) {
  if (arguments.size() != 3) return EXIT_FAILURE;
  const auto codec = video_codec(arguments[1]);
  if (!codec || !gst_init_check(nullptr, nullptr, nullptr)) return EXIT_FAILURE;
  std::optional<VideoFormat> format;
  for (const VideoFormat& one : k_video_formats) {
    if (one.codec == *codec && !format) format = one;
  }
  const auto encoders = software_encoders(*format);
  const auto decoders = software_decoders(*codec);
  if (encoders.empty() || decoders.empty()) return EXIT_FAILURE;
  const bool is_encoder = arguments[0] == k_encoder;
  const bool works = survives(is_encoder ? arguments[2] : encoders.front().chain,
                              is_encoder ? decoders.front().chain : arguments[2]);
  return works ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace sangdam::pipelines
