#include "gateway/address_rules.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

namespace sangdam::gateway {
namespace {

enum class Scope : unsigned char {
  unusable,
  loopback,
  private_v4,
  public_v4,
  carrier_v4,
  global_v6,
  local_v6
};

Scope scope_of_v4(std::uint32_t host_order) {
  const auto within = [host_order](std::uint32_t network, unsigned bits) {
    return host_order >> (32 - bits) == network >> (32 - bits);
  };
  if (within(0x7F000000, 8)) return Scope::loopback;
  // "This network", link-local, multicast and reserved: no phone can open these.
  if (within(0, 8) || within(0xA9FE0000, 16) || host_order >= 0xE0000000) return Scope::unusable;
  if (within(0x0A000000, 8) || within(0xAC100000, 12) || within(0xC0A80000, 16)) return Scope::private_v4;
  if (within(0x64400000, 10)) return Scope::carrier_v4;
  return Scope::public_v4;
}

Scope scope_of(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return scope_of_v4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return Scope::unusable;
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return Scope::loopback;
  if (IN6_IS_ADDR_LINKLOCAL(&v6) || IN6_IS_ADDR_MULTICAST(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6) ||
      IN6_IS_ADDR_V4MAPPED(&v6)) {
    return Scope::unusable;
  }
  return (v6.s6_addr[0] & 0xFE) == 0xFC ? Scope::local_v6 : Scope::global_v6;
}

/// Where the phones are: small is near.
int distance(const InterfaceAddress& each, Scope scope) {
  if (scope == Scope::loopback) return 4;
  switch (each.kind) {
    case InterfaceKind::lan: return 0;
    case InterfaceKind::other: return 1;
    case InterfaceKind::tunnel: return 2;
    case InterfaceKind::modem: return 3;
    // Inside of a container, the cable to its host is all there is.
    case InterfaceKind::container: return 1;
    case InterfaceKind::loopback: return 4;
  }
  return 4;
}

}  // namespace

std::vector<std::string> addresses_for_people(const std::vector<InterfaceAddress>& table) {
  using Rank = std::tuple<int, bool, bool, unsigned, int>;
  std::vector<std::pair<Rank, std::string>> ranked;
  for (const InterfaceAddress& each : table) {
    const Scope scope = scope_of(each.address);
    if (!each.up || each.temporary || scope == Scope::unusable) continue;
    if (each.kind == InterfaceKind::container && !each.default_metric) continue;
    const bool v6 = each.address.find(':') != std::string::npos;
    const Rank rank{distance(each, scope), v6, !each.default_metric,
                    each.default_metric.value_or(std::numeric_limits<unsigned>::max()),
                    static_cast<int>(scope)};
    ranked.emplace_back(rank, each.address);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> addresses;
  for (auto& [rank, address] : ranked) {
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(std::move(address));
  }
  if (addresses.empty()) addresses.emplace_back("127.0.0.1");
  return addresses;
}

std::vector<std::string> heard_on(const std::string& listened, std::vector<std::string> addresses) {
  if (listened == "0.0.0.0") {
    std::erase_if(addresses, [](const std::string& each) { return each.find(':') != std::string::npos; });
  }
  if (addresses.empty()) addresses.emplace_back("127.0.0.1");
  return addresses;
}

InterfaceKind kind_by_name(const std::string& name) {
  using Known = std::pair<std::string_view, InterfaceKind>;
  constexpr std::array k_prefixes{
      Known{"docker", InterfaceKind::container},  Known{"br-", InterfaceKind::container},
      Known{"virbr", InterfaceKind::container},   Known{"veth", InterfaceKind::container},
      Known{"vnet", InterfaceKind::container},    Known{"lxc", InterfaceKind::container},
      Known{"lxdbr", InterfaceKind::container},   Known{"incusbr", InterfaceKind::container},
      Known{"podman", InterfaceKind::container},  Known{"cni", InterfaceKind::container},
      Known{"flannel", InterfaceKind::container}, Known{"cali", InterfaceKind::container},
      Known{"vmnet", InterfaceKind::container},   Known{"vboxnet", InterfaceKind::container},
      Known{"tun", InterfaceKind::tunnel},        Known{"tap", InterfaceKind::tunnel},
      Known{"wg", InterfaceKind::tunnel},         Known{"tailscale", InterfaceKind::tunnel},
      Known{"zt", InterfaceKind::tunnel},         Known{"ppp", InterfaceKind::tunnel},
      Known{"ipsec", InterfaceKind::tunnel},      Known{"nebula", InterfaceKind::tunnel},
      Known{"gre", InterfaceKind::tunnel},        Known{"sit", InterfaceKind::tunnel},
      Known{"ip6tnl", InterfaceKind::tunnel},     Known{"wwan", InterfaceKind::modem},
      Known{"wwp", InterfaceKind::modem},         Known{"rmnet", InterfaceKind::modem},
  };
  if (name == "lo") return InterfaceKind::loopback;
  for (const auto& [prefix, kind] : k_prefixes) {
    if (std::string_view(name).starts_with(prefix)) return kind;
  }
  return InterfaceKind::other;
}

}  // namespace sangdam::gateway
