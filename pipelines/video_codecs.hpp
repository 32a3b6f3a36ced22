// Which codecs the kiosk has for the picture on this system: the processor's, and the hardware's as far as it
// proved itself. What fails in a call is not used again until the program starts anew. Main thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "pipelines/video_decoder.hpp"
#include "pipelines/video_encoder.hpp"

namespace sangdam::pipelines {

class VideoCodecs {
 public:
  /// What works beside the software; replaces what was set before.
  void set_hardware(std::vector<VideoEncoder> encoders, std::vector<VideoDecoder> decoders);
  /// An element of this factory failed in a call. Software's failures are of one stream and do not count.
  void give_up(const std::string& factory);

  /// Those that can be sent and received, in the offer's order.
  [[nodiscard]] std::vector<VideoFormat> formats() const;
  /// The best first, the hardware before the software.
  [[nodiscard]] std::vector<VideoEncoder> encoders(const VideoFormat& format) const;
  [[nodiscard]] std::vector<VideoDecoder> decoders(VideoCodec codec) const;
  /// The elements of the hardware that are used.
  [[nodiscard]] std::vector<std::string> hardware() const;

 private:
  std::vector<VideoEncoder> m_hardware_encoders;
  std::vector<VideoDecoder> m_hardware_decoders;
  std::set<std::string> m_given_up;
};

}  // namespace sangdam::pipelines
