#include "consultation/consultation.hpp"

#include "support/catch.hpp"
#include "support/domain_doubles.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  HandClock clock;
  HandLog log;
  std::vector<std::pair<State, State>> steps;
  std::vector<std::string> failures;
  Consultation visit{fresh(), log, clock, Limits{}};

  Fixture() {
    visit.on_step([this](const Step& step) { steps.emplace_back(step.from, step.to); });
    visit.on_log_failure([this](const sangdam::base::Failure& failure) { failures.push_back(failure.code); });
  }
  static ConsultationRecord fresh() {
    ConsultationRecord record;
    record.id = "0123456789abcdef0123456789abcdef";
    return record;
  }
  static Seat seat(const std::string& id) {
    Seat seat;
    seat.id = id;
    seat.token_hash = "hash-" + id;
    return seat;
  }
  void open() { REQUIRE(visit.dispatch({.kind = EventKind::opened, .code = "482731906"})); }
  void knock(const std::string& id = "s1", const std::string& name = "김순자") {
    Seat who = seat(id);
    REQUIRE(visit.dispatch({.kind = EventKind::arrived, .seat = who}));
    who.name = name;
    who.consent = "2026-1";
    REQUIRE(visit.dispatch({.kind = EventKind::knocked, .seat = who}));
  }
  void talk() {
    open();
    knock();
    REQUIRE(visit.dispatch({.kind = EventKind::admitted}));
    REQUIRE(visit.dispatch({.kind = EventKind::media_connected}));
  }
};

}  // namespace

TEST_CASE("A visit is told by its log in order", "[consultation]") {
  Fixture f;
  f.talk();
  REQUIRE(f.visit.dispatch({.kind = EventKind::ended}));
  CHECK(f.log.kinds() == std::vector<std::string>{"opened", "patient-arrived", "patient-knocked", "admitted",
                                                  "media-connected", "ended"});
  const ConsultationRecord& record = f.log.records.at(f.visit.record().id);
  CHECK(record.state == State::ended);
  CHECK(record.outcome == Outcome::completed);
  CHECK(record.patient_name == "김순자");
  CHECK(record.connected.has_value());
}

TEST_CASE("Nobody hears of a step before the log has it", "[consultation]") {
  Fixture f;
  f.log.hold();
  f.open();
  CHECK(f.steps.empty());
  f.log.let_go();
  CHECK(f.steps.size() == 1);
}

TEST_CASE("A log that cannot write does not stop the visit, and says so", "[consultation]") {
  Fixture f;
  f.log.fail_with({"log-disk-full", "The disk is full."});
  f.open();
  CHECK(f.visit.state() == State::open);
  CHECK(f.failures == std::vector<std::string>{"log-disk-full"});
}

TEST_CASE("An event that means nothing changes nothing and leaves no entry", "[consultation]") {
  Fixture f;
  CHECK_FALSE(f.visit.dispatch({.kind = EventKind::admitted}));
  CHECK(f.log.entries.empty());
  CHECK(f.visit.record() == Fixture::fresh());
}

TEST_CASE("A code nobody used expires as a no-show and is forgotten", "[consultation][timeout]") {
  Fixture f;
  f.open();
  CHECK(f.visit.next_deadline() == f.clock.now() + Limits{}.walk_in_code_lifetime);
  f.clock.advance(30min);
  f.visit.on_time();
  CHECK(f.visit.record().outcome == Outcome::no_show);
  CHECK(f.visit.record().code.empty());
  CHECK_FALSE(f.visit.next_deadline().has_value());
}

TEST_CASE("A code that expires in a call does not end the call", "[consultation][timeout]") {
  Fixture f;
  f.talk();
  f.clock.advance(2h);
  f.visit.on_time();
  CHECK(f.visit.state() == State::in_call);
}

TEST_CASE("A code lives as long as its visit once somebody waits", "[consultation][code][timeout]") {
  Fixture f;
  f.open();
  REQUIRE(f.visit.record().code_expires.has_value());
  f.knock();
  CHECK_FALSE(f.visit.record().code_expires.has_value());
  f.clock.advance(2h);
  f.visit.on_time();
  REQUIRE(f.visit.dispatch({.kind = EventKind::admitted}));
  REQUIRE(f.visit.dispatch({.kind = EventKind::media_connected}));
  REQUIRE(f.visit.dispatch({.kind = EventKind::media_lost}));
  f.clock.advance(20min);
  f.visit.on_time();
  CHECK_FALSE(f.visit.record().code_expires.has_value());
  CHECK(f.visit.record().code == "482731906");
}

TEST_CASE("Whoever has typed the code has its whole time for the page's questions",
          "[consultation][code][timeout]") {
  Fixture f;
  f.open();
  f.clock.advance(29min);
  REQUIRE(f.visit.dispatch({.kind = EventKind::arrived, .seat = Fixture::seat("s1")}));
  f.clock.advance(20min);
  f.visit.on_time();
  CHECK(f.visit.state() == State::open);
  f.clock.advance(10min);
  f.visit.on_time();
  CHECK(f.visit.state() == State::ended);
}

TEST_CASE("A code that is renewed begins its time anew, and staff did it", "[consultation][code]") {
  Fixture f;
  f.open();
  f.clock.advance(20min);
  REQUIRE(f.visit.dispatch({.kind = EventKind::renewed, .code = "000000000"}));
  CHECK(f.visit.record().code == "000000000");
  CHECK(f.visit.record().code_expires == f.clock.now() + Limits{}.walk_in_code_lifetime);
  CHECK(f.log.kinds().back() == "code-renewed");
  CHECK(f.log.entries.back().actor == Actor::staff);
}

TEST_CASE("A patient who goes away while waiting keeps the place for a while, then loses it",
          "[consultation][timeout]") {
  Fixture f;
  f.open();
  f.knock();
  REQUIRE(f.visit.dispatch({.kind = EventKind::away}));
  CHECK(f.visit.state() == State::waiting);
  f.clock.advance(119s);
  f.visit.on_time();
  CHECK(f.visit.state() == State::waiting);
  f.clock.advance(1s);
  f.visit.on_time();
  CHECK(f.visit.state() == State::open);
}

TEST_CASE("A patient who returns while waiting keeps the place", "[consultation][timeout]") {
  Fixture f;
  f.open();
  f.knock();
  const Seat seat = *f.visit.record().seat;
  f.visit.dispatch({.kind = EventKind::away});
  f.clock.advance(60s);
  f.visit.dispatch({.kind = EventKind::returned, .seat = seat});
  f.clock.advance(10min);
  f.visit.on_time();
  CHECK(f.visit.state() == State::waiting);
  CHECK(f.visit.record().seat->present);
}

TEST_CASE("A patient who leaves while waiting leaves the code good", "[consultation]") {
  Fixture f;
  f.open();
  f.knock();
  f.visit.dispatch({.kind = EventKind::left});
  CHECK(f.visit.state() == State::open);
  CHECK(f.visit.record().code == "482731906");
}

TEST_CASE("A newcomer with the same code has to knock and be admitted for itself", "[consultation]") {
  Fixture f;
  f.talk();
  f.visit.dispatch({.kind = EventKind::media_lost});
  f.visit.dispatch({.kind = EventKind::newcomer_arrived, .seat = Fixture::seat("s2")});
  CHECK(f.visit.state() == State::reconnecting);
  CHECK_FALSE(f.visit.record().newcomer->admitted);
  Seat who = Fixture::seat("s2");
  who.name = "Somebody";
  f.visit.dispatch({.kind = EventKind::newcomer_knocked, .seat = who});
  CHECK(f.visit.state() == State::reconnecting);
  CHECK(f.visit.record().seat->id != "s2");
  f.visit.dispatch({.kind = EventKind::newcomer_admitted});
  CHECK(f.visit.state() == State::admitted);
  CHECK(f.visit.record().seat->id == "s2");
  CHECK(f.visit.record().seat->admitted);
  CHECK(f.visit.record().patient_name == "김순자");  // the record keeps who the visit began with
}

TEST_CASE("Staff end while reconnecting: the visit is completed", "[consultation]") {
  Fixture f;
  f.talk();
  f.visit.dispatch({.kind = EventKind::media_lost});
  CHECK(f.visit.dispatch({.kind = EventKind::ended}));
  CHECK(f.visit.record().outcome == Outcome::completed);
}

TEST_CASE("Staff's own outcome is kept", "[consultation]") {
  Fixture f;
  f.talk();
  f.visit.dispatch({.kind = EventKind::ended, .outcome = Outcome::failed});
  CHECK(f.visit.record().outcome == Outcome::failed);
}

TEST_CASE("A call nobody comes back to ends by itself", "[consultation][timeout]") {
  Fixture f;
  f.talk();
  f.visit.dispatch({.kind = EventKind::media_lost});
  f.clock.advance(30min);
  f.visit.on_time();
  CHECK(f.visit.state() == State::ended);
}

TEST_CASE("A clock that is set changes nothing about how long somebody is waited for",
          "[consultation][timeout]") {
  // A kiosk without a battery for its clock learns the time from the network, minutes after a power cut.
  const auto step = GENERATE(std::chrono::hours(9), std::chrono::hours(-9));
  Fixture f;
  f.talk();
  f.visit.dispatch({.kind = EventKind::media_lost});
  f.clock.set(step);
  f.visit.on_time();
  CHECK(f.visit.state() == State::reconnecting);
  f.clock.advance(Limits{}.reconnect_grace);
  REQUIRE(f.visit.next_deadline() == f.clock.now());
  f.visit.on_time();
  CHECK(f.visit.state() == State::ended);
}

TEST_CASE("An appointment's code is good until an hour after its time", "[consultation]") {
  Fixture f;
  ConsultationRecord record = Fixture::fresh();
  record.appointment_id = "a";
  record.planned = f.clock.now() + 15min;
  Consultation visit(record, f.log, f.clock, Limits{});
  visit.dispatch({.kind = EventKind::opened, .code = "482731906"});
  CHECK(visit.record().code_expires == f.clock.now() + 75min);
}

TEST_CASE("A visit that is gone hears of nothing", "[consultation]") {
  HandClock clock;
  HandLog log;
  log.hold();
  bool heard = false;
  {
    Consultation visit(Fixture::fresh(), log, clock, Limits{});
    visit.on_step([&](const Step&) { heard = true; });
    visit.dispatch({.kind = EventKind::opened, .code = "482731906"});
  }
  log.let_go();
  CHECK_FALSE(heard);
}

TEST_CASE("A patient declined after the code's time keeps a good code", "[consultation][timeout]") {
  Fixture f;
  f.open();
  f.knock();
  f.clock.advance(31min);
  f.visit.on_time();
  REQUIRE(f.visit.dispatch({.kind = EventKind::declined}));
  f.visit.on_time();
  CHECK(f.visit.state() == State::open);
  CHECK(f.visit.record().code_expires == f.clock.now() + Limits{}.walk_in_code_lifetime);
}

TEST_CASE("A visit that had a call is never a no-show", "[consultation][timeout]") {
  Fixture f;
  f.talk();
  f.visit.dispatch({.kind = EventKind::media_rejected});
  f.visit.dispatch({.kind = EventKind::declined});
  f.clock.advance(2h);
  f.visit.on_time();
  CHECK(f.visit.record().outcome == Outcome::completed);
}

TEST_CASE("A note that cannot be kept raises the alarm as a step does", "[consultation]") {
  Fixture f;
  f.open();
  f.log.fail_with({"log-disk-full", "The disk is full."});
  bool went_on = false;
  f.visit.note("chat-sent", Actor::staff, {}, [&] { went_on = true; });
  CHECK(went_on);
  CHECK(f.failures == std::vector<std::string>{"log-disk-full"});
}

TEST_CASE("A listener that puts another in its place is not destroyed while it runs", "[consultation]") {
  Fixture f;
  int lasted = 0;
  int later = 0;
  const auto replaces_itself = [&](auto set) {
    // What the closure owns shows whether it still lives; after the change of place only the stack is used.
    return [&lasted, set, owned = std::make_shared<int>()](const auto&) {
      const std::weak_ptr<int> alive = owned;
      int& count = lasted;
      set();
      if (!alive.expired()) ++count;
    };
  };
  f.visit.on_step(replaces_itself([&] { f.visit.on_step([&](const Step&) { ++later; }); }));
  f.visit.on_log_failure(replaces_itself([&] { f.visit.on_log_failure([&](const auto&) { ++later; }); }));
  f.log.fail_with({"log-disk-full", "The disk is full."});
  f.open();
  CHECK(lasted == 2);
  CHECK(f.visit.dispatch({.kind = EventKind::cancelled}));
  CHECK(later == 2);
}
