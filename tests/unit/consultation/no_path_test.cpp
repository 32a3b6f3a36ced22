// Two networks of which one lets no media through.
#include "encounter_fixture.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;
using namespace std::chrono_literals;
using Fixture = EncounterFixture;

TEST_CASE("That there is no way through is known from the first try that fails until one succeeds",
          "[encounter][timeout]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.admit();
  f.encounter.on_answer("s1", f.number(), "answer");
  CHECK_FALSE(f.encounter.no_path());
  // The page gives up sooner than the engine.
  if (GENERATE(false, true)) {
    f.peer().listener.on_failed(PeerFailure::connect_timeout, "");
  } else {
    f.clock.advance(14s);
    f.encounter.on_request_offer("s1", f.number());
  }
  CHECK(f.encounter.no_path());
  CHECK(f.count("peer-failed") == 1);
  f.pass(1s);
  f.peer().listener.on_offer("again");
  f.encounter.on_answer("s1", f.number(), "answer");
  CHECK(f.encounter.no_path());
  f.peer().listener.on_connected();
  CHECK(f.encounter.state() == State::in_call);
  CHECK_FALSE(f.encounter.no_path());
  // One that breaks off has a way until that is tried in vain.
  f.peer().listener.on_failed(PeerFailure::connection_lost, "");
  CHECK_FALSE(f.encounter.no_path());
}

TEST_CASE("A page that asks for another connection at once has not found the way barred", "[encounter]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.admit();
  f.encounter.on_answer("s1", f.number(), "answer");
  f.clock.advance(2s);
  f.encounter.on_request_offer("s1", f.number());
  CHECK_FALSE(f.encounter.no_path());
}
