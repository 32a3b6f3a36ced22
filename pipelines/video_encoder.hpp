// Encoders of the picture as interchangeable strategies: one GStreamer element each, with how it is set up
// for a live call and how it is told its bitrate. What goes in is I420; another size comes in the caps, and a
// key frame is asked for by GStreamer's force-key-unit event, which all of them know. Pure values; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "pipelines/gst_handles.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {

struct VideoEncoder {
  VideoCodec codec;
  /// The factory of the element, which is also what the journal calls it.
  std::string factory;
  /// In gst-launch's language, from I420 to what the payloader takes; the encoder is `name=encoder`.
  std::string chain;
  /// A number, or V4L2's structure of controls.
  std::string rate_property;
  int rate_unit = 1;  // bit/s
  bool is_hardware = false;

  void set_rate(GstElement& encoder, int kbps) const;
};

/// Those that need nothing but the processor, for which this system has the element; the best first.
[[nodiscard]] std::vector<VideoEncoder> software_encoders(const VideoFormat& format);

/// Those that need a device (VA-API, V4L2), for which this system has the element; whether they work is
/// another question (hardware_probe.hpp). The best first.
[[nodiscard]] std::vector<VideoEncoder> hardware_encoders();

/// From the encoder's output to RTP: the payloader is `name=payloader`.
[[nodiscard]] std::string payloader_chain(const VideoFormat& format);

[[nodiscard]] bool has_element(const std::string& factory);

}  // namespace sangdam::pipelines
