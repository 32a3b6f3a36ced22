// A registry with a clock played by hand, and what it said to whom.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "consultation/session_code.hpp"
#include "gateway/registry.hpp"
#include "support/catch.hpp"

namespace sangdam::tests {

using namespace sangdam::gateway;
using namespace std::chrono_literals;

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return wall; }
  [[nodiscard]] base::Moment moment() const override { return m_moment; }
  /// Time passes, as it does for everybody.
  void pass(std::chrono::milliseconds by) {
    m_moment += by;
    wall += by;
  }
  base::Instant wall = *base::from_iso8601("2026-11-22T09:00:00Z");  // may be set, as NTP does after a boot

 private:
  base::Moment m_moment{1h};
};

/// Keeps what was said to whom; a message nobody took out fails the test that made it.
class Recorder final : public Outlet {
 public:
  ~Recorder() override {
    for (const auto& [connection, messages] : said) {
      for (const auto& message : messages) UNSCOPED_INFO(connection << ": " << message);
      CHECK(messages.empty());
    }
  }
  void send_to_patient(ConnectionId connection, const protocol::GatewayToPatient& message) override {
    if (const auto* joined = std::get_if<protocol::Joined>(&message)) {
      token = joined->token;
      clinic = joined->clinic;
      said[connection].push_back(joined->resumed ? "joined again" : "joined");
    } else if (const auto* status = std::get_if<protocol::Status>(&message)) {
      said[connection].push_back(status->state + (status->outcome.empty() ? "" : " " + status->outcome));
    } else {
      said[connection].push_back("other");
    }
  }
  void send_to_kiosk(ConnectionId connection, const protocol::GatewayToKiosk& message) override {
    auto& list = said[connection];
    if (std::holds_alternative<protocol::SessionOpened>(message)) {
      list.push_back("opened");
    } else if (const auto* arrived = std::get_if<protocol::Arrived>(&message)) {
      seat = arrived->seat;
      list.push_back("arrived " + arrived->language);
    } else if (const auto* returned = std::get_if<protocol::Returned>(&message)) {
      list.push_back("returned " + std::to_string(returned->peer));
    } else if (const auto* away = std::get_if<protocol::Away>(&message)) {
      list.push_back(away->restored ? "away restored" : "away");
    } else if (const auto* sent = std::get_if<protocol::FromPatient>(&message)) {
      from = sent->seat;
      static const char* const k_names[] = {"knock", "answer", "candidate", "request-offer", "leave"};
      list.push_back(k_names[sent->message.index()]);
    } else if (const auto* error = std::get_if<protocol::Error>(&message)) {
      list.push_back(error->code);
    } else {
      list.push_back("other");
    }
  }
  void finish(ConnectionId connection) override { said[connection].push_back("closed"); }
  void replace(ConnectionId connection) override { said[connection].push_back("replaced"); }

  std::vector<std::string> take(ConnectionId connection) { return std::exchange(said[connection], {}); }

  std::map<ConnectionId, std::vector<std::string>> said;
  std::string token;
  std::string clinic;
  protocol::SeatKey seat;
  std::string from;  // the seat that spoke last
};

using Said = std::vector<std::string>;

struct Clinic {
  FakeClock clock;
  Recorder outlet;
  Registry registry{outlet, clock, [](std::string_view) { return std::vector<protocol::IceServer>(); }};
  const std::string session = std::string(32, 'a');
  std::string code = consultation::draw_code();

  protocol::Features features = protocol::own_features();

  void connect_kiosk(ConnectionId connection, const std::string& kiosk = "kiosk") {
    registry.kiosk_registered(connection, kiosk, {"Clinic", "", features});
  }
  void open(ConnectionId connection, std::optional<protocol::SeatKey> seat = {}) {
    registry.open_session(connection, {session, code, 30min, std::move(seat)});
  }
  void start() {
    connect_kiosk(1);
    open(1);
    REQUIRE(outlet.take(1) == Said{"opened"});
  }
  /// Time passes, and the registry looks at its clock as it does every second.
  void pass(std::chrono::seconds by) {
    for (std::chrono::seconds each{0}; each < by; each += 1s) {
      clock.pass(1s);
      registry.on_time();
    }
  }
  std::string join(ConnectionId connection) {
    const auto joined = registry.join(connection, {code, "ko", std::nullopt});
    return joined ? "joined" : std::string(code_of(joined.error().why));
  }
  bool resume(ConnectionId connection, unsigned peer = 0) {
    return registry.resume(connection, {outlet.token, "en", peer});
  }
  void start_with_patient() {
    start();
    REQUIRE(join(10) == "joined");
    REQUIRE(outlet.take(10) == Said{"joined"});
    REQUIRE(outlet.take(1) == Said{"arrived ko"});
  }
};

}  // namespace sangdam::tests
