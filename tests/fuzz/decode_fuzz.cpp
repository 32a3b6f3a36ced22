// libFuzzer target: every decoder on the same bytes. What is accepted must be written and read back as the
// same value, or two parties could understand one message differently.
//
//   CXX=clang++ meson setup build-fuzz -Dfuzz=true && ninja -C build-fuzz tests/fuzz/decode-fuzz
//   build-fuzz/tests/fuzz/decode-fuzz -max_total_time=60 -max_len=70000 new-corpus tests/fuzz/corpus
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/messages.hpp"

namespace {

using namespace sangdam::protocol;

template <class Decode>
void check(std::string_view text, Decode decode) {
  const auto message = decode(text);
  if (!message) return;
  const auto again = decode(encode(*message));
  if (!again || !(*again == *message)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, decode_patient);
  check(text, decode_kiosk);
  check(text, decode_gateway_to_patient);
  check(text, decode_gateway_to_kiosk);
  check(text, decode_chat);
  check(text, decode_control);
  return 0;
}
