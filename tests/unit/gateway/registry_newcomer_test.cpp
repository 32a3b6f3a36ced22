// A second browser with the code, while the first one's connection is away.
#include "registry_fixture.hpp"

using namespace sangdam;
using namespace sangdam::tests;

namespace {

/// The first browser (10) has the place and has lost its connection.
struct Door : Clinic {
  Door() {
    start_with_patient();
    first = {outlet.seat, outlet.token};
    registry.patient_gone(10);
    REQUIRE(outlet.take(1) == Said{"away"});
  }
  struct Page {
    protocol::SeatKey seat;
    std::string token;
  };
  Page newcomer(ConnectionId connection) {
    REQUIRE(join(connection) == "joined");
    REQUIRE(outlet.take(connection) == Said{"joined"});
    REQUIRE(outlet.take(1) == Said{"arrived ko"});
    return {outlet.seat, outlet.token};
  }
  bool back(ConnectionId connection, const Page& page) {
    return registry.resume(connection, {page.token, "ko", 0});
  }
  Page first;
};

}  // namespace

TEST_CASE("a newcomer voids nobody's seat: both tokens are good", "[registry][newcomer]") {
  Door door;
  const auto second = door.newcomer(11);
  CHECK(second.seat.seat != door.first.seat.seat);
  CHECK(door.back(12, door.first));
  CHECK(door.outlet.take(12) == Said{"joined again"});
  CHECK(door.outlet.take(1) == Said{"returned 0"});
  door.registry.patient_gone(11);
  CHECK(door.outlet.take(1) == Said{"away"});
  CHECK(door.back(13, second));
  CHECK(door.outlet.take(13) == Said{"joined again"});
  CHECK(door.outlet.take(1) == Said{"returned 0"});
}

TEST_CASE("each of the two hears what is said to it, and is heard under its own seat",
          "[registry][newcomer]") {
  Door door;
  const auto second = door.newcomer(11);
  REQUIRE(door.back(12, door.first));
  door.outlet.take(1);
  door.outlet.take(12);
  door.registry.to_patient(1, {door.session, second.seat.seat, protocol::Status{"waiting", ""}});
  CHECK(door.outlet.take(11) == Said{"waiting"});
  door.registry.to_patient(1, {door.session, door.first.seat.seat, protocol::Status{"admitted", ""}});
  CHECK(door.outlet.take(12) == Said{"admitted"});
  door.registry.from_patient(11, protocol::Knock{"Lee", "1", true, true});
  CHECK(door.outlet.from == second.seat.seat);
  door.registry.from_patient(12, protocol::RequestOffer{1});
  CHECK(door.outlet.from == door.first.seat.seat);
  CHECK(door.outlet.take(1) == Said{"knock", "request-offer"});
}

TEST_CASE("there is one place at the door", "[registry][newcomer]") {
  Door door;
  const auto second = door.newcomer(11);
  CHECK(door.join(12) == "code-occupied");
  door.registry.patient_gone(11);
  CHECK(door.outlet.take(1) == Said{"away"});
  const auto third = door.newcomer(13);
  CHECK_FALSE(door.back(14, second));
  CHECK(door.back(15, door.first));  // the place is not the door
  door.outlet.take(1);
  door.outlet.take(15);
  CHECK(third.token != second.token);
}

TEST_CASE("a newcomer who is given the place has it, and the one before is told", "[registry][newcomer]") {
  const bool is_there = GENERATE(false, true);
  Door door;
  const auto second = door.newcomer(11);
  if (is_there) {
    REQUIRE(door.back(10, door.first));
    CHECK(door.outlet.take(10) == Said{"joined again"});
    door.outlet.take(1);
  }
  door.registry.give_seat(1, {door.session, second.seat.seat});
  CHECK(door.outlet.take(10) == (is_there ? Said{"ended moved", "closed"} : Said{}));
  CHECK_FALSE(door.back(12, door.first));
  // Its own connection's end is nobody's now, and the newcomer is heard as before.
  door.registry.patient_gone(10);
  door.registry.from_patient(11, protocol::Leave{});
  CHECK(door.outlet.take(1) == Said{"leave"});
  CHECK(door.join(13) == "code-occupied");
  door.registry.give_seat(1, {door.session, second.seat.seat});  // repeating it is harmless
}

TEST_CASE("a newcomer who is turned away is told, and has no seat", "[registry][newcomer]") {
  Door door;
  const auto second = door.newcomer(11);
  door.registry.void_seat(1, {door.session, second.seat.seat});
  CHECK(door.outlet.take(11) == Said{"ended declined", "closed"});
  CHECK_FALSE(door.back(12, second));
  CHECK(door.back(13, door.first));
  door.outlet.take(1);
  door.outlet.take(13);
  // Never the one that has the place.
  door.registry.void_seat(1, {door.session, door.first.seat.seat});
  CHECK(door.outlet.take(13).empty());
}

TEST_CASE("only the session's own kiosk decides about its seats", "[registry][newcomer]") {
  Door door;
  const auto second = door.newcomer(11);
  door.connect_kiosk(2, "another kiosk");
  door.registry.give_seat(2, {door.session, second.seat.seat});
  door.registry.void_seat(2, {door.session, second.seat.seat});
  CHECK(door.outlet.take(2) == Said{"session-unknown", "session-unknown"});
  CHECK(door.outlet.take(11).empty());
  CHECK(door.back(12, door.first));
  door.outlet.take(1);
  door.outlet.take(12);
}

TEST_CASE("the code that is good now displaces who came with an older one", "[registry][newcomer][code]") {
  Door door;
  door.newcomer(11);
  CHECK(door.join(12) == "code-occupied");
  door.code = consultation::draw_code();
  door.open(1, door.first.seat);
  CHECK(door.outlet.take(1) == Said{"opened"});
  CHECK(door.join(12) == "joined");
  CHECK(door.outlet.take(11) == Said{"ended moved", "closed"});
  CHECK(door.outlet.take(12) == Said{"joined"});
  CHECK(door.outlet.take(1) == Said{"arrived ko"});
  CHECK(door.back(13, door.first));  // nobody who has the place is displaced by it
  door.outlet.take(1);
  door.outlet.take(13);
}

TEST_CASE("a stranger with an old code does not keep the new one from working",
          "[registry][newcomer][code]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.code = consultation::draw_code();
  clinic.open(1, clinic.outlet.seat);
  clinic.outlet.take(1);
  CHECK(clinic.join(11) == "joined");  // at the door; the kiosk gives it the place if nobody was let in
  CHECK(clinic.outlet.take(11) == Said{"joined"});
  CHECK(clinic.outlet.take(1) == Said{"arrived ko"});
  clinic.registry.give_seat(1, {clinic.session, clinic.outlet.seat.seat, true});
  CHECK(clinic.outlet.take(10) == Said{"ended moved", "closed"});
}

TEST_CASE("before anybody was let in, who was there first keeps the place if back in time",
          "[registry][newcomer]") {
  Door door;
  const auto second = door.newcomer(11);
  REQUIRE(door.back(12, door.first));
  door.outlet.take(1);
  door.outlet.take(12);
  door.registry.give_seat(1, {door.session, second.seat.seat, true});
  CHECK(door.outlet.take(11) == Said{"ended moved", "closed"});
  CHECK(door.outlet.take(12).empty());
  CHECK(door.outlet.take(1) == Said{"arrived ko"});  // introduced again: the kiosk had taken the other
  CHECK(door.outlet.seat.seat == door.first.seat.seat);
}

TEST_CASE("a gateway that has just started does not call a code wrong that it cannot know",
          "[registry][code]") {
  Clinic clinic;
  CHECK(clinic.join(10) == "clinic-away");
  clinic.start();
  clinic.code = clinic.code == "000000000" ? "111111111" : "000000000";
  CHECK(clinic.join(10) == "code-wrong");
}

TEST_CASE("both are told how the visit ends", "[registry][newcomer]") {
  Door door;
  door.newcomer(11);
  REQUIRE(door.back(12, door.first));
  door.outlet.take(1);
  door.outlet.take(12);
  door.registry.close_session(1, {door.session, "completed"});
  CHECK(door.outlet.take(11) == Said{"ended completed", "closed"});
  CHECK(door.outlet.take(12) == Said{"ended completed", "closed"});
  CHECK(door.registry.sessions() == 0);
}

TEST_CASE("a kiosk that comes back hears of both, as it knows them", "[registry][newcomer][kiosk]") {
  Door door;
  const auto second = door.newcomer(11);
  door.registry.kiosk_gone(1);
  CHECK(door.outlet.take(11) == Said{"clinic-away"});
  door.connect_kiosk(2);
  SECTION("it knows both") {
    door.registry.open_session(2, {door.session, door.code, 30min, door.first.seat, second.seat});
    CHECK(door.outlet.take(2) == Said{"opened", "away", "returned 0"});
  }
  SECTION("it knows the first") {
    door.open(2, door.first.seat);
    CHECK(door.outlet.take(2) == Said{"opened", "away", "arrived ko"});
  }
  SECTION("it gave the place to the second, and that was lost") {
    door.open(2, second.seat);
    CHECK(door.outlet.take(2) == Said{"opened", "returned 0"});
    CHECK_FALSE(door.back(12, door.first));
  }
  CHECK(door.outlet.take(11) == Said{"clinic-back"});
}

TEST_CASE("a gateway that restarted takes both seats from the kiosk", "[registry][newcomer][kiosk]") {
  Door door;
  const auto second = door.newcomer(11);
  Clinic after;
  after.connect_kiosk(1);
  after.registry.open_session(1, {door.session, door.code, 30min, door.first.seat, second.seat});
  CHECK(after.outlet.take(1) == Said{"opened", "away restored", "away restored"});
  CHECK(after.registry.resume(20, {second.token, "ko", 0}));
  CHECK(after.registry.resume(21, {door.first.token, "ko", 4}));
  CHECK(after.outlet.take(1) == Said{"returned 0", "returned 4"});
  after.outlet.take(20);
  after.outlet.take(21);
}

TEST_CASE("what a newcomer did while the kiosk was away is not lost", "[registry][newcomer][kiosk]") {
  Door door;
  const auto second = door.newcomer(11);
  door.registry.kiosk_gone(1);
  door.registry.from_patient(11, protocol::Knock{"Lee", "1", true, true});
  door.connect_kiosk(2);
  door.registry.open_session(2, {door.session, door.code, 30min, door.first.seat, second.seat});
  CHECK(door.outlet.take(2) == Said{"opened", "away", "returned 0", "knock"});
  door.outlet.take(11);
}
