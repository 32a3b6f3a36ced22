#include "base/web_address.hpp"

#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace sangdam::base;

namespace {

using Table = std::vector<std::pair<std::string, std::string>>;

template <class Parse>
void check_good(const Table& table, Parse parse) {
  for (const auto& [written, normal] : table) {
    INFO(written);
    const auto result = parse(written);
    REQUIRE(result);
    CHECK(*result == normal);
    CHECK(*parse(*result) == *result);  // the one form is its own
  }
}

/// Refused, with these words in the sentence.
template <class Parse>
void check_bad(const Table& table, Parse parse) {
  for (const auto& [written, words] : table) {
    INFO(written);
    const auto result = parse(written);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == "address-invalid");
    INFO(result.error().message);
    CHECK(result.error().message.find(words) != std::string::npos);
    CHECK(result.error().message.find("Write it like") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("a public address is brought into the one form that browsers name it by", "[address]") {
  check_good({{"https://visit.example.org", "https://visit.example.org"},
              {"https://visit.example.org/", "https://visit.example.org"},
              {"https://visit.example.org//", "https://visit.example.org"},
              {"HTTPS://Visit.Example.ORG/", "https://visit.example.org"},
              {"https://visit.example.org:443", "https://visit.example.org"},
              {"https://visit.example.org:443/", "https://visit.example.org"},
              {"https://visit.example.org:8443/", "https://visit.example.org:8443"},
              {"https://visit.example.org:08443", "https://visit.example.org:8443"},
              {"https://visit.example.org.", "https://visit.example.org"},
              {"https://192.168.0.10:8443", "https://192.168.0.10:8443"},
              {"https://[2001:DB8:0:0::1]:8443/", "https://[2001:db8::1]:8443"},
              {"https://[2001:db8::1]", "https://[2001:db8::1]"},
              {"https://상담.example.org", "https://xn--jk1bs5x.example.org"},
              {"https://bücher.example", "https://xn--bcher-kva.example"},
              {"https://visit。example。org", "https://visit.example.org"},
              {"https://kiosk", "https://kiosk"},
              {"https://clinic_1.local:8443", "https://clinic_1.local:8443"}},
             parse_public_address);
}

TEST_CASE("a public address that phones could not open is refused with what is wrong", "[address]") {
  check_bad({{"visit.example.org", "does not begin with https://"},
             {"visit.example.org:8443", "does not begin with https://"},
             {"http://visit.example.org", "does not begin with https://"},
             {"wss://visit.example.org", "does not begin with https://"},
             {"https:/visit.example.org", "does not begin with https://"},
             {"https://", "has no host"},
             {"https:///", "has no host"},
             {"https://:8443", "neither a name nor an IP address"},
             {"https://visit.example.org/join", "has a path"},
             {"https://visit.example.org/?code=1", "a ? or a #"},
             {"https://visit.example.org#x", "a ? or a #"},
             {"https://admin@visit.example.org", "user name"},
             {"https://admin:pw@visit.example.org", "user name"},
             {"https://visit.example.org:", "port"},
             {"https://visit.example.org:0", "port"},
             {"https://visit.example.org:65536", "port"},
             {"https://visit.example.org:+443", "port"},
             {"https://visit.example.org:84 43", "blank"},
             {"https://visit example.org", "blank"},
             {"https://visit\xC2\xA0.example.org", "neither a name"},
             {"\"https://visit.example.org\"", "quote"},
             {"https://visit.example.org\\", "another character"},
             {"https://2001:db8::1", "brackets"},
             {"https://[2001:db8::1", "brackets"},
             {"https://[visit.example.org]", "brackets"},
             {"https://[fe80::1%eth0]", "brackets"},
             {"https://[]", "brackets"},
             {"https://192.168.0.300", "neither a name"},
             {"https://192.168.1", "neither a name"},
             {"https://0x7f000001", "neither a name"},
             {"https://0.0.0.0:8443", "everywhere"},
             {"https://[::]:8443", "everywhere"},
             {"https://-visit.example.org", "neither a name"},
             {"https://visit..org", "neither a name"},
             {"https://" + std::string(64, 'a') + ".org", "neither a name"},
             {"https://" + std::string(600, 'a'), "another character"},
             {"https://visit.example.org, https://b.example", "blank"},
             {"https://\xFF.example", "another character"},
             {"", "does not begin"}},
            parse_public_address);
}

TEST_CASE("a gateway's address is encrypted, or on this very machine", "[address]") {
  check_good({{"wss://visit.example.org", "wss://visit.example.org"},
              {"WSS://Visit.example.org:443/", "wss://visit.example.org"},
              {"wss://visit.example.org:8443/ws/kiosk", "wss://visit.example.org:8443"},
              {"wss://visit.example.org/ws/kiosk/", "wss://visit.example.org"},
              {"wss://[2001:db8::1]:8443", "wss://[2001:db8::1]:8443"},
              {"ws://127.0.0.1:8080", "ws://127.0.0.1:8080"},
              {"ws://localhost", "ws://localhost"},
              {"ws://[::1]:8080", "ws://[::1]:8080"}},
             parse_gateway_address);
  check_bad({{"https://visit.example.org", "does not begin with wss://"},
             {"visit.example.org", "does not begin with wss://"},
             {"ws://visit.example.org", "not encrypted"},
             {"ws://localhost.evil.example", "not encrypted"},
             {"ws://127.0.0.1.evil.example", "not encrypted"},
             {"ws://127.0.0.1@evil.example", "user name"},
             {"wss://visit.example.org/ws/patient", "has a path"},
             {"wss://visit.example.org?x", "a ? or a #"}},
            parse_gateway_address);
}

TEST_CASE("the address of a STUN or TURN server is checked as the RFCs have it", "[address]") {
  const auto parse = [](std::string_view written) -> Result<std::string> {
    const auto address = parse_ice_address(written);
    if (!address) return tl::unexpected<Failure>(address.error());
    return address->text();
  };
  check_good({{"stun:stun.example.org", "stun:stun.example.org:3478"},
              {"STUN:Stun.Example.org:19302", "stun:stun.example.org:19302"},
              {"turn:turn.example.org?transport=UDP", "turn:turn.example.org:3478?transport=udp"},
              {"turns:turn.example.org", "turns:turn.example.org:5349"},
              {"turns:[2001:DB8::1]:443?transport=tcp", "turns:[2001:db8::1]:443?transport=tcp"},
              {"turn:192.0.2.1:80", "turn:192.0.2.1:80"}},
             parse);
  check_bad({{"hello", "no stun:, turn: or turns:"},
             {"", "no stun:"},
             {"http://stun.example.org", "does not begin with stun:"},
             {"stuns:stun.example.org", "does not begin with stun:"},
             {"stun.example.org:3478", "does not begin with stun:"},
             {"stun://stun.example.org", "has // after its scheme"},
             {"stun:", "neither a name"},
             {"stun::3478", "neither a name"},
             {"stun:h:0", "port"},
             {"stun:h:", "port"},
             {"stun:h:65536", "port"},
             {"stun:h:1x", "port"},
             {"stun:h?transport=udp", "only TURN has"},
             {"turn:h?transport=sctp", "only TURN has"},
             {"turn:h?", "only TURN has"},
             {"turn:user:pw@h", "user name"},
             {"turn:h/x", "something after"},
             {"turn:2001:db8::1", "brackets"},
             {"turn:[2001:db8::1", "brackets"},
             {"turn:[h]", "neither a name"},
             {"stun:h h", "blank"},
             {"stun:\xE2\x80\x9Ch\xE2\x80\x9D", "neither a name"},
             {"stun:stun\xE2\x80\x93"
              "1.example.org",
              "neither a name"},
             {"stun:300.1.1.1", "neither a name"}},
            parse);
}

TEST_CASE("where to listen is an IP address with a port", "[address]") {
  CHECK(*parse_listen("0.0.0.0:8443") == HostPort{"0.0.0.0", 8443});
  CHECK(*parse_listen("[::]:443") == HostPort{"::", 443});
  CHECK(*parse_listen("[0:0::1]:0") == HostPort{"::1", 0});
  for (const char* bad :
       {"", ":8443", "8443", "0.0.0.0", "0.0.0.0:", "0.0.0.0:65536", "0.0.0.0:x", "0.0.0.0:-1",
        "localhost:8443", "*:8443", ":::8443", "[::]", "[::]8443", "[::]:8443 ", "[0.0.0.0]:1",
        "[fe80::1%eth0]:8443", "192.168.0.300:8443", "10.1:8443", "https://0.0.0.0:8443"}) {
    INFO(bad);
    CHECK_FALSE(parse_listen(bad).has_value());
  }
}

TEST_CASE("an authority is read as a Host header has it", "[address]") {
  CHECK(parse_authority("Visit.Example.org", 443) == HostPort{"visit.example.org", 443});
  CHECK(parse_authority("[::1]:8443", 443) == HostPort{"::1", 8443});
  CHECK(parse_authority("192.0.2.1:443", {}) == HostPort{"192.0.2.1", 443});
  CHECK_FALSE(parse_authority("visit.example.org", {}));
  for (const char* bad :
       {"", ":443", "a b", "a,b", "a:443:1", "::1", "[::1", "[::1]x", "a/b", "u@h", "a:", "a:0"}) {
    INFO(bad);
    CHECK_FALSE(parse_authority(bad, 443));
  }
}

TEST_CASE("loopback is told from what only looks like it", "[address]") {
  for (const char* own : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) CHECK(is_loopback_host(own));
  for (const char* other : {"localhost.example", "128.0.0.1", "::2", "127.0.0.1.example", ""})
    CHECK_FALSE(is_loopback_host(other));
}
