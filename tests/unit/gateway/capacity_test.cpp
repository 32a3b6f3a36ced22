#include "gateway/capacity.hpp"

#include <sys/resource.h>

#include "support/catch.hpp"

using namespace sangdam::gateway;

TEST_CASE("a machine with enough of everything changes no limit", "[capacity]") {
  const auto fitted = fit({}, {65'536, 8ULL << 30}, k_kiosk_reserve);
  CHECK(fitted.total == ConnectionLimits{}.total);
}

TEST_CASE("few descriptors or little memory allow fewer connections, and the reserve stays free",
          "[capacity]") {
  const auto by_descriptors = fit({}, {1024, 8ULL << 30}, k_kiosk_reserve);
  CHECK(by_descriptors.total == 1024 - k_kiosk_reserve.descriptors);
  CHECK(by_descriptors.highest_descriptor < 1024 - 300);
  const auto by_memory = fit({}, {65'536, k_kiosk_reserve.memory_bytes + (64ULL << 20)}, k_kiosk_reserve);
  CHECK(by_memory.total == (64ULL << 20) / k_bytes_per_connection);
  const auto tiny = fit({}, {64, 1ULL << 20}, k_kiosk_reserve);
  CHECK(tiny.total == 16);
  CHECK(tiny.highest_descriptor == 32);
}

TEST_CASE("the shipped gateway's limits hold what it allows", "[capacity]") {
  // systemd/sangdam-gateway.service.in: LimitNOFILE=4096, MemoryMax=512M
  CHECK(fit({}, {4096, 512ULL << 20}, k_gateway_reserve).total == ConnectionLimits{}.total);
}

TEST_CASE("the process' soft limit of descriptors is raised to what it may have", "[capacity]") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit low{256, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  const auto capacity = capacity_of_process();
  CHECK(capacity.descriptors == std::min<rlim_t>(before.rlim_max, 65'536));
  CHECK(capacity.memory_bytes > 0);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
}
