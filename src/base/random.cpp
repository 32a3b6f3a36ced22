#include "base/random.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace sangdam::base {
namespace {

void require_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("the system's random number generator is not available");
}

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  std::string hex(size * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, size);
  hex.pop_back();
  return hex;
}

}  // namespace

std::string random_hex(std::size_t bytes) {
  // Through a string: its data() is never null, which libsodium demands even for no bytes at all.
  const std::string raw = random_bytes(bytes);
  return to_hex(reinterpret_cast<const unsigned char*>(raw.data()), raw.size());
}

std::uint32_t random_below(std::uint32_t bound) {
  require_sodium();
  return randombytes_uniform(bound);
}

std::string random_bytes(std::size_t count) {
  require_sodium();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

Digest sha256(std::string_view bytes) noexcept {
  static_assert(std::tuple_size_v<Digest> == crypto_hash_sha256_BYTES);
  Digest digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return digest;
}

std::string sha256_hex(std::string_view text) {
  const Digest digest = sha256(text);
  return to_hex(digest.data(), digest.size());
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sangdam::base
