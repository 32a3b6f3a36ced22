#include "gateway/address_rules.hpp"

#include "support/catch.hpp"

using namespace sangdam::gateway;
using Kind = InterfaceKind;

namespace {

struct Machine {
  const char* what;
  std::vector<InterfaceAddress> table;
  std::vector<std::string> told;
};

const InterfaceAddress k_lo{"lo", Kind::loopback, "127.0.0.1"};
const InterfaceAddress k_lo6{"lo", Kind::loopback, "::1"};
const InterfaceAddress k_docker{"docker0", Kind::container, "172.17.0.1"};

const std::vector<Machine> k_machines{
    {"one card",
     {k_lo, k_lo6, {"eth0", Kind::lan, "192.168.0.10", true, false, 100}},
     {"192.168.0.10", "127.0.0.1", "::1"}},
    {"no default route, as in a clinic without Internet",
     {k_lo, {"eth0", Kind::lan, "192.168.0.10"}},
     {"192.168.0.10", "127.0.0.1"}},
    {"containers and virtual machines beside a card",
     {k_lo,
      k_docker,
      {"br-5d3c", Kind::container, "172.18.0.1"},
      {"virbr0", Kind::container, "192.168.122.1"},
      {"veth12", Kind::container, "169.254.3.4"},
      {"eth0", Kind::lan, "10.1.2.3", true, false, 100}},
     {"10.1.2.3", "127.0.0.1"}},
    {"cable and Wi-Fi: the system prefers the cable",
     {k_lo,
      {"wlan0", Kind::lan, "192.168.0.77", true, false, 600},
      {"eth0", Kind::lan, "192.168.0.10", true, false, 100}},
     {"192.168.0.10", "192.168.0.77", "127.0.0.1"}},
    {"Wi-Fi leads out, the cable goes to a device only",
     {k_lo, {"eth0", Kind::lan, "10.99.0.1"}, {"wlan0", Kind::lan, "192.168.0.77", true, false, 600}},
     {"192.168.0.77", "10.99.0.1", "127.0.0.1"}},
    {"a VPN that takes the default route, with a metric below all",
     {k_lo,
      {"tun0", Kind::tunnel, "10.8.0.2", true, false, 0},
      {"wlan0", Kind::lan, "192.168.0.77", true, false, 600}},
     {"192.168.0.77", "10.8.0.2", "127.0.0.1"}},
    {"a VPN that has the only default route",
     {k_lo, {"wg0", Kind::tunnel, "10.64.1.2", true, false, 5}, {"eth0", Kind::lan, "192.168.0.10"}},
     {"192.168.0.10", "10.64.1.2", "127.0.0.1"}},
    {"tailscale",
     {k_lo,
      {"tailscale0", Kind::tunnel, "100.101.102.103"},
      {"tailscale0", Kind::tunnel, "fd7a:115c:a1e0::1"},
      {"eth0", Kind::lan, "192.168.0.10", true, false, 100}},
     {"192.168.0.10", "100.101.102.103", "fd7a:115c:a1e0::1", "127.0.0.1"}},
    {"tailscale alone is better than nothing",
     {k_lo, {"tailscale0", Kind::tunnel, "100.101.102.103"}},
     {"100.101.102.103", "127.0.0.1"}},
    {"mobile data as the way out, the clinic's Wi-Fi beside it",
     {k_lo, {"wwan0", Kind::modem, "100.70.1.2", true, false, 50}, {"wlan0", Kind::lan, "192.168.0.77"}},
     {"192.168.0.77", "100.70.1.2", "127.0.0.1"}},
    {"a carrier's address at a card comes after a private one",
     {k_lo, {"eth1", Kind::lan, "100.70.1.2"}, {"eth0", Kind::lan, "192.168.0.10"}},
     {"192.168.0.10", "100.70.1.2", "127.0.0.1"}},
    {"a public host with a private second card: the way out is public",
     {k_lo, {"eth1", Kind::lan, "10.0.0.5"}, {"eth0", Kind::lan, "203.0.113.7", true, false, 0}},
     {"203.0.113.7", "10.0.0.5", "127.0.0.1"}},
    {"only IPv6: global before unique local, the temporary ones not at all",
     {k_lo,
      k_lo6,
      {"eth0", Kind::lan, "fe80::1"},
      {"eth0", Kind::lan, "fd00::10", true, false, 100},
      {"eth0", Kind::lan, "2001:db8::9999", true, true, 100},
      {"eth0", Kind::lan, "2001:db8::10", true, false, 100}},
     {"2001:db8::10", "fd00::10", "127.0.0.1", "::1"}},
    {"only IPv6 at the card, IPv4 only in the VPN",
     {k_lo,
      {"wg0", Kind::tunnel, "10.64.1.2", true, false, 5},
      {"eth0", Kind::lan, "2001:db8::10", true, false, 100}},
     {"2001:db8::10", "10.64.1.2", "127.0.0.1"}},
    {"IPv4 without a way out is still what people type",
     {k_lo, {"eth0", Kind::lan, "2001:db8::10", true, false, 100}, {"eth0", Kind::lan, "192.168.0.10"}},
     {"192.168.0.10", "2001:db8::10", "127.0.0.1"}},
    {"a cable that is not plugged in",
     {k_lo, {"eth0", Kind::lan, "192.168.0.10", false, false, 100}, {"wlan0", Kind::lan, "192.168.1.7"}},
     {"192.168.1.7", "127.0.0.1"}},
    {"no lease: link-local only",
     {k_lo, {"eth0", Kind::lan, "169.254.9.9"}, {"eth0", Kind::lan, "fe80::2"}},
     {"127.0.0.1"}},
    {"a bridge over the card carries the address",
     {k_lo, k_docker, {"br0", Kind::lan, "192.168.0.10", true, false, 425}},
     {"192.168.0.10", "127.0.0.1"}},
    {"inside of a container the cable to the host is all there is",
     {k_lo, {"eth0", Kind::container, "172.17.0.2", true, false, 0}},
     {"172.17.0.2", "127.0.0.1"}},
    {"an unknown interface comes after a card and before a VPN",
     {k_lo,
      {"tun0", Kind::tunnel, "10.8.0.2"},
      {"foo0", Kind::other, "10.5.0.1"},
      {"eth0", Kind::lan, "192.168.0.10"}},
     {"192.168.0.10", "10.5.0.1", "10.8.0.2", "127.0.0.1"}},
    {"one address twice", {{"eth0", Kind::lan, "10.0.0.1"}, {"eth1", Kind::lan, "10.0.0.1"}}, {"10.0.0.1"}},
    {"only loopback", {k_lo, k_lo6}, {"127.0.0.1", "::1"}},
    {"nothing at all", {}, {"127.0.0.1"}},
    {"what is no address, or nobody's",
     {{"eth0", Kind::lan, "nonsense"},
      {"eth0", Kind::lan, "0.0.0.0"},
      {"eth0", Kind::lan, "224.0.0.1"},
      {"eth0", Kind::lan, "::"},
      {"eth0", Kind::lan, "::ffff:10.0.0.1"}},
     {"127.0.0.1"}},
};

}  // namespace

TEST_CASE("the address for people is where the phones are, whatever else the machine is connected to",
          "[address]") {
  for (const Machine& machine : k_machines) {
    INFO(machine.what);
    CHECK(addresses_for_people(machine.table) == machine.told);
  }
}

TEST_CASE("people are told no address at which nobody listens", "[address]") {
  const std::vector<std::string> both{"2001:db8::10", "192.168.0.10", "::1"};
  CHECK(heard_on("::", both) == both);
  CHECK(heard_on("0.0.0.0", both) == std::vector<std::string>{"192.168.0.10"});
  CHECK(heard_on("0.0.0.0", {"2001:db8::10"}) == std::vector<std::string>{"127.0.0.1"});
}

TEST_CASE("interfaces of which the system says nothing are known by their names", "[address]") {
  const std::vector<std::pair<const char*, Kind>> names{
      {"lo", Kind::loopback},      {"docker0", Kind::container},  {"br-5d3c9a", Kind::container},
      {"virbr0", Kind::container}, {"veth1a2b", Kind::container}, {"lxdbr0", Kind::container},
      {"tun0", Kind::tunnel},      {"wg-home", Kind::tunnel},     {"tailscale0", Kind::tunnel},
      {"ppp0", Kind::tunnel},      {"ztabcd", Kind::tunnel},      {"wwan0", Kind::modem},
      {"eth0", Kind::other},       {"enp3s0", Kind::other},       {"wlp2s0", Kind::other},
      {"br0", Kind::other},
  };
  for (const auto& [name, kind] : names) {
    INFO(name);
    CHECK(kind_by_name(name) == kind);
  }
}
