// The picture's codecs and what they are called in an offer: RFC 7741 (VP8), RFC 6184 (H.264), RFC 9628
// (VP9), RFC 4588 (their retransmissions), RFC 2198 and RFC 5109 (their repairs). Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sangdam::pipelines {

enum class VideoCodec : std::uint8_t { vp8, h264, vp9 };
inline constexpr std::size_t k_video_codecs = 3;

/// As an rtpmap and GStreamer's caps name it.
[[nodiscard]] constexpr const char* name_of(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::vp8: return "VP8";
    case VideoCodec::h264: return "H264";
    case VideoCodec::vp9: return "VP9";
  }
  return "";
}

/// One payload type that can be offered.
struct VideoFormat {
  VideoCodec codec;
  unsigned payload_type;
  unsigned retransmission_type;
  /// What sets it apart from others of its codec, for a=fmtp.
  const char* parameters;
  /// H.264 in packetisation mode 0: each NAL unit is one packet, so the encoder has to keep them small.
  bool whole_units = false;
};

/// In the order of the offer, which is the answer's as long as nobody prefers another: VP8 is what every page
/// and every browser has. The numbers are ours, so they are constants (docs/protocol.md).
///
/// 42e01f is the constrained baseline profile at level 3.1. Packetisation mode 1 may cut a NAL unit and mode
/// 0 may not; browsers have the first, a few devices only the other. VP9's profile 0 has 8 bits and 4:2:0.
inline constexpr std::array k_video_formats{
    VideoFormat{VideoCodec::vp8, 96, 97, ""},
    VideoFormat{VideoCodec::h264, 102, 103,
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
    VideoFormat{VideoCodec::vp9, 98, 99, "profile-id=0"},
    VideoFormat{VideoCodec::h264, 104, 105,
                "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f", true},
};
inline constexpr unsigned k_audio_payload_type = 111;
/// Repairs of the picture, whatever its codec: RED, its retransmissions, and ULPFEC inside of RED.
inline constexpr unsigned k_red_type = 108;
inline constexpr unsigned k_red_retransmission_type = 109;
inline constexpr unsigned k_ulpfec_type = 110;

/// The format with this payload type; its retransmissions have another.
[[nodiscard]] constexpr std::optional<VideoFormat> video_format(unsigned payload_type) {
  for (const VideoFormat& format : k_video_formats) {
    if (format.payload_type == payload_type) return format;
  }
  return std::nullopt;
}

/// By the name in an rtpmap or in caps.
[[nodiscard]] constexpr std::optional<VideoCodec> video_codec(std::string_view name) {
  for (const VideoCodec codec : {VideoCodec::vp8, VideoCodec::h264, VideoCodec::vp9}) {
    if (name == name_of(codec)) return codec;
  }
  return std::nullopt;
}

}  // namespace sangdam::pipelines
