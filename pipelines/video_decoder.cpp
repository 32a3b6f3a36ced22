#include "pipelines/video_decoder.hpp"

#include "pipelines/video_encoder.hpp"

namespace sangdam::pipelines {
namespace {

// qos: a picture that is late is dropped where it would be converted, not here, so that what comes out of a
// decoder can be compared with what went in.
std::string decoder(const char* factory) {
  return std::string(factory) +
         " name=decoder automatic-request-sync-points=true "
         "automatic-request-sync-point-flags=discard-input+corrupt-output qos=false";
}

}  // namespace

std::vector<VideoDecoder> software_decoders(VideoCodec codec) {
  std::vector<VideoDecoder> all;
  switch (codec) {
    case VideoCodec::vp8: all = {{codec, "vp8dec", decoder("vp8dec") + " threads=1"}}; break;
    case VideoCodec::h264:
      all = {{codec, "openh264dec", "capssetter caps=video/x-h264,profile=high ! " + decoder("openh264dec")}};
      break;
    case VideoCodec::vp9: all = {{codec, "vp9dec", decoder("vp9dec") + " threads=1"}}; break;
  }
  std::erase_if(all, [](const VideoDecoder& one) { return !has_element(one.factory); });
  return all;
}

std::vector<VideoDecoder> hardware_decoders() {
  std::vector<VideoDecoder> all;
  for (const char* factory : {"vah264dec", "vaapih264dec", "v4l2slh264dec", "v4l2h264dec"}) {
    if (has_element(factory))
      all.push_back({VideoCodec::h264, factory, std::string("h264parse ! ") + decoder(factory), true});
  }
  return all;
}

const char* depayloader_chain(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::vp8: return "rtpvp8depay name=depayloader request-keyframe=true wait-for-keyframe=true";
    case VideoCodec::h264:
      return "rtph264depay name=depayloader request-keyframe=true wait-for-keyframe=true ! "
             "video/x-h264,stream-format=byte-stream,alignment=au";
    case VideoCodec::vp9: return "rtpvp9depay name=depayloader request-keyframe=true wait-for-keyframe=true";
  }
  return "";
}

}  // namespace sangdam::pipelines
