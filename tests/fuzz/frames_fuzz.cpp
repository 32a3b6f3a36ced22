// libFuzzer target: the frame counter must count the same however a stream is cut into reads, or a client
// could choose what it is charged for.
//
//   build-fuzz/tests/fuzz/frames-fuzz -max_total_time=60 -max_len=4096 new-corpus
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/frame_counter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  sangdam::gateway::FrameCounter whole;
  sangdam::gateway::FrameCounter cut;
  const std::size_t expected = whole.feed(rest);
  if (expected > rest.size() / 2) std::abort();  // a frame has two bytes at least
  std::size_t counted = 0;
  for (; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
    counted += cut.feed(rest.substr(0, piece));
  }
  if (counted != expected) std::abort();
  return 0;
}
