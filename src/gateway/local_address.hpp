// Under which address a phone on the same network reaches this machine.
#pragma once

#include <string>
#include <vector>

namespace sangdam::gateway {

/// Addresses of the interfaces that are up, best for a phone first: private IPv4 of the interface with the
/// default route, other private IPv4, other IPv4, global IPv6, loopback last. Link-local and container
/// bridges are left out.
[[nodiscard]] std::vector<std::string> local_addresses();

/// "https://192.168.0.12:8443": host in brackets if IPv6, port left out where it is the scheme's own.
[[nodiscard]] std::string url_of(const std::string& scheme, const std::string& host, unsigned port);

/// The same for people to type, from the address listened on: for "all addresses", the best one for a phone.
[[nodiscard]] std::string url_for_people(const std::string& scheme, const std::string& listened,
                                         unsigned port);
/// Listens on every address of the machine.
[[nodiscard]] bool is_wildcard(const std::string& listened);

}  // namespace sangdam::gateway
