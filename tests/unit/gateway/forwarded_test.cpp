#include "gateway/forwarded.hpp"

#include "support/catch.hpp"

using namespace sangdam::gateway;

namespace {

TrustedProxies trust(const std::vector<std::string>& networks) {
  std::vector<sangdam::base::Ref<GInetAddressMask>> masks;
  for (const std::string& each : networks) {
    auto mask = parse_network(each);
    REQUIRE(mask);
    masks.push_back(*std::move(mask));
  }
  return TrustedProxies(std::move(masks));
}

const std::string k_proxy = "10.0.0.1";

/// Who it is from by each of the headers alone, as the proxy 10.0.0.1 hands them on.
std::string by_x(const std::string& list, const std::vector<std::string>& trusted = {"10.0.0.0/28"}) {
  return client_address(k_proxy, {.x_forwarded_for = list, .forwarded = {}}, trust(trusted));
}
std::string by_standard(const std::string& list, const std::vector<std::string>& trusted = {"10.0.0.0/28"}) {
  return client_address(k_proxy, {.x_forwarded_for = {}, .forwarded = list}, trust(trusted));
}

}  // namespace

TEST_CASE("only a trusted proxy is believed", "[forwarded]") {
  const ForwardedHeaders headers{.x_forwarded_for = "203.0.113.7", .forwarded = {}};
  CHECK(client_address(k_proxy, headers, {}) == k_proxy);
  CHECK(client_address(k_proxy, headers, trust({"10.0.0.2"})) == k_proxy);
  CHECK(client_address(k_proxy, headers, trust({"10.0.0.1"})) == "203.0.113.7");
  CHECK(client_address("::ffff:10.0.0.1", headers, trust({"10.0.0.0/28"})) == "203.0.113.7");
  CHECK(client_address("fd00:1::2", headers, trust({"fd00:1::/64"})) == "203.0.113.7");
  CHECK(client_address("198.51.100.1", headers, trust({"10.0.0.0/28"})) == "198.51.100.1");
  CHECK(client_address(k_proxy, {}, trust({"10.0.0.1"})) == k_proxy);
  CHECK(client_address("", headers, trust({"10.0.0.1"})).empty());
}

TEST_CASE("the client is the rightmost hop that is no trusted proxy", "[forwarded]") {
  CHECK(by_x("203.0.113.7") == "203.0.113.7");
  CHECK(by_x("1.2.3.4, 203.0.113.7") == "203.0.113.7");
  CHECK(by_x("1.2.3.4, 203.0.113.7, 10.0.0.2") == "203.0.113.7");
  CHECK(by_x("1.2.3.4,203.0.113.7 ,10.0.0.3, 10.0.0.2") == "203.0.113.7");
  CHECK(by_x("10.0.0.3, 10.0.0.2") == "10.0.0.3");        // somebody at a proxy itself
  CHECK(by_x("nonsense, 203.0.113.7") == "203.0.113.7");  // what the client wrote need not be right
  CHECK(by_x("\"; drop, 203.0.113.7") == "203.0.113.7");
  CHECK(by_x(std::string(4000, 'x') + ", 203.0.113.7") == "203.0.113.7");
  CHECK(by_standard("for=1.2.3.4, for=203.0.113.7;proto=https") == "203.0.113.7");
  CHECK(by_standard("for=\"open, for=203.0.113.7") == "203.0.113.7");
  CHECK(by_standard("for=1.2.3.4, for=203.0.113.7, for=10.0.0.2") == "203.0.113.7");
}

TEST_CASE("a hop is read however proxies write addresses", "[forwarded]") {
  CHECK(by_x("203.0.113.7:4711") == "203.0.113.7");
  CHECK(by_x("2001:db8::7") == "2001:db8::7");
  CHECK(by_x("[2001:DB8::7]") == "2001:db8::7");
  CHECK(by_x("[2001:db8::7]:4711") == "2001:db8::7");
  CHECK(by_x("::ffff:203.0.113.7") == "203.0.113.7");
  CHECK(by_standard("for=203.0.113.7") == "203.0.113.7");
  CHECK(by_standard("For=\"203.0.113.7:4711\"") == "203.0.113.7");
  CHECK(by_standard("by=10.0.0.1;FOR=\"[2001:db8::7]:4711\";host=visit.example.org;proto=https") ==
        "2001:db8::7");
  CHECK(by_standard("proto=https; for=203.0.113.7;") == "203.0.113.7");
}

TEST_CASE("what cannot be understood counts for the proxy, and takes nobody else's account", "[forwarded]") {
  for (const char* list : {",",
                           " ",
                           "unknown",
                           "203.0.113.7,",
                           "203.0.113.7, ",
                           "203.0.113.7, unknown",
                           "203.0.113",
                           "203.0.113.256",
                           "203.0.113.7:",
                           "203.0.113.7:x",
                           "203.0.113.7:123456",
                           "[2001:db8::7",
                           "[203.0.113.7]",
                           "[2001:db8::7]x",
                           "2001:db8::7%eth0",
                           "203.0.113.7 203.0.113.8",
                           "for=203.0.113.7",
                           "\"203.0.113.7\"",
                           "localhost",
                           "203.0.113.7;",
                           "0x7f.1"}) {
    INFO(list);
    CHECK(by_x(list) == k_proxy);
  }
  for (const char* list : {",", "for=unknown", "for=_hidden", "for=", "for", "=203.0.113.7", "by=203.0.113.7",
                           "for=203.0.113.7;for=203.0.113.8", "for=\"203.0.113.7", "for=\"203.0.113.7\"x",
                           "for=2001:db8::7x", "203.0.113.7", "for=203.0.113.7;;", "for=203.0.113.7;x"}) {
    INFO(list);
    CHECK(by_standard(list) == k_proxy);
  }
  CHECK(by_x(std::string(9000, ' ') + ", 203.0.113.7") == k_proxy);  // bounded
  std::string many;
  for (int i = 0; i < 40; ++i) many += "10.0.0.2, ";
  CHECK(by_x("203.0.113.7, " + many + "10.0.0.2") == k_proxy);
}

TEST_CASE("a header that the proxy does not write cannot be used to choose an address", "[forwarded]") {
  const auto proxies = trust({"10.0.0.0/28"});
  const auto both = [&](std::string_view x, std::string_view standard) {
    return client_address(k_proxy, {.x_forwarded_for = x, .forwarded = standard}, proxies);
  };
  CHECK(both("203.0.113.7", "for=203.0.113.7") == "203.0.113.7");
  CHECK(both("203.0.113.7", "for=198.51.100.9") == k_proxy);
  CHECK(both("203.0.113.7", "nonsense") == k_proxy);
  CHECK(both("nonsense", "for=203.0.113.7") == k_proxy);
}

TEST_CASE("a trusted proxy is an address or a network, and never everybody", "[forwarded]") {
  for (const char* good : {"127.0.0.1", "10.0.0.0/8", "::1", "fd00:1::/64", "192.0.2.7/32"}) {
    INFO(good);
    CHECK(parse_network(good));
  }
  for (const char* bad :
       {"", "0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/7", "2000::/3", "10.0.0.1/8", "10.0.0.0/33",
        "10.0.0", "proxy.example", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8/8", "127.0.0.1:80", "[::1]"}) {
    INFO(bad);
    CHECK_FALSE(parse_network(bad).has_value());
  }
}
