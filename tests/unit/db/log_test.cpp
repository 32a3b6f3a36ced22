#include "base/main_thread.hpp"

#include "db/failures.hpp"
#include "unit/db/support.hpp"

namespace sangdam::tests {
namespace {

using consultation::Outcome;
using consultation::Seat;
using consultation::State;
using Answer = base::Result<std::int64_t>;

consultation::ConsultationRecord full_record() {
  auto record = walk_in("김민준", 10);
  record.planned = at(600);
  record.state = State::waiting;
  record.code_expires = at(900);
  record.seat = Seat{.id = "seat-7",
                     .token_hash = "00ff",
                     .name = "민준 👋",
                     .consent = "2026-01",
                     .language = "ko",
                     .has_camera = true,
                     .has_microphone = false,
                     .admitted = true,
                     .present = false};
  record.waiting_since = at(20);
  record.admitted = at(30);
  record.connected = at(40);
  record.needs_picture = true;
  record.reason_owed = true;
  return record;
}

/// Fits no page of a database that may not grow.
consultation::LogEntry too_big_entry(const consultation::ConsultationRecord& record) {
  auto entry = entry_of(record, "chat-received");
  entry.details["text"] = std::string(100'000, 'x');
  return entry;
}

TEST_CASE("An entry and its record read back as they were written", "[db][log]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const auto record = full_record();
  auto entry = entry_of(record, "chat-received");
  entry.actor = consultation::Actor::patient;
  entry.from = State::open;
  entry.time = base::Instant(std::chrono::milliseconds(1795338000123));
  entry.details = {{"text", "안녕하세요 👨‍👩‍👧 \"\\\n"}, {"id", "m1"}};
  CHECK(append(*database, entry, record).value() == 1);

  CHECK(database->unfinished().value() == std::vector{record});
  const auto timeline = database->timeline({record.id, {}, 1000}).value().entries;
  REQUIRE(timeline.size() == 1);
  CHECK(timeline[0].sequence == 1);
  CHECK(timeline[0].consultation == record.id);
  CHECK(timeline[0].time == entry.time);
  CHECK(timeline[0].kind == "chat-received");
  CHECK(timeline[0].actor == entry.actor);
  CHECK(timeline[0].from == State::open);
  CHECK(timeline[0].to == State::waiting);
  CHECK(timeline[0].details == entry.details);
}

TEST_CASE("Code and seat are erased when a consultation has ended, whatever the record says", "[db][log]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  auto record = full_record();
  REQUIRE(append(*database, record));
  record.state = State::ended;
  record.outcome = Outcome::completed;
  record.ended = at(100);
  REQUIRE(append(*database, record, "ended"));
  CHECK(database->unfinished().value().empty());
  const auto rows = database->day(at(0), at(100)).value();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].consultation->code.empty());
  CHECK_FALSE(rows[0].consultation->code_expires);
  CHECK_FALSE(rows[0].consultation->seat);
  CHECK(rows[0].consultation->outcome == Outcome::completed);
}

TEST_CASE("Answers come on the main thread in the order of the appends, with rising sequences", "[db][log]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  std::vector<std::pair<int, std::int64_t>> answers;
  const auto record = walk_in("김민준");
  for (int i = 0; i < 1000; ++i) {
    database->append(entry_of(record), record, [&answers, i](const Answer& result) {
      CHECK(base::on_main_thread());
      answers.emplace_back(i, result.value());
    });
  }
  CHECK(answers.empty());  // never inside append()
  REQUIRE(run_until([&] { return answers.size() == 1000; }, std::chrono::minutes(1)));
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(answers[static_cast<std::size_t>(i)] == std::pair<int, std::int64_t>(i, i + 1));
  }
  CHECK(database->timeline({record.id, {}, 1000}).value().entries.size() == 1000);
}

TEST_CASE("Destruction writes what is queued, and its answers still come", "[db][log]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  std::size_t answers = 0;
  auto database = open(path);
  for (int i = 0; i < 500; ++i) {
    const auto record = walk_in("김민준", i);
    database->append(entry_of(record), record,
                     [&answers](const Answer& result) { answers += result ? 1U : 0U; });
  }
  database.reset();
  CHECK(verified(path).entries == 500);
  CHECK(run_until([&] { return answers == 500; }, std::chrono::minutes(1)));
}

TEST_CASE("An append may be made without waiting for an answer", "[db][log]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const auto record = walk_in("김민준");
  database->append(entry_of(record), record, nullptr);
  CHECK(append(*database, record).value() == 2);
}

TEST_CASE("A full disk is told at once, and the log catches up by itself when there is room",
          "[db][log][disk-full]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  const auto record = walk_in("김민준");
  REQUIRE(append(*database, record));
  database->limit_pages(1);  // SQLite takes the present size instead

  const Answer refused = append(*database, too_big_entry(record), record);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "log-disk-full");
  CHECK(refused.error().message.find("consultation goes on") != std::string::npos);

  // Still full: later ones are tried and told too. Reading goes on.
  CHECK(append(*database, entry_of(record, "camera-off"), record).error().code == "log-disk-full");
  CHECK(database->timeline({record.id, {}, 1000}).value().entries.size() == 1);
  CHECK(database->add({base::random_hex(16), at(0), std::string(150, 'x'), ""})
            .has_value());  // fits a page that is there

  database->limit_pages(1'000'000);
  const Answer kept = append(*database, entry_of(record, "camera-on"), record);
  CHECK(kept.value() == 4);  // after the two that were owed
  const auto timeline = database->timeline({record.id, {}, 1000}).value().entries;
  REQUIRE(timeline.size() == 4);
  CHECK(timeline[1].kind == "chat-received");
  CHECK(timeline[1].details.at("text").size() == 100'000);
  CHECK(timeline[2].kind == "camera-off");
  CHECK(timeline[3].kind == "camera-on");
  CHECK(verified(path).intact());
}

TEST_CASE("It is told when nothing is owed any more, without waiting for the next entry",
          "[db][log][disk-full]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  int told = 0;
  database->on_caught_up([&told] { ++told; });
  const auto record = walk_in("김민준");
  REQUIRE(append(*database, record));
  database->limit_pages(1);
  REQUIRE_FALSE(append(*database, too_big_entry(record), record));
  database->catch_up();
  REQUIRE(database->head().value().sequence == 1);  // after it: the disk is full still
  database->limit_pages(1'000'000);
  CHECK(told == 0);
  database->catch_up();
  REQUIRE(run_until([&] { return told > 0; }));
  CHECK(database->head().value().sequence == 2);
  REQUIRE(append(*database, entry_of(record, "camera-on"), record));
  database->catch_up();
  REQUIRE(append(*database, entry_of(record, "camera-off"), record));
  CHECK(told == 1);
  CHECK(verified(path).intact());
}

TEST_CASE("What is owed is written at the end, if there is room by then", "[db][log][disk-full]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  const auto record = walk_in("김민준");
  REQUIRE(append(*database, record));
  database->limit_pages(1);
  REQUIRE_FALSE(append(*database, too_big_entry(record), record));
  database->limit_pages(1'000'000);
  database.reset();
  CHECK(verified(path).entries == 2);
}

TEST_CASE("An entry that is refused sinks none of its neighbours", "[db][log]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  std::vector<std::string> answers;
  const auto note = [&answers](const Answer& result) {
    answers.push_back(result ? std::to_string(*result) : result.error().code);
  };
  for (int i = 0; i < 5; ++i) {
    auto record = walk_in("김민준", i);
    if (i == 2) record.appointment_id = "no such appointment";
    database->append(entry_of(record), record, note);
  }
  REQUIRE(run_until([&] { return answers.size() == 5; }));
  CHECK(answers == std::vector<std::string>{"1", "2", "log-refused", "3", "4"});
  CHECK(verified(path).intact());
}

TEST_CASE("While another program holds the database, an append is told so and made up for", "[db][log]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  const auto record = walk_in("김민준");
  REQUIRE(append(*database, record));
  SQLite::Database other = raw(path);
  other.exec("BEGIN IMMEDIATE");
  CHECK(append(*database, record, "camera-off").error().code == "log-busy");
  other.exec("ROLLBACK");
  CHECK(append(*database, record, "camera-on").value() == 3);
  CHECK(database->timeline({record.id, {}, 1000}).value().entries[1].kind == "camera-off");
}

TEST_CASE("A log that goes bad while it is used is told as such", "[db][log][corrupt]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  auto database = open(path);
  const auto record = walk_in("김민준");
  REQUIRE(append(*database, record));
  {
    SQLite::Database other = raw(path);
    other.exec("DROP TRIGGER head_stays; DELETE FROM log_head");
  }
  CHECK(append(*database, record).error().code == "log-corrupt");
  CHECK(database->head().error().code == "log-corrupt");
}

TEST_CASE("Text that is not UTF-8 does not cost an entry", "[db][log]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  const auto record = walk_in("\xff\xfe");
  CHECK(append(*database, record));
  CHECK(database->timeline({record.id, {}, 1000}).value().entries.size() == 1);
}

}  // namespace
}  // namespace sangdam::tests
