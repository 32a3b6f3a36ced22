#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <numeric>

#include "db/hash_chain.hpp"
#include "unit/db/support.hpp"

namespace sangdam::tests {
namespace {

using db::Flaw;

std::string hex(const base::Digest& digest) {
  std::string text;
  for (const auto byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

/// A log of ten entries of two consultations. With `erase`, the payloads of 1 to 4 are gone and 5 says so.
std::filesystem::path write_sample(const TemporaryDirectory& directory, bool erase = true) {
  const auto path = directory / "sample.db";
  auto database = open(path);
  const auto first = walk_in("김민준"), second = walk_in("Anna Schmidt", 60);
  for (int i = 0; i < 4; ++i) REQUIRE(append(*database, first));
  if (erase) {
    REQUIRE(database->erase_payloads(first.id, at(100), "asked-by-patient").value() == 4);
  } else {
    REQUIRE(append(*database, first));
  }
  for (int i = 0; i < 5; ++i) REQUIRE(append(*database, second));
  return path;
}

TEST_CASE("The hash of an entry is the documented one", "[db][chain]") {
  // Computed from the description in hash_chain.hpp with Python's hashlib, not with this code.
  std::string salt(32, '\0');
  std::iota(salt.begin(), salt.end(), '\0');
  const base::Digest commitment = db::commitment_to(salt, R"({"name":"김민준"})");
  CHECK(hex(commitment) == "6d1ab7cd8f7c3a27f975e3af3e32ea508637a9f62ea3647cd231f1c50b642c72");
  base::Digest previous{};
  previous.fill(0xAA);
  const db::ChainedEntry entry{
      7, "0123456789abcdef0123456789abcdef", 1795334400123, "patient-knocked", "patient", "open", "waiting"};
  CHECK(hex(db::hash_of(entry, commitment, previous)) ==
        "a229ed2618511d8db9d00147b28b630e5b6653d3e3ebd5289ff000b9bfa8a4a4");
}

TEST_CASE("What stands at the end of one field cannot move to the next", "[db][chain]") {
  const base::Digest zero{};
  const db::ChainedEntry one{1, "id", 0, "media", "lost", "open", "open"};
  const db::ChainedEntry other{1, "id", 0, "medial", "ost", "open", "open"};
  CHECK(db::hash_of(one, zero, zero) != db::hash_of(other, zero, zero));
}

TEST_CASE("The payload's text is the same for the same details, and survives the way there and back",
          "[db][chain]") {
  const std::map<std::string, std::string> details{{"z", "last"}, {"a", "안녕 👋 \"quoted\"\n"}};
  CHECK(db::canonical_payload(details) == "{\"a\":\"안녕 👋 \\\"quoted\\\"\\n\",\"z\":\"last\"}");
  CHECK(db::details_of(db::canonical_payload(details)) == details);
  CHECK(db::canonical_payload({}) == "{}");
  CHECK(db::details_of(db::canonical_payload({{"text", "\xff"}})).at("text") == "\xEF\xBF\xBD");
  CHECK(db::details_of("[1, 2").empty());
}

TEST_CASE("A log that nobody touched verifies, also with erased payloads", "[db][chain]") {
  const TemporaryDirectory directory;
  const auto path = write_sample(directory);
  const db::Verification found = verified(path);
  CHECK(found.intact());
  CHECK(found.entries == 10);
  CHECK(found.erased == 4);
  CHECK(found.head.sequence == 10);
  INFO(found.in_words());
  CHECK(found.in_words().find("10 entries") != std::string::npos);
}

TEST_CASE("An empty log verifies", "[db][chain]") {
  const TemporaryDirectory directory;
  open(directory / "empty.db");
  const db::Verification found = verified(directory / "empty.db");
  CHECK(found.intact());
  CHECK(found.entries == 0);
}

struct Tampering {
  std::string sql;
  std::int64_t sequence;
  std::optional<Flaw> flaw;  // none: any flaw will do
};

void expect_found(const std::filesystem::path& sample, const Tampering& tampering) {
  const TemporaryDirectory directory;
  const auto path = directory / "tampered.db";
  std::filesystem::copy_file(sample, path);
  {
    SQLite::Database file = raw(path);
    std::vector<std::string> triggers;
    SQLite::Statement list(file, "SELECT name FROM sqlite_schema WHERE type = 'trigger'");
    while (list.executeStep()) triggers.push_back(list.getColumn(0).getString());
    list.reset();
    for (const std::string& trigger : triggers) file.exec("DROP TRIGGER " + trigger);
    file.exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
    REQUIRE(file.exec(tampering.sql) > 0);
  }
  const db::Verification found = verified(path);
  CAPTURE(tampering.sql, found.in_words());
  REQUIRE_FALSE(found.intact());
  CHECK(found.broken->sequence == tampering.sequence);
  const bool entries_are_whole = found.broken->flaw == Flaw::head_wrong;
  CHECK(found.entries == (entries_are_whole ? 10 : std::min<std::int64_t>(tampering.sequence - 1, 10)));
  if (tampering.flaw) CHECK(db::name_of(found.broken->flaw) == db::name_of(*tampering.flaw));
}

TEST_CASE("A change to any column of any entry is found, at that entry", "[db][chain]") {
  const TemporaryDirectory directory;
  const auto sample = write_sample(directory, false);
  std::vector<std::pair<std::string, std::string>> columns;
  {
    SQLite::Database file = raw(sample);
    SQLite::Statement list(file, "SELECT name, type FROM pragma_table_info('events')");
    while (list.executeStep())
      columns.emplace_back(list.getColumn(0).getString(), list.getColumn(1).getString());
  }
  REQUIRE(columns.size() == 10);
  int tried = 0;
  for (const auto& [column, type] : columns) {
    for (std::int64_t sequence = 1; sequence <= 10; ++sequence) {
      std::string change;
      if (column == "sequence") {
        change = fmt::format("sequence = sequence + 100");
      } else if (type == "INTEGER") {
        change = fmt::format("{0} = {0} + 1", column);
      } else if (type == "TEXT") {
        change = fmt::format("{0} = {0} || 'x'", column);
      } else {
        change = fmt::format("{} = randomblob(32)", column);
      }
      expect_found(sample,
                   {fmt::format("UPDATE events SET {} WHERE sequence = {}", change, sequence), sequence, {}});
      ++tried;
    }
  }
  CHECK(tried == 100);
}

TEST_CASE("Entries taken out, put in or swapped are found", "[db][chain]") {
  const TemporaryDirectory directory;
  const auto sample = write_sample(directory);
  expect_found(sample, {"DELETE FROM events WHERE sequence = 1", 1, Flaw::entry_missing});
  expect_found(sample, {"DELETE FROM events WHERE sequence IN (7, 8)", 7, Flaw::entry_missing});
  // The numbers closed up again: the links still tell.
  expect_found(sample,
               {"DELETE FROM event_payloads WHERE sequence >= 7; DELETE FROM events WHERE sequence = 7;"
                "UPDATE events SET sequence = sequence - 1 WHERE sequence > 7",
                7, Flaw::link_broken});
  expect_found(
      sample,
      {"UPDATE events SET sequence = 99 WHERE sequence = 6; UPDATE events SET sequence = 6 WHERE sequence ="
       " 7; UPDATE events SET sequence = 7 WHERE sequence = 99",
       6, Flaw::link_broken});
  expect_found(
      sample,
      {"INSERT INTO events SELECT 11, consultation, time, kind, actor, from_state, to_state, commitment,"
       " hash, randomblob(32) FROM events WHERE sequence = 10",
       11, Flaw::entry_changed});
}

TEST_CASE("A log that was cut off at its end is found", "[db][chain]") {
  const TemporaryDirectory directory;
  const auto sample = write_sample(directory);
  expect_found(sample,
               {"DELETE FROM event_payloads WHERE sequence = 10; DELETE FROM events WHERE sequence = 10", 10,
                Flaw::tail_missing});
  expect_found(sample, {"DELETE FROM event_payloads; DELETE FROM events", 1, Flaw::tail_missing});
  expect_found(sample, {"UPDATE log_head SET sequence = 12", 11, Flaw::tail_missing});
  expect_found(sample, {"UPDATE log_head SET sequence = 9", 10, Flaw::head_wrong});
  expect_found(sample, {"UPDATE log_head SET hash = randomblob(32)", 10, Flaw::head_wrong});
  expect_found(sample, {"UPDATE log_head SET origin = randomblob(32)", 1, Flaw::link_broken});
}

TEST_CASE("A changed payload is found, and so is one that vanished without a word in the log",
          "[db][chain]") {
  const TemporaryDirectory directory;
  const auto sample = write_sample(directory);
  expect_found(sample,
               {"UPDATE event_payloads SET payload = '{}' WHERE sequence = 7", 7, Flaw::payload_changed});
  expect_found(sample, {"UPDATE event_payloads SET salt = randomblob(32) WHERE sequence = 5", 5,
                        Flaw::payload_changed});
  // A byte moved from the payload into the salt leaves the hashed bytes as they were.
  expect_found(sample, {"UPDATE event_payloads SET salt = CAST(salt || substr(payload, 1, 1) AS BLOB),"
                        " payload = substr(payload, 2) WHERE sequence = 6",
                        6, Flaw::payload_changed});
  expect_found(sample, {"DELETE FROM event_payloads WHERE sequence = 8", 8, Flaw::payload_missing});
  expect_found(sample,
               {"INSERT INTO event_payloads VALUES (1, randomblob(32), '{}')", 1, Flaw::payload_changed});
  expect_found(sample,
               {"INSERT INTO event_payloads VALUES (500, randomblob(32), '{}')", 500, Flaw::foreign_payload});
}

TEST_CASE("A head noted elsewhere stays part of the log as it grows, and of no other log", "[db][chain]") {
  const TemporaryDirectory directory;
  const auto path = write_sample(directory);
  const db::LogHead noted = verified(path).head;
  {
    auto database = open(path);
    CHECK(database->head().value() == noted);
    REQUIRE(append(*database, walk_in("박서연")));
  }
  CHECK(verified(path, noted).intact());
  CHECK(verified(path).head.sequence == 11);

  const TemporaryDirectory elsewhere;
  const auto found = verified(write_sample(elsewhere), noted);
  REQUIRE(found.broken);
  CHECK(found.broken->flaw == Flaw::witness_differs);
  CHECK(found.broken->sequence == 10);
}

TEST_CASE("What hash_chain.hpp admits is so: a cut with the head set back passes, unless a head was noted",
          "[db][chain]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  {
    auto database = open(path);
    for (int i = 0; i < 5; ++i) REQUIRE(append(*database, walk_in("김민준")));
  }
  const db::LogHead noted = verified(path).head;
  {
    SQLite::Database file = raw(path);
    file.exec(
        "DROP TRIGGER events_stay; DROP TRIGGER head_moves_forward;"
        "DELETE FROM event_payloads WHERE sequence > 3; DELETE FROM events WHERE sequence > 3;"
        "UPDATE log_head SET sequence = 3, hash = (SELECT hash FROM events WHERE sequence = 3)");
  }
  CHECK(verified(path).intact());
  const auto found = verified(path, noted);
  REQUIRE(found.broken);
  CHECK(found.broken->flaw == Flaw::witness_differs);
  CHECK(found.broken->sequence == 4);
}

TEST_CASE("The file itself refuses to change or remove an event", "[db][chain]") {
  const TemporaryDirectory directory;
  SQLite::Database file = raw(write_sample(directory));
  CHECK_THROWS(file.exec("UPDATE events SET kind = 'x' WHERE sequence = 1"));
  CHECK_THROWS(file.exec("DELETE FROM events WHERE sequence = 1"));
  CHECK_THROWS(file.exec("UPDATE event_payloads SET payload = '{}' WHERE sequence = 7"));
  CHECK_THROWS(file.exec("UPDATE log_head SET sequence = 3"));
  CHECK_THROWS(file.exec("DELETE FROM log_head"));
  CHECK_THROWS(file.exec("INSERT OR REPLACE INTO events SELECT * FROM events WHERE sequence = 2"));
  CHECK_THROWS(file.exec(
      "INSERT INTO events SELECT sequence + 50, consultation, time, kind, actor, from_state, to_state,"
      " commitment, previous_hash, hash FROM events WHERE sequence = 2"));
  CHECK(file.execAndGet("SELECT count(*) FROM events").getInt() == 10);
}

TEST_CASE("Erased words are nowhere in the files any more", "[db][chain][erase]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  {
    auto database = open(path);
    auto record = walk_in("");
    auto entry = entry_of(record, "chat-received");
    entry.details = {{"text", "my-secret-sentence"}};
    REQUIRE(append(*database, entry, record));
    REQUIRE(append(*database, walk_in("somebody else")));
    CHECK(database->erase_payloads(record.id, at(5), "test").value() == 1);
    CHECK(database->erase_payloads(record.id, at(6), "test").value() == 0);  // nothing left: not logged again
    CHECK(database->erase_payloads("nobody", at(6), "test").value() == 0);
    const auto entries = database->timeline({record.id, {}, 1000}).value().entries;
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].details.empty());
    CHECK(entries[1].kind == "payloads-erased");
    CHECK(entries[1].details.at("entries") == "1");
  }
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    CAPTURE(file.path().filename());
    CHECK(bytes.find("my-secret-sentence") == std::string::npos);
  }
  CHECK(verified(path).intact());
}

}  // namespace
}  // namespace sangdam::tests
