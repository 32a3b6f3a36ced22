// A visit that needs the picture: staff are asked for the reason when it goes on without one, once, and what
// they say, or that they say nothing, is in the log.
#include "consultation/unseen.hpp"

#include <string>
#include <vector>

#include "encounter_fixture.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;
using namespace std::chrono_literals;

namespace {

constexpr MediaState k_camera_off{.microphone = true, .camera = false};

struct Fixture : EncounterFixture {
  explicit Fixture(bool marked = true) {
    talk();
    if (marked) REQUIRE(encounter.set_needs_picture(true));
  }
  PeerListener& line() { return media.newest()->listener; }
  void patient_says(const std::string& text) { EncounterFixture::line(Channel::control, text); }
  [[nodiscard]] bool asks() const { return encounter.shown().reason_owed; }
  void ask() {
    line().on_media_level(MediaLevel::voice);
    pass(5s);
    REQUIRE(asks());
  }
  [[nodiscard]] std::map<std::string, std::string> answer() const {
    for (const LogEntry& entry : log.entries) {
      if (entry.kind == "reason-given") return entry.details;
    }
    return {};
  }
};

}  // namespace

TEST_CASE("Staff are asked why when the picture of either side is missing, whatever the cause", "[unseen]") {
  Fixture f;
  SECTION("the line does not carry the clinic's") {
    f.line().on_media_level(MediaLevel::voice);
    CHECK_FALSE(f.asks());
  }
  SECTION("the line does not carry the patient's") {
    f.patient_says("level:voice");
    CHECK_FALSE(f.asks());
  }
  SECTION("the line carries messages only") {
    f.line().on_media_level(MediaLevel::text);
    CHECK_FALSE(f.asks());
  }
  SECTION("the clinician's camera is off") {
    f.encounter.set_sending(k_camera_off, Actor::staff);
    CHECK_FALSE(f.asks());
  }
  SECTION("the clinic's camera fails") {
    f.encounter.set_sending(k_camera_off, Actor::system);
    CHECK_FALSE(f.asks());
  }
  SECTION("the patient's camera is off") {
    f.patient_says("media:10");
    CHECK_FALSE(f.asks());
  }
  f.pass(4s);
  CHECK_FALSE(f.asks());
  f.pass(1s);
  CHECK(f.asks());
  CHECK(f.count("reason-asked") == 1);
  f.pass(300s);
  CHECK(f.count("reason-asked") == 1);
}

TEST_CASE("A visit that does not need the picture asks nobody", "[unseen]") {
  Fixture f(false);
  f.line().on_media_level(MediaLevel::voice);
  f.encounter.set_sending(k_camera_off, Actor::staff);
  f.pass(60s);
  CHECK_FALSE(f.asks());
  // Marked in the call: it counts from now on.
  REQUIRE(f.encounter.set_needs_picture(true));
  CHECK_FALSE(f.asks());
  f.pass(5s);
  CHECK(f.asks());
}

TEST_CASE("Stills are a picture", "[unseen]") {
  Fixture f;
  f.line().on_media_level(MediaLevel::stills);
  f.patient_says("level:stills");
  f.pass(60s);
  CHECK_FALSE(f.asks());
}

TEST_CASE("Nobody is asked while nobody is connected", "[unseen]") {
  Fixture f;
  f.line().on_media_level(MediaLevel::voice);
  f.pass(3s);
  f.line().on_interrupted();
  REQUIRE(f.encounter.state() == State::reconnecting);
  f.pass(60s);
  CHECK_FALSE(f.asks());
}

TEST_CASE("The question is on the screen once the log has it", "[unseen]") {
  Fixture f;
  f.line().on_media_level(MediaLevel::voice);
  f.log.hold();
  f.pass(5s);
  CHECK_FALSE(f.asks());
  f.log.let_go();
  CHECK(f.asks());
}

TEST_CASE("An answer is in the log, and is not asked for again while the picture stays away", "[unseen]") {
  Fixture f;
  f.ask();
  REQUIRE(f.encounter.give_reason(UnseenReason::patient_wish, "not kept: this reason says it all"));
  CHECK_FALSE(f.asks());
  CHECK(f.answer() == std::map<std::string, std::string>{{"reason", "patient-wish"}});
  CHECK(f.log.entries.back().actor == Actor::staff);
  f.pass(600s);
  CHECK(f.count("reason-asked") == 1);
  CHECK(f.encounter.give_reason(UnseenReason::line, "").error().code == "no-question");
}

TEST_CASE("Another reason is what staff type, clean and bounded", "[unseen]") {
  Fixture f;
  f.ask();
  CHECK(f.encounter.give_reason(UnseenReason::other, "").error().code == "reason-empty");
  CHECK(f.encounter.give_reason(UnseenReason::other, " \u200b\n").error().code == "reason-empty");
  CHECK(f.encounter.give_reason(UnseenReason::other, "\xff").error().code == "reason-empty");
  CHECK(f.asks());
  const std::string much(1000, 'x');
  REQUIRE(f.encounter.give_reason(UnseenReason::other, "어두워서\n" + much));
  const std::string text = f.answer().at("text");
  CHECK(text.starts_with("어두워서 xxx"));
  CHECK(sangdam::base::code_points(text) == k_max_reason_text);
}

TEST_CASE("A picture that is not needed for the rest of the visit is not asked for again", "[unseen]") {
  Fixture f;
  f.ask();
  REQUIRE(f.encounter.give_reason(UnseenReason::waived, ""));
  CHECK_FALSE(f.encounter.shown().needs_picture);
  f.line().on_media_level(MediaLevel::video);
  f.pass(60s);
  f.line().on_media_level(MediaLevel::voice);
  f.pass(60s);
  CHECK(f.count("reason-asked") == 1);
}

TEST_CASE("The question goes with the visit's mark", "[unseen]") {
  Fixture f;
  f.ask();
  REQUIRE(f.encounter.set_needs_picture(false));
  CHECK_FALSE(f.asks());
  REQUIRE(f.encounter.end());
  CHECK(f.count("reason-missing") == 0);
}

TEST_CASE("The question goes away by itself when the picture is back soon, and for good", "[unseen]") {
  Fixture f;
  f.ask();
  f.pass(10s);
  f.line().on_media_level(MediaLevel::stills);
  f.pass(4s);
  CHECK(f.asks());
  f.pass(1s);
  CHECK_FALSE(f.asks());
  CHECK(f.log.kinds().back() == "reason-withdrawn");
  REQUIRE(f.encounter.end());
  CHECK(f.count("reason-missing") == 0);
}

TEST_CASE("After a long time without the picture the question stays until it is answered", "[unseen]") {
  Fixture f;
  f.ask();
  f.pass(60s);
  f.line().on_media_level(MediaLevel::video);
  f.pass(60s);
  CHECK(f.asks());
  // The next stretch is under the same question.
  f.line().on_media_level(MediaLevel::voice);
  f.pass(60s);
  CHECK(f.count("reason-asked") == 1);
  REQUIRE(f.encounter.give_reason(UnseenReason::line, ""));
  CHECK_FALSE(f.asks());
}

TEST_CASE("A line that flaps is one question", "[unseen]") {
  Fixture f;
  const auto flap = [&] {
    for (int i = 0; i < 20; ++i) {
      f.line().on_media_level(MediaLevel::stills);
      f.pass(3s);
      f.line().on_media_level(MediaLevel::voice);
      f.pass(7s);
    }
  };
  SECTION("while it is not answered") {
    flap();
    CHECK(f.asks());
  }
  SECTION("when it is answered") {
    f.ask();
    REQUIRE(f.encounter.give_reason(UnseenReason::line, ""));
    flap();
    CHECK_FALSE(f.asks());
  }
  CHECK(f.count("reason-asked") == 1);
  CHECK(f.count("reason-withdrawn") == 0);
}

TEST_CASE("A picture that is missing for a few seconds now and then is no question", "[unseen]") {
  Fixture f;
  for (int i = 0; i < 20; ++i) {
    f.line().on_media_level(MediaLevel::voice);
    f.pass(4s);
    f.line().on_media_level(MediaLevel::video);
    f.pass(4s);
  }
  CHECK(f.count("reason-asked") == 0);
}

TEST_CASE("The next stretch after an answer and a picture is another question", "[unseen]") {
  Fixture f;
  f.ask();
  REQUIRE(f.encounter.give_reason(UnseenReason::line, ""));
  f.line().on_media_level(MediaLevel::video);
  f.pass(60s);
  f.ask();
  CHECK(f.count("reason-asked") == 2);
}

TEST_CASE("A patient who turns the camera off and on for hours does not nag staff", "[unseen][flood]") {
  Fixture f;
  for (int i = 0; i < 600; ++i) {
    f.patient_says("media:10");
    f.pass(6s);
    f.patient_says("media:11");
    f.pass(6s);
  }
  CHECK(f.count("reason-asked") > 10);
  CHECK(f.count("reason-asked") < 70);  // in two hours
}

TEST_CASE("A visit that ends without an answer says so in the log, before its end", "[unseen]") {
  Fixture f;
  f.ask();
  SECTION("ended by staff") { REQUIRE(f.encounter.end()); }
  SECTION("ended by the clock") {
    f.line().on_interrupted();
    f.pass(3600s);
    CHECK(f.encounter.state() == State::ended);
  }
  REQUIRE(f.encounter.state() == State::ended);
  const std::vector<std::string> kinds = f.log.kinds();
  const auto missing = std::find(kinds.begin(), kinds.end(), "reason-missing");
  REQUIRE(missing != kinds.end());
  CHECK((*(missing + 1) == "ended" || *(missing + 1) == "reconnect-expired"));
  CHECK(f.count("reason-missing") == 1);
  CHECK_FALSE(f.log.records.at(f.encounter.record().id).reason_owed);
}

TEST_CASE("A question outlives the kiosk's restart", "[unseen][restart]") {
  Fixture f;
  f.ask();
  Fixture again(false);
  Encounter restored(
      f.log.records.at(f.encounter.record().id),
      {again.log, again.clock, again.media, again.gateway, again.codec, again.observer, Limits{}});
  restored.restore({f.log.entries, 0});
  CHECK(restored.shown().needs_picture);
  CHECK(restored.shown().reason_owed);
  restored.on_returned("s1", "ko", 0);
  again.media.newest()->listener.on_offer("sdp");
  restored.on_answer("s1", 1, "answer");
  again.media.newest()->listener.on_connected();
  again.clock.advance(60s);
  restored.on_time();
  CHECK(restored.shown().reason_owed);  // how long there was no picture is not known
  REQUIRE(restored.give_reason(UnseenReason::camera, ""));
  CHECK_FALSE(restored.shown().reason_owed);
}

TEST_CASE("Every reason has a name of its own, and is found by it", "[unseen]") {
  for (const UnseenReason reason : k_unseen_reasons) CHECK(unseen_reason_named(name_of(reason)) == reason);
  CHECK_FALSE(unseen_reason_named("weather"));
}
