// Whom the gateway believes that it is meant (Host), where a page is from (Origin), whom a proxy speaks for,
// and that every answer, whoever makes it, carries the headers that keep a browser safe.
#include "base/web_address.hpp"
#include "gateway/local_address.hpp"
#include "gateway/security_headers.hpp"
#include "integration/gateway/client.hpp"
#include "integration/gateway/raw_client.hpp"

using namespace sangdam;
using namespace sangdam::tests;

namespace {

struct Asked {
  const char* what;
  std::string request;
  int status;
};

int status_of(const std::string& head) {
  return head.size() > 12 && head.starts_with("HTTP/1.") ? std::stoi(head.substr(9, 3)) : 0;
}

/// A request with one Host header, and with what makes it a WebSocket's.
std::string get(const std::string& path, const std::string& host, const std::string& headers = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n";
}
std::string socket_of(const std::string& path, const std::string& host, const std::string& headers) {
  return get(path, host,
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
             "Sec-WebSocket-Version: 13\r\n" +
                 headers);
}

void check_all(const gateway::Server& server, const std::vector<Asked>& table) {
  for (const Asked& each : table) {
    INFO(each.what);
    RawClient client(server);
    const std::string head = client.ask(each.request);
    INFO(head);
    CHECK(status_of(head) == each.status);
    for (const auto& [name, value] : gateway::k_security_headers) {
      INFO(name);
      // The page's own policy lets more in; it is checked to the letter with the page.
      const std::string begin = name == "Content-Security-Policy" ? "default-src 'none'" : std::string(value);
      CHECK(head.find("\r\n" + std::string(name) + ": " + begin) != std::string::npos);
    }
    CHECK(head.find("Strict-Transport-Security: max-age=31536000") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("every answer carries the security headers, errors of the HTTP library included",
          "[gateway][host]") {
  const Site site;
  auto config = site.config();
  config.trusted_certificate = true;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  const std::string own = "127.0.0.1:" + std::to_string(server.port());
  const std::string origin = "Origin: https://" + own + "\r\n";
  const std::string token = "Authorization: Bearer " + k_kiosk_token + "\r\n";
  check_all(server,
            {
                {"the page", get("/", own), 200},
                {"the page, in HTTP/1.0", "GET / HTTP/1.0\r\nHost: " + own + "\r\n\r\n", 200},
                {"the page, not changed", get("/", own, "If-None-Match: *\r\n"), 304},
                {"what is not there", get("/nothing", own), 404},
                {"another method", "POST / HTTP/1.1\r\nHost: " + own + "\r\nContent-Length: 0\r\n\r\n", 405},
                {"TRACE", "TRACE / HTTP/1.1\r\nHost: " + own + "\r\n\r\n", 405},
                {"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: " + own + "\r\n\r\n", 404},
                {"a proxy's method", "CONNECT a:1 HTTP/1.1\r\nHost: " + own + "\r\n\r\n", 400},
                {"a patient without an upgrade", get("/ws/patient", own, origin), 426},
                {"a kiosk without an upgrade", get("/ws/kiosk", own, token), 426},
                {"a kiosk without a token", socket_of("/ws/kiosk", own, ""), 401},
                {"a kiosk with two tokens", socket_of("/ws/kiosk", own, token + token), 401},
                {"a patient", socket_of("/ws/patient", own, origin), 101},
                {"a page of somebody else's",
                 socket_of("/ws/patient", own, "Origin: https://evil.example\r\n"), 403},
                {"a page without an origin", socket_of("/ws/patient", own, ""), 403},
                {"a page of a file", socket_of("/ws/patient", own, "Origin: null\r\n"), 403},
                {"two origins", socket_of("/ws/patient", own, origin + origin), 403},
                {"an upgrade without its key",
                 get("/ws/patient", own, origin + "Upgrade: websocket\r\nConnection: Upgrade\r\n"), 400},
                {"another host", get("/", "evil.example"), 421},
                {"another host, for a socket",
                 socket_of("/ws/patient", "evil.example", "Origin: https://evil.example\r\n"), 421},
                {"another host, for a kiosk", socket_of("/ws/kiosk", "evil.example", token), 421},
                {"another port", get("/", "127.0.0.1:1"), 421},
                {"no port", get("/", "127.0.0.1"), 421},
                {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
                {"no host, in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400},
                {"an empty host", get("/", ""), 400},
                {"a host twice", get("/", own, "Host: " + own + "\r\n"), 400},
                {"a second, other host", get("/", own, "Host: evil.example\r\n"), 400},
                {"a host with a user", get("/", "a@" + own), 400},
                {"a host with a path", get("/", own + "/x"), 400},
                {"another host in the request line", get("http://evil.example/", own), 400},
                {"another host in the header", get("http://" + own + "/", "evil.example"), 400},
                {"a host in the request line only", "GET http://" + own + "/ HTTP/1.1\r\n\r\n", 400},
                {"a user in the request line", get("http://a@" + own + "/", own), 400},
                {"a path that is none", get("nothing", own), 400},
                {"no HTTP at all", "hello\r\n\r\n", 400},
                {"another HTTP", "GET / HTTP/2.0\r\nHost: " + own + "\r\n\r\n", 505},
                {"an expectation", get("/", own, "Expect: nonsense\r\n"), 417},
                {"a coding that is not known",
                 "POST / HTTP/1.1\r\nHost: " + own + "\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
            });
}

TEST_CASE("with a public address, Host and Origin may be that and nothing else that was merely asked for",
          "[gateway][host]") {
  const Site site;
  auto config = site.config();
  config.trusted_certificate = true;
  config.public_address = "https://visit.example.org";
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  const std::string loopback = "127.0.0.1:" + std::to_string(server.port());
  const auto from = [](const std::string& origin) { return "Origin: " + origin + "\r\n"; };
  check_all(server,
            {
                {"both agree with the settings",
                 socket_of("/ws/patient", "visit.example.org", from("https://visit.example.org")), 101},
                {"the port written out",
                 socket_of("/ws/patient", "Visit.example.org:443", from("https://visit.example.org")), 101},
                {"both agree with each other only",
                 socket_of("/ws/patient", "evil.example", from("https://evil.example")), 421},
                {"a proxy that rewrites Host",
                 socket_of("/ws/patient", loopback, from("https://visit.example.org")), 101},
                {"a page of somebody else's",
                 socket_of("/ws/patient", "visit.example.org", from("https://evil.example")), 403},
                {"a page over plain HTTP",
                 socket_of("/ws/patient", "visit.example.org", from("http://visit.example.org")), 403},
                {"another machine's address", get("/", "192.0.2.7"), 421},
                {"a host with more at its end", get("/", "visit.example.org.evil.example"), 421},
            });
  RawClient client(server);
  const std::string head = client.ask(get("/", loopback));
  CHECK(head.find("connect-src 'self' wss://" + loopback + " wss://visit.example.org;") != std::string::npos);
}

TEST_CASE("this machine's own addresses are let in where nothing is set", "[gateway][host]") {
  const Site site;
  auto config = site.config();
  config.address = "::";
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  const std::string port = std::to_string(server.port());
  std::vector<std::string> hosts{"sangdam.local", "localhost"};
  for (const auto& each : gateway::read_interfaces()) hosts.push_back(base::host_in_url(each.address));
  for (const std::string& host : hosts) {
    INFO(host);
    RawClient client(server);
    CHECK(status_of(client.ask(get("/", host + ":" + port))) == 200);
  }
}

TEST_CASE("unless told otherwise, the gateway is heard by IPv4 and, where there is any, by IPv6",
          "[gateway][host]") {
  const Site site;
  auto config = site.config();
  config.address = gateway::Config().address;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  for (const auto& each : gateway::read_interfaces()) {
    if (each.kind != gateway::InterfaceKind::loopback) continue;
    INFO(each.address);
    const auto client = base::Ref<GSocketClient>::adopt(g_socket_client_new());
    g_socket_client_set_enable_proxy(client.get(), FALSE);
    CHECK(base::Ref<GSocketConnection>::adopt(g_socket_client_connect_to_host(
        client.get(), each.address.c_str(), server.port(), nullptr, nullptr)));
  }
}

TEST_CASE("a name that this machine has only just got is let in without a restart", "[gateway][host]") {
  struct StandingClock final : base::Clock {
    [[nodiscard]] base::Instant now() const override { return base::SystemClock().now(); }
    [[nodiscard]] base::Moment moment() const override { return at; }
    base::Moment at = base::SystemClock().moment();
  } clock;
  std::vector<std::string> names{"192.0.2.10"};
  int looks = 0;
  const Site site;
  auto config = site.config();
  config.own_names = [&] {
    ++looks;
    return names;
  };
  gateway::Server server(std::move(config), clock);
  REQUIRE(server.start());
  const auto status = [&](const std::string& host) {
    RawClient client(server);
    return status_of(client.ask(get("/", host + ":" + std::to_string(server.port()))));
  };
  CHECK(status("192.0.2.10") == 200);
  CHECK(status("192.0.2.11") == 421);
  names = {"192.0.2.11"};  // a new lease
  const int before = looks;
  CHECK(status("192.0.2.11") == 421);
  CHECK(looks == before);  // a flood of wrong names reads the interfaces no more often than this
  clock.at += std::chrono::seconds(2);
  CHECK(status("192.0.2.11") == 200);
  CHECK(status("192.0.2.10") == 421);
  names = {"192.0.2.12"};
  server.follow_network();  // told, it knows at once
  CHECK(status("192.0.2.12") == 200);
}

TEST_CASE("behind a trusted proxy, one client's connections and guesses are his own", "[gateway][host]") {
  const Site site;
  auto config = site.config();
  config.public_address = "https://visit.example.org";
  config.connections.per_address = 2;
  config.connections.trusted_proxies = gateway::TrustedProxies({*gateway::parse_network("127.0.0.1")});
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  const auto connect = [&](const std::string& forwarded) {
    return Client(server, "/ws/patient",
                  {{"Origin", "https://visit.example.org"}, {"X-Forwarded-For", forwarded}});
  };
  Client innocent = connect("203.0.113.8");
  Client first = connect("203.0.113.7");
  Client second = connect("6.6.6.6, 203.0.113.7");  // what he writes himself does not help
  Client third = connect("203.0.113.7");
  CHECK(first.closed());  // he makes room for himself
  CHECK(second.is_open());
  CHECK(third.connected());
  CHECK(innocent.is_open());

  for (int i = 0; i < 8; ++i) {
    third.send(protocol::PatientMessage(protocol::Join{other_code(kiosk.code), "ko", std::nullopt}));
    third.next();
  }
  third.send(protocol::PatientMessage(protocol::Join{kiosk.code, "ko", std::nullopt}));
  CHECK_FALSE(std::holds_alternative<protocol::Joined>(third.next_for_patient()));
  CHECK(join(innocent, kiosk.code).size() == 32);
}

TEST_CASE("what anybody says of whom he speaks for is not believed", "[gateway][host]") {
  const Site site;
  auto config = site.config();
  config.connections.trusted_proxies = gateway::TrustedProxies({*gateway::parse_network("192.0.2.1")});
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  const std::string origin = "https://127.0.0.1:" + std::to_string(server.port());
  // A guesser who claims another address each time stays one guesser.
  for (int i = 0; i < 8; ++i) {
    Client guesser(server, "/ws/patient",
                   {{"Origin", origin}, {"X-Forwarded-For", "203.0.113." + std::to_string(i)}});
    guesser.send(protocol::PatientMessage(protocol::Join{other_code(kiosk.code), "ko", std::nullopt}));
    guesser.next();
  }
  Client guesser(server, "/ws/patient", {{"Origin", origin}, {"Forwarded", "for=203.0.113.99"}});
  guesser.send(protocol::PatientMessage(protocol::Join{kiosk.code, "ko", std::nullopt}));
  CHECK_FALSE(std::holds_alternative<protocol::Joined>(guesser.next_for_patient()));
}
