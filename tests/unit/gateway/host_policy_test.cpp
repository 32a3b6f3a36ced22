#include "gateway/host_policy.hpp"

#include "support/catch.hpp"

using namespace sangdam::gateway;

namespace {

HostPolicy policy_of(SiteNames names) {
  HostPolicy policy;
  policy.replace(sites_of(names));
  return policy;
}

const std::vector<std::string> k_own =
    own_names("kiosk.clinic.lan", {"127.0.0.1", "::1", "192.168.0.10", "2001:db8::10"});

}  // namespace

TEST_CASE("with a public address, that is what Host and Origin may be, and this machine's loopback",
          "[host]") {
  const auto policy = policy_of({.public_address = "https://visit.example.org",
                                 .scheme = "https",
                                 .ports = {8443},
                                 .listened = {},
                                 .own = k_own});
  for (const char* good : {"visit.example.org", "VISIT.example.org", "visit.example.org:443",
                           "localhost:8443", "127.0.0.1:8443", "[::1]:8443"}) {
    INFO(good);
    CHECK(policy.find_host(good) != nullptr);
  }
  for (const char* bad :
       {"evil.example", "visit.example.org.evil.example", "evil.visit.example.org", "visit.example.org:8443",
        "visit.example.org:80", "192.168.0.10:8443", "kiosk:8443", "localhost", "127.0.0.1", "127.0.0.1:443",
        "", "visit.example.org, visit.example.org", "visit.example.org/", "user@visit.example.org",
        "visit.example.org:443:443", "[::1"}) {
    INFO(bad);
    CHECK(policy.find_host(bad) == nullptr);
  }
  for (const char* good :
       {"https://visit.example.org", "https://visit.example.org:443", "https://localhost:8443"}) {
    INFO(good);
    CHECK(policy.find_origin(good) != nullptr);
  }
  for (const char* bad :
       {"http://visit.example.org", "https://visit.example.org:8443", "https://evil.example", "null", "",
        "https://", "visit.example.org", "https://visit.example.org/",
        "https://visit.example.org, https://visit.example.org", "wss://visit.example.org",
        "HTTPS://visit.example.org", "https://localhost", "https://visit.example.org@evil.example"}) {
    INFO(bad);
    CHECK(policy.find_origin(bad) == nullptr);
  }
}

TEST_CASE("without a public address, Host and Origin may be what this machine is called now", "[host]") {
  SiteNames names{.public_address = {}, .scheme = "https", .ports = {8443}, .listened = {}, .own = k_own};
  auto policy = policy_of(names);
  for (const char* host :
       {"192.168.0.10:8443", "[2001:db8::10]:8443", "[2001:DB8:0::10]:8443", "kiosk:8443", "kiosk.local:8443",
        "KIOSK.local:8443", "kiosk.clinic.lan:8443", "sangdam.local:8443", "localhost:8443"}) {
    INFO(host);
    CHECK(policy.find_host(host) != nullptr);
    CHECK(policy.find_origin(std::string("https://") + host) != nullptr);
    CHECK(policy.find_origin(std::string("http://") + host) == nullptr);
  }
  for (const char* host : {"evil.example:8443", "192.168.0.11:8443", "192.168.0.10",
                           "kiosk.evil.example:8443", "sangdam.local.evil.example:8443"}) {
    INFO(host);
    CHECK(policy.find_host(host) == nullptr);
    CHECK(policy.find_origin(std::string("https://") + host) == nullptr);
  }
  // A new lease: the new address is known, the old one no longer.
  names.own = own_names("kiosk.clinic.lan", {"192.168.0.11"});
  policy.replace(sites_of(names));
  CHECK(policy.find_host("192.168.0.11:8443") != nullptr);
  CHECK(policy.find_host("192.168.0.10:8443") == nullptr);
}

TEST_CASE("the scheme's own port may be left out, or written", "[host]") {
  const auto policy = policy_of(
      {.public_address = {}, .scheme = "https", .ports = {443, 8443}, .listened = {}, .own = k_own});
  for (const char* host : {"192.168.0.10", "192.168.0.10:443", "192.168.0.10:8443"}) {
    INFO(host);
    CHECK(policy.find_host(host) != nullptr);
  }
  CHECK(policy.find_host("192.168.0.10")->authority() == "192.168.0.10");
  CHECK(policy.find_host("192.168.0.10:8443")->authority() == "192.168.0.10:8443");
  CHECK(policy.find_host("[2001:db8::10]:8443")->authority() == "[2001:db8::10]:8443");
  const auto plain =
      policy_of({.public_address = {}, .scheme = "http", .ports = {80}, .listened = {}, .own = k_own});
  CHECK(plain.find_host("localhost") != nullptr);
  CHECK(plain.find_origin("http://localhost") != nullptr);
  CHECK(plain.find_origin("https://localhost") == nullptr);
}

TEST_CASE("a redirect knows the name, whatever port it was asked at", "[host]") {
  const auto policy = policy_of({.public_address = "https://visit.example.org",
                                 .scheme = "https",
                                 .ports = {8443},
                                 .listened = {},
                                 .own = k_own});
  // Port 80 is forwarded to one port of this machine, 443 to another: neither is 8443.
  REQUIRE(policy.find_name("visit.example.org") != nullptr);
  CHECK(policy.find_name("visit.example.org")->authority() == "visit.example.org");
  CHECK(policy.find_name("localhost")->authority() == "localhost:8443");
  for (const char* bad : {"evil.example", "192.168.0.10", "", "[::1", "visit.example.org.evil.example"}) {
    INFO(bad);
    CHECK(policy.find_name(bad) == nullptr);
  }
}

TEST_CASE("the one address listened on is ours whatever is public: the kiosk's own link comes by it",
          "[host]") {
  const auto policy = policy_of({.public_address = "https://visit.example.org",
                                 .scheme = "https",
                                 .ports = {8443},
                                 .listened = "192.168.0.10",
                                 .own = k_own});
  CHECK(policy.find_host("192.168.0.10:8443") != nullptr);
  CHECK(policy.find_host("[2001:db8::10]:8443") == nullptr);
}

TEST_CASE("a machine without a proper name has none, and an address is not taken for one", "[host]") {
  CHECK(own_names("", {}) == std::vector<std::string>{"localhost", "sangdam.local"});
  CHECK(own_names("localhost", {}) == std::vector<std::string>{"localhost", "sangdam.local"});
  CHECK(own_names("192.0.2.7", {}) == std::vector<std::string>{"localhost", "sangdam.local"});
  CHECK(own_names("kiosk", {}) ==
        std::vector<std::string>{"localhost", "sangdam.local", "kiosk", "kiosk.local"});
  const auto policy = policy_of({.public_address = {},
                                 .scheme = "https",
                                 .ports = {8443},
                                 .listened = {},
                                 .own = {"bad name", "", "a_b"}});
  CHECK(policy.find_host("a_b:8443") != nullptr);
  CHECK(policy.find_host("bad name:8443") == nullptr);
}
