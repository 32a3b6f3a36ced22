#include "gateway/local_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

namespace sangdam::gateway {
namespace {

using Metrics = std::map<std::string, unsigned>;  // of the default route, by interface

constexpr unsigned k_route_up = 0x1;
constexpr unsigned k_route_reject = 0x200;
// linux/if_addr.h: temporary, duplicate found, deprecated, tentative.
constexpr unsigned k_not_for_people = 0x01 | 0x08 | 0x20 | 0x40;
constexpr int k_deepest_stack = 4;  // a VLAN on a bridge on a bond on a card

unsigned number(const std::string& text, int base) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

void note(Metrics& metrics, const std::string& name, unsigned metric) {
  const auto [at, is_new] = metrics.emplace(name, metric);
  if (!is_new) at->second = std::min(at->second, metric);
}

std::vector<std::string> fields_of(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

Metrics default_routes_v4() {
  // Interface, destination, gateway, flags, references, uses, metric, mask.
  Metrics metrics;
  std::ifstream routes("/proc/net/route");
  std::string line;
  while (std::getline(routes, line)) {
    const auto fields = fields_of(line);
    if (fields.size() < 8 || fields[1] != "00000000" || fields[7] != "00000000") continue;
    const unsigned flags = number(fields[3], 16);
    if ((flags & k_route_up) != 0 && (flags & k_route_reject) == 0)
      note(metrics, fields[0], number(fields[6], 10));
  }
  return metrics;
}

Metrics default_routes_v6() {
  // Destination, its bits, source, its bits, next hop, metric, references, uses, flags, interface.
  Metrics metrics;
  std::ifstream routes("/proc/net/ipv6_route");
  std::string line;
  while (std::getline(routes, line)) {
    const auto fields = fields_of(line);
    if (fields.size() < 10 || fields[1] != "00") continue;
    const unsigned flags = number(fields[8], 16);
    if ((flags & k_route_up) != 0 && (flags & k_route_reject) == 0)
      note(metrics, fields[9], number(fields[5], 16));
  }
  return metrics;
}

/// IPv6 addresses that are given up soon or not usable yet, as 32 hexadecimal digits.
std::set<std::string> fleeting_v6() {
  // Address, interface's number, bits, scope, flags, interface.
  std::set<std::string> found;
  std::ifstream addresses("/proc/net/if_inet6");
  std::string line;
  while (std::getline(addresses, line)) {
    const auto fields = fields_of(line);
    if (fields.size() >= 5 && (number(fields[4], 16) & k_not_for_people) != 0) found.insert(fields[0]);
  }
  return found;
}

std::string hex_of(const in6_addr& address) {
  std::string text;
  for (const unsigned char byte : address.s6_addr) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    text += k_digits[byte >> 4];
    text += k_digits[byte & 15];
  }
  return text;
}

std::filesystem::path sysfs_of(const std::string& name) {
  return std::filesystem::path("/sys/class/net") / name;
}

/// A card, or something built on one: bridges, bonds and VLANs have links to what is below them.
bool has_hardware(const std::string& name) {
  std::vector<std::filesystem::path> layer{sysfs_of(name)};
  for (int depth = 0; depth < k_deepest_stack; ++depth) {
    std::vector<std::filesystem::path> below;
    for (const auto& interface : layer) {
      std::error_code ignored;
      if (std::filesystem::exists(interface / "device", ignored)) return true;
      std::filesystem::directory_iterator each(interface, ignored);
      for (; !ignored && each != std::filesystem::directory_iterator(); each.increment(ignored)) {
        if (each->path().filename().string().starts_with("lower_")) below.push_back(each->path());
      }
    }
    layer = std::move(below);
  }
  return false;
}

InterfaceKind kind_of(const std::string& name, unsigned flags) {
  if ((flags & IFF_LOOPBACK) != 0) return InterfaceKind::loopback;
  const auto path = sysfs_of(name);
  std::error_code ignored;
  std::ifstream uevent(path / "uevent");
  std::string line;
  std::string type;
  while (std::getline(uevent, line)) {
    if (line.starts_with("DEVTYPE=")) type = line.substr(8);
  }
  if (type == "wwan") return InterfaceKind::modem;
  if (type == "wireguard" || (flags & IFF_POINTOPOINT) != 0) return InterfaceKind::tunnel;
  const InterfaceKind named = kind_by_name(name);
  if (named == InterfaceKind::modem) return named;
  if (has_hardware(name)) return InterfaceKind::lan;
  if (std::filesystem::exists(path / "bridge", ignored)) return InterfaceKind::container;
  if (std::filesystem::exists(path / "tun_flags", ignored)) return InterfaceKind::tunnel;
  return named;
}

}  // namespace

std::vector<InterfaceAddress> read_interfaces() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> interfaces(raw, freeifaddrs);
  const Metrics routes_v4 = default_routes_v4();
  const Metrics routes_v6 = default_routes_v6();
  const std::set<std::string> fleeting = fleeting_v6();

  std::vector<InterfaceAddress> table;
  for (const ifaddrs* at = interfaces.get(); at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    InterfaceAddress entry;
    entry.name = at->ifa_name;
    entry.kind = kind_of(entry.name, at->ifa_flags);
    entry.up = (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_RUNNING) != 0;
    const Metrics& routes = family == AF_INET ? routes_v4 : routes_v6;
    if (const auto route = routes.find(entry.name); route != routes.end())
      entry.default_metric = route->second;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
      inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
    } else {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
      inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
      entry.temporary = fleeting.contains(hex_of(address->sin6_addr));
    }
    entry.address = text.data();
    table.push_back(std::move(entry));
  }
  return table;
}

std::vector<std::string> local_addresses() { return addresses_for_people(read_interfaces()); }

std::string best_address(const std::string& listened) {
  return is_wildcard(listened) ? heard_on(listened, local_addresses()).front() : listened;
}

std::string url_of(const std::string& scheme, const std::string& host, unsigned port) {
  const bool own_port = (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return scheme + "://" + shown + (own_port ? "" : ":" + std::to_string(port));
}

std::string url_for_people(const std::string& scheme, const std::string& listened, unsigned port) {
  return url_of(scheme, best_address(listened), port);
}

bool is_wildcard(const std::string& listened) { return listened == "0.0.0.0" || listened == "::"; }

}  // namespace sangdam::gateway
