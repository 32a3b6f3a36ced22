#include "gateway/local_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace sangdam::gateway {
namespace {

/// The interface of the IPv4 default route, from the kernel's table; empty if there is none (no Internet:
/// fine).
std::string default_interface() {
  std::ifstream routes("/proc/net/route");
  std::string line;
  while (std::getline(routes, line)) {
    std::istringstream fields(line);
    std::string name;
    std::string destination;
    if (fields >> name >> destination && destination == "00000000") return name;
  }
  return {};
}

bool is_virtual_bridge(std::string_view name) {
  constexpr std::array k_prefixes{"docker", "br-", "virbr", "veth", "lxc", "podman", "cni"};
  return std::any_of(k_prefixes.begin(), k_prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_private(std::uint32_t host_order) {
  return (host_order >> 24) == 10 || (host_order >> 20) == (172U << 4 | 1) ||
         (host_order >> 16) == (192U << 8 | 168);
}

}  // namespace

std::vector<std::string> local_addresses() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return {"127.0.0.1"};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> interfaces(raw, freeifaddrs);
  const std::string preferred = default_interface();

  std::vector<std::pair<int, std::string>> ranked;
  for (const ifaddrs* at = interfaces.get(); at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0 || is_virtual_bridge(at->ifa_name)) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    int rank = 0;
    if (at->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      const std::uint32_t host = ntohl(address->sin_addr.s_addr);
      if ((host >> 16) == (169U << 8 | 254)) continue;  // link-local: nobody gave this machine an address
      inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
      rank = (host >> 24) == 127 ? 9 : preferred == at->ifa_name ? 0 : is_private(host) ? 1 : 2;
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
      if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr) || IN6_IS_ADDR_LOOPBACK(&address->sin6_addr)) continue;
      inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
      rank = 3;
    } else {
      continue;
    }
    ranked.emplace_back(rank, text.data());
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> addresses;
  addresses.reserve(ranked.size());
  for (auto& [rank, address] : ranked) addresses.push_back(std::move(address));
  if (addresses.empty()) addresses.emplace_back("127.0.0.1");
  return addresses;
}

std::string url_of(const std::string& scheme, const std::string& host, unsigned port) {
  const bool own_port = (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return scheme + "://" + shown + (own_port ? "" : ":" + std::to_string(port));
}

std::string url_for_people(const std::string& scheme, const std::string& listened, unsigned port) {
  return url_of(scheme, is_wildcard(listened) ? local_addresses().front() : listened, port);
}

bool is_wildcard(const std::string& listened) { return listened == "0.0.0.0" || listened == "::"; }

}  // namespace sangdam::gateway
