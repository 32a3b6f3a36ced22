#include "base/random.hpp"
#include "integration/gateway/client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using namespace std::chrono_literals;
using protocol::KioskMessage;
using protocol::PatientMessage;

namespace {

std::string state_of(const protocol::GatewayToPatient& message) {
  const auto* status = std::get_if<protocol::Status>(&message);
  return status == nullptr ? "no status"
                           : status->state + (status->outcome.empty() ? "" : " " + status->outcome);
}

/// TURN credentials that end before the test does.
gateway::Config with_short_turn(gateway::Config config) {
  config.ice = {
      .stun_urls = {}, .turn_urls = {"turn:t.example:3478"}, .turn_secret = "north", .lifetime = 2s};
  return config;
}

}  // namespace

TEST_CASE("a visit's signalling goes through from the code to the end", "[gateway][visit]") {
  const Site site;
  auto config = site.config();
  config.ice = {
      .stun_urls = {"stun:s.example:3478"}, .turn_urls = {"turn:t.example:3478"}, .turn_secret = "north"};
  config.public_address = "https://clinic.example";
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  CHECK(kiosk.registered.address.address == "https://clinic.example");
  CHECK(kiosk.registered.ice_servers.size() == 2);
  kiosk.open();

  Client patient = Client::patient(server);
  REQUIRE(patient.connected());
  patient.send(PatientMessage(protocol::Join{kiosk.code, "ko", std::nullopt}));
  const auto joined = std::get<protocol::Joined>(patient.next_for_patient());
  CHECK(joined.clinic == "서울의원");
  CHECK(joined.phone == "02 123 4567");
  CHECK_FALSE(joined.resumed);
  REQUIRE(joined.ice_servers.size() == 2);
  CHECK(joined.ice_servers[1].username.find(':') != std::string::npos);
  const auto arrived = kiosk.next<protocol::Arrived>();
  CHECK(arrived.session == kiosk.session);
  CHECK(arrived.language == "ko");
  CHECK(arrived.seat.token_hash == base::sha256_hex(joined.token));
  const std::string seat = arrived.seat.seat;

  const auto from_patient = [&](const protocol::FromPatientBody& body) {
    std::visit([&](const auto& each) { patient.send(PatientMessage(each)); }, body);
    const auto envelope = kiosk.next<protocol::FromPatient>();
    CHECK(envelope.session == kiosk.session);
    CHECK(envelope.seat == seat);
    CHECK(envelope.message == body);
  };
  const auto to_patient = [&](const protocol::ToPatientBody& body) {
    kiosk.link.send(KioskMessage(protocol::ToPatient{kiosk.session, seat, body}));
    const auto received = patient.next_for_patient();
    CHECK(std::visit([&](const auto& each) { return received == protocol::GatewayToPatient(each); }, body));
  };
  from_patient(protocol::Knock{"홍길동 👵🏽", "2026-11", true, false});
  to_patient(protocol::Status{"waiting", ""});
  to_patient(protocol::Offer{1, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"});
  to_patient(protocol::Candidate{1, 0, "candidate:1 1 udp 1 192.0.2.1 5000 typ host"});
  to_patient(protocol::Status{"admitted", ""});
  from_patient(protocol::Answer{1, "v=0\r\n" + std::string(40 * 1024, 'a')});
  from_patient(protocol::Candidate{1, 0, ""});
  from_patient(protocol::RequestOffer{1});
  patient.send(PatientMessage(protocol::Ping{}));
  CHECK(std::holds_alternative<protocol::Pong>(patient.next_for_patient()));
  from_patient(protocol::Leave{});

  kiosk.link.send(KioskMessage(protocol::SessionClose{kiosk.session, "completed"}));
  CHECK(state_of(patient.next_for_patient()) == "ended completed");
  REQUIRE(patient.closed());
  CHECK(patient.close_code() == 1000);
  Client late = Client::patient(server);
  CHECK(join(late, kiosk.code) == "code-used");
  CHECK(kiosk.link.nothing_waits());
}

TEST_CASE("each way of not getting in has its word, and another try is possible", "[gateway][code]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client patient = Client::patient(server);
  std::string mistyped = kiosk.code;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  CHECK(join(patient, mistyped) == "code-mistyped");
  CHECK(join(patient, other_code(kiosk.code)) == "code-wrong");
  CHECK(join(patient, kiosk.code).size() == 32);
  kiosk.next<protocol::Arrived>();
  Client second = Client::patient(server);
  CHECK(join(second, kiosk.code) == "code-occupied");
  // The first browser is gone: the second may have the seat.
  patient.drop();
  kiosk.next<protocol::Away>();
  CHECK(join(second, kiosk.code).size() == 32);
  kiosk.next<protocol::Arrived>();
  second.close();
  kiosk.next<protocol::Away>();
  kiosk.open(std::nullopt, 0min);
  Client third = Client::patient(server);
  CHECK(join(third, kiosk.code) == "code-expired");
  kiosk.link.drop();
  REQUIRE(run_until([&] {
    Client probe = Client::patient(server);
    return join(probe, kiosk.code) == "code-expired" && !kiosk.link.is_open();
  }));
}

TEST_CASE("wrong codes cost work in the end, mistyped ones do not", "[gateway][code]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client patient = Client::patient(server);
  std::string mistyped = kiosk.code;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  for (int i = 0; i < 8; ++i) CHECK(join(patient, mistyped) == "code-mistyped");
  for (int i = 0; i < 5; ++i) CHECK(join(patient, other_code(kiosk.code)) == "code-wrong");
  // The right code too: a refusal tells nothing.
  CHECK(join(patient, kiosk.code) == "proof-needed");
}

TEST_CASE("a proof of work opens the door once", "[gateway][code]") {
  const Site site;
  auto config = site.config();
  config.guesses.free_tries = 1;
  config.guesses.base_bits = 8;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client patient = Client::patient(server);
  CHECK(join(patient, other_code(kiosk.code)) == "code-wrong");
  const auto challenge = [&](const std::optional<std::string>& proof, const std::string& code) {
    patient.send(PatientMessage(protocol::Join{code, "ko", proof}));
    const auto answer = patient.next_for_patient();
    const auto* error = std::get_if<protocol::Error>(&answer);
    return error == nullptr ? std::nullopt : error->challenge;
  };
  const auto solve = [](const protocol::Challenge& given, const std::string& code) {
    std::uint64_t proof = 0;
    while (!gateway::proof_holds(given.nonce, code, std::to_string(proof), given.bits)) ++proof;
    return std::to_string(proof);
  };
  const auto first = challenge(std::nullopt, kiosk.code);
  REQUIRE(first);
  CHECK(first->bits == 8);
  // One number in 256 is a proof.
  const std::string wrong = other_code(kiosk.code);
  std::uint64_t nothing = 0;
  while (gateway::proof_holds(first->nonce, wrong, std::to_string(nothing), first->bits)) ++nothing;
  const auto second = challenge(std::to_string(nothing), wrong);
  REQUIRE(second);
  CHECK(second->nonce != first->nonce);
  const auto third = challenge(solve(*first, kiosk.code), kiosk.code);  // an old challenge
  REQUIRE(third);
  patient.send(PatientMessage(protocol::Join{kiosk.code, "ko", solve(*third, kiosk.code)}));
  CHECK(std::holds_alternative<protocol::Joined>(patient.next_for_patient()));
}

TEST_CASE("a browser that reloads returns to its seat, and the old connection gives way",
          "[gateway][resume]") {
  const Site site;
  auto config = site.config();
  config.registry.restart_grace = 0s;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client patient = Client::patient(server);
  const std::string token = join(patient, kiosk.code);
  const auto arrived = kiosk.next<protocol::Arrived>();

  patient.drop();
  CHECK(kiosk.next<protocol::Away>().seat == arrived.seat.seat);
  Client again = Client::patient(server);
  again.send(PatientMessage(protocol::Resume{token, "en", 2}));
  CHECK(std::get<protocol::Joined>(again.next_for_patient()).resumed);
  CHECK(kiosk.next<protocol::Returned>() == protocol::Returned{kiosk.session, arrived.seat.seat, "en", 2});

  Client newest = Client::patient(server);
  newest.send(PatientMessage(protocol::Resume{token, "en", 2}));
  CHECK(std::get<protocol::Joined>(newest.next_for_patient()).resumed);
  CHECK(again.next_error() == "replaced");
  REQUIRE(again.closed());
  CHECK(again.close_code() == 4000);
  CHECK(again.close_reason() == "replaced");
  kiosk.next<protocol::Returned>();

  Client stranger = Client::patient(server);
  stranger.send(PatientMessage(protocol::Resume{std::string(32, '0'), "ko", 0}));
  CHECK(stranger.next_error() == "resume-unknown");
  CHECK(stranger.is_open());
}

TEST_CASE("a gateway that restarts gets its sessions from the kiosk and the seats go on",
          "[gateway][restart]") {
  const Site site;
  auto server = std::make_unique<gateway::Server>(site.config());
  REQUIRE(server->start());
  auto kiosk = std::make_unique<Kiosk>(*server);
  kiosk->open();
  auto patient = std::make_unique<Client>(Client::patient(*server));
  const std::string token = join(*patient, kiosk->code);
  const auto arrived = kiosk->next<protocol::Arrived>();

  server->stop();
  REQUIRE(patient->closed());
  REQUIRE(kiosk->link.closed());
  CHECK(patient->close_code() == 1001);
  const std::string code = kiosk->code;
  server = std::make_unique<gateway::Server>(site.config());
  REQUIRE(server->start());

  Client early = Client::patient(*server);
  early.send(PatientMessage(protocol::Resume{token, "ko", 1}));
  CHECK(early.next_error() == "clinic-away");  // the kiosk is not back yet: the page tries again
  kiosk = std::make_unique<Kiosk>(*server);
  kiosk->code = code;
  kiosk->open(arrived.seat);
  kiosk->next<protocol::Away>();
  early.send(PatientMessage(protocol::Resume{token, "ko", 1}));
  CHECK(std::get<protocol::Joined>(early.next_for_patient()).resumed);
  CHECK(kiosk->next<protocol::Returned>() == protocol::Returned{kiosk->session, arrived.seat.seat, "ko", 1});
}

TEST_CASE("patients hear when the clinic's kiosk is away and when it is back", "[gateway][kiosk]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  auto kiosk = std::make_unique<Kiosk>(server);
  kiosk->open();
  Client patient = Client::patient(server);
  join(patient, kiosk->code);
  const auto arrived = kiosk->next<protocol::Arrived>();
  const std::string code = kiosk->code;
  kiosk->link.drop();
  CHECK(state_of(patient.next_for_patient()) == "clinic-away");
  patient.send(PatientMessage(protocol::Knock{"김영희", "2026-11", true, true}));
  Client other = Client::patient(server);
  CHECK(join(other, code) == "code-occupied");
  // The pong orders the two connections: the knock was handled while the kiosk was away.
  patient.send(PatientMessage(protocol::Ping{}));
  REQUIRE(std::holds_alternative<protocol::Pong>(patient.next_for_patient()));

  kiosk = std::make_unique<Kiosk>(server);
  kiosk->code = code;
  kiosk->open(arrived.seat);
  kiosk->next<protocol::Returned>();
  CHECK(std::holds_alternative<protocol::Knock>(kiosk->next<protocol::FromPatient>().message));
  CHECK(state_of(patient.next_for_patient()) == "clinic-back");
}

TEST_CASE("a kiosk that registers anew replaces its older connection", "[gateway][kiosk]") {
  const Site site;
  gateway::Server server(site.config());
  REQUIRE(server.start());
  Kiosk first(server);
  Kiosk second(server);
  CHECK(first.next<protocol::Error>().code == "replaced");
  REQUIRE(first.link.closed());
  CHECK(first.link.close_code() == 4000);
  second.open();
}

TEST_CASE("a kiosk gets fresh TURN credentials before the old ones end", "[gateway][turn]") {
  const Site site;
  gateway::Server server(with_short_turn(site.config()));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  const auto fresh = kiosk.next<protocol::IceServers>();
  REQUIRE(fresh.ice_servers.size() == 1);
  CHECK(fresh.ice_servers[0].username != kiosk.registered.ice_servers[0].username);
}

TEST_CASE("a seated page gets fresh TURN credentials before the old ones end, if it reads them",
          "[gateway][turn]") {
  const Site site;
  gateway::Server server(with_short_turn(site.config()));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client reads = Client::patient(server);
  reads.send(PatientMessage(protocol::Join{kiosk.code, "en", std::nullopt, {"ice-servers"}}));
  const auto joined = std::get<protocol::Joined>(reads.next_for_patient());
  std::string before = joined.ice_servers.at(0).username;
  for (const int round : {1, 2}) {
    INFO("round " << round);
    const auto fresh = std::get<protocol::IceServers>(reads.next_for_patient());
    REQUIRE(fresh.ice_servers.size() == 1);
    CHECK(fresh.ice_servers[0].username != before);
    before = fresh.ice_servers[0].username;
  }
  reads.close();
  while (!std::holds_alternative<protocol::Away>(kiosk.link.next_for_kiosk())) {
  }
  Client resumed = Client::patient(server);
  resumed.send(PatientMessage(protocol::Resume{joined.token, "en"}));
  CHECK(std::holds_alternative<protocol::Joined>(resumed.next_for_patient()));
  for (int rounds = 0; rounds < 2;) {
    if (std::holds_alternative<protocol::IceServers>(kiosk.link.next_for_kiosk())) ++rounds;
  }
  resumed.send(PatientMessage(protocol::Ping{}));
  CHECK(std::holds_alternative<protocol::Pong>(resumed.next_for_patient()));
}

TEST_CASE("when the machine's clock is set nobody is dropped, and the TURN credentials are made anew",
          "[gateway][clock]") {
  class SetClock final : public base::Clock {
   public:
    [[nodiscard]] base::Instant now() const override { return wall; }
    [[nodiscard]] base::Moment moment() const override { return passed; }
    base::Instant wall = base::SystemClock().now();
    base::Moment passed{1h};
  };
  const Site site;
  auto config = site.config();
  config.ice = {.stun_urls = {}, .turn_urls = {"turn:t.example:3478"}, .turn_secret = "north"};
  SetClock clock;
  gateway::Server server(std::move(config), clock);
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client patient = Client::patient(server);
  REQUIRE(join(patient, kiosk.code).size() == 32);
  kiosk.next<protocol::Arrived>();

  clock.wall += std::chrono::hours(24 * 365);
  // The fresh credentials come from the same round that looks for silent connections.
  kiosk.next<protocol::IceServers>();
  patient.send(PatientMessage(protocol::Ping{}));
  CHECK(std::holds_alternative<protocol::Pong>(patient.next_for_patient()));

  clock.wall -= std::chrono::hours(2 * 24 * 365);
  clock.passed += 16s;  // of silence, by every clock but the one on the wall
  CHECK(patient.closed());
  CHECK(kiosk.link.closed());
}
