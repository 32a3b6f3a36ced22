// libFuzzer target: plain HTTP on the TLS port. Whatever comes in, the answer is one of three, and a redirect
// stays on the given origin and adds no header.
//
//   build-fuzz/tests/fuzz/redirect-fuzz -max_total_time=60 -max_len=5000
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/plain_redirect.hpp"
#include "gateway/security_headers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sangdam::gateway;
  const std::string_view request(reinterpret_cast<const char*>(data), size);
  const auto answer = answer_plain_http(
      request, [](const std::string&) { return std::string("https://clinic.example:8443"); });
  if (!answer) return size >= k_max_plain_request_bytes ? (std::abort(), 0) : 0;
  if (answer->find("\r\n\r\n") != answer->size() - 4) std::abort();
  if (answer->starts_with("HTTP/1.1 400 ") || answer->starts_with("HTTP/1.1 431 ")) return 0;
  constexpr std::string_view k_begin =
      "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://clinic.example:8443/";
  if (!answer->starts_with(k_begin)) std::abort();
  std::size_t lines = 0;
  for (const char c : *answer) lines += c == '\n' ? 1 : 0;
  if (lines != 6 + k_security_headers.size()) std::abort();
  return 0;
}
