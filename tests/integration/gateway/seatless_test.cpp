// Clients without a seat get little: whatever they send counts, each alone and all together.
#include <algorithm>
#include <memory>
#include <vector>

#include "base/main_thread.hpp"
#include "integration/gateway/client.hpp"
#include "integration/gateway/raw_client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using namespace std::chrono_literals;
using protocol::PatientMessage;

namespace {

const std::string k_ping = std::string("\x89\x80", 2) + std::string(4, '\0');

/// As many frames as the socket takes, again and again, from a timer of the shared main loop.
class Flood {
 public:
  Flood(const gateway::Server& server, std::size_t connections, const std::string& frame) {
    while (m_frames.size() < 60'000) m_frames += frame;
    for (std::size_t i = 0; i < connections; ++i) {
      m_clients.push_back(std::make_unique<RawClient>(server));
      m_clients.back()->upgrade();
    }
    m_timer.start_repeating(1ms, [this] { pump(); });
  }
  [[nodiscard]] bool is_over() const {
    return std::all_of(m_clients.begin(), m_clients.end(), [](const auto& each) { return each->ended(); });
  }
  [[nodiscard]] std::size_t pongs() const {
    std::size_t bytes = 0;
    for (const auto& each : m_clients) bytes += each->bytes_of_frames();
    return bytes / 2;  // without payload, and what a server sends is not masked
  }

 private:
  void pump() {
    for (const auto& each : m_clients) {
      if (each->ended()) continue;
      std::string bytes = m_frames;
      each->write(bytes);
      each->read();
    }
  }
  std::string m_frames;
  std::vector<std::unique_ptr<RawClient>> m_clients;
  base::Timer m_timer;
};

}  // namespace

TEST_CASE("a patient joins at once beside 24 connections without a seat that ping as fast as they can",
          "[gateway][hostile][seatless]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Flood flood(server, 24, k_ping);
  const auto began = std::chrono::steady_clock::now();
  Client patient = Client::patient(server);
  REQUIRE(patient.connected());
  CHECK(join(patient, kiosk.code).size() == 32);
  CHECK(std::chrono::steady_clock::now() - began < 4s);  // 8 to 10 s when nobody counted
  CHECK(run_until([&] { return flood.is_over(); }));
  // 24 * 10 and 200, and what comes along in some seconds of a slow machine: not the 85,000 of each burst of
  // bytes that a patient with a seat may send.
  CHECK(flood.pongs() < 5'000);
  CHECK(patient.is_open());
}

TEST_CASE("empty fragments and pongs count as pings do", "[gateway][hostile][seatless]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const auto frame_of = [](char opcode) { return std::string{opcode, '\x80'} + std::string(4, '\0'); };
  for (const char opcode : {'\x00', '\x8A'}) {
    RawClient offender(server);
    offender.upgrade();
    std::string begin = opcode == '\0' ? frame_of('\x01') : std::string();
    std::string bytes = begin;
    for (int i = 0; i < 1000; ++i) bytes += frame_of(opcode);
    REQUIRE(run_until([&] {
      offender.write(bytes);
      offender.read();
      g_main_context_wakeup(nullptr);
      return offender.ended();
    }));
  }
}

TEST_CASE("frames sent along with the request, before the answer, do not escape the count",
          "[gateway][hostile][seatless]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  for (const auto& [head, behind] : std::vector<std::pair<std::string, std::string>>{
           {"", k_ping},
           // The beginning of a frame of 100 KiB: what follows would be taken for its content.
           {"", std::string("\x82\xFF\0\0\0\0\0\x01\x90\0mask\r\n\r\n", 18)},
           {"Content-Length: 2\r\n", "ab" + k_ping}}) {
    RawClient offender(server);
    offender.begin_upgrade(head, behind);
    CHECK(run_until([&] {
      offender.read();
      g_main_context_wakeup(nullptr);
      return offender.ended();
    }));
    REQUIRE(run_until([&] { return server.connections() == 0; }));
  }
}

TEST_CASE("a connection without a seat gets only so many tries, mistyped ones too",
          "[gateway][hostile][seatless]") {
  const Site site;
  auto config = site.config();
  config.connections.max_tries = 3;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Client offender = Client::patient(server);
  const std::string mistyped = R"({"type":"join","v":1,"code":"123456789","language":"ko"})";
  for (int i = 0; i < 2; ++i) {
    offender.send_text(mistyped);
    CHECK(offender.next_error() == "code-mistyped");
  }
  offender.send(PatientMessage(protocol::Resume{std::string(32, 'a'), "ko", 0}));
  CHECK(offender.next_error() == "clinic-away");  // the gateway has just started
  offender.send_text(mistyped);
  CHECK(offender.next_error() == "too-fast");
  REQUIRE(offender.closed());
  CHECK(offender.close_reason() == "too-fast");
}

TEST_CASE("tries do not keep a connection without a seat alive for ever", "[gateway][hostile][seatless]") {
  const Site site;
  auto config = site.config();
  config.connections.seatless_lifetime = 1s;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Client offender = Client::patient(server);
  offender.send_text(R"({"type":"join","v":1,"code":"123456789","language":"ko"})");
  CHECK(offender.next_error() == "code-mistyped");
  CHECK(offender.next_error() == "idle");
  REQUIRE(offender.closed());
}

TEST_CASE("a patient with a seat is held to its rate by its pings too", "[gateway][hostile][seatless]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  RawClient patient(server);
  patient.upgrade();
  patient.send_text(protocol::encode(PatientMessage(protocol::Join{kiosk.code, "ko", std::nullopt})));
  kiosk.next<protocol::Arrived>();
  std::string pings;
  for (int i = 0; i < 1200; ++i) pings += k_ping;
  REQUIRE(run_until([&] {
    patient.write(pings);
    patient.read();
    g_main_context_wakeup(nullptr);
    return patient.ended();
  }));
  kiosk.next<protocol::Away>();
}
