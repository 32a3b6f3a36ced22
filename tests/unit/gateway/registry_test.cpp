#include "registry_fixture.hpp"

using namespace sangdam;
using namespace sangdam::tests;

TEST_CASE("a patient with the code gets the seat and the kiosk hears of it", "[registry]") {
  Clinic clinic;
  clinic.start_with_patient();
  CHECK(clinic.outlet.clinic == "Clinic");
  CHECK(base::sha256_hex(clinic.outlet.token) == clinic.outlet.seat.token_hash);
  clinic.registry.from_patient(10, protocol::Knock{"Kim", "1", true, true});
  CHECK(clinic.outlet.take(1) == Said{"knock"});
  clinic.registry.to_patient(1, {clinic.session, clinic.outlet.seat.seat, protocol::Status{"waiting", ""}});
  CHECK(clinic.outlet.take(10) == Said{"waiting"});
}

TEST_CASE("a code nobody opened is wrong", "[registry]") {
  Clinic clinic;
  clinic.start();
  clinic.code = clinic.code == "000000000" ? "111111111" : "000000000";
  CHECK(clinic.join(10) == "code-wrong");
}

TEST_CASE("an expired code lets nobody in, but who sits there may return", "[registry]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.clock.pass(31min);
  clinic.registry.on_time();
  clinic.registry.patient_gone(10);
  CHECK(clinic.outlet.take(1) == Said{"away"});
  CHECK(clinic.join(11) == "code-expired");
  CHECK(clinic.resume(12));
  CHECK(clinic.outlet.take(12) == Said{"joined again"});
  CHECK(clinic.outlet.take(1) == Said{"returned 0"});
}

TEST_CASE("a restarted kiosk hears of the peer last answered, not of the highest number", "[registry]") {
  Clinic clinic;
  clinic.start_with_patient();
  ConnectionId kiosk = 1;
  for (const unsigned peer : {5U, 1U}) {
    clinic.registry.from_patient(10, protocol::Answer{peer, "v=0"});
    CHECK(clinic.outlet.take(kiosk) == Said{"answer"});
    clinic.registry.kiosk_gone(kiosk++);
    clinic.connect_kiosk(kiosk);
    clinic.open(kiosk, clinic.outlet.seat);
    CHECK(clinic.outlet.take(kiosk) == Said{"opened", "returned " + std::to_string(peer)});
    CHECK(clinic.outlet.take(10) == Said{"clinic-away", "clinic-back"});
  }
}

TEST_CASE("a finished visit's code is used up for a day", "[registry]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.close_session(1, {clinic.session, "completed"});
  CHECK(clinic.outlet.take(10) == Said{"ended completed", "closed"});
  CHECK(clinic.join(11) == "code-used");
  CHECK_FALSE(clinic.resume(12));
  // Nor may another session get this code while people could still have it in mind.
  clinic.registry.open_session(1, {std::string(32, 'b'), clinic.code, 30min, {}});
  clinic.pass(2s);
  CHECK(clinic.outlet.take(1) == Said{"code-taken"});
  clinic.clock.pass(24h);
  clinic.registry.on_time();
  CHECK(clinic.join(11) == "code-wrong");
  CHECK(clinic.registry.used_codes() == 0);
  CHECK(clinic.registry.sessions() == 0);
}

TEST_CASE("a code that is renewed stops at once, and who has it hears so and whom to call",
          "[registry][code]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.patient_gone(10);
  CHECK(clinic.outlet.take(1) == Said{"away"});
  const std::string old = clinic.code;
  for (int i = 0; i < 2; ++i) {  // the second comes too soon and waits: the first stops all the same
    const std::string before = clinic.code;
    clinic.code = consultation::draw_code();
    clinic.open(1, clinic.outlet.seat);
    const auto refused = clinic.registry.join(11, {before, "ko", std::nullopt});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why == JoinRefusal::renewed);
    CHECK(refused.error().clinic == "Clinic");
  }
  CHECK(clinic.outlet.take(1) == Said{"opened"});
  CHECK(clinic.join(11) == "code-wrong");  // not known before its turn
  clinic.clock.pass(1s);
  clinic.registry.on_time();
  CHECK(clinic.outlet.take(1) == Said{"opened"});
  // Who was there stays, and nobody gets the old code.
  CHECK(clinic.resume(12));
  CHECK(clinic.outlet.take(12) == Said{"joined again"});
  CHECK(clinic.outlet.take(1) == Said{"returned 0"});
  clinic.registry.open_session(1, {std::string(32, 'b'), old, 30min, {}});
  clinic.clock.pass(2s);
  clinic.registry.on_time();
  CHECK(clinic.outlet.take(1) == Said{"code-taken"});
}

TEST_CASE("a code whose kiosk is away is kept with its seat, however long ago its time began",
          "[registry][code]") {
  Clinic clinic;
  clinic.connect_kiosk(1);
  // What the kiosk publishes once somebody waits.
  clinic.registry.open_session(1, {clinic.session, clinic.code, protocol::k_max_code_lifetime, {}});
  REQUIRE(clinic.join(10) == "joined");
  clinic.registry.patient_gone(10);
  clinic.registry.kiosk_gone(1);
  clinic.clock.pass(29min);
  clinic.registry.on_time();
  clinic.connect_kiosk(2);
  clinic.registry.open_session(2, {clinic.session, clinic.code, protocol::k_max_code_lifetime, {}});
  clinic.clock.pass(5h);
  clinic.registry.on_time();
  CHECK(clinic.join(11) == "joined");
  for (const ConnectionId each : {1UL, 2UL, 10UL, 11UL}) clinic.outlet.take(each);
}

TEST_CASE("used codes are remembered up to a bound", "[registry]") {
  FakeClock clock;
  Recorder outlet;
  Registry registry(outlet, clock, [](std::string_view) { return std::vector<protocol::IceServer>(); },
                    {.max_used_codes = 3});
  registry.kiosk_registered(1, "kiosk", {"Clinic", ""});
  for (int i = 0; i < 10; ++i) {
    registry.open_session(1, {std::string(32, 'a'), consultation::draw_code(), 1h, {}});
    registry.close_session(1, {std::string(32, 'a'), "completed"});
  }
  registry.on_time();
  CHECK(registry.used_codes() == 3);
  outlet.take(1);
}

TEST_CASE("for a kiosk that knows no newcomers another browser takes over at once", "[registry]") {
  Clinic clinic;
  clinic.features.clear();
  clinic.start_with_patient();
  const std::string first_token = clinic.outlet.token;
  const std::string first_seat = clinic.outlet.seat.seat;
  CHECK(clinic.join(11) == "code-occupied");
  clinic.registry.patient_gone(10);
  CHECK(clinic.join(11) == "joined");
  CHECK(clinic.outlet.take(11) == Said{"joined"});
  CHECK(clinic.outlet.take(1) == Said{"away", "arrived ko"});
  CHECK(clinic.outlet.seat.seat != first_seat);
  CHECK_FALSE(clinic.registry.resume(12, {first_token, "ko", 0}));
  // What the kiosk still sends to the first seat reaches nobody.
  clinic.registry.to_patient(1, {clinic.session, first_seat, protocol::Status{"admitted", ""}});
}

TEST_CASE("the newest connection of a seat wins", "[registry]") {
  Clinic clinic;
  clinic.start_with_patient();
  CHECK(clinic.resume(11, 3));
  CHECK(clinic.outlet.take(10) == Said{"replaced"});
  CHECK(clinic.outlet.take(11) == Said{"joined again"});
  CHECK(clinic.outlet.take(1) == Said{"returned 3"});
  // The old connection's end is not the patient's.
  clinic.registry.patient_gone(10);
  clinic.registry.from_patient(10, protocol::Leave{});
}

TEST_CASE("a kiosk that drops for a moment keeps its sessions, and patients are told", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.kiosk_gone(1);
  CHECK(clinic.outlet.take(10) == Said{"clinic-away"});
  clinic.clock.pass(59s);
  clinic.registry.on_time();
  clinic.connect_kiosk(2);
  clinic.open(2, clinic.outlet.seat);
  CHECK(clinic.outlet.take(2) == Said{"opened", "returned 0"});
  CHECK(clinic.outlet.take(10) == Said{"clinic-back"});
}

TEST_CASE("what a patient did while the kiosk was away is not lost", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.kiosk_gone(1);
  clinic.registry.from_patient(10, protocol::Knock{"Kim", "1", true, true});
  clinic.registry.from_patient(10, protocol::Answer{2, "v=0"});
  clinic.connect_kiosk(2);
  clinic.open(2, clinic.outlet.seat);
  CHECK(clinic.outlet.take(2) == Said{"opened", "returned 2", "knock", "request-offer"});
  CHECK(clinic.outlet.take(10) == Said{"clinic-away", "clinic-back"});
}

TEST_CASE("a kiosk that missed an arrival hears of it when it is back", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.kiosk_gone(1);
  clinic.connect_kiosk(2);
  clinic.open(2);  // it knows of no seat
  CHECK(clinic.outlet.take(2) == Said{"opened", "arrived ko"});
  clinic.open(2, clinic.outlet.seat);  // repeating it is harmless
  CHECK(clinic.outlet.take(2) == Said{"opened"});
  CHECK(clinic.outlet.take(10) == Said{"clinic-away", "clinic-back"});
}

TEST_CASE("while the kiosk is away nobody new gets in, and the token is still good", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.patient_gone(10);
  CHECK(clinic.outlet.take(1) == Said{"away"});
  clinic.registry.kiosk_gone(1);
  CHECK(clinic.join(11) == "clinic-away");
  CHECK(clinic.resume(12));
  CHECK(clinic.outlet.take(12) == Said{"joined again", "clinic-away"});
}

TEST_CASE("an empty session of a lost kiosk is dropped after a minute, a seat after half an hour",
          "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.open_session(1, {std::string(32, 'b'), consultation::draw_code(), 30min, {}});
  CHECK(clinic.outlet.take(1) == Said{"opened"});
  clinic.registry.kiosk_gone(1);
  CHECK(clinic.outlet.take(10) == Said{"clinic-away"});
  clinic.clock.pass(60s);
  clinic.registry.on_time();
  CHECK(clinic.registry.sessions() == 1);
  clinic.clock.pass(30min);
  clinic.registry.on_time();
  CHECK(clinic.registry.sessions() == 0);
  CHECK(clinic.outlet.take(10) == Said{"ended", "closed"});
}

TEST_CASE("a session the kiosk does not name again after coming back is dropped", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.registry.kiosk_gone(1);
  clinic.connect_kiosk(2);
  clinic.clock.pass(60s);
  clinic.registry.on_time();
  CHECK(clinic.outlet.take(10) == Said{"clinic-away", "ended", "closed"});
  CHECK(clinic.registry.sessions() == 0);
}

TEST_CASE("after the gateway restarts the kiosk restores who was there", "[registry][restart]") {
  Clinic before;
  before.start_with_patient();
  Clinic after;
  CHECK(after.registry.may_be_restored());
  CHECK_FALSE(
      after.registry.resume(9, {before.outlet.token, "ko", 4}));  // the page was faster than the kiosk
  after.code = before.code;
  after.connect_kiosk(1);
  after.open(1, before.outlet.seat);
  CHECK(after.outlet.take(1) == Said{"opened", "away restored"});
  CHECK(after.registry.resume(10, {before.outlet.token, "ko", 4}));
  CHECK(after.outlet.take(10) == Said{"joined again"});
  CHECK(after.outlet.take(1) == Said{"returned 4"});
  after.clock.pass(60s);
  CHECK_FALSE(after.registry.may_be_restored());
}

TEST_CASE("a kiosk's newer connection replaces the older", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start();
  clinic.connect_kiosk(2);
  CHECK(clinic.outlet.take(1) == Said{"replaced"});
  clinic.registry.kiosk_gone(1);  // the end of the replaced one changes nothing
  clinic.open(2);
  CHECK(clinic.outlet.take(2) == Said{"opened"});
}

TEST_CASE("one kiosk cannot touch another's sessions, nor take a code that is out", "[registry][kiosk]") {
  Clinic clinic;
  clinic.start_with_patient();
  clinic.connect_kiosk(5, "another kiosk");
  clinic.registry.close_session(5, {clinic.session, "completed"});
  clinic.registry.to_patient(5, {clinic.session, clinic.outlet.seat.seat, protocol::Status{"admitted", ""}});
  clinic.registry.open_session(5, {std::string(32, 'b'), clinic.code, 30min, {}});
  clinic.registry.open_session(5, {clinic.session, clinic.code, 30min, {}});
  CHECK(clinic.outlet.take(5) == Said{"session-unknown", "session-unknown", "session-unknown"});
  clinic.pass(2s);
  CHECK(clinic.outlet.take(5) == Said{"code-taken"});
  // Not even what its own code is.
  clinic.registry.open_session(5, {clinic.session, consultation::draw_code(), 30min, {}});
  clinic.pass(1s);
  CHECK(clinic.outlet.take(5) == Said{"session-unknown"});
}

TEST_CASE("a kiosk can open only so many sessions", "[registry][kiosk]") {
  FakeClock clock;
  Recorder outlet;
  Registry registry(outlet, clock, [](std::string_view) { return std::vector<protocol::IceServer>(); },
                    {.max_sessions_per_kiosk = 1});
  registry.kiosk_registered(1, "kiosk", {"Clinic", ""});
  registry.open_session(1, {std::string(32, 'a'), "000000000", 1h, {}});
  registry.open_session(1, {std::string(32, 'b'), consultation::draw_code(), 1h, {}});
  registry.close_session(1, {std::string(32, 'a'), "completed"});
  registry.open_session(1, {std::string(32, 'c'), consultation::draw_code(), 1h, {}});
  CHECK(outlet.take(1) == Said{"opened", "too-many-sessions", "opened"});
}

TEST_CASE("setting the machine's clock neither drops patients nor keeps the dead",
          "[registry][kiosk][clock]") {
  for (const auto step : {std::chrono::hours(24 * 365 * 56), std::chrono::hours(-24 * 365)}) {
    Clinic clinic;
    clinic.start_with_patient();
    clinic.registry.kiosk_gone(1);
    CHECK(clinic.outlet.take(10) == Said{"clinic-away"});
    clinic.clock.wall += step;
    CHECK(clinic.registry.may_be_restored());
    clinic.clock.pass(29min);
    clinic.registry.on_time();
    CHECK(clinic.registry.sessions() == 1);
    clinic.clock.pass(1min);
    clinic.registry.on_time();
    CHECK(clinic.registry.sessions() == 0);
    CHECK(clinic.outlet.take(10) == Said{"ended", "closed"});
  }
}

TEST_CASE("a used code is remembered for a day whatever the clock is set to", "[registry][clock]") {
  Clinic clinic;
  clinic.start();
  clinic.registry.close_session(1, {clinic.session, "completed"});
  clinic.clock.wall += 48h;
  clinic.registry.on_time();
  CHECK(clinic.join(10) == "code-used");
}

TEST_CASE("a code ends when its time has passed, whatever the clock on the wall says", "[registry][clock]") {
  Clinic clinic;
  clinic.clock.wall -= 24h * 365 * 56;  // no battery, no network yet: it is 1970
  clinic.start();
  clinic.clock.wall += 24h * 365 * 57;
  clinic.clock.pass(30min - 1s);
  REQUIRE(clinic.join(10) == "joined");
  clinic.registry.patient_gone(10);
  clinic.clock.pass(1s);
  CHECK(clinic.join(11) == "code-expired");
  clinic.outlet.take(1);
  clinic.outlet.take(10);
}

TEST_CASE("the only clinic is known once every kiosk has said the same, and stays known",
          "[gateway][registry]") {
  Clinic clinic;
  CHECK_FALSE(clinic.registry.only_clinic(1));
  clinic.registry.kiosk_registered(1, "kiosk", {"한빛의원", "02-1234-5678", {}});
  CHECK(clinic.registry.only_clinic(1) == protocol::Clinic{"한빛의원", "02-1234-5678"});
  CHECK_FALSE(clinic.registry.only_clinic(2));
  clinic.registry.kiosk_registered(2, "other", {"한빛의원", "02-1234-0000", {}});
  CHECK_FALSE(clinic.registry.only_clinic(2));
  clinic.registry.kiosk_gone(2);
  clinic.registry.kiosk_registered(3, "other", {"한빛의원", "02-1234-5678", {}});
  clinic.registry.kiosk_gone(1);
  clinic.registry.kiosk_gone(3);
  CHECK(clinic.registry.only_clinic(2) == protocol::Clinic{"한빛의원", "02-1234-5678"});
}
