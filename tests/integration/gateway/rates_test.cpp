// How fast a patient with a seat may be, and what being too fast costs.
#include <fmt/format.h>

#include "integration/gateway/client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using protocol::PatientMessage;

namespace {

protocol::Candidate candidate(unsigned number) {
  return {.peer = 1,
          .mline = 0,
          .candidate = fmt::format("candidate:{} 1 udp 2122260223 10.0.{}.{} {} typ host generation 0",
                                   number, number / 256, number % 256, 5000 + number)};
}

struct Seated {
  Seated() {
    REQUIRE(server.start());
    kiosk.emplace(server);
    kiosk->open();
    patient.emplace(Client::patient(server));
    token = join(*patient, kiosk->code);
    REQUIRE(token.size() == 32);
    kiosk->next<protocol::Arrived>();
  }
  /// How many candidates reach the kiosk before the leave that `patient` sends last.
  unsigned candidates_until_leave() {
    for (unsigned count = 0;; ++count) {
      const auto envelope = kiosk->next<protocol::FromPatient>();
      if (std::holds_alternative<protocol::Leave>(envelope.message)) return count;
      REQUIRE(std::holds_alternative<protocol::Candidate>(envelope.message));
    }
  }
  Site site;
  gateway::Server server{site.config()};
  std::optional<Kiosk> kiosk;
  std::optional<Client> patient;
  std::string token;
};

}  // namespace

TEST_CASE("a PC with a VPN, Docker and IPv6 sends 120 candidates at once, and each arrives",
          "[gateway][rates]") {
  Seated visit;
  visit.patient->send(PatientMessage(protocol::Answer{1, "v=0\r\n"}));
  for (unsigned number = 0; number < 120; ++number) visit.patient->send(PatientMessage(candidate(number)));
  CHECK(std::holds_alternative<protocol::Answer>(visit.kiosk->next<protocol::FromPatient>().message));
  for (unsigned number = 0; number < 120; ++number) {
    CHECK(visit.kiosk->next<protocol::FromPatient>().message == protocol::FromPatientBody(candidate(number)));
  }
  // Other messages have their own rate.
  for (int i = 0; i < 20; ++i) visit.patient->send(PatientMessage(protocol::Ping{}));
  for (int i = 0; i < 20; ++i)
    CHECK(std::holds_alternative<protocol::Pong>(visit.patient->next_for_patient()));
  CHECK(visit.patient->is_open());
}

TEST_CASE("more candidates than any machine has are dropped, and the seat stays",
          "[gateway][rates][hostile]") {
  Seated visit;
  for (unsigned number = 0; number < 500; ++number) visit.patient->send(PatientMessage(candidate(number)));
  visit.patient->send(PatientMessage(protocol::Leave{}));
  const unsigned arrived = visit.candidates_until_leave();
  CHECK(arrived >= 256);
  CHECK(arrived < 400);
  CHECK(visit.patient->is_open());
}

TEST_CASE("messages that come too fast are dropped, and the seat stays", "[gateway][rates][hostile]") {
  Seated visit;
  for (int i = 0; i < 300; ++i) visit.patient->send(PatientMessage(protocol::Ping{}));
  visit.patient->send(PatientMessage(candidate(1)));
  CHECK(std::holds_alternative<protocol::Candidate>(visit.kiosk->next<protocol::FromPatient>().message));
  CHECK(visit.patient->is_open());
}

TEST_CASE("a flood ends the connection, not the visit", "[gateway][rates][hostile]") {
  Seated visit;
  for (unsigned number = 0; number < 3000; ++number) visit.patient->send(PatientMessage(candidate(number)));
  CHECK(visit.patient->next_error() == "too-fast");
  CHECK(visit.patient->closed());
  Client again = Client::patient(visit.server);
  again.send(PatientMessage(protocol::Resume{visit.token, "ko", 1}));
  CHECK(std::get<protocol::Joined>(again.next_for_patient()).resumed);
  CHECK(again.is_open());
}
