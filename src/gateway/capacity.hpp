// How many connections this machine can hold, from what the process may use: descriptors and memory.
// Connections need no threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/config.hpp"

namespace sangdam::gateway {

/// What the process may use.
struct Capacity {
  std::size_t descriptors = 0;     // RLIMIT_NOFILE
  std::uint64_t memory_bytes = 0;  // the control group's limit, or the machine's memory if that is less
};

/// What is left to everything else in the process.
struct Reserve {
  std::size_t descriptors = 0;
  std::uint64_t memory_bytes = 0;
};
/// The gateway alone: its files, libraries and log.
inline constexpr Reserve k_gateway_reserve{64, 128ULL << 20};
/// A kiosk: each peer opens some sixty descriptors (ICE sockets, pipelines' polls), the screen, the devices
/// and the log a hundred; pictures, encoders and GTK take half a gigabyte.
inline constexpr Reserve k_kiosk_reserve{640, 768ULL << 20};

/// Raises the soft limit of descriptors to the hard one (at most 65,536), and reads what there is.
[[nodiscard]] Capacity capacity_of_process();

/// `limits` with a total, and a highest descriptor, that leave `reserve` free. At least 16 connections: with
/// less the gateway would be of no use, and the kiosk runs without patients at worst.
[[nodiscard]] ConnectionLimits fit(ConnectionLimits limits, const Capacity& capacity, const Reserve& reserve);

/// What a seated connection may hold at most: TLS, HTTP, and an unfinished message on its way in.
inline constexpr std::uint64_t k_bytes_per_connection = 128ULL << 10;

}  // namespace sangdam::gateway
