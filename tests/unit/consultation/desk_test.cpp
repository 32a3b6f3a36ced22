#include "consultation/desk.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "support/domain_doubles.hpp"
#include "support/main_loop.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;

namespace {

/// An in-memory record: appointments, and what was unfinished.
class HandRecords final : public Records {
 public:
  using Failed = sangdam::base::Result<>;
  [[nodiscard]] sangdam::base::Result<std::vector<DayRow>> day(Instant, Instant) const override {
    return std::vector<DayRow>{};
  }
  [[nodiscard]] sangdam::base::Result<std::vector<LogRow>> log(const LogQuery&) const override {
    return std::vector<LogRow>{};
  }
  [[nodiscard]] sangdam::base::Result<std::optional<LogRow>> log_row(const std::string&) const override {
    return std::nullopt;
  }
  [[nodiscard]] sangdam::base::Result<Timeline> timeline(const TimelineQuery&) const override {
    return Timeline{};
  }
  [[nodiscard]] sangdam::base::Result<EarlierLog> earlier(const std::string& id) const override {
    if (unreadable) return tl::unexpected(*unreadable);
    const auto found = timelines.find(id);
    return found == timelines.end() ? EarlierLog{} : EarlierLog{found->second, 0};
  }
  [[nodiscard]] sangdam::base::Result<std::vector<ConsultationRecord>> unfinished() const override {
    return open;
  }
  [[nodiscard]] sangdam::base::Result<std::optional<Appointment>> appointment(
      const std::string& id) const override {
    const auto found = appointments.find(id);
    return found == appointments.end() ? std::nullopt : std::optional(found->second);
  }
  Failed add(const Appointment& appointment) override {
    appointments[appointment.id] = appointment;
    return {};
  }
  Failed remove_appointment(const std::string& id) override {
    appointments.erase(id);
    return {};
  }
  std::map<std::string, Appointment> appointments;
  std::vector<ConsultationRecord> open;
  std::map<std::string, std::vector<LogEntry>> timelines;
  std::optional<sangdam::base::Failure> unreadable;
};

struct Fixture {
  HandClock clock;
  HandLog log;
  HandRecords records;
  HandMedia media;
  HandGateway gateway;
  HandCodec codec;
  HandObserver observer;
  Desk desk;

  explicit Fixture(bool auto_admit = false)
      : desk({log, records, clock, media, gateway, codec, observer, Limits{}, auto_admit}) {}

  std::string waiting(const std::string& seat) {
    const std::string id = desk.start_walk_in().value();
    Seat who;
    who.id = seat;
    desk.find(id)->on_arrived(who);
    desk.find(id)->on_knock(seat, "김순자", "2026-1", true, true);
    return id;
  }
  sangdam::base::Result<> admit(const std::string& id) {
    const Seat* caller = desk.find(id) != nullptr ? desk.find(id)->at_the_door() : nullptr;
    return desk.admit(id, caller != nullptr ? knock_of(*caller) : "");
  }
};

}  // namespace

TEST_CASE("Each open visit has a code of its own", "[desk]") {
  Fixture f;
  const std::string first = f.desk.start_walk_in().value();
  const std::string second = f.desk.start_walk_in().value();
  CHECK(f.desk.find(first)->record().code != f.desk.find(second)->record().code);
  CHECK(f.desk.encounters().size() == 2);
}

TEST_CASE("Staff may name a visit without appointment, and only that", "[desk][name]") {
  Fixture f;
  const std::string id = f.desk.start_walk_in("  이순자\n").value();
  CHECK(f.desk.find(id)->shown().patient_name == "이순자");
  CHECK(f.log.kinds().back() == "named");
  REQUIRE(f.desk.set_name(id, "이영희"));
  CHECK(f.log.records[id].patient_name == "이영희");
  // What the patient says later does not replace what staff know.
  Seat who;
  who.id = "s1";
  f.desk.find(id)->on_arrived(who);
  f.desk.find(id)->on_knock("s1", "Lee", "2026-1", true, true);
  CHECK(f.desk.find(id)->shown().patient_name == "이영희");
  CHECK(f.desk.set_name("no visit", "x").error().code == "unknown-consultation");

  f.records.appointments["a1"] = {"a1", f.clock.now(), "박서준", ""};
  const std::string planned = f.desk.open_appointment("a1").value();
  CHECK(f.desk.set_name(planned, "x").error().code == "named-by-appointment");
  CHECK(f.desk.find(planned)->record().patient_name == "박서준");
}

TEST_CASE("A visit opened for an appointment that needs the picture needs it, too", "[desk][unseen]") {
  Fixture f;
  const Appointment appointment{
      .id = "a1", .starts = f.clock.now(), .patient_name = "김순자", .clinician = "", .needs_picture = true};
  REQUIRE(f.records.add(appointment));
  const std::string id = f.desk.open_appointment("a1").value();
  CHECK(f.desk.find(id)->shown().needs_picture);
  CHECK(f.log.entries.back().details.at("picture") == "needed");
  CHECK_FALSE(f.desk.find(f.desk.start_walk_in().value())->shown().needs_picture);
}

TEST_CASE("Staff mark a visit as one that needs the picture, and take the mark away", "[desk][unseen]") {
  Fixture f;
  const std::string id = f.desk.start_walk_in().value();
  REQUIRE(f.desk.set_needs_picture(id, true));
  REQUIRE(f.desk.set_needs_picture(id, true));  // pressed twice
  CHECK(f.log.records.at(id).needs_picture);
  REQUIRE(f.desk.set_needs_picture(id, false));
  CHECK_FALSE(f.log.records.at(id).needs_picture);
  CHECK(f.log.kinds() == std::vector<std::string>{"opened", "picture-needed", "picture-waived"});
  CHECK(f.desk.set_needs_picture("gone", true).error().code == "unknown-consultation");
  CHECK(f.desk.give_reason(id, UnseenReason::line, "").error().code == "no-question");
  CHECK(f.desk.give_reason("gone", UnseenReason::line, "").error().code == "unknown-consultation");
}

TEST_CASE("Only one patient is in the room at a time", "[desk]") {
  Fixture f;
  const std::string first = f.waiting("s1");
  const std::string second = f.waiting("s2");
  REQUIRE(f.admit(first));
  const auto refused = f.admit(second);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "busy");
  REQUIRE(f.desk.end(first));
  CHECK(f.admit(second));
}

TEST_CASE("The next patient is let in when the visit in the room is ended for them", "[desk]") {
  Fixture f;
  const std::string first = f.waiting("s1");
  const std::string second = f.waiting("s2");
  REQUIRE(f.admit(first));
  const std::string seen = knock_of(*f.desk.find(second)->at_the_door());
  REQUIRE(f.desk.admit_next(second, seen));
  CHECK(f.log.records[first].state == State::ended);
  REQUIRE(f.desk.in_the_room() != nullptr);
  CHECK(f.desk.in_the_room()->record().id == second);
}

TEST_CASE("No visit is ended for somebody who cannot be let in", "[desk]") {
  Fixture f;
  const std::string first = f.waiting("s1");
  const std::string second = f.waiting("s2");
  REQUIRE(f.admit(first));
  const std::string seen = knock_of(*f.desk.find(second)->at_the_door());
  f.desk.find(second)->on_knock("s2", "이영희", "2026-1", true, true);
  CHECK(f.desk.admit_next(second, seen).error().code == "someone-else-knocks");
  f.desk.find(second)->on_leave("s2");
  CHECK(f.desk.admit_next(second, seen).error().code == "nobody-waiting");
  CHECK(f.desk.admit_next("not a visit", seen).error().code == "unknown-consultation");
  REQUIRE(f.desk.in_the_room() != nullptr);
  CHECK(f.desk.in_the_room()->record().id == first);
}

TEST_CASE("Whoever was looked at is let in, or nobody", "[desk][door]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  const std::string seen = knock_of(*f.desk.find(id)->at_the_door());
  // The first browser goes away, and another one with the code knocks before staff press.
  f.desk.find(id)->on_away("s1");
  Seat other;
  other.id = "s2";
  f.desk.find(id)->on_arrived(other);
  f.desk.find(id)->on_knock("s2", "김순자", "2026-1", true, true);
  CHECK(f.desk.admit(id, seen).error().code == "someone-else-knocks");
  CHECK(f.desk.decline(id, seen).error().code == "someone-else-knocks");
  CHECK(f.desk.find(id)->state() == State::waiting);
  CHECK(f.admit(id));
}

TEST_CASE("A name given anew has to be looked at anew, the same one has not", "[desk][door]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  const std::string seen = knock_of(*f.desk.find(id)->at_the_door());
  f.desk.find(id)->on_knock("s1", "김순자", "2026-1", false, true);  // only the camera is another
  CHECK(knock_of(*f.desk.find(id)->at_the_door()) == seen);
  f.desk.find(id)->on_knock("s1", "이영희", "2026-1", true, true);
  CHECK(f.desk.admit(id, seen).error().code == "someone-else-knocks");
  f.desk.find(id)->on_knock("s1", "김순자", "2026-1", true, true);
  CHECK(f.desk.admit(id, seen).error().code == "someone-else-knocks");
  CHECK(f.admit(id));
}

TEST_CASE("A knock while staff are asked whether nobody came is not thrown out", "[desk][door]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  CHECK(f.desk.no_show(id).error().code == "somebody-waits");
  CHECK(f.desk.find(id)->state() == State::waiting);
}

TEST_CASE("A device that fails in a call is in the log of that visit, and one that wobbles does not fill it",
          "[desk]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  const auto devices = [&](const char* kind) {
    return std::count_if(f.log.entries.begin(), f.log.entries.end(), [&](const LogEntry& entry) {
      return entry.kind == kind && entry.details.at("device") == "loudspeaker";
    });
  };
  f.desk.note_device("loudspeaker", false);
  CHECK(devices("device-lost") == 0);  // there is no call yet
  REQUIRE(f.admit(id));
  f.desk.note_device("loudspeaker", false);
  f.desk.note_device("loudspeaker", true);
  CHECK(devices("device-lost") == 1);
  CHECK(devices("device-back") == 1);
  for (int i = 0; i < 100; ++i) f.desk.note_device("loudspeaker", i % 2 == 1);
  CHECK(devices("device-lost") + devices("device-back") == 20);
}

TEST_CASE("Automatic admission lets in the one it was about", "[desk][door]") {
  Fixture f(true);
  const std::string id = f.waiting("s1");
  Seat other;
  other.id = "s2";
  f.desk.find(id)->on_arrived(other);  // before the posted admission runs
  bool turned = false;
  sangdam::base::post_to_main([&] { turned = true; });
  REQUIRE(run_until([&] { return turned; }));
  CHECK(f.desk.find(id)->state() == State::open);
  f.desk.find(id)->on_knock("s2", "김순자", "2026-1", true, true);
  CHECK(run_until([&] { return f.desk.find(id)->state() == State::admitted; }));
}

TEST_CASE("The code is renewed in a call, but not faster than the gateway takes it", "[desk][code]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  REQUIRE(f.admit(id));
  std::string before = f.desk.find(id)->record().code;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(f.desk.renew_code(id));
    CHECK(f.desk.find(id)->record().code != before);
    before = f.desk.find(id)->record().code;
  }
  CHECK(f.desk.renew_code(id).error().code == "renewed-just-now");
  CHECK(f.desk.find(id)->record().code == before);
  f.clock.advance(std::chrono::seconds(2));
  CHECK(f.desk.renew_code(id));
  CHECK(f.desk.find(id)->state() == State::admitted);
}

TEST_CASE("A visit that ended leaves the desk", "[desk]") {
  Fixture f;
  const std::string id = f.desk.start_walk_in().value();
  REQUIRE(f.desk.cancel(id));
  CHECK(run_until([&] { return f.desk.encounters().empty(); }));
  CHECK(f.admit(id).error().code == "unknown-consultation");
}

TEST_CASE("Opening an appointment twice shows the same visit", "[desk]") {
  Fixture f;
  REQUIRE(f.records.add({"a1", f.clock.now(), "이영희", "박 선생님"}));
  const auto first = f.desk.open_appointment("a1");
  REQUIRE(first);
  CHECK(f.desk.open_appointment("a1") == first);
  CHECK(f.desk.find(*first)->record().patient_name == "이영희");
  CHECK(f.desk.open_appointment("nothing").error().code == "unknown-appointment");
}

TEST_CASE("A camera that delivers nothing is told to the page, and is not put down to staff", "[desk]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  f.media.newest()->listener.on_offer("sdp");
  REQUIRE(f.admit(id));
  f.desk.find(id)->on_answer("s1", 1, "answer");
  f.media.newest()->listener.on_connected();
  f.media.newest()->listener.on_channel_open(Channel::control);
  REQUIRE(f.media.newest()->sent.back().second == "media:11");
  const std::size_t entries = f.log.entries.size();
  f.desk.set_available({.microphone = true, .camera = false});
  CHECK(f.media.newest()->sent.back().second == "media:10");
  CHECK(f.log.entries.size() == entries);
  // Staff press the button for a camera that is not there: the page hears nothing new.
  const std::size_t told = f.media.newest()->sent.size();
  f.desk.set_sending({.microphone = true, .camera = false});
  f.desk.set_sending({.microphone = true, .camera = true});
  CHECK(f.media.newest()->sent.size() == told);
  f.desk.set_available({});
  CHECK(f.media.newest()->sent.back().second == "media:11");
}

TEST_CASE("Automatic admission lets in whoever knocks, one at a time", "[desk]") {
  Fixture f(true);
  const std::string first = f.waiting("s1");
  REQUIRE(run_until([&] { return f.desk.find(first)->state() == State::admitted; }));
  const std::string second = f.waiting("s2");
  bool turned = false;
  sangdam::base::post_to_main([&] { turned = true; });
  REQUIRE(run_until([&] { return turned; }));
  CHECK(f.desk.find(second)->state() == State::waiting);
}

TEST_CASE("After a restart the desk takes up what was open and publishes it again", "[desk]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  Fixture again;
  again.records.open = {f.log.records.at(id)};
  REQUIRE(again.desk.restore());
  REQUIRE(again.desk.find(id) != nullptr);
  CHECK_FALSE(again.desk.find(id)->record().seat->present);
  again.desk.on_gateway_ready({});
  CHECK(again.gateway.count("publish " + f.desk.find(id)->record().code) == 1);
}

TEST_CASE("After a restart each visit has the chat of its own log", "[desk][chat][restart]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  REQUIRE(f.admit(id));
  REQUIRE(f.desk.send_chat(id, "곧 연결됩니다"));
  Fixture again;
  again.records.open = {f.log.records.at(id)};
  again.records.timelines[id] = f.log.entries;
  REQUIRE(again.desk.restore());
  REQUIRE(again.desk.find(id)->chat().messages().size() == 1);
  CHECK(again.desk.find(id)->chat().messages()[0].text == "곧 연결됩니다");
}

TEST_CASE("A message that is not sent is refused for its own reason", "[desk][chat][refusal]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  CHECK(f.desk.send_chat(id, "hello").error().code == "chat-nobody");
  REQUIRE(f.admit(id));
  CHECK(f.desk.send_chat(id, " \n ").error().code == "chat-empty");
  CHECK(f.desk.send_chat(id, "\xff").error().code == "chat-empty");
  CHECK(f.desk.send_chat("0", "hello").error().code == "unknown-consultation");
  std::string refused;
  for (int i = 0; i < 1000 && refused.empty(); ++i) {
    const auto sent = f.desk.send_chat(id, "hello");
    if (!sent) refused = sent.error().code;
  }
  CHECK(refused == "chat-full");  // nobody is connected: nothing is delivered
}

TEST_CASE("Staff can go on writing after thousands of lines", "[desk][chat][flood]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  REQUIRE(f.admit(id));
  f.media.newest()->listener.on_offer("sdp");
  f.desk.find(id)->on_answer("s1", 1, "answer");
  f.media.newest()->listener.on_connected();
  f.media.newest()->listener.on_channel_open(Channel::chat);
  for (int i = 0; i < 2500; ++i) {
    REQUIRE(f.desk.send_chat(id, "line"));
    f.media.newest()->listener.on_channel_text(Channel::chat,
                                               "received:" + f.desk.find(id)->chat().messages().back().id);
  }
  CHECK(f.log.entries.size() > 5000);
}

TEST_CASE("An intent that the state has no place for says why", "[desk][refusal]") {
  Fixture f;
  const std::string open = f.desk.start_walk_in().value();
  CHECK(f.admit(open).error().code == "nobody-waiting");
  CHECK(f.desk.decline(open, "").error().code == "nobody-waiting");
  CHECK(f.desk.end(open).error().code == "no-call-yet");
  const std::string waiting = f.waiting("s1");
  REQUIRE(f.admit(waiting));
  CHECK(f.admit(waiting).error().code == "already-admitted");
  CHECK(f.desk.no_show(waiting).error().code == "already-admitted");
}

TEST_CASE("A visit whose timeline cannot be read is taken up all the same", "[desk][restart]") {
  Fixture f;
  const std::string id = f.waiting("s1");
  Fixture again;
  again.records.open = {f.log.records.at(id)};
  again.records.unreadable = {"log-unreadable", "The log cannot be read."};
  REQUIRE(again.desk.restore());
  REQUIRE(again.desk.find(id) != nullptr);
  CHECK(again.desk.find(id)->state() == State::waiting);
}

TEST_CASE("The clock is looked at within half a minute while there is a deadline", "[desk][timeout]") {
  Fixture f;
  CHECK_FALSE(f.desk.next_look().has_value());
  const std::string id = f.desk.start_walk_in().value();
  CHECK(f.desk.next_look() == std::chrono::seconds(30));
  f.clock.set(std::chrono::minutes(29) + std::chrono::seconds(50));
  CHECK(f.desk.next_look() == std::chrono::seconds(10));
  f.clock.set(std::chrono::hours(8));
  CHECK(f.desk.next_look() == std::chrono::seconds(0));
  f.desk.on_time();
  CHECK(f.log.records.at(id).outcome == Outcome::no_show);
  CHECK(run_until([&] { return f.desk.encounters().empty(); }));
  CHECK_FALSE(f.desk.next_look().has_value());
}

TEST_CASE("A deadline that passes while nothing happens is noticed", "[desk][timeout]") {
  Fixture f;
  const std::string id = f.desk.start_walk_in().value();
  f.clock.advance(std::chrono::minutes(31));
  f.desk.on_time();
  CHECK(f.log.records.at(id).outcome == Outcome::no_show);
}
