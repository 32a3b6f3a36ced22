#include "gateway/frame_counter.hpp"

#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using sangdam::gateway::FrameCounter;

constexpr int k_text = 1;
constexpr int k_continuation = 0;
constexpr int k_close = 8;
constexpr int k_ping = 9;
constexpr int k_pong = 10;

/// One masked frame, as a client sends it; the length in the shortest form or a longer one.
std::string frame(int opcode, std::size_t size, std::size_t length_bytes = 0) {
  if (length_bytes == 0 && size > 125) length_bytes = size > 0xFFFF ? 8 : 2;
  std::string bytes(1, static_cast<char>(0x80 | opcode));
  bytes += static_cast<char>(0x80 | (length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127));
  for (std::size_t i = length_bytes; i > 0; --i) bytes += static_cast<char>(size >> (8 * (i - 1)) & 0xFF);
  // A payload that looks like pings to whoever loses count.
  std::string payload;
  while (payload.size() < size + 4) payload += std::string("\x89\x80", 2);
  return bytes + payload.substr(0, size + 4);
}

}  // namespace

TEST_CASE("pings, pongs, closes and fragments are counted, the first frame of a message is not",
          "[gateway][frames]") {
  FrameCounter counter;
  CHECK(counter.feed(frame(k_text, 20)) == 0);
  CHECK(counter.feed(frame(k_ping, 0)) == 1);
  CHECK(counter.feed(frame(k_ping, 125) + frame(k_pong, 4) + frame(k_close, 2)) == 3);
  CHECK(counter.feed(frame(k_continuation, 300)) == 1);
  CHECK(counter.feed(frame(k_text, 70'000) + frame(k_ping, 1)) == 1);
  CHECK(counter.feed(frame(k_text, 5, 8) + frame(k_ping, 1, 2)) == 1);
  CHECK(counter.feed("") == 0);
}

TEST_CASE("frames are counted the same wherever the stream is cut", "[gateway][frames]") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (int round = 0; round < 200; ++round) {
    std::string stream;
    std::size_t expected = 0;
    for (int i = 0; i < 30; ++i) {
      static constexpr int k_opcodes[] = {k_continuation, k_text, 2, k_close, k_ping, k_pong};
      const int opcode = k_opcodes[below(6)];
      static constexpr std::size_t k_sizes[] = {0, 1, 125, 126, 1000, 70'000};
      stream += frame(opcode, k_sizes[below(6)]);
      if (opcode != k_text && opcode != 2) ++expected;
    }
    FrameCounter counter;
    std::size_t counted = 0;
    for (std::string_view rest(stream); !rest.empty();) {
      const std::size_t piece = 1 + below(std::min<std::size_t>(rest.size(), below(2) == 0 ? 3 : 5000));
      counted += counter.feed(rest.substr(0, piece));
      rest.remove_prefix(piece);
    }
    INFO(fmt::format("round {}", round));
    REQUIRE(counted == expected);
  }
}

TEST_CASE("a length beyond all reason neither overflows nor ends the counting early", "[gateway][frames]") {
  FrameCounter counter;
  CHECK(counter.feed(std::string("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                 "mask",
                                 14)) == 0);
  CHECK(counter.feed(frame(k_ping, 0)) == 0);  // still the payload
}
