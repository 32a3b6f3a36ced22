#include "pipelines/video_codecs.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sangdam::pipelines {

void VideoCodecs::set_hardware(std::vector<VideoEncoder> encoders, std::vector<VideoDecoder> decoders) {
  m_hardware_encoders = std::move(encoders);
  m_hardware_decoders = std::move(decoders);
}

void VideoCodecs::give_up(const std::string& factory) {
  const auto is_hardware = [&](const auto& all) {
    return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.factory == factory; });
  };
  // Software fails for a picture's sake, not for good.
  if (is_hardware(m_hardware_encoders) || is_hardware(m_hardware_decoders)) m_given_up.insert(factory);
}

std::vector<VideoFormat> VideoCodecs::formats() const {
  std::vector<VideoFormat> formats;
  std::copy_if(k_video_formats.begin(), k_video_formats.end(), std::back_inserter(formats),
               [this](const VideoFormat& format) {
                 return !encoders(format).empty() && !decoders(format.codec).empty();
               });
  return formats;
}

std::vector<VideoEncoder> VideoCodecs::encoders(const VideoFormat& format) const {
  std::vector<VideoEncoder> all;
  // How large its NAL units become is the hardware's business.
  if (!format.whole_units) {
    std::copy_if(m_hardware_encoders.begin(), m_hardware_encoders.end(), std::back_inserter(all),
                 [&](const VideoEncoder& one) { return one.codec == format.codec; });
  }
  for (VideoEncoder& one : software_encoders(format)) all.push_back(std::move(one));
  std::erase_if(all, [this](const VideoEncoder& one) { return m_given_up.contains(one.factory); });
  return all;
}

std::vector<VideoDecoder> VideoCodecs::decoders(VideoCodec codec) const {
  std::vector<VideoDecoder> all;
  std::copy_if(m_hardware_decoders.begin(), m_hardware_decoders.end(), std::back_inserter(all),
               [&](const VideoDecoder& one) { return one.codec == codec; });
  for (VideoDecoder& one : software_decoders(codec)) all.push_back(std::move(one));
  std::erase_if(all, [this](const VideoDecoder& one) { return m_given_up.contains(one.factory); });
  return all;
}

std::vector<std::string> VideoCodecs::hardware() const {
  std::vector<std::string> names;
  for (const VideoEncoder& one : m_hardware_encoders) names.push_back(one.factory);
  for (const VideoDecoder& one : m_hardware_decoders) names.push_back(one.factory);
  std::erase_if(names, [this](const std::string& one) { return m_given_up.contains(one); });
  return names;
}

}  // namespace sangdam::pipelines
