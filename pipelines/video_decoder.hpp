// Decoders of the picture as interchangeable strategies, the counterpart of video_encoder.hpp. Pure values;
// any thread.
#pragma once

#include <string>
#include <vector>

#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {

struct VideoDecoder {
  VideoCodec codec;
  std::string factory;
  /// In gst-launch's language, from what the depayloader gives to raw pictures.
  std::string chain;
  bool is_hardware = false;
};

/// Those that need nothing but the processor, for which this system has the element; the best first.
[[nodiscard]] std::vector<VideoDecoder> software_decoders(VideoCodec codec);

/// Those that need a device, for which this system has the element; whether they work is another question
/// (hardware_probe.hpp). The best first.
[[nodiscard]] std::vector<VideoDecoder> hardware_decoders();

/// From RTP to whole pictures, each in one buffer; the element is `name=depayloader`. After a loss it waits
/// for the key frame that it asks for.
[[nodiscard]] const char* depayloader_chain(VideoCodec codec);

}  // namespace sangdam::pipelines
