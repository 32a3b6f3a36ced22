#include "pipelines/jpeg.hpp"

#include <cstring>

namespace sangdam::pipelines {
namespace {

constexpr std::uint8_t k_begin = 0xd8, k_end = 0xd9, k_scan = 0xda, k_temporary = 0x01;
constexpr std::uint8_t k_huffman_tables = 0xc4, k_reserved = 0xc8, k_arithmetic_tables = 0xcc;

bool is_restart(std::uint8_t marker) { return marker >= 0xd0 && marker <= 0xd7; }
bool begins_frame(std::uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != k_huffman_tables && marker != k_reserved &&
         marker != k_arithmetic_tables;
}

/// Behind the data that follows a scan's header: at the next marker. Nothing if it ends before, or if a
/// restart marker, which are numbered, is missing.
std::optional<std::size_t> end_of_scan(Bytes picture, std::size_t at) {
  std::uint8_t restart = 0xd0;
  while (at + 1 < picture.size()) {
    const void* found = std::memchr(picture.data() + at, 0xff, picture.size() - at - 1);
    if (found == nullptr) return std::nullopt;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - picture.data());
    const std::uint8_t next = picture[at + 1];
    if (is_restart(next)) {
      if (next != restart) return std::nullopt;
      restart = restart == 0xd7 ? 0xd0 : static_cast<std::uint8_t>(restart + 1);
    } else if (next == 0xff) {
      ++at;  // padding
      continue;
    } else if (next != 0) {
      return at;
    }
    at += 2;
  }
  return std::nullopt;
}

}  // namespace

std::optional<base::PictureSize> read_jpeg(Bytes picture) {
  if (picture.size() < 4 || picture[0] != 0xff || picture[1] != k_begin) return std::nullopt;
  base::PictureSize size;
  for (std::size_t at = 2; at + 1 < picture.size();) {
    if (picture[at] != 0xff) return std::nullopt;
    const std::uint8_t marker = picture[at + 1];
    if (marker == 0xff) {  // padding
      ++at;
      continue;
    }
    at += 2;
    if (marker == k_end) return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
    if (marker == k_begin || is_restart(marker)) return std::nullopt;
    if (marker == k_temporary) continue;
    if (at + 2 > picture.size()) return std::nullopt;
    const std::size_t length = static_cast<std::size_t>(picture[at] << 8U | picture[at + 1]);
    if (length < 2 || at + length > picture.size()) return std::nullopt;
    if (begins_frame(marker)) {
      if (length < 8) return std::nullopt;
      size = {picture[at + 5] << 8 | picture[at + 6], picture[at + 3] << 8 | picture[at + 4]};
    }
    at += length;
    if (marker == k_scan) {
      const auto end = end_of_scan(picture, at);
      if (!end) return std::nullopt;
      at = *end;
    }
  }
  return std::nullopt;
}

}  // namespace sangdam::pipelines
