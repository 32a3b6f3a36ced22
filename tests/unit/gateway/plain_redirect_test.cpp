#include "gateway/plain_redirect.hpp"

#include "support/catch.hpp"

using namespace sangdam::gateway;

namespace {

std::string to_itself(const std::string& host) { return host == "evil.example" ? "" : "https://" + host; }

std::string location(const std::string& request) {
  const auto answer = answer_plain_http(request, to_itself);
  REQUIRE(answer);
  constexpr std::string_view k_name = "Location: ";
  const auto begin = answer->find(k_name);
  if (begin == std::string::npos) return answer->substr(0, answer->find("\r\n"));
  CHECK(answer->starts_with("HTTP/1.1 307 "));
  return answer->substr(begin + k_name.size(), answer->find("\r\n", begin) - begin - k_name.size());
}

}  // namespace

TEST_CASE("plain HTTP is redirected to the same place over TLS", "[redirect]") {
  CHECK(location("GET / HTTP/1.1\r\nHost: 192.0.2.7:8443\r\n\r\n") == "https://192.0.2.7:8443/");
  CHECK(location("GET / HTTP/1.1\r\nhost:  Clinic.Example \r\nX: y\r\n\r\n") == "https://clinic.example/");
  CHECK(location("HEAD /style.css HTTP/1.1\r\nHost: [2001:db8::7]:8443\r\n\r\n") ==
        "https://[2001:db8::7]:8443/style.css");
  CHECK(location("GET /?code=482731906 HTTP/1.1\r\nHost: a\r\n\r\n") ==
        "https://a/");  // it went in the clear
}

TEST_CASE("a redirect leads nowhere a path of the page does not", "[redirect]") {
  CHECK(location("GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n") == "https://a/");
  CHECK(location("GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n") == "https://a/");
  CHECK(location("GET /\\evil HTTP/1.1\r\nHost: a\r\n\r\n") == "https://a/");
  CHECK(location("GET /%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: a\r\n\r\n") == "https://a/");
  CHECK(location("GET /" + std::string(1000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == "https://a/");
}

TEST_CASE("what is no plain request of a browser gets an error and nothing else", "[redirect]") {
  const std::string bad = "HTTP/1.1 400 Bad Request";
  CHECK(location("\r\n\r\n") == bad);
  CHECK(location("GET\r\n\r\n") == bad);
  CHECK(location("GET /\r\nHost: a\r\n\r\n") == bad);
  CHECK(location("POST / HTTP/1.1\r\nHost: a\r\n\r\n") == bad);
  CHECK(location("GET / HTTP/1.1\r\n\r\n") == bad);                        // no Host
  CHECK(location("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == bad);  // two
  CHECK(location("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == bad);
  CHECK(location("GET / HTTP/1.1\r\nHost: a\"\r\n\r\n") == bad);
  CHECK(location("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n") == bad);  // not ours
  CHECK(location("GET / HTTP/1.1\r\nHost: " + std::string(300, 'a') + "\r\n\r\n") == bad);
  CHECK(location("SSH-2.0-x\r\n\r\n") == bad);
}

TEST_CASE("an unfinished request waits, up to a size", "[redirect]") {
  CHECK_FALSE(answer_plain_http("GET / HTTP/1.1\r\nHost: a\r\n", to_itself));
  CHECK_FALSE(answer_plain_http("", to_itself));
  CHECK_FALSE(answer_plain_http(std::string(k_max_plain_request_bytes - 1, 'x'), to_itself));
  CHECK(answer_plain_http(std::string(k_max_plain_request_bytes, 'x'), to_itself)
            ->starts_with("HTTP/1.1 431 "));
}
