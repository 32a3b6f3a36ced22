// A kiosk's token must not be an oracle: what the registry lets one kiosk find out about the codes of others.
#include <fmt/format.h>

#include <map>

#include "consultation/session_code.hpp"
#include "gateway/registry.hpp"
#include "support/catch.hpp"

namespace {

using namespace sangdam;
using namespace sangdam::gateway;
using namespace std::chrono_literals;

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return {}; }
  [[nodiscard]] base::Moment moment() const override { return time; }
  base::Moment time{1h};
};

/// Counts the answers to `session-open`.
class Answers final : public Outlet {
 public:
  void send_to_patient(ConnectionId, const protocol::GatewayToPatient&) override {}
  void send_to_kiosk(ConnectionId connection, const protocol::GatewayToKiosk& message) override {
    if (std::holds_alternative<protocol::SessionOpened>(message)) ++opened[connection];
    const auto* error = std::get_if<protocol::Error>(&message);
    if (error != nullptr && error->code == "code-taken") ++taken[connection];
    if (error != nullptr && error->code == "too-many-sessions") ++too_many[connection];
  }
  void finish(ConnectionId) override {}
  void replace(ConnectionId) override {}
  std::map<ConnectionId, unsigned> opened;
  std::map<ConnectionId, unsigned> taken;
  std::map<ConnectionId, unsigned> too_many;
};

constexpr ConnectionId k_prober = 1;
constexpr ConnectionId k_other = 2;

std::string session_of(unsigned number) { return fmt::format("{:032x}", number); }

struct Clinics {
  FakeClock clock;
  Answers answers;
  Registry registry{answers, clock, [](std::string_view) { return std::vector<protocol::IceServer>(); }};

  Clinics() {
    registry.kiosk_registered(k_prober, "prober", {"Clinic", ""});
    registry.kiosk_registered(k_other, "other", {"Other clinic", ""});
  }
  void open(unsigned session, const std::string& code, ConnectionId connection = k_prober) {
    registry.open_session(connection, {session_of(session), code, 1h, {}});
  }
  void pass(std::chrono::seconds by) {
    for (std::chrono::seconds each{0}; each < by; each += 1s) {
      clock.time += 1s;
      registry.on_time();
    }
  }
};

}  // namespace

TEST_CASE("a session that is opened again with 200 codes at once gets about one answer a second",
          "[registry][codes][hostile]") {
  Clinics clinics;
  clinics.open(1, consultation::draw_code());
  REQUIRE(clinics.answers.opened[k_prober] == 1);
  for (int i = 0; i < 200; ++i) clinics.open(1, consultation::draw_code());
  CHECK(clinics.answers.opened[k_prober] == 2);
  for (int second = 0; second < 10; ++second) {
    clinics.pass(1s);
    for (int i = 0; i < 200; ++i) clinics.open(1, consultation::draw_code());
  }
  CHECK(clinics.answers.opened[k_prober] >= 11);
  CHECK(clinics.answers.opened[k_prober] <= 13);
}

TEST_CASE("in a day of probing a token learns of no more codes than its budget",
          "[registry][codes][hostile]") {
  Clinics clinics;
  unsigned session = 0;
  for (int second = 0; second < 24 * 3600; second += 10) {
    // New sessions, so that none of them waits for the spacing, closed again so that there is room.
    for (int i = 0; i < 20; ++i) {
      clinics.open(++session, consultation::draw_code());
      clinics.registry.close_session(k_prober, {session_of(session), "cancelled"});
    }
    clinics.clock.time += 10s;
    clinics.registry.on_time();
  }
  CHECK(clinics.answers.opened[k_prober] > 1900);  // the attack is at full rate, not something weaker
  CHECK(clinics.answers.opened[k_prober] <= 500 + 60 * 24);
}

TEST_CASE("that a code is taken is told late, and ten times at once at most", "[registry][codes][hostile]") {
  Clinics clinics;
  std::vector<std::string> live;
  for (unsigned i = 0; i < 20; ++i) {
    live.push_back(consultation::draw_code());
    clinics.open(1000 + i, live.back(), k_other);
  }
  for (unsigned i = 0; i < 20; ++i) clinics.open(i, live[i]);
  clinics.pass(1s);
  CHECK(clinics.answers.taken[k_prober] == 0);
  clinics.pass(60s);
  CHECK(clinics.answers.taken[k_prober] == 10);
  clinics.open(100, consultation::draw_code());  // nor is a free one told from them now
  clinics.pass(60s);
  CHECK(clinics.answers.opened[k_prober] == 0);
  clinics.pass(600s);
  CHECK(clinics.answers.taken[k_prober] == 11);
}

TEST_CASE("a kiosk that comes back opens all its sessions at once, also if they were dropped meanwhile",
          "[registry][codes]") {
  for (const auto away : {1s, 120s}) {
    Clinics clinics;
    std::vector<std::string> codes;
    for (unsigned i = 0; i < 256; ++i) codes.push_back(consultation::draw_code());
    for (unsigned i = 0; i < 256; ++i) clinics.open(i, codes[i]);
    REQUIRE(clinics.answers.opened[k_prober] == 256);  // as after a restart of the gateway
    clinics.registry.kiosk_gone(k_prober);
    clinics.pass(away);
    clinics.registry.kiosk_registered(3, "prober", {"Clinic", ""});
    for (unsigned i = 0; i < 256; ++i) clinics.open(i, codes[i], 3);
    CHECK(clinics.answers.opened[3] == 256);
  }
}

TEST_CASE("of a session's codes that wait the newest counts, and closing it forgets them",
          "[registry][codes]") {
  Clinics clinics;
  clinics.open(1, consultation::draw_code());
  clinics.open(1, consultation::draw_code());
  const std::string newest = consultation::draw_code();
  clinics.open(1, consultation::draw_code());
  clinics.open(1, newest);
  clinics.pass(5s);
  CHECK(clinics.answers.opened[k_prober] == 3);
  CHECK(clinics.registry.join(10, {newest, "ko", std::nullopt}));
  clinics.open(1, consultation::draw_code());
  clinics.open(1, consultation::draw_code());
  clinics.registry.close_session(k_prober, {session_of(1), "completed"});
  clinics.pass(5s);
  CHECK(clinics.answers.opened[k_prober] == 4);
  CHECK(clinics.registry.sessions() == 0);
}

TEST_CASE("what waits is bounded, and ends with the connection", "[registry][codes][hostile]") {
  Clinics clinics;
  for (unsigned i = 0; i < 1000; ++i) clinics.open(i, consultation::draw_code());
  CHECK(clinics.answers.opened[k_prober] == 256);
  clinics.pass(10s);
  CHECK(clinics.answers.too_many[k_prober] >= 1000 - 2 * 256);
  clinics.registry.kiosk_gone(k_prober);
  const unsigned before = clinics.answers.opened[k_prober];
  clinics.pass(10s);
  CHECK(clinics.answers.opened[k_prober] == before);
}
