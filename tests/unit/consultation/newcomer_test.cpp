// Somebody with the code while the patient's page has lost the gateway: the call goes on until staff decide.
#include "encounter_fixture.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

struct Fixture : EncounterFixture {
  /// In a call, and the page of s1 has lost the gateway.
  Fixture() {
    talk();
    line(Channel::control, "hello");
    encounter.on_away("s1");
    gateway.take();
  }
  void knock(const std::string& id = "s2") {
    encounter.on_arrived(seat(id));
    encounter.on_knock(id, "이민수", "2026-1", true, true);
  }
  void check_call_goes_on(HandPeer& first) {
    CHECK(encounter.state() == State::in_call);
    CHECK(encounter.record().seat->id == "s1");
    CHECK(encounter.record().seat->admitted);
    CHECK_FALSE(first.closed);
    CHECK(first.presented);
    CHECK(media.open_peers() == 1);
    CHECK(media.made == 1);
  }
};

}  // namespace

TEST_CASE("A newcomer waits at the door, without a peer, and the call goes on", "[newcomer]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.check_call_goes_on(first);
  CHECK(f.gateway.take() == Lines{"tell getting-ready", "tell waiting"});
  CHECK(f.gateway.told.at("s2") == Notice::waiting);
  CHECK(f.gateway.placed == "s1");
  CHECK(f.observer.events.back() == "newcomer-waiting");
  REQUIRE(f.encounter.at_the_door());
  CHECK(f.encounter.at_the_door()->name == "이민수");
}

TEST_CASE("What a newcomer sends reaches neither the call nor the engine", "[newcomer][security]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.encounter.on_answer("s2", 1, "answer of a stranger");
  f.encounter.on_candidate("s2", 1, 0, "candidate of a stranger");
  f.encounter.on_request_offer("s2", 1);
  f.check_call_goes_on(first);
  CHECK(first.answer == "answer");
  CHECK(first.candidates.empty());
}

TEST_CASE("A newcomer who is let in takes the place, and the one before is told", "[newcomer]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.gateway.take();
  REQUIRE(f.encounter.admit());
  CHECK(first.closed);
  CHECK(first.farewell == "ended:moved");
  CHECK(f.encounter.state() == State::admitted);
  CHECK(f.encounter.record().seat->id == "s2");
  CHECK_FALSE(f.encounter.record().newcomer);
  CHECK(f.gateway.placed == "s2");
  CHECK(f.gateway.told.at("s2") == Notice::admitted);
  f.peer().listener.on_offer("second");
  f.encounter.on_answer("s2", 2, "answer");
  f.peer().listener.on_connected();
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.log.kinds().back() == "media-connected");
  // The one before is nobody any more.
  f.encounter.on_returned("s1", "ko", 1);
  f.encounter.on_leave("s1");
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.encounter.record().patient_name == "김순자");
}

TEST_CASE("The one before is off the screen and off the air while the disk is busy", "[newcomer][on-air]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.log.hold();
  REQUIRE(f.encounter.admit());
  CHECK(first.closed);
  CHECK(f.encounter.on_air() == MediaState{.microphone = false, .camera = false});
  CHECK(f.gateway.placed == "s1");  // told once the log has it
  f.log.let_go();
  CHECK(f.gateway.placed == "s2");
}

TEST_CASE("A newcomer who is turned away is told, and the call does not notice", "[newcomer]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.gateway.take();
  REQUIRE(f.encounter.decline());
  CHECK(f.gateway.take() == Lines{"void s2"});
  f.check_call_goes_on(first);
  CHECK(f.encounter.at_the_door() == nullptr);
  CHECK_FALSE(f.encounter.admit());
  CHECK_FALSE(f.encounter.decline());
  f.encounter.on_knock("s2", "이민수", "2026-1", true, true);
  CHECK(f.encounter.at_the_door() == nullptr);
  f.check_call_goes_on(first);
}

TEST_CASE("The patient who comes back goes on with the call while somebody is at the door", "[newcomer]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.encounter.on_returned("s1", "ko", 1);
  CHECK(f.gateway.told.at("s1") == Notice::admitted);
  f.check_call_goes_on(first);
  CHECK(f.encounter.at_the_door()->id == "s2");
  f.encounter.on_leave("s1");
  CHECK(f.encounter.state() == State::reconnecting);
  CHECK(f.encounter.admit());
  CHECK(f.encounter.record().seat->id == "s2");
}

TEST_CASE("A newcomer without a name can be turned away but not let in", "[newcomer]") {
  Fixture f;
  f.encounter.on_arrived(Fixture::seat("s2"));
  REQUIRE(f.encounter.at_the_door());
  CHECK_FALSE(f.encounter.admit());
  CHECK(f.encounter.decline());
}

TEST_CASE("The door is kept for nobody who gives no name, or is gone", "[newcomer][timeout]") {
  const Limits limits;
  SECTION("no name") {
    Fixture f;
    f.encounter.on_arrived(Fixture::seat("s2"));
    f.pass(limits.knock_grace - 1s);
    CHECK(f.encounter.record().newcomer);
    f.pass(1s);
    CHECK_FALSE(f.encounter.record().newcomer);
    CHECK(f.gateway.lines.back() == "lapse s2");
    CHECK(f.log.entries.back().details.at("reason") == "no-name");
  }
  SECTION("gone") {
    Fixture f;
    f.knock();
    f.encounter.on_away("s2");
    f.pass(limits.wait_grace - 1s);
    CHECK(f.encounter.at_the_door());
    f.pass(1s);
    CHECK_FALSE(f.encounter.at_the_door());
    CHECK(f.log.entries.back().details.at("reason") == "away");
  }
  SECTION("gone and back") {
    Fixture f;
    f.knock();
    f.encounter.on_away("s2");
    f.encounter.on_returned("s2", "en", 0);
    f.pass(limits.wait_grace + 1s);
    REQUIRE(f.encounter.at_the_door());
    CHECK(f.encounter.at_the_door()->language == "en");
    CHECK(f.gateway.told.at("s2") == Notice::waiting);
  }
  SECTION("left") {
    Fixture f;
    f.knock();
    f.encounter.on_leave("s2");
    CHECK_FALSE(f.encounter.at_the_door());
    CHECK(f.encounter.state() == State::in_call);
  }
}

TEST_CASE("A newcomer is next when the one before leaves the door, and knocks for himself", "[newcomer]") {
  EncounterFixture f;
  f.open_and_wait();
  REQUIRE(f.encounter.admit());
  f.encounter.on_away("s1");
  f.encounter.on_arrived(EncounterFixture::seat("s2"));
  f.encounter.on_knock("s2", "이민수", "2026-1", true, true);
  REQUIRE(f.encounter.state() == State::admitted);
  f.encounter.on_leave("s1");
  CHECK(f.encounter.state() == State::open);
  CHECK(f.encounter.record().seat->id == "s2");
  CHECK_FALSE(f.encounter.record().seat->admitted);
  CHECK(f.gateway.placed == "s2");
  CHECK(f.gateway.told.at("s2") == Notice::getting_ready);  // at which the page knocks
}

TEST_CASE("After a connection that could not prove itself nobody else goes first", "[newcomer][security]") {
  Fixture f;
  f.knock();
  f.peer().listener.on_failed(PeerFailure::fingerprint_mismatch, "");
  CHECK(f.encounter.state() == State::waiting);
  CHECK(f.encounter.at_the_door()->id == "s1");
  CHECK(f.gateway.count("lapse s2") == 1);
  CHECK(f.count("newcomer-gone") == 1);
}

TEST_CASE("A broken call is not closed for its age while somebody waits to be let in",
          "[newcomer][timeout]") {
  const Limits limits;
  Fixture f;
  f.peer().listener.on_failed(PeerFailure::connection_lost, "");
  f.pass(limits.reconnect_grace - 1min);
  f.knock();
  f.pass(limits.door_grace - 1s);
  REQUIRE(f.encounter.state() == State::reconnecting);
  f.pass(1s);  // ... and nobody decides for half an hour
  CHECK(f.gateway.count("lapse s2") == 1);
  CHECK(f.encounter.state() == State::ended);
}

TEST_CASE("Staff cannot hand a call over to somebody who is gone just now", "[newcomer]") {
  Fixture f;
  HandPeer& first = f.peer();
  f.knock();
  f.encounter.on_away("s2");
  CHECK_FALSE(f.encounter.admit());
  f.check_call_goes_on(first);
  f.encounter.on_returned("s2", "ko", 0);
  CHECK(f.encounter.admit());
}

TEST_CASE("Coming and going wins a newcomer no time", "[newcomer][timeout]") {
  const Limits limits;
  Fixture f;
  f.encounter.on_arrived(Fixture::seat("s2"));
  for (int i = 0; i < 9; ++i) {
    f.pass(1min);
    f.encounter.on_away("s2");
    f.encounter.on_returned("s2", "ko", 0);
  }
  REQUIRE(f.encounter.record().newcomer);
  f.pass(limits.knock_grace - 9min);
  CHECK_FALSE(f.encounter.record().newcomer);
}

TEST_CASE("What staff wrote to one person does not reach the next", "[newcomer][chat]") {
  Fixture f;
  REQUIRE(f.encounter.send_chat("for the first one"));
  f.knock();
  REQUIRE(f.encounter.admit());
  CHECK(f.count("chat-undelivered") == 1);
  f.peer().listener.on_offer("second");
  f.encounter.on_answer("s2", 2, "answer");
  f.peer().listener.on_connected();
  f.peer().listener.on_channel_open(Channel::chat);
  CHECK(f.peer().sent.empty());
  CHECK(f.encounter.chat().messages().front().refused);
}

TEST_CASE("A flood at the door does not slow the patient who comes back", "[newcomer][flood]") {
  Fixture f;
  f.knock();
  for (int i = 0; i < 1000; ++i) f.encounter.on_knock("s2", std::to_string(i), "1", true, true);
  f.gateway.take();
  f.encounter.on_returned("s1", "ko", 1);
  CHECK(f.gateway.take() == Lines{"tell admitted"});
}

TEST_CASE("How things stand is no news for the log", "[encounter]") {
  Fixture f;
  f.knock();
  const std::size_t entries = f.log.entries.size();
  f.gateway.take();
  f.encounter.on_away("s1");  // as before
  f.encounter.on_returned("s2", "", 0);
  CHECK(f.log.entries.size() == entries);
  CHECK(f.gateway.take() == Lines{"tell waiting"});
}

TEST_CASE("Who was admitted and is gone before the call keeps the room for a while only",
          "[encounter][timeout]") {
  EncounterFixture f;
  f.open_and_wait();
  REQUIRE(f.encounter.admit());
  f.pass(1h);
  REQUIRE(f.encounter.state() == State::admitted);  // the page is there
  f.encounter.on_away("s1");
  f.pass(Limits{}.wait_grace);
  CHECK(f.encounter.state() == State::open);
  CHECK(f.media.open_peers() == 0);
}

TEST_CASE("The gateway that comes back is told of both", "[newcomer]") {
  Fixture f;
  f.knock();
  f.encounter.on_gateway_lost();
  f.encounter.on_gateway_ready({});
  CHECK(f.gateway.lines.back() == "publish 482731906");
  CHECK(f.encounter.record().newcomer->id == "s2");
  // It may introduce the one we know already.
  f.encounter.on_arrived(Fixture::seat("s2"));
  CHECK(f.encounter.at_the_door()->name == "이민수");
}

TEST_CASE("The end goes over the data channel, to a page that reads it", "[encounter][end]") {
  for (const bool reads_it : {true, false}) {
    EncounterFixture f;
    f.talk();
    if (reads_it) f.line(Channel::control, "hello");
    HandPeer& peer = f.peer();
    REQUIRE(f.encounter.end(Outcome::failed));
    CHECK(peer.closed);
    CHECK(peer.farewell == (reads_it ? "ended:failed" : ""));
  }
}

TEST_CASE("A call that breaks, or is left, says no farewell", "[encounter][end]") {
  Fixture f;
  HandPeer& peer = f.peer();
  f.encounter.on_returned("s1", "ko", 1);
  f.encounter.on_leave("s1");
  CHECK(peer.closed);
  CHECK(peer.farewell.empty());
}

TEST_CASE("A patient cannot end the visit with the kiosk's line", "[encounter][security]") {
  Fixture f;
  HandPeer& peer = f.peer();
  for (int i = 0; i < 20; ++i) f.line(Channel::control, "ended:completed");
  CHECK(f.encounter.state() == State::in_call);
  CHECK_FALSE(peer.closed);
  f.line(Channel::control, "ended:completed");  // the last that is allowed to be malformed
  CHECK(peer.closed);
  CHECK(f.encounter.state() == State::reconnecting);
}

TEST_CASE("The log tells a lost gateway from a lost page", "[encounter]") {
  EncounterFixture f;
  f.talk();
  f.encounter.on_gateway_lost();
  f.encounter.on_gateway_lost();  // each try to reach it
  CHECK(f.log.kinds().back() == "gateway-lost");
  CHECK(f.count("gateway-lost") == 1);
  f.encounter.on_gateway_ready({});
  CHECK(f.log.kinds().back() == "gateway-back");
  f.encounter.on_away("s1", true);
  CHECK(f.log.entries.back().details.at("reason") == "gateway");
  f.encounter.on_returned("s1", "ko", 1);
  f.encounter.on_away("s1");
  CHECK_FALSE(f.log.entries.back().details.contains("reason"));
}
