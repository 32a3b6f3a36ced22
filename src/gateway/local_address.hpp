// Under which address a phone on the same network reaches this machine, as the machine is now.
#pragma once

#include <string>
#include <vector>

#include "gateway/address_rules.hpp"

namespace sangdam::gateway {

/// Every address of every interface, with what the rules need to know of it. Linux: getifaddrs, sysfs and
/// /proc/net. Cheap enough for once per change of the network, not for once per request.
[[nodiscard]] std::vector<InterfaceAddress> read_interfaces();

/// addresses_for_people(read_interfaces()).
[[nodiscard]] std::vector<std::string> local_addresses();

/// The best of them for a phone, of those at which somebody is heard who listens on `listened`.
[[nodiscard]] std::string best_address(const std::string& listened);

/// "https://192.168.0.12:8443": host in brackets if IPv6, port left out where it is the scheme's own.
[[nodiscard]] std::string url_of(const std::string& scheme, const std::string& host, unsigned port);

/// The same for people to type, from the address listened on: for "all addresses", the best one for a phone.
[[nodiscard]] std::string url_for_people(const std::string& scheme, const std::string& listened,
                                         unsigned port);
/// Listens on every address of the machine.
[[nodiscard]] bool is_wildcard(const std::string& listened);

}  // namespace sangdam::gateway
