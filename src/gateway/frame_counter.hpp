// Counts the WebSocket frames in a stream of bytes (RFC 6455, 5.2): a client's pings, pongs and fragments
// cost work that libsoup does without telling anybody.
//
// Reads headers only and skips payloads; keeps fourteen bytes at most, whatever comes. Plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sangdam::gateway {

class FrameCounter {
 public:
  /// The next bytes of the stream, cut anywhere. Returns how many frames began in them that are not the first
  /// of a message: control frames and continuations.
  [[nodiscard]] std::size_t feed(std::string_view bytes);

 private:
  [[nodiscard]] std::size_t header_size() const;

  std::array<std::uint8_t, 14> m_header{};
  std::size_t m_have = 0;       // of the header
  std::uint64_t m_to_skip = 0;  // of the payload
};

}  // namespace sangdam::gateway
