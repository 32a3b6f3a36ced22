// Which of a machine's addresses a phone on the clinic's network can open. Pure rules over a table of
// interfaces; local_address.hpp reads the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sangdam::gateway {

enum class InterfaceKind : unsigned char {
  loopback,
  lan,        // a network card, wired or wireless, or a bridge, bond or VLAN on top of one
  modem,      // mobile data: its address leads to the carrier, not to the clinic
  tunnel,     // VPN: its address leads to the members of the VPN
  container,  // a bridge or a cable to containers or virtual machines of this very machine
  other,      // nothing is known of it: a card as a container sees it, for example
};

/// One address of one interface.
struct InterfaceAddress {
  std::string name;  // "eth0"
  InterfaceKind kind = InterfaceKind::other;
  std::string address;                     // text without scope
  bool up = true;                          // switched on, and a cable or an access point is there
  bool temporary = false;                  // IPv6: given up soon (privacy addresses), or not usable yet
  std::optional<unsigned> default_metric;  // of its default route in this family; empty: it has none
};

/// Addresses to tell people, best first. Never empty: loopback if there is nothing else.
///
/// 1. Left out: interfaces that are down, link-local addresses (nobody gave the machine one), temporary IPv6
///    addresses, and networks of containers, behind which there is no phone.
/// 2. Cards before unknown interfaces, before tunnels, before modems, before loopback: a VPN or a modem that
///    has taken the default route is still not where the phones are.
/// 3. IPv4 before IPv6: people type it.
/// 4. With a default route before without; then the lowest metric, which is the system's own preference.
/// 5. Private IPv4 before public, before the carrier's 100.64.0.0/10; global IPv6 before unique local.
/// 6. The order of the table.
[[nodiscard]] std::vector<std::string> addresses_for_people(const std::vector<InterfaceAddress>& table);

/// Those of `addresses` at which somebody is heard who listens on `listened`: 0.0.0.0 is IPv4 only, :: is
/// all. Never empty either.
[[nodiscard]] std::vector<std::string> heard_on(const std::string& listened,
                                                std::vector<std::string> addresses);

/// The kind by name, where the system says nothing more.
[[nodiscard]] InterfaceKind kind_by_name(const std::string& name);

}  // namespace sangdam::gateway
