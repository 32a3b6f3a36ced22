// Randomness from the system's CSPRNG (through libsodium), for codes, tokens, identifiers and salts. Any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sangdam::base {

/// `bytes` random bytes as lower-case hex: random_hex(16) is a 128-bit identifier of 32 characters.
[[nodiscard]] std::string random_hex(std::size_t bytes);
/// Uniform in [0, bound), without modulo bias.
[[nodiscard]] std::uint32_t random_below(std::uint32_t bound);
/// `count` random bytes as they are: salts and keys that are stored, not shown.
[[nodiscard]] std::string random_bytes(std::size_t count);

/// 32 raw bytes of a SHA-256.
using Digest = std::array<std::uint8_t, 32>;
[[nodiscard]] Digest sha256(std::string_view bytes) noexcept;
/// SHA-256 of `text`, as lower-case hex.
[[nodiscard]] std::string sha256_hex(std::string_view text);
/// Compares without telling by its duration where the texts differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace sangdam::base
