#include "pipelines/ice_url.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {

TEST_CASE("ICE servers become the URLs webrtcbin takes", "[ice]") {
  CHECK(to_webrtcbin_url({"stun:stun.example.org", "", ""})->url == "stun://stun.example.org:3478");
  CHECK(to_webrtcbin_url({"stun:192.0.2.1:19302", "", ""})->url == "stun://192.0.2.1:19302");
  CHECK(to_webrtcbin_url({"turn:turn.example.org", "u", "p"})->url == "turn://u:p@turn.example.org:3478");
  CHECK(to_webrtcbin_url({"turns:turn.example.org", "u", "p"})->url == "turns://u:p@turn.example.org:5349");
  CHECK(to_webrtcbin_url({"turn:[2001:db8::1]:80?transport=tcp", "u", "p"})->url ==
        "turn://u:p@[2001:db8::1]:80?transport=tcp");
  CHECK(to_webrtcbin_url({"turn:h:1", "u", "p"})->kind == IceUrlKind::turn);
  CHECK(to_webrtcbin_url({"stun:h", "", ""})->kind == IceUrlKind::stun);
}

TEST_CASE("Time-limited credentials are escaped", "[ice]") {
  CHECK(to_webrtcbin_url({"turn:h:3478?transport=udp", "1700000000:kiosk", "a+b/c=="})->url ==
        "turn://1700000000%3Akiosk:a%2Bb%2Fc%3D%3D@h:3478?transport=udp");
  CHECK(to_webrtcbin_url({"turn:h", "a@b", "p?q#r"})->url == "turn://a%40b:p%3Fq%23r@h:3478");
}

TEST_CASE("An unusable ICE server is named without its secret", "[ice]") {
  using consultation::IceServer;
  for (const IceServer& bad :
       {IceServer{"", "", ""}, IceServer{"stun", "", ""}, IceServer{"http://h", "", ""},
        IceServer{"stun:", "", ""}, IceServer{"stun:h:0", "", ""}, IceServer{"stun:h:65536", "", ""},
        IceServer{"stun:h:1x", "", ""}, IceServer{"stun:h:", "", ""},
        IceServer{"stun:h?transport=udp", "", ""}, IceServer{"turn:h?transport=sctp", "u", "p"},
        IceServer{"turn:h", "", "secret"}, IceServer{"turn:h", "u", ""}, IceServer{"turn:a@b", "u", "secret"},
        IceServer{"turn:h/x", "u", "secret"}, IceServer{"stun:[]", "", ""}, IceServer{"stun:h h", "", ""},
        IceServer{"turn:h", std::string(600, 'u'), "secret"},
        IceServer{"stun:" + std::string(600, 'h'), "", ""}}) {
    INFO(bad.url);
    const auto result = to_webrtcbin_url(bad);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == "ice-url-invalid");
    CHECK(result.error().message.find("secret") == std::string::npos);
  }
}

}  // namespace sangdam::pipelines
