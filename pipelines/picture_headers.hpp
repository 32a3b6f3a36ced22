// What a coded picture says of itself, read before a decoder allocates for it: RFC 6386 (VP8), ITU-T H.264,
// VP9 Bitstream Specification 0.6.
//
// As in packets.hpp every reader looks only at the bytes it was given, takes constant memory, and answers
// nothing for what is malformed or what was not offered: scalable, interlaced or monochrome H.264, more than
// 8 bits, other chroma than 4:2:0. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pipelines/packets.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {

struct PictureHeader {
  bool is_key = false;
  /// The largest that the decoder is told of, 0 if it is told nothing: then the picture is as large as those
  /// before it.
  int width = 0, height = 0;
};

/// Of one picture as it goes to the decoder: a VP8 frame; the NAL units of an H.264 access unit, each behind
/// a start code; a VP9 frame or superframe.
[[nodiscard]] std::optional<PictureHeader> read_picture(VideoCodec codec, Bytes picture);

/// A sequence parameter set (7.3.2.1.1 of H.264), behind the NAL unit's first byte.
[[nodiscard]] std::optional<PictureHeader> read_h264_parameters(Bytes parameters);

/// The index that makes `size` bytes of VP9 a superframe of one frame (annex B), and how much of it counts.
///
/// libvpx takes whatever is behind a frame without an index for another frame, whose header nobody has seen:
/// only decoding tells where the first one ends. With an index it takes what the index says.
struct Vp9Index {
  std::array<std::uint8_t, 6> bytes{};
  std::size_t size = 0;
};
[[nodiscard]] Vp9Index vp9_index(std::size_t size);
[[nodiscard]] bool has_vp9_index(Bytes picture);

}  // namespace sangdam::pipelines
