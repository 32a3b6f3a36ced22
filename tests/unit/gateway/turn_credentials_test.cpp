#include "gateway/turn_credentials.hpp"

#include "support/catch.hpp"

using namespace sangdam;
using namespace sangdam::gateway;

TEST_CASE("TURN credentials are what coturn computes from the shared secret", "[turn]") {
  // Reference: printf %s 1764000000:abc | openssl dgst -sha1 -hmac north -binary | base64
  const IceConfig config{
      .stun_urls = {"stun:s.example:3478"},
      .turn_urls = {"turn:t.example:3478?transport=udp", "turns:t.example:5349?transport=tcp"},
      .turn_secret = "north",
      .lifetime = std::chrono::hours(12)};
  const base::Instant now(std::chrono::seconds(1764000000 - 12 * 60 * 60));
  const auto servers = ice_servers_for(config, "abc", now);
  REQUIRE(servers.size() == 3);
  CHECK(servers[0] == protocol::IceServer{"stun:s.example:3478", "", ""});
  CHECK(servers[1].username == "1764000000:abc");
  CHECK(servers[1].credential == "UVhq3toqj3qX8yJzBbHLxqEgjpU=");
  CHECK(servers[2].credential == servers[1].credential);
}

TEST_CASE("without a secret no TURN server is handed out", "[turn]") {
  CHECK(ice_servers_for({.stun_urls = {}, .turn_urls = {"turn:t.example"}, .turn_secret = ""}, "a", {})
            .empty());
}
