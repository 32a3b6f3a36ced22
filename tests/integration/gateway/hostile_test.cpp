#include <fmt/format.h>

#include "integration/gateway/client.hpp"
#include "integration/gateway/raw_client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using namespace std::chrono_literals;
using protocol::KioskMessage;
using protocol::PatientMessage;

namespace {

/// A visit under way beside the offender: whatever the offender does, it must go on.
struct Bystander {
  explicit Bystander(const gateway::Server& server) : kiosk(server), patient(Client::patient(server)) {
    kiosk.open();
    token = join(patient, kiosk.code);
    seat = kiosk.next<protocol::Arrived>().seat.seat;
  }
  void check_undisturbed() {
    patient.send(PatientMessage(protocol::RequestOffer{1}));
    CHECK(kiosk.next<protocol::FromPatient>().seat == seat);
    kiosk.link.send(KioskMessage(protocol::ToPatient{kiosk.session, seat, protocol::Status{"waiting", ""}}));
    CHECK(std::holds_alternative<protocol::Status>(patient.next_for_patient()));
  }
  Kiosk kiosk;
  Client patient;
  std::string token;
  std::string seat;
};

void check_closed(Client& offender, const std::string& code, unsigned close_code = 4000) {
  CHECK(offender.next_error() == code);
  REQUIRE(offender.closed());
  CHECK(offender.close_code() == close_code);
  CHECK(offender.close_reason() == code);
}

}  // namespace

TEST_CASE("a bad message closes who sent it, with its code, and nobody else", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Bystander visit(server);
  const auto offend = [&](const std::string& text, const std::string& code) {
    INFO(text.substr(0, 80));
    Client offender = Client::patient(server);
    REQUIRE(offender.connected());
    offender.send_text(text);
    check_closed(offender, code);
  };
  offend("{", "malformed");
  offend("[]", "malformed");
  offend(std::string(2000, '['), "malformed");
  offend(R"({"type":"join","v":1,"code":"1","language":"ko"})", "malformed");
  offend(R"({"type":"join","v":7})", "version-unsupported");
  offend(R"({"type":"offer","peer":1,"sdp":"v=0"})", "unexpected");
  offend(R"({"type":"session-close","session":"x"})", "unexpected");
  offend(protocol::encode(PatientMessage(protocol::Leave{})), "unexpected");  // before join
  visit.check_undisturbed();
  // Only with a seat may a client send that much at all.
  visit.patient.send_text(fmt::format(R"({{"type":"ping","x":"{}"}})", std::string(70'000, 'x')));
  check_closed(visit.patient, "too-large", 1009);
}

TEST_CASE("joining twice is unexpected", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Bystander visit(server);
  visit.patient.send(PatientMessage(protocol::Join{visit.kiosk.code, "ko", std::nullopt}));
  check_closed(visit.patient, "unexpected");
  visit.kiosk.next<protocol::Away>();
}

TEST_CASE("binary messages are malformed", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Client offender = Client::patient(server);
  offender.send_binary("{\"type\":\"ping\"}");
  check_closed(offender, "malformed");
}

TEST_CASE("who sends faster than allowed is closed", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Bystander visit(server);
  Client offender = Client::patient(server);
  for (int i = 0; i < 600; ++i) offender.send(PatientMessage(protocol::Ping{}));
  std::string last;
  int pongs = 0;
  while ((last = offender.next()) == protocol::encode(protocol::GatewayToPatient(protocol::Pong{}))) ++pongs;
  CHECK(pongs >= 210);  // its own ten and the common 200
  CHECK(pongs < 600);
  CHECK(last.find("too-fast") != std::string::npos);
  REQUIRE(offender.closed());
  CHECK(offender.close_reason() == "too-fast");
  visit.check_undisturbed();
}

TEST_CASE("a message far over the limit ends the connection before it is stored", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Bystander visit(server);
  Client offender = Client::patient(server);
  offender.send_text(std::string(8 * 1024 * 1024, 'x'));
  REQUIRE(offender.closed());
  visit.check_undisturbed();
}

TEST_CASE("a message without end, in small fragments, is cut off", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Bystander visit(server);
  RawClient offender(server);
  offender.upgrade();
  // RFC 6455, 5.2 and 5.4: "text, to be continued", then continuations, 1,000 bytes each, masked with zeros.
  const auto fragment = [](char opcode) {
    return std::string{opcode, '\xFE', '\x03', '\xE8'} + std::string(4, '\0') + std::string(1000, 'x');
  };
  std::string pending = fragment(1);
  std::size_t sent = 0;
  REQUIRE(run_until([&] {
    sent += offender.write(pending);
    if (pending.empty()) pending = fragment(0);
    offender.read();
    g_main_context_iteration(nullptr, FALSE);  // server and client share this loop
    g_main_context_wakeup(nullptr);
    return offender.ended();
  }));
  CHECK(sent < 16 * 1024 * 1024);  // the limit is 16 KiB; the rest sat in socket buffers
  visit.check_undisturbed();
}

TEST_CASE("a page of another site cannot use a visitor's browser to try codes", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const auto status = [&](const std::vector<std::pair<std::string, std::string>>& headers) {
    return Client(server, "/ws/patient", headers).http_status();
  };
  const std::string port = std::to_string(server.port());
  CHECK(status({{"Origin", "https://evil.example"}}) == 403);
  CHECK(status({{"Origin", "http://127.0.0.1:" + port}}) == 403);
  CHECK(status({{"Origin", "https://127.0.0.1:" + port + ".evil.example"}}) == 403);
  CHECK(status({}) == 403);
  CHECK(status({{"Origin", "https://127.0.0.1:" + port}}) == 101);
}

TEST_CASE("a kiosk without its token is not let in", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  CHECK(Client::kiosk(server, std::string(64, 'f')).http_status() == 401);
  CHECK(Client::kiosk(server, "").http_status() == 401);
  CHECK(Client(server, "/ws/kiosk", {}).http_status() == 401);
  CHECK(Client(server, "/ws/kiosk", {{"Authorization", "Basic " + k_kiosk_token}}).http_status() == 401);
  CHECK(Client::kiosk(server).http_status() == 101);
}

TEST_CASE("a kiosk's mistakes have their codes", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  {
    Client early = Client::kiosk(server);
    early.send(KioskMessage(protocol::SessionClose{std::string(32, 'a'), "completed"}));
    check_closed(early, "unexpected");
  }
  Kiosk kiosk(server);
  kiosk.link.send(KioskMessage(protocol::SessionClose{std::string(32, 'f'), "completed"}));
  CHECK(kiosk.next<protocol::Error>().code == "session-unknown");
  CHECK(kiosk.link.is_open());
  std::string mistyped = kiosk.code;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  kiosk.link.send(KioskMessage(protocol::SessionOpen{kiosk.session, mistyped, 1min, std::nullopt}));
  CHECK(kiosk.next<protocol::Error>().code == "malformed");
  REQUIRE(kiosk.link.closed());
}

TEST_CASE("a kiosk's token cannot be used to ask for 200 codes a second", "[gateway][hostile]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  for (int i = 0; i < 200; ++i) {
    kiosk.link.send(
        KioskMessage(protocol::SessionOpen{kiosk.session, consultation::draw_code(), 1min, std::nullopt}));
  }
  kiosk.link.send(KioskMessage(protocol::Ping{}));
  int answers = 0;
  while (!std::holds_alternative<protocol::Pong>(kiosk.link.next_for_kiosk())) ++answers;
  CHECK(answers <= 3);                    // one at once, and one for each second that this took
  kiosk.next<protocol::SessionOpened>();  // the newest has waited for its turn
}

TEST_CASE("a connection that has fallen silent is closed, a quiet one that answers pings is not",
          "[gateway][liveness]") {
  const Site site;
  auto config = site.config();
  config.connections.ping_interval = 1s;
  config.connections.silence = 3s;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Bystander visit(server);
  RawClient mute(server);  // it would answer pings if it were a browser
  mute.upgrade();
  REQUIRE(server.connections() == 3);
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(run_until([&] { return server.connections() == 2; }));
  CHECK(std::chrono::steady_clock::now() - began > 2s);
  // The two of the visit said nothing all this time but pongs.
  visit.check_undisturbed();
}

TEST_CASE("a page that never gives a code is let go, and one that keeps trying is not",
          "[gateway][liveness]") {
  const Site site;
  auto config = site.config();
  config.connections.join_deadline = 1s;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Client idle = Client::patient(server);
  check_closed(idle, "idle");
}

TEST_CASE("a browser that closes its connection gives its place back at once", "[gateway][liveness]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const std::string ask =
      "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n\r\n";
  const std::string half = ask.substr(0, 20);
  for (const std::string& request : {std::string(), half, ask}) {
    CAPTURE(request);
    RawClient browser(server);
    std::string rest = request;
    if (request == ask) CHECK(browser.ask(ask).starts_with("HTTP/1.1 200"));
    if (request == half) REQUIRE(run_until([&] { return browser.write(rest) > 0; }));
    REQUIRE(server.connections() == 1);
    browser.close();
    CHECK(run_until([&] { return server.connections() == 0; }));
  }
}

TEST_CASE("a connection that asked for something and then for nothing more is cut", "[gateway][liveness]") {
  const Site site;
  auto config = site.config();
  config.connections.http_lifetime = 1s;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  RawClient browser(server);
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  CHECK(browser.ask("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(run_until([&] { return server.connections() == 0; }));
}

TEST_CASE("a connection that never becomes anything is cut", "[gateway][liveness]") {
  const Site site;
  auto config = site.config();
  config.connections.http_lifetime = 1s;
  config.connections.handshake = 1s;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  // TCP only, no TLS hello.
  const auto socket = base::Ref<GSocket>::adopt(
      g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nullptr));
  const auto address =
      base::Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string("127.0.0.1", server.port()));
  REQUIRE(g_socket_connect(socket.get(), address.get(), nullptr, nullptr));
  REQUIRE(run_until([&] { return server.connections() == 1; }));
  CHECK(run_until([&] { return server.connections() == 0; }, 5s));
}
