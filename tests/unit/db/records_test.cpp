#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "consultation/chat.hpp"
#include "db/search_text.hpp"
#include "unit/db/support.hpp"

namespace sangdam::tests {
namespace {

using consultation::Appointment;
using consultation::LogQuery;
using consultation::LogRow;
using consultation::State;
using Names = std::vector<std::string>;

Appointment appointment_at(std::int64_t seconds, const std::string& patient) {
  return {base::random_hex(16), at(seconds), patient, "이수진"};
}

LogQuery after(const LogRow& row, LogQuery query) {
  query.before = {row.started, row.id};
  return query;
}

TEST_CASE("Appointments are added, found and removed", "[db][schedule]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const Appointment appointment = appointment_at(600, "김민준");
  CHECK(database->appointment(appointment.id).value() == std::nullopt);
  REQUIRE(database->add(appointment));
  CHECK(database->appointment(appointment.id).value() == appointment);
  CHECK(database->add(appointment).error().code == "appointment-exists");
  CHECK(database->remove_appointment(appointment.id));
  CHECK(database->appointment(appointment.id).value() == std::nullopt);
  CHECK(database->remove_appointment(appointment.id));  // what is not there is removed already
}

TEST_CASE("An appointment that needs the picture says so, alone and in the day's list", "[db][schedule]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  Appointment seen = appointment_at(600, "김민준");
  seen.needs_picture = true;
  const Appointment any = appointment_at(700, "박서연");
  for (const auto& appointment : {seen, any}) REQUIRE(database->add(appointment));
  auto record = walk_in("김민준", 590);
  record.appointment_id = seen.id;
  REQUIRE(append(*database, record));  // staff took the mark away when they opened it
  CHECK(database->appointment(seen.id).value() == seen);
  const auto rows = database->day(at(0), at(86400)).value();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].appointment == seen);
  CHECK_FALSE(rows[0].consultation->needs_picture);
  CHECK_FALSE(rows[1].appointment->needs_picture);
}

TEST_CASE("Appointments that cannot be are refused", "[db][schedule]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  CHECK(database->add({"short", at(0), "김민준", ""}).error().code == "appointment-invalid");
  CHECK(database->add({base::random_hex(16), at(0), std::string(201, 'x'), ""}).error().code ==
        "appointment-invalid");
  CHECK(database->add({base::random_hex(16), at(0), "\xff", ""}).error().code == "appointment-invalid");
  CHECK(database->day(at(-10), at(10)).value().empty());
}

TEST_CASE("An appointment with a consultation stays, even if that was not written yet", "[db][schedule]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const Appointment appointment = appointment_at(600, "김민준");
  REQUIRE(database->add(appointment));
  auto record = walk_in("김민준", 590);
  record.appointment_id = appointment.id;
  database->append(entry_of(record), record, nullptr);  // still in the queue
  CHECK(database->remove_appointment(appointment.id).error().code == "appointment-used");
  CHECK(database->timeline({record.id, {}, 1000}).value().entries.size() == 1);
}

TEST_CASE("A day lists appointments with their consultation, and walk-ins, by time", "[db][schedule]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const Appointment early = appointment_at(0, "early"), late = appointment_at(7200, "late");
  const Appointment before = appointment_at(-1, "the day before"),
                    after_it = appointment_at(86400, "the day after");
  for (const auto& appointment : {late, early, before, after_it}) REQUIRE(database->add(appointment));
  auto failed = walk_in("late", 7000), second = walk_in("late", 7300);
  failed.appointment_id = second.appointment_id = late.id;
  failed.state = State::ended;
  failed.outcome = consultation::Outcome::failed;
  REQUIRE(append(*database, failed));
  REQUIRE(append(*database, second));
  REQUIRE(append(*database, walk_in("walk-in", 3600)));
  REQUIRE(append(*database, walk_in("yesterday's walk-in", -5)));

  const auto rows = database->day(at(0), at(86400)).value();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].appointment == early);
  CHECK_FALSE(rows[0].consultation);
  CHECK_FALSE(rows[1].appointment);
  CHECK(rows[1].consultation->patient_name == "walk-in");
  CHECK(rows[2].appointment == late);
  CHECK(rows[2].consultation->id == second.id);  // the newest counts
}

TEST_CASE("Pages of the log hold every consultation once, newest first", "[db][records]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  for (int i = 0; i < 25; ++i)
    REQUIRE(append(*database, walk_in(std::to_string(i), i / 4)));  // some at the same time
  LogQuery query{.limit = 7};
  Names seen;
  for (;;) {
    const auto rows = database->log(query).value();
    if (rows.empty()) break;
    CHECK(rows.size() <= 7);
    for (const auto& row : rows) seen.push_back(row.patient_name);
    query = after(rows.back(), query);
  }
  Names expected;
  for (int i = 24; i >= 0; --i) expected.push_back(std::to_string(i));
  CHECK(seen == expected);
}

TEST_CASE("A page stays what it is while new consultations come in", "[db][records]") {
  for (const std::string& text : {std::string(), std::string("환자")}) {
    const TemporaryDirectory directory;
    auto database = open(directory / "log.db");
    for (int i = 0; i < 10; ++i) REQUIRE(append(*database, walk_in(fmt::format("환자{}", i), i)));
    const LogQuery first{.text = text, .limit = 3};
    const auto page = database->log(first).value();
    const auto next = database->log(after(page.back(), first)).value();
    REQUIRE(append(*database, walk_in("환자 new", 100)));
    REQUIRE(append(*database, walk_in("환자 as new as the last seen", 7)));
    const auto again = database->log(after(page.back(), first)).value();
    CHECK(names(again) == names(next));
  }
}

TEST_CASE("A page goes on when the row it ended with is unknown", "[db][records]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  for (int i = 0; i < 3; ++i) REQUIRE(append(*database, walk_in(std::to_string(i), i)));
  LogQuery query;
  query.before = {at(1), "gone"};
  CHECK(names(database->log(query).value()) == Names{"0"});
}

TEST_CASE("A page has from 1 to 200 rows", "[db][records]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  CHECK(database->log({.limit = 0}).error().code == "query-invalid");
  CHECK(database->log({.limit = 201}).error().code == "query-invalid");
  CHECK(database->log({.limit = 200}).value().empty());
}

TEST_CASE("Search finds parts of names, in Hangul and in letters", "[db][search]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  REQUIRE(append(*database, walk_in("김민준", 1, "이수진")));
  REQUIRE(append(*database, walk_in("박 서연", 2, "Dr. O'Neill")));
  REQUIRE(append(*database, walk_in("남궁민수", 3, "이수진")));
  REQUIRE(append(*database, walk_in("Anna Schmidt-Müller", 4, "100% _sure_")));
  const auto found = [&](const std::string& text) { return names(database->log({.text = text}).value()); };

  CHECK(found("민") == Names{"남궁민수", "김민준"});
  CHECK(found("민준") == Names{"김민준"});
  CHECK(found("김민준") == Names{"김민준"});
  CHECK(found("남궁민수") == Names{"남궁민수"});
  CHECK(found("박서연") == Names{"박 서연"});
  CHECK(found(" 박  서연 ") == Names{"박 서연"});
  CHECK(found("이수진") == Names{"남궁민수", "김민준"});  // the clinician
  CHECK(found("schmidt") == Names{"Anna Schmidt-Müller"});
  CHECK(found("MÜLLER") == Names{"Anna Schmidt-Müller"});
  CHECK(found("o'neill") == Names{"박 서연"});
  CHECK(found("민준 이수진").empty());  // not across two names
  CHECK(found("준이").empty());
  CHECK(found("schmidtx").empty());
  CHECK(found("없다").empty());
  // Nothing in a search is special.
  CHECK(found("%") == Names{"Anna Schmidt-Müller"});
  CHECK(found("_") == Names{"Anna Schmidt-Müller"});
  CHECK(found("%%").empty());
  CHECK(found("' OR 1=1 --").empty());
  CHECK(found("\"*\"").empty());
  CHECK(found("\xff").empty());
  CHECK(found(std::string(100'000, 'x')).empty());
  CHECK(found("   ").size() == 4);
}

TEST_CASE("Hangul typed as separate jamo finds syllables", "[db][search]") {
  CHECK(db::folded("\xE1\x84\x80\xE1\x85\xB5\xE1\x86\xB7") == "김");
  CHECK(db::folded("Ａｎｎａ") == "anna");
}

TEST_CASE("The pieces of a text are its runs of one to three characters, within a line", "[db][search]") {
  CHECK(db::pieces_of("김민준\nab") ==
        std::set<std::string>{"김", "민", "준", "김민", "민준", "김민준", "a", "b", "ab"});
  CHECK(db::pieces_of("\n").empty());
  CHECK(db::pieces_to_find("김민") == std::set<std::string>{"김민"});
  CHECK(db::pieces_to_find("남궁민수") == std::set<std::string>{"남궁민", "궁민수"});
}

TEST_CASE("Search follows a name that is given later or changed", "[db][search]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  auto record = walk_in("", 1);
  record.opened.reset();
  record.state = State::scheduled;
  REQUIRE(append(*database, record));
  record.opened = at(50);  // moves it in the log
  record.state = State::open;
  REQUIRE(append(*database, record));
  record.patient_name = "김민준";
  REQUIRE(append(*database, record));
  CHECK(names(database->log({.text = "민준"}).value()) == Names{"김민준"});
  record.patient_name = "박서연";
  REQUIRE(append(*database, record));
  CHECK(database->log({.text = "민준"}).value().empty());
  CHECK(names(database->log({.text = "서연"}).value()) == Names{"박서연"});
  CHECK(database->log({.text = "이수진"}).value().size() == 1);  // once, not once for each time it moved
  database.reset();
  CHECK(raw(path).execAndGet("SELECT count(DISTINCT started) FROM name_pieces").getInt() == 1);
}

TEST_CASE("Search agrees with looking at every name", "[db][search]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const Names syllables{"김", "이", "민", "준", "서", "연", "a", "B", " ", "é"};
  std::vector<std::string> all;
  std::size_t kept = 0;
  for (int i = 0; i < 400; ++i) {
    std::string name;
    for (std::uint32_t n = 1 + base::random_below(6); n > 0; --n) name += syllables[base::random_below(10)];
    all.push_back(name);
    const auto record = walk_in(name, i, "");
    database->append(entry_of(record), record,
                     [&kept](const base::Result<std::int64_t>& result) { kept += result ? 1U : 0U; });
  }
  REQUIRE(run_until([&] { return kept == 400; }, std::chrono::minutes(1)));
  int hits = 0;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (std::uint32_t n = 1 + base::random_below(5); n > 0; --n) text += syllables[base::random_below(10)];
    const std::string wanted = db::folded(text);
    Names expected;
    for (auto name = all.rbegin(); name != all.rend() && expected.size() < 50; ++name) {
      if (db::folded(*name).find(wanted) != std::string::npos) expected.push_back(*name);
    }
    CAPTURE(text);
    REQUIRE(names(database->log({.text = text}).value()) == expected);
    hits += expected.empty() ? 0 : 1;
  }
  CHECK(hits > 50);
}

TEST_CASE("No query of the screens reads a whole table or sorts one", "[db][records]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  open(path);
  SQLite::Database file = raw(path);
  for (const char* sql : {
           "SELECT id FROM consultations c WHERE (c.started, c.number) < (1, 2) ORDER BY c.started DESC, "
           "c.number DESC",
           "SELECT c.id FROM name_pieces p CROSS JOIN consultations c ON c.number = p.consultation WHERE "
           "p.piece = 'x' AND"
           " (p.started, p.consultation) < (1, 2) ORDER BY p.started DESC, p.consultation DESC",
           "SELECT id FROM consultations c WHERE c.state <> 'ended' ORDER BY c.number",
           "SELECT sequence FROM events WHERE consultation = 'x' ORDER BY sequence",
           "SELECT max(number) FROM consultations WHERE appointment_id = 'x'",
       }) {
    SQLite::Statement plan(file, std::string("EXPLAIN QUERY PLAN ") + sql);
    while (plan.executeStep()) {
      const std::string step = plan.getColumn(3).getString();
      CAPTURE(sql, step);
      CHECK(step.find("TEMP B-TREE") == std::string::npos);
      CHECK((step.find("SEARCH") == 0 || step.find("consultations_unfinished") != std::string::npos));
    }
  }
}

TEST_CASE("The timeline of a huge visit is its newest part, and the rest is reached page by page",
          "[records][flood]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const auto record = walk_in("김민준");
  const auto other = walk_in("박서준");
  std::size_t written = 0;
  const auto write = [&](const consultation::ConsultationRecord& of, const std::string& kind,
                         std::map<std::string, std::string> details = {},
                         consultation::Actor actor = consultation::Actor::system) {
    auto entry = entry_of(of);
    entry.kind = kind;
    entry.actor = actor;
    entry.details = std::move(details);
    database->append(std::move(entry), of, [&](const auto& result) {
      REQUIRE(result);
      ++written;
    });
  };
  write(record, "chat-sent", {{"id", "ours"}, {"text", "first"}}, consultation::Actor::staff);
  write(record, "chat-received", {{"id", "theirs"}, {"text", "second"}}, consultation::Actor::patient);
  write(record, "chat-sent", {{"id", "refused"}, {"text", "third"}}, consultation::Actor::staff);
  for (int i = 0; i < 25'000; ++i) {
    write(record, "microphone-on", {{"n", std::to_string(i)}}, consultation::Actor::patient);
    if (i % 100 == 0) write(other, "chat-sent", {{"id", "x"}, {"text", "elsewhere"}});
  }
  write(record, "chat-delivered", {{"id", "ours"}});
  write(record, "chat-refused", {{"id", "refused"}, {"reason", "empty"}});
  write(record, "ended");
  REQUIRE(run_until([&] { return written == 25'256; }, std::chrono::minutes(2)));

  auto page = database->timeline({.consultation = record.id, .before = {}}).value();
  REQUIRE(page.entries.size() == 200);
  CHECK(page.entries.back().kind == "ended");
  CHECK(page.earlier == 25'006 - 200);
  CHECK(std::is_sorted(page.entries.begin(), page.entries.end(),
                       [](const auto& a, const auto& b) { return a.sequence < b.sequence; }));
  const auto before =
      database->timeline({.consultation = record.id, .before = page.entries.front().sequence, .limit = 1000})
          .value();
  CHECK(before.entries.size() == 1000);
  CHECK(before.entries.back().sequence < page.entries.front().sequence);
  CHECK(before.earlier == 25'006 - 1200);
  CHECK(database->timeline({.consultation = record.id, .before = 2}).value().entries.size() == 1);
  CHECK(database->timeline({.consultation = record.id, .before = 1}).value().entries.empty());

  // What a restart needs is found in it, however much came after.
  const auto earlier = database->earlier(record.id).value();
  CHECK(earlier.patient_entries == 25'001);
  const auto chat = consultation::Chat::from_log(earlier.chat);
  REQUIRE(chat.messages().size() == 3);
  CHECK(chat.messages()[0].text == "first");
  CHECK(chat.messages()[0].delivered);
  CHECK(chat.messages()[1].text == "second");
  CHECK(chat.messages()[2].refused);
}

}  // namespace
}  // namespace sangdam::tests
