#include <glib.h>

#include <algorithm>
#include <set>

#include "consultation/allowance.hpp"
#include "consultation/record.hpp"
#include "support/catch.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/words.hpp"

using namespace sangdam;
using namespace sangdam::ui;
using namespace std::chrono_literals;

namespace {

Instant at(const char* iso) { return base::from_iso8601(iso).value(); }

/// Every test says which language it is about; the catalogue is the build tree's.
void speak(const char* language) {
  set_locale_directory(g_getenv("SANGDAM_LOCALE_DIRECTORY"));
  REQUIRE(set_language(language));
}

consultation::LogEntry entry(std::string kind, consultation::Actor actor = consultation::Actor::system,
                             std::map<std::string, std::string> details = {}) {
  consultation::LogEntry made;
  made.kind = std::move(kind);
  made.actor = actor;
  made.details = std::move(details);
  return made;
}

}  // namespace

TEST_CASE("The language changes while the program runs, without system locales", "[localisation]") {
  speak("ko");
  CHECK(std::string(tr("Microphone")) == "마이크");
  speak("en");
  CHECK(std::string(tr("Microphone")) == "Microphone");
  speak("ko");
  CHECK(std::string(trc("screen", "Today")) == "오늘");
  CHECK(language() == "ko");
}

TEST_CASE("A language without a catalogue is refused and the words stay as they were", "[localisation]") {
  speak("ko");
  CHECK_FALSE(set_language("xx"));
  CHECK(language() == "ko");
  CHECK(std::string(trc("screen", "Today")) == "오늘");
}

TEST_CASE("Plural forms follow the language", "[localisation]") {
  speak("en");
  CHECK(std::string(trn("{count} visit", "{count} visits", 1)) == "{count} visit");
  CHECK(std::string(trn("{count} visit", "{count} visits", 0)) == "{count} visits");
  speak("ko");
  CHECK(fill(trn("{count} visit", "{count} visits", 2), fmt::arg("count", 2)) == "진료 2건");
}

TEST_CASE("A translation with a broken place is shown as it is", "[localisation]") {
  CHECK(fill("{nobody} waits", fmt::arg("name", "x")) == "{nobody} waits");
  CHECK(fill("{name", fmt::arg("name", "x")) == "{name");
}

TEST_CASE("Times and dates are told in the language's way", "[words]") {
  // The test runs in UTC (meson.build).
  speak("en");
  CHECK(time_of_day(at("2026-11-22T00:05:09Z")) == "12:05 am");
  CHECK(time_of_day(at("2026-11-22T12:00:00Z")) == "12:00 pm");
  CHECK(exact_time(at("2026-11-22T14:05:09Z")) == "2:05:09 pm");
  CHECK(long_date(at("2026-11-22T14:05:09Z")) == "Sunday, 22 November");
  CHECK(short_date(at("2026-05-02T14:05:09Z")) == "2 May 2026");
  speak("ko");
  CHECK(time_of_day(at("2026-11-22T14:05:09Z")) == "오후 2:05");
  CHECK(long_date(at("2026-11-22T14:05:09Z")) == "11월 22일 일요일");
  CHECK(short_date(at("2026-05-02T14:05:09Z")) == "2026년 5월 2일");
}

TEST_CASE("Durations are short, and never negative when a clock was set back", "[words]") {
  speak("en");
  CHECK(duration(-5s) == "0 s");
  CHECK(duration(59'999ms) == "59 s");
  CHECK(duration(60s) == "1 min 0 s");
  CHECK(duration(3h + 5min + 59s) == "3 h 5 min");
  CHECK(timer(-1s) == "0:00");
  CHECK(timer(65s) == "1:05");
  CHECK(timer(1h + 2min + 5s) == "1:02:05");
  speak("ko");
  CHECK(duration(200s) == "3분 20초");
}

TEST_CASE("Every state and outcome has an icon, a word and a tone of its own kind", "[words]") {
  for (const char* language : {"en", "ko"}) {
    speak(language);
    std::vector<std::string> seen;
    for (const State state : consultation::k_states) {
      if (state == State::ended) continue;
      seen.push_back(chip_of(state, std::nullopt).text);
    }
    for (const Outcome outcome :
         {Outcome::completed, Outcome::no_show, Outcome::cancelled, Outcome::failed}) {
      const Chip chip = chip_of(State::ended, outcome);
      CHECK(g_str_has_prefix(chip.icon, "sd-"));
      seen.push_back(chip.text);
    }
    std::sort(seen.begin(), seen.end());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    CHECK_FALSE(seen.front().empty());
  }
}

TEST_CASE("Every event of the state machine has a sentence in both languages", "[timeline]") {
  for (const consultation::EventKind kind : consultation::k_event_kinds) {
    const auto logged = entry(std::string(name_of(kind)));
    speak("en");
    const Moment english = moment_of(logged);
    INFO(name_of(kind));
    CHECK_FALSE(english.is_raw);
    speak("ko");
    const Moment korean = moment_of(logged);
    CHECK(korean.sentence != english.sentence);
    CHECK_FALSE(korean.sentence.empty());
  }
}

TEST_CASE("What came too fast is told by its kind, with its count", "[timeline][flood]") {
  const auto repeated = [](const char* of) {
    return moment_of(entry("repeated", consultation::Actor::system, {{"of", of}, {"count", "36671"}}));
  };
  for (const char* language : {"en", "ko"}) {
    speak(language);
    for (const consultation::Inbound inbound : consultation::k_inbound) {
      const std::string of(consultation::allowance_of(inbound).name);
      INFO(of);
      CHECK(repeated(of.c_str()).sentence.find("36671") != std::string::npos);
    }
    CHECK(repeated("report").sentence != repeated("door").sentence);
  }
}

TEST_CASE("Every note of a consultation has a sentence", "[timeline]") {
  speak("en");
  for (const char* kind : {"chat-sent", "chat-received", "chat-delivered", "chat-refused", "microphone-muted",
                           "microphone-on", "camera-off", "camera-on", "device-lost", "device-back",
                           "peer-failed", "offer-requested", "restored", "repeated", "entries-not-kept"}) {
    INFO(kind);
    CHECK_FALSE(moment_of(entry(kind)).is_raw);
  }
  CHECK(moment_of(entry("quality", consultation::Actor::system, {{"level", "poor"}})).tone == Tone::warning);
}

TEST_CASE("Each reason for a visit without the picture has its own choice and its own sentence",
          "[timeline][unseen]") {
  for (const char* language : {"en", "ko"}) {
    speak(language);
    std::set<std::string> choices, sentences;
    for (const UnseenReason reason : consultation::k_unseen_reasons) {
      choices.insert(words_of(reason).choice);
      sentences.insert(moment_of(entry("reason-given", consultation::Actor::staff,
                                       {{"reason", std::string(name_of(reason))}}))
                           .sentence);
    }
    CHECK(choices.size() == consultation::k_unseen_reasons.size());
    CHECK(sentences.size() == consultation::k_unseen_reasons.size());
  }
  speak("en");
  const Moment other = moment_of(
      entry("reason-given", consultation::Actor::staff, {{"reason", "other"}, {"text", "<b>어두워서</b>"}}));
  CHECK(other.quote == "<b>어두워서</b>");
  // What was typed may have been erased since.
  CHECK(moment_of(entry("reason-given", consultation::Actor::staff)).sentence == "Staff gave a reason.");
}

TEST_CASE("Chat is quoted word by word and never read as markup", "[timeline]") {
  speak("en");
  const Moment moment =
      moment_of(entry("chat-received", consultation::Actor::patient, {{"text", "<b>안녕</b> & 😊"}}));
  CHECK(moment.quote == "<b>안녕</b> & 😊");
  CHECK(moment.sentence == "The patient wrote:");
}

TEST_CASE("What did not work at the patient's end is said in the knock", "[timeline]") {
  speak("en");
  const Moment moment = moment_of(entry("patient-knocked", consultation::Actor::patient,
                                        {{"name", "김영희"}, {"camera", "no"}, {"microphone", "yes"}}));
  CHECK(moment.sentence == "김영희 agreed to the terms and is waiting. The camera did not work.");
  CHECK(moment.tone == Tone::warning);
}

TEST_CASE("A kind of a newer version is shown as the log holds it", "[timeline]") {
  speak("ko");
  const Moment moment = moment_of(entry("recording-started", consultation::Actor::staff, {{"by", "nurse"}}));
  CHECK(moment.is_raw);
  CHECK(moment.sentence == "recording-started  by: nurse");
}
