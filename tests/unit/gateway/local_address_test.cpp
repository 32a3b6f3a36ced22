#include "gateway/local_address.hpp"

#include "support/catch.hpp"

using namespace sangdam::gateway;

TEST_CASE("an address for people has no port where it is the scheme's own, and brackets around IPv6",
          "[address]") {
  CHECK(url_for_people("https", "192.0.2.7", 8443) == "https://192.0.2.7:8443");
  CHECK(url_for_people("https", "192.0.2.7", 443) == "https://192.0.2.7");
  CHECK(url_for_people("http", "127.0.0.1", 443) == "http://127.0.0.1:443");
  CHECK(url_for_people("https", "2001:db8::1", 8443) == "https://[2001:db8::1]:8443");
}

TEST_CASE("who listens everywhere is found at the address that is best for a phone", "[address]") {
  const auto addresses = local_addresses();
  REQUIRE_FALSE(addresses.empty());
  CHECK(url_for_people("https", "::", 8443) == url_of("https", addresses.front(), 8443));
  CHECK(url_for_people("https", "0.0.0.0", 8443).starts_with("https://"));
  CHECK(url_for_people("https", "0.0.0.0", 8443).find('[') == std::string::npos);
}

TEST_CASE("loopback is told to people only if there is nothing else", "[address]") {
  const auto addresses = local_addresses();
  const auto is_loopback = [](const std::string& address) { return address.starts_with("127."); };
  CHECK((!is_loopback(addresses.front()) || is_loopback(addresses.back())));
  for (const std::string& address : addresses) CHECK_FALSE(address.starts_with("169.254."));
}

TEST_CASE("the interfaces of this machine are read with their kinds", "[address]") {
  const auto table = read_interfaces();
  bool loopback = false;
  for (const InterfaceAddress& each : table) {
    INFO(each.name << " " << each.address);
    CHECK((each.address.starts_with("127.") || each.address == "::1") ==
          (each.kind == InterfaceKind::loopback));
    loopback = loopback || (each.name == "lo" && each.up && !each.default_metric);
  }
  CHECK(loopback);
}
