#include "pipelines/picture_headers.hpp"

#include <algorithm>
#include <bit>

namespace sangdam::pipelines {
namespace {

/// Bits from the highest down. What is read beyond the end is zero, and `is_over` says so.
class Bits {
 public:
  /// `has_escapes`: H.264's emulation prevention bytes are left out (7.4.1.1).
  Bits(Bytes bytes, bool has_escapes) : m_bytes(bytes), m_has_escapes(has_escapes) {}

  [[nodiscard]] bool is_over() const { return m_is_over; }
  unsigned take(unsigned count) {
    unsigned value = 0;
    for (; count > 0; --count) value = value << 1U | bit();
    return value;
  }
  bool flag() { return bit() != 0; }
  /// ue(v) of H.264 (9.1). Nothing here has more than 16 bits.
  unsigned exp_golomb() {
    unsigned zeros = 0;
    while (!m_is_over && bit() == 0) {
      if (++zeros > 16) {
        m_is_over = true;
        return 0;
      }
    }
    return (1U << zeros) - 1 + take(zeros);
  }

 private:
  unsigned bit() {
    if (m_left == 0 && !next()) return 0;
    --m_left;
    return m_byte >> m_left & 1U;
  }
  bool next() {
    if (m_has_escapes && m_zeros >= 2 && m_at < m_bytes.size() && m_bytes[m_at] == 3) {
      ++m_at;
      m_zeros = 0;
    }
    if (m_at >= m_bytes.size()) {
      m_is_over = true;
      return false;
    }
    m_byte = m_bytes[m_at++];
    m_zeros = m_byte == 0 ? m_zeros + 1 : 0;
    m_left = 8;
    return true;
  }

  Bytes m_bytes;
  std::size_t m_at = 0;
  unsigned m_zeros = 0;
  unsigned m_byte = 0, m_left = 0;
  bool m_has_escapes;
  bool m_is_over = false;
};

void add_size(PictureHeader& header, int width, int height) {
  header.width = std::max(header.width, width);
  header.height = std::max(header.height, height);
}

// NAL unit types (table 7-1 of H.264).
constexpr unsigned k_slice = 1;
constexpr unsigned k_key_slice = 5;
constexpr unsigned k_enhancement = 6;
constexpr unsigned k_sequence_parameters = 7;
constexpr unsigned k_picture_parameters = 8;
constexpr unsigned k_delimiter = 9;
constexpr unsigned k_end_of_sequence = 10;
constexpr unsigned k_end_of_stream = 11;
constexpr unsigned k_filler = 12;
constexpr unsigned k_prefix =
    14;  // of a scalable stream's base layer; changes nothing for whoever decodes that

/// Where the next start code begins, or the end.
std::size_t start_code(Bytes bytes, std::size_t from) {
  for (std::size_t at = from; at + 3 <= bytes.size(); ++at) {
    if (bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 1) return at;
  }
  return bytes.size();
}

std::optional<PictureHeader> read_h264(Bytes picture) {
  PictureHeader header;
  bool has_slices = false;
  std::size_t at = start_code(picture, 0);
  // Nothing but the zero byte of a longer start code before the first.
  if (at > 1 || at >= picture.size() || picture[0] != 0) return std::nullopt;
  while (at < picture.size()) {
    const std::size_t begin = at + 3;
    at = start_code(picture, begin);
    const Bytes unit = picture.subspan(begin, at - begin);
    if (unit.empty() || (unit[0] & 0x80U) != 0) return std::nullopt;
    const unsigned type = unit[0] & 0x1fU;
    switch (type) {
      case k_key_slice: header.is_key = true; [[fallthrough]];
      case k_slice: has_slices = true; break;
      case k_sequence_parameters: {
        const auto parameters = read_h264_parameters(unit.subspan(1));
        if (!parameters) return std::nullopt;
        add_size(header, parameters->width, parameters->height);
        break;
      }
      case k_enhancement:
      case k_picture_parameters:
      case k_delimiter:
      case k_end_of_sequence:
      case k_end_of_stream:
      case k_filler:
      case k_prefix: break;
      // The parameters and slices of more layers, partitions, what is reserved: sizes are in there too.
      default: return std::nullopt;
    }
  }
  return has_slices || header.width > 0 ? std::optional(header) : std::nullopt;
}

bool has_vp9_sync_code(Bits& bits) { return bits.take(24) == 0x498342; }

bool read_vp9_size(Bits& bits, PictureHeader& into) {
  const int width = static_cast<int>(bits.take(16)) + 1;
  const int height = static_cast<int>(bits.take(16)) + 1;
  add_size(into, width, height);
  return !bits.is_over();
}

/// The uncompressed header (6.2), as far as the size of the picture. False if it is malformed.
bool read_vp9_frame(Bytes frame, PictureHeader& into) {
  constexpr unsigned k_rgb = 7;
  Bits bits(frame, false);
  if (bits.take(2) != 2 || bits.take(2) != 0) return false;  // the marker; the profile
  if (bits.flag()) return !bits.is_over();                   // one from before is shown again
  const bool is_key = !bits.flag();
  const bool is_shown = bits.flag();
  const bool is_resilient = bits.flag();
  if (is_key) {
    into.is_key = true;
    if (!has_vp9_sync_code(bits) || bits.take(3) == k_rgb) return false;
    bits.flag();  // the range of colours
    return read_vp9_size(bits, into);
  }
  const bool is_intra_only = !is_shown && bits.flag();
  if (!is_resilient) bits.take(2);  // which contexts are reset
  if (is_intra_only && !has_vp9_sync_code(bits)) return false;
  bits.take(8);  // which pictures it replaces
  if (is_intra_only) return read_vp9_size(bits, into);
  bits.take(3 * 4);  // which it is made of
  for (int reference = 0; reference < 3; ++reference) {
    if (bits.flag()) return !bits.is_over();  // it has the size of that one
  }
  return read_vp9_size(bits, into);
}

struct Superframe {
  unsigned frames = 0;
  unsigned bytes_each = 0;
  std::size_t index = 0;  // its length; 0: it is none
};
Superframe superframe_of(Bytes picture) {
  if (picture.empty() || (picture.back() & 0xe0U) != 0xc0U) return {};
  Superframe result;
  result.frames = (picture.back() & 7U) + 1;
  result.bytes_each = (picture.back() >> 3U & 3U) + 1;
  result.index = 2 + std::size_t{result.frames} * result.bytes_each;
  if (picture.size() < result.index || picture[picture.size() - result.index] != picture.back()) return {};
  return result;
}

std::optional<PictureHeader> read_vp9(Bytes picture) {
  PictureHeader header;
  const Superframe super = superframe_of(picture);
  if (super.index == 0) return read_vp9_frame(picture, header) ? std::optional(header) : std::nullopt;
  const Bytes sizes = picture.last(super.index - 1);
  Bytes rest = picture.first(picture.size() - super.index);
  for (unsigned frame = 0; frame < super.frames; ++frame) {
    std::size_t size = 0;
    for (unsigned i = 0; i < super.bytes_each; ++i)
      size |= std::size_t{sizes[std::size_t{frame} * super.bytes_each + i]} << 8U * i;
    if (size == 0 || size > rest.size() || !read_vp9_frame(rest.first(size), header)) return std::nullopt;
    rest = rest.subspan(size);
  }
  return header;
}

}  // namespace

std::optional<PictureHeader> read_h264_parameters(Bytes parameters) {
  constexpr std::array k_profiles{66U, 77U, 100U};  // baseline, main, high
  constexpr unsigned k_high = 100;
  constexpr unsigned k_most_references = 16;
  constexpr unsigned k_most_macroblocks = 1024;  // across or down; 16384 pixels
  Bits bits(parameters, true);
  const unsigned profile = bits.take(8);
  if (std::find(k_profiles.begin(), k_profiles.end(), profile) == k_profiles.end()) return std::nullopt;
  bits.take(16);      // constraints, level
  bits.exp_golomb();  // the number of this set
  if (profile == k_high) {
    // Chroma 4:2:0 with 8 bits, and no scaling matrix, which no browser sends.
    if (bits.exp_golomb() != 1 || bits.exp_golomb() != 0 || bits.exp_golomb() != 0) return std::nullopt;
    bits.flag();
    if (bits.flag()) return std::nullopt;
  }
  bits.exp_golomb();  // bits of a frame's number
  switch (bits.exp_golomb()) {
    case 0: bits.exp_golomb(); break;
    case 1: {
      bits.flag();
      bits.exp_golomb();
      bits.exp_golomb();
      const unsigned cycle = bits.exp_golomb();
      if (cycle > 255) return std::nullopt;
      for (unsigned i = 0; i < cycle; ++i) bits.exp_golomb();
      break;
    }
    case 2: break;
    default: return std::nullopt;
  }
  if (bits.exp_golomb() > k_most_references) return std::nullopt;
  bits.flag();
  const unsigned across = bits.exp_golomb() + 1;
  const unsigned down = bits.exp_golomb() + 1;
  const bool is_progressive = bits.flag();
  if (bits.is_over() || !is_progressive || across > k_most_macroblocks || down > k_most_macroblocks)
    return std::nullopt;
  PictureHeader header;
  add_size(header, static_cast<int>(16 * across), static_cast<int>(16 * down));
  return header;
}

std::optional<PictureHeader> read_picture(VideoCodec codec, Bytes picture) {
  switch (codec) {
    case VideoCodec::vp8: {
      const auto frame = read_vp8(picture);
      return frame ? std::optional(PictureHeader{frame->is_key, frame->width, frame->height}) : std::nullopt;
    }
    case VideoCodec::h264: return read_h264(picture);
    case VideoCodec::vp9: return read_vp9(picture);
  }
  return std::nullopt;
}

bool has_vp9_index(Bytes picture) { return superframe_of(picture).index > 0; }

Vp9Index vp9_index(std::size_t size) {
  const unsigned bytes = std::max(1U, (static_cast<unsigned>(std::bit_width(size)) + 7) / 8);
  if (bytes > 4) return {};
  const auto marker = static_cast<std::uint8_t>(0xc0U | (bytes - 1) << 3U);
  Vp9Index index;
  index.bytes[index.size++] = marker;
  for (unsigned i = 0; i < bytes; ++i) index.bytes[index.size++] = static_cast<std::uint8_t>(size >> 8U * i);
  index.bytes[index.size++] = marker;
  return index;
}

}  // namespace sangdam::pipelines
