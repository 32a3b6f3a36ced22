// A guesser's address at the real gateway: the right code gets in with work, whatever was tried there before.
#include "gateway/guess_limiter.hpp"
#include "integration/gateway/client.hpp"

using namespace sangdam;
using namespace sangdam::tests;
using protocol::PatientMessage;

namespace {

std::string solve(const protocol::Challenge& challenge, const std::string& code) {
  for (std::uint64_t number = 0;; ++number) {
    std::string proof = std::to_string(number);
    if (gateway::proof_holds(challenge.nonce, code, proof, challenge.bits)) return proof;
  }
}

protocol::Error next_error(Client& patient) {
  const auto answer = patient.next_for_patient();
  REQUIRE(std::holds_alternative<protocol::Error>(answer));
  return std::get<protocol::Error>(answer);
}

/// Bits that are quick to solve, so that the test is about the way and not about the work.
gateway::Config quick(const Site& site) {
  auto config = site.config();
  config.guesses.base_bits = 4;
  config.guesses.free_tries = 2;
  return config;
}

/// Answers the challenge that comes. The error that follows, or "joined".
std::string join_with_work(Client& patient, const std::string& code) {
  patient.send(PatientMessage(protocol::Join{code, "ko", std::nullopt}));
  const auto error = next_error(patient);
  REQUIRE(error.code == "proof-needed");
  REQUIRE(error.challenge);
  patient.send(PatientMessage(protocol::Join{code, "ko", solve(*error.challenge, code)}));
  for (;;) {
    const auto answer = patient.next_for_patient();
    if (std::holds_alternative<protocol::Joined>(answer)) return "joined";
    const auto* refusal = std::get_if<protocol::Error>(&answer);
    REQUIRE(refusal != nullptr);
    if (refusal->code != "in-line") return refusal->code;
    CHECK(refusal->retry_after);
  }
}

}  // namespace

TEST_CASE("the right code gets in from an address that guessed wrong, with work and without a wait",
          "[gateway][guess][hostile]") {
  const Site site;
  gateway::Server server(quick(site));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client guesser = Client::patient(server);
  for (int i = 0; i < 2; ++i) CHECK(join(guesser, other_code(kiosk.code)) == "code-wrong");
  for (int i = 0; i < 4; ++i) CHECK(join_with_work(guesser, other_code(kiosk.code)) == "code-wrong");
  Client patient = Client::patient(server);
  CHECK(join_with_work(patient, kiosk.code) == "joined");
}

TEST_CASE("a try without a token waits in line and is answered there", "[gateway][guess][hostile]") {
  const Site site;
  auto config = quick(site);
  config.guesses.locked_burst = 1;
  config.guesses.per_hour = 3600;  // one a second
  config.guesses.locked_share = 0.99;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client guesser = Client::patient(server);
  for (int i = 0; i < 2; ++i) CHECK(join(guesser, other_code(kiosk.code)) == "code-wrong");
  for (int i = 0; i < 3; ++i) CHECK(join_with_work(guesser, other_code(kiosk.code)) == "code-wrong");
  CHECK(join_with_work(guesser, kiosk.code) == "joined");
}

TEST_CASE("a second try while one waits in line is unexpected, and who goes away leaves the line",
          "[gateway][guess][hostile]") {
  const Site site;
  auto config = quick(site);
  config.guesses.locked_burst = 1;
  config.guesses.per_hour = 1;
  gateway::Server server(std::move(config));
  REQUIRE(server.start());
  Kiosk kiosk(server);
  kiosk.open();
  Client guesser = Client::patient(server);
  for (int i = 0; i < 2; ++i) CHECK(join(guesser, other_code(kiosk.code)) == "code-wrong");
  CHECK(join_with_work(guesser, other_code(kiosk.code)) == "code-wrong");  // the one token
  guesser.send(PatientMessage(protocol::Join{kiosk.code, "ko", std::nullopt}));
  const auto error = next_error(guesser);
  REQUIRE(error.challenge);
  guesser.send(PatientMessage(protocol::Join{kiosk.code, "ko", solve(*error.challenge, kiosk.code)}));
  CHECK(next_error(guesser).code == "in-line");
  guesser.send(PatientMessage(protocol::Join{kiosk.code, "ko", std::nullopt}));
  CHECK(next_error(guesser).code == "unexpected");
  REQUIRE(guesser.closed());
}
