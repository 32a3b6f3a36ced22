#include "gateway/frame_counter.hpp"

#include <algorithm>

namespace sangdam::gateway {
namespace {

constexpr std::uint8_t k_opcode = 0x0F;
constexpr std::uint8_t k_text = 1;
constexpr std::uint8_t k_binary = 2;
constexpr std::uint8_t k_masked = 0x80;
constexpr std::uint8_t k_length = 0x7F;
constexpr std::uint8_t k_two_byte_length = 126;
constexpr std::uint8_t k_eight_byte_length = 127;

std::size_t length_bytes(std::uint8_t length) {
  if (length == k_two_byte_length) return 2;
  return length == k_eight_byte_length ? 8 : 0;
}

}  // namespace

std::size_t FrameCounter::header_size() const {
  if (m_have < 2) return 2;
  return 2 + length_bytes(m_header[1] & k_length) + ((m_header[1] & k_masked) != 0 ? 4 : 0);
}

std::size_t FrameCounter::feed(std::string_view bytes) {
  std::size_t counted = 0;
  while (!bytes.empty()) {
    if (m_to_skip > 0) {
      const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(m_to_skip, bytes.size()));
      m_to_skip -= skipped;
      bytes.remove_prefix(skipped);
      continue;
    }
    m_header.at(m_have++) = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    if (m_have < header_size()) continue;
    const std::uint8_t opcode = m_header[0] & k_opcode;
    if (opcode != k_text && opcode != k_binary) ++counted;
    const std::uint8_t length = m_header[1] & k_length;
    m_to_skip = length_bytes(length) == 0 ? length : 0;
    for (std::size_t i = 0; i < length_bytes(length); ++i) m_to_skip = m_to_skip << 8 | m_header.at(2 + i);
    m_have = 0;
  }
  return counted;
}

}  // namespace sangdam::gateway
