#include "pipelines/fingerprint.hpp"

#include <string>

#include "pipelines/gst_handles.hpp"
#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

// Made with "openssl req -x509 -newkey ec", the digests with "openssl x509 -fingerprint": not by the code
// under test.
const std::string k_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdjCCAR2gAwIBAgIUT995DPfbfzdX1rjT602uCXJK7SAwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGV2ViUlRDMB4XDTI2MTEyMjA4NTYyMloXDTM2MTExOTA4NTYy\n"
    "MlowETEPMA0GA1UEAwwGV2ViUlRDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
    "3br1miJZxpZpCPaDANMRI/jhhUtwUgyl+a9Bq4bnwHDAJT2kKqlnRBCX0Co9wpOQ\n"
    "0KpxfwrY9hzj0D8VDBVs3aNTMFEwHQYDVR0OBBYEFKSdr0gRY04yLU5wLp4/gWC+\n"
    "t8tjMB8GA1UdIwQYMBaAFKSdr0gRY04yLU5wLp4/gWC+t8tjMA8GA1UdEwEB/wQF\n"
    "MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgQ+qlJ7DzXaAtY8FkrfbYvOuCiYmeaRIe\n"
    "kDn6vp1ftUsCICOjLrcC/71uM10E8A7x1aHCYw3kihvg+9+xy+ewYzn3\n"
    "-----END CERTIFICATE-----\n";
const std::string k_sha256 =
    "sha-256 44:1D:85:EF:42:31:B0:1C:0D:7C:59:90:C7:F6:E5:09:36:FA:1A:2B:B6:F4:D6:82:E8:46:16:A7:1B:E9:0C:EB";
const std::string k_sha384 =
    "sha-384 "
    "30:91:02:0C:03:9B:52:1E:0A:DA:E9:5D:E7:36:54:C8:6E:84:FD:7D:80:8F:84:21:8D:53:3E:44:1C:E6:7C:E5:BF:79:"
    "4C:4B:23:03:69:D9:46:3B:DF:25:C7:F8:D2:A6";
const std::string k_sha512 =
    "sha-512 "
    "66:0D:11:C2:11:DE:74:61:D8:FA:38:11:9C:BB:4F:12:DE:EF:02:68:8D:61:84:03:15:68:B9:A4:CC:7A:33:E4:CE:79:"
    "30:C9:8B:54:68:9F:32:CD:32:6A:67:A5:9E:1E:76:48:9E:F0:6F:54:AD:E3:1E:08:94:F8:77:55:78:3D";

/// The same hash, one digit off.
std::string tampered(std::string value) {
  value.back() = value.back() == '0' ? '1' : '0';
  return value;
}

SdpPtr description(const std::string& session, const std::vector<std::string>& sections) {
  std::string text = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + session;
  for (const std::string& section : sections) text += "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + section;
  GstSDPMessage* sdp = nullptr;
  REQUIRE(gst_sdp_message_new_from_text(text.c_str(), &sdp) == GST_SDP_OK);
  return SdpPtr(sdp);
}
std::string line(const std::string& value) { return "a=fingerprint:" + value + "\r\n"; }

bool accepts(const std::string& session, const std::vector<std::string>& sections) {
  const auto der = der_of_pem(k_pem);
  REQUIRE(der.has_value());
  const auto expected = fingerprints_of(*description(session, sections));
  return expected && certificate_matches(*der, *expected);
}

}  // namespace

TEST_CASE("The right fingerprint is accepted, whatever its hash, place and case", "[fingerprint]") {
  CHECK(accepts(line(k_sha256), {"", ""}));
  CHECK(accepts("", {line(k_sha256), line(k_sha256)}));
  CHECK(accepts("", {line(k_sha384)}));
  CHECK(accepts("", {line(k_sha512)}));
  std::string lower = k_sha256;
  for (char& c : lower) c = static_cast<char>(g_ascii_tolower(c));
  CHECK(accepts("", {line(lower)}));
  CHECK(accepts("", {line("SHA-256" + k_sha256.substr(7))}));
  // A section's own replaces the session's.
  CHECK(accepts(line(tampered(k_sha256)), {line(k_sha256)}));
}

TEST_CASE("A wrong fingerprint anywhere is refused", "[fingerprint]") {
  CHECK_FALSE(accepts("", {line(tampered(k_sha256))}));
  CHECK_FALSE(accepts(line(tampered(k_sha256)), {""}));
  CHECK_FALSE(accepts("", {line(k_sha256), line(tampered(k_sha256))}));
  CHECK_FALSE(accepts(line(k_sha256), {"", line(tampered(k_sha256))}));
}

TEST_CASE("Only the strongest hash of a section counts", "[fingerprint]") {
  CHECK(accepts("", {line(tampered(k_sha256)) + line(k_sha512)}));
  CHECK_FALSE(accepts("", {line(k_sha256) + line(tampered(k_sha512))}));
  // Two of one strength: a certificate being rolled over.
  CHECK(accepts("", {line(tampered(k_sha256)) + line(k_sha256)}));
}

TEST_CASE("A weak or missing fingerprint is no fingerprint", "[fingerprint]") {
  const std::string sha1 = "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33";
  CHECK_FALSE(accepts("", {line(sha1)}));
  CHECK(accepts("", {line(sha1) + line(k_sha256)}));
  // A section that names only a weak one does not fall back on the session's.
  CHECK_FALSE(accepts(line(k_sha256), {line(sha1)}));
  CHECK_FALSE(accepts("", {""}));
  CHECK_FALSE(accepts(line(k_sha256), {}));
  CHECK_FALSE(accepts("", {line(k_sha256), ""}));
  CHECK(fingerprints_of(*description("", {""})).error().code == "fingerprint-missing");
}

TEST_CASE("A malformed fingerprint refuses the whole answer", "[fingerprint]") {
  for (const std::string bad : {"", "sha-256", "sha-256 ", "sha-256 AB", "sha-256 AB:", "sha-256 GG:00",
                                "sha-256 AB-CD", "sha-999 A", "sha-256  AB:CD"}) {
    INFO(bad);
    CHECK_FALSE(parse_fingerprint(bad).has_value());
  }
  CHECK_FALSE(parse_fingerprint(k_sha256 + ":00").has_value());
  CHECK_FALSE(parse_fingerprint(k_sha256.substr(0, k_sha256.size() - 3)).has_value());
  std::string many;
  for (int i = 0; i < 9; ++i) many += line(k_sha256);
  CHECK(fingerprints_of(*description("", {many})).error().code == "fingerprint-malformed");
}

TEST_CASE("Only a certificate is a certificate", "[fingerprint]") {
  CHECK_FALSE(der_of_pem("").has_value());
  CHECK_FALSE(der_of_pem("-----BEGIN CERTIFICATE-----").has_value());
  CHECK_FALSE(der_of_pem("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----").has_value());
  CHECK_FALSE(der_of_pem(std::string(100'000, 'A')).has_value());
  CHECK_FALSE(certificate_matches({}, {{*parse_fingerprint(k_sha256)}}));
  CHECK_FALSE(certificate_matches(*der_of_pem(k_pem), {}));
  CHECK_FALSE(certificate_matches(*der_of_pem(k_pem), {{}}));
}

}  // namespace sangdam::pipelines
