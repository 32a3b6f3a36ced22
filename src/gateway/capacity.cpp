#include "gateway/capacity.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace sangdam::gateway {
namespace {

// More descriptors than that serve nobody, and some libraries size tables by the limit.
constexpr rlim_t k_most_descriptors = 65'536;
constexpr std::size_t k_least_connections = 16;

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlim_t wanted = std::min(limit.rlim_max, k_most_descriptors);
  if (limit.rlim_cur < wanted) {
    const rlimit raised{wanted, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit.rlim_cur = wanted;
  }
  return static_cast<std::size_t>(std::min(limit.rlim_cur, k_most_descriptors));
}

/// The number in a file of the kernel's; `fallback` for "max", or if it cannot be read.
std::uint64_t number_in(const std::string& path, std::uint64_t fallback) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? number : fallback;
}

/// The control group's folder of a controller ("" is the unified hierarchy), from /proc/self/cgroup.
std::string control_group(const std::string& controller) {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    if (line.substr(first + 1, second - first - 1) == controller) return line.substr(second + 1);
  }
  return "/";
}

std::uint64_t memory_limit() {
  const auto pages = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
  const std::uint64_t machine = pages * page;
  const std::uint64_t unified = number_in("/sys/fs/cgroup" + control_group("") + "/memory.max", machine);
  const std::uint64_t legacy =
      number_in("/sys/fs/cgroup/memory" + control_group("memory") + "/memory.limit_in_bytes", machine);
  return std::min({machine, unified, legacy});
}

}  // namespace

Capacity capacity_of_process() { return {raise_descriptor_limit(), memory_limit()}; }

ConnectionLimits fit(ConnectionLimits limits, const Capacity& capacity, const Reserve& reserve) {
  const auto left = [](auto have, auto kept) { return have > kept ? have - kept : decltype(have){0}; };
  const std::size_t by_descriptors = left(capacity.descriptors, reserve.descriptors);
  const std::uint64_t by_memory = left(capacity.memory_bytes, reserve.memory_bytes) / k_bytes_per_connection;
  limits.total = std::max(k_least_connections,
                          std::min({limits.total, by_descriptors, static_cast<std::size_t>(by_memory)}));
  limits.highest_descriptor = static_cast<int>(std::max(by_descriptors, capacity.descriptors / 2));
  return limits;
}

}  // namespace sangdam::gateway
