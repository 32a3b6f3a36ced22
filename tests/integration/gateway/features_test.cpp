// Partners of different ages: what a client said of itself decides what becomes of messages of unknown types.
// The older ones are literal texts, as they were sent before there were features.
#include "integration/gateway/client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using protocol::PatientMessage;

namespace {

std::string old_join(const std::string& code) {
  return R"({"type":"join","v":1,"code":")" + code + R"(","language":"ko"})";
}
std::string new_join(const std::string& code) {
  return R"({"type":"join","v":1,"code":")" + code + R"(","language":"ko","features":["ignore-unknown"]})";
}
const std::string k_unknown = R"({"type":"raise-hand","height":[1,2]})";

bool answers_ping(Client& client) {
  client.send(PatientMessage(protocol::Ping{}));
  return client.next() == R"({"type":"pong"})";
}

struct Door {
  Door() {
    REQUIRE(server.start());
    kiosk.emplace(server);
    kiosk->open();
  }
  Client patient(const std::string& join) {
    Client client = Client::patient(server);
    client.send_text(join);
    return client;
  }
  Site site;
  gateway::Server server{site.config()};
  std::optional<Kiosk> kiosk;
};

}  // namespace

TEST_CASE("a patient's unknown messages are ignored once both sides said so", "[gateway][features]") {
  Door door;
  Client patient = door.patient(new_join(door.kiosk->code));
  const auto joined = std::get<protocol::Joined>(patient.next_for_patient());
  CHECK(joined.features == protocol::own_features());
  const auto arrived = door.kiosk->next<protocol::Arrived>();
  patient.send_text(k_unknown);
  CHECK(answers_ping(patient));
  // The same after it came back on another connection.
  Client again = Client::patient(door.server);
  again.send_text(R"({"type":"resume","v":1,"token":")" + joined.token +
                  R"(","language":"ko","features":["ignore-unknown"]})");
  CHECK(std::get<protocol::Joined>(again.next_for_patient()).resumed);
  again.send_text(k_unknown);
  CHECK(answers_ping(again));
  // A type that has its place elsewhere is an error, whatever was agreed.
  again.send_text(R"({"type":"offer","peer":1,"sdp":"v=0"})");
  CHECK(again.next_error() == "unexpected");
  CHECK(again.closed());
}

TEST_CASE("unknown messages end the connection of a page that said nothing", "[gateway][features]") {
  Door door;
  Client patient = door.patient(old_join(door.kiosk->code));
  CHECK(std::holds_alternative<protocol::Joined>(patient.next_for_patient()));
  CHECK(answers_ping(patient));
  patient.send_text(k_unknown);
  CHECK(patient.next_error() == "unexpected");
  CHECK(patient.closed());
}

TEST_CASE("nothing is ignored of whoever has no seat", "[gateway][features][hostile]") {
  Door door;
  Client patient = door.patient(new_join(other_code(door.kiosk->code)));
  CHECK(patient.next_error() == "code-wrong");
  patient.send_text(k_unknown);
  CHECK(patient.next_error() == "unexpected");
  CHECK(patient.closed());
}

TEST_CASE("too many unknown messages are an error after all", "[gateway][features][hostile]") {
  const Site site;
  auto config = site.config();
  config.connections.seat.messages = {1000, 1000};
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client patient = Client::patient(server);
  patient.send_text(new_join(kiosk.code));
  CHECK(std::holds_alternative<protocol::Joined>(patient.next_for_patient()));
  for (int i = 0; i < 50; ++i) patient.send_text(k_unknown);
  CHECK(answers_ping(patient));
  for (int i = 0; i < 10; ++i) patient.send_text(k_unknown);
  CHECK(patient.next_error() == "unexpected");
  CHECK(patient.closed());
}

TEST_CASE("a kiosk's unknown messages, on their own and for a patient, are treated alike",
          "[gateway][features]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  const std::string wrapped = R"({"type":"to-patient","session":")" + std::string(32, 'a') +
                              R"(","seat":"bbbbbbbbbbbbbbbb","message":{"type":"raise-hand"}})";
  for (const std::string& message : {k_unknown, wrapped}) {
    INFO(message);
    Client older = Client::kiosk(server);
    older.send_text(R"({"type":"register","v":1,"clinic":"c","phone":""})");
    CHECK(older.next().find("\"registered\"") != std::string::npos);
    older.send_text(message);
    CHECK(older.next_error() == "unexpected");
    CHECK(older.closed());

    Client newer = Client::kiosk(server);
    newer.send_text(R"({"type":"register","v":1,"clinic":"c","phone":"","features":["ignore-unknown"]})");
    CHECK(std::get<protocol::Registered>(newer.next_for_kiosk()).features == protocol::own_features());
    newer.send_text(message);
    CHECK(answers_ping(newer));
  }
}
