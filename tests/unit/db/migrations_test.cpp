#include "db/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "db/connection.hpp"
#include "unit/db/support.hpp"

namespace sangdam::tests {
namespace {

using db::Migration;

const std::filesystem::path k_here = std::filesystem::path(SANGDAM_DB_TESTS);

std::string schema_of(SQLite::Database& database) {
  std::string schema;
  SQLite::Statement row(
      database,
      "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name");
  while (row.executeStep()) schema += row.getColumn(0).getString() + "\n";
  return schema + fmt::format("version {}", db::version_of(database));
}

std::string fresh_schema(const std::vector<Migration>& migrations) {
  const TemporaryDirectory directory;
  const auto connection = db::open_for_writing(directory / "fresh.db");
  REQUIRE(db::migrate(*connection, migrations));
  return schema_of(*connection);
}

std::vector<Migration> with_one_more() {
  auto migrations = db::released_migrations();
  migrations.push_back(
      {"9999_test.sql",
       "ALTER TABLE appointments ADD COLUMN room TEXT; CREATE TABLE more (x INTEGER) STRICT;"});
  return migrations;
}

TEST_CASE("Released migrations are as they were released", "[db][migrations]") {
  std::ifstream pins(k_here / "migrations.sha256");
  std::vector<std::string> pinned;
  for (std::string hash, name; pins >> hash >> name;) {
    const auto index = pinned.size();
    REQUIRE(index < db::released_migrations().size());
    const Migration& migration = db::released_migrations()[index];
    CHECK(migration.name == name);
    // A mismatch means that a released file was edited: write a new one instead.
    CHECK(base::sha256_hex(migration.sql) == hash);
    pinned.push_back(name);
  }
  CHECK(pinned.size() == db::released_migrations().size());
}

TEST_CASE("A database that was upgraded is the same as a new one", "[db][migrations]") {
  const std::vector<Migration> migrations = with_one_more();
  const std::string fresh = fresh_schema(migrations);
  for (std::size_t from = 0; from <= migrations.size(); ++from) {
    const TemporaryDirectory directory;
    const auto connection = db::open_for_writing(directory / "old.db");
    REQUIRE(db::migrate(*connection,
                        {migrations.begin(), migrations.begin() + static_cast<std::ptrdiff_t>(from)}));
    CHECK(db::version_of(*connection) == static_cast<int>(from));
    REQUIRE(db::migrate(*connection, migrations));
    CHECK(schema_of(*connection) == fresh);
  }
}

TEST_CASE("The sample database of every released version opens, verifies and reads", "[db][migrations]") {
  for (std::size_t version = 1; version <= db::released_migrations().size(); ++version) {
    const TemporaryDirectory directory;
    const auto path = directory / "sample.db";
    std::ifstream dump(k_here / "samples" / fmt::format("{:04}.sql", version));
    std::stringstream sql;
    sql << dump.rdbuf();
    REQUIRE(sql.str().size() > 1000);
    raw(path).exec(sql.str());

    auto database = open(path);
    CHECK(database->log({.text = "김민준"}).value().size() == 1);
    CHECK(database->unfinished().value().size() == 1);
    CHECK(append(*database, walk_in("새 환자", 999)));
    // Nothing of an older version is marked as what that version did not know.
    const auto rows = database->day(at(0), at(86400)).value();
    const auto planned =
        std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.appointment.has_value(); });
    REQUIRE(planned != rows.end());
    CHECK(planned->appointment->needs_picture == (version >= 2));
    CHECK(planned->consultation->needs_picture == (version >= 2));
    database.reset();
    const db::Verification found = verified(path);
    CAPTURE(found.in_words());
    CHECK(found.intact());
    CHECK(found.entries == 7);
    CHECK(found.erased == 2);
    const auto connection = db::open_for_reading(path);
    CHECK(schema_of(*connection) == fresh_schema(db::released_migrations()));
  }
}

TEST_CASE("A migration that fails leaves the version before it, whole", "[db][migrations]") {
  const TemporaryDirectory directory;
  const auto connection = db::open_for_writing(directory / "x.db");
  REQUIRE(db::migrate(*connection, db::released_migrations()));
  const std::string before = schema_of(*connection);
  auto bad = db::released_migrations();
  bad.push_back({"9999_bad.sql", "CREATE TABLE half (x INTEGER); CREATE TABLE appointments (x INTEGER);"});
  CHECK_FALSE(db::migrate(*connection, bad));
  CHECK(schema_of(*connection) == before);
}

TEST_CASE("migrate() refuses a newer database", "[db][migrations]") {
  const TemporaryDirectory directory;
  const auto connection = db::open_for_writing(directory / "x.db");
  REQUIRE(db::migrate(*connection, with_one_more()));
  const auto refused = db::migrate(*connection, db::released_migrations());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "schema-newer");
}

// Run by hand when a version is released: SANGDAM_SAMPLE=FILE test-db "[.sample]", then sqlite3 FILE .dump,
// with the two PRAGMA lines of the samples that are there.
TEST_CASE("Writes the sample database of this version", "[.sample]") {
  const char* file = ::getenv("SANGDAM_SAMPLE");
  REQUIRE(file != nullptr);
  auto database = open(file);
  const consultation::Appointment appointment{base::random_hex(16), at(600), "김민준", "이수진", true};
  REQUIRE(database->add(appointment));
  auto planned = walk_in("김민준", 500);
  planned.appointment_id = appointment.id;
  planned.planned = appointment.starts;
  planned.needs_picture = true;
  REQUIRE(append(*database, planned));
  planned.seat = consultation::Seat{
      .id = "seat-1", .token_hash = "0f", .name = "민준", .consent = "1", .language = "ko"};
  planned.state = consultation::State::waiting;
  planned.waiting_since = at(510);
  REQUIRE(append(*database, planned, "patient-knocked"));
  auto ended = walk_in("Anna Schmidt", 100);
  REQUIRE(append(*database, ended));
  ended.state = consultation::State::ended;
  ended.outcome = consultation::Outcome::cancelled;
  ended.ended = at(200);
  REQUIRE(append(*database, ended, "cancelled"));
  REQUIRE(database->erase_payloads(ended.id, at(700), "asked-by-patient").value() == 2);
  REQUIRE(append(*database, planned, "microphone-muted"));
}

}  // namespace
}  // namespace sangdam::tests
