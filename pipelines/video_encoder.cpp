#include "pipelines/video_encoder.hpp"

#include <fmt/format.h>

#include <vector>

namespace sangdam::pipelines {
namespace {

// Key frames cost ten times a delta frame, so they come on demand only (PLI, FIR, a new peer) or after 20 s,
// and never more often than every 300 ms.
constexpr const char* k_key_frames = "min-force-key-unit-interval=300000000";

// deadline=1 is libvpx's real-time mode. error-resilient keeps entropy state per frame: a lost frame does not
// garble the next. cbr with a short buffer: a live link has no room for peaks. One thread: libvpx's VP8
// threads spin while they wait for each other. On two busy cores a 720p frame cost 8 ms of CPU with one
// thread and 70 ms with two (measured). A negative cpu-used is a fixed speed; a positive one lets libvpx
// spend a share of each frame's time on quality whether anybody sees it or not: 8 cost 0.46 cores where -8
// costs 0.29 (720p at 30 pictures a second, 1.5 Mbit/s, measured).
constexpr const char* k_vpx =
    "deadline=1 threads=1 end-usage=cbr target-bitrate=1200000 min-quantizer=4 max-quantizer=56 "
    "undershoot=95 overshoot=15 buffer-initial-size=300 buffer-optimal-size=400 buffer-size=600 "
    "lag-in-frames=0 error-resilient=default keyframe-max-dist=600 timebase=1/90000";

VideoEncoder vp8() {
  return {VideoCodec::vp8, "vp8enc",
          fmt::format("vp8enc name=encoder cpu-used=-8 token-partitions=2 {} {}", k_vpx, k_key_frames),
          "target-bitrate"};
}

VideoEncoder vp9() {
  return {VideoCodec::vp9, "vp9enc",
          fmt::format("vp9enc name=encoder cpu-used=8 aq-mode=3 row-mt=false tile-columns=0 {} {}", k_vpx,
                      k_key_frames),
          "target-bitrate"};
}

// Before x264: it is quickest in coming down with the rate (in the first second after 1500 kbit/s became 300,
// 302 against x264's 395), takes least of the processor, comes with the plug-ins that webrtcbin is in, and
// may be used under the BSD licence (docs/licences.md, tests/bench/codecs.cpp).
VideoEncoder openh264() {
  return {
      VideoCodec::h264, "openh264enc",
      fmt::format(
          "openh264enc name=encoder usage-type=camera rate-control=bitrate complexity=medium multi-thread=1 "
          "slice-mode=n-slices num-slices=1 gop-size=600 scene-change-detection=false qp-min=12 qp-max=51 "
          "enable-frame-skip=false bitrate=1200000 {} ! capsfilter "
          "caps=video/x-h264,profile=constrained-baseline",
          k_key_frames),
      "bitrate"};
}

VideoEncoder x264(bool whole_units) {
  return {
      VideoCodec::h264, "x264enc",
      fmt::format("x264enc name=encoder speed-preset=ultrafast tune=zerolatency pass=cbr threads=1 bframes=0 "
                  "key-int-max=600 vbv-buf-capacity=400 option-string=scenecut=0{} bitrate=1200 {} "
                  "! capsfilter "
                  "caps=video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline",
                  whole_units ? ":slice-max-size=1100" : "", k_key_frames),
      "bitrate", 1000};
}

constexpr const char* k_whole_pictures =
    "capsfilter caps=video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline";
constexpr const char* k_controls = "extra-controls";

VideoEncoder hardware(const std::string& factory, const std::string& properties, const char* rate_property,
                      int rate_unit) {
  return {.codec = VideoCodec::h264,
          .factory = factory,
          .chain = fmt::format("videoconvert ! {} name=encoder {} {} ! {}", factory, properties, k_key_frames,
                               k_whole_pictures),
          .rate_property = rate_property,
          .rate_unit = rate_unit,
          .is_hardware = true};
}

}  // namespace

void VideoEncoder::set_rate(GstElement& encoder, int kbps) const {
  if (rate_property == k_controls) {
    const StructurePtr controls(gst_structure_new("controls", "video_bitrate_mode", G_TYPE_INT, 1,
                                                  "video_bitrate", G_TYPE_INT, kbps * 1000, nullptr));
    g_object_set(&encoder, k_controls, controls.get(), nullptr);
    return;
  }
  g_object_set(&encoder, rate_property.c_str(), static_cast<int>(kbps * 1000LL / rate_unit), nullptr);
}

bool has_element(const std::string& factory) {
  return static_cast<bool>(Ref<GstElementFactory>::adopt(gst_element_factory_find(factory.c_str())));
}

std::string payloader_chain(const VideoFormat& format) {
  const std::string common = fmt::format("name=payloader pt={} mtu=1200", format.payload_type);
  switch (format.codec) {
    case VideoCodec::vp8: return "rtpvp8pay picture-id-mode=15-bit " + common;
    // Parameter sets with each key frame: an offer or answer names none.
    case VideoCodec::h264:
      return fmt::format("rtph264pay config-interval=-1 aggregate-mode={} {}",
                         format.whole_units ? "none" : "zero-latency", common);
    case VideoCodec::vp9: return "rtpvp9pay picture-id-mode=15-bit " + common;
  }
  return {};
}

std::vector<VideoEncoder> software_encoders(const VideoFormat& format) {
  std::vector<VideoEncoder> all;
  switch (format.codec) {
    case VideoCodec::vp8: all = {vp8()}; break;
    case VideoCodec::h264:
      // openh264enc cannot be told how large a NAL unit may be.
      if (!format.whole_units) all = {openh264()};
      all.push_back(x264(format.whole_units));
      break;
    case VideoCodec::vp9: all = {vp9()}; break;
  }
  std::erase_if(all, [](const VideoEncoder& one) { return !has_element(one.factory); });
  return all;
}

std::vector<VideoEncoder> hardware_encoders() {
  const std::string va = "rate-control=cbr bitrate=1200 key-int-max=600 b-frames=0 ref-frames=1";
  std::vector<VideoEncoder> all{
      hardware("vah264lpenc", va, "bitrate", 1000), hardware("vah264enc", va, "bitrate", 1000),
      hardware("vaapih264enc", "rate-control=cbr bitrate=1200 keyframe-period=600 max-bframes=0", "bitrate",
               1000),
      hardware("v4l2h264enc", "extra-controls=\"controls,video_bitrate_mode=1,video_bitrate=1200000\"",
               k_controls, 1)};
  std::erase_if(all, [](const VideoEncoder& one) { return !has_element(one.factory); });
  return all;
}

}  // namespace sangdam::pipelines
