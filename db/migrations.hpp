// Numbered SQL files bring a database from any released version to this program's.
//
// A migration's place in the list is its version, kept in SQLite's user_version. Each runs in one IMMEDIATE
// transaction together with its version, so a power cut leaves the old version or the new one. The list only
// grows: a released file is never edited (tests pin its SHA-256). A database of a newer program is refused,
// untouched.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): SQLiteCpp's own
class Database;
}

namespace sangdam::db {

struct Migration {
  std::string_view name;  // "0001_schedule_and_log.sql"
  std::string_view sql;
};

/// The files of db/migrations, embedded by the build.
[[nodiscard]] const std::vector<Migration>& released_migrations();

/// The database's version: how many migrations it has seen.
[[nodiscard]] int version_of(SQLite::Database& database);

/// Runs what is missing. Failures: "schema-newer", or whatever SQLite says (failures.hpp); then the database
/// is as the last whole migration left it.
[[nodiscard]] base::Result<> migrate(SQLite::Database& database, const std::vector<Migration>& migrations);

/// The refusal that migrate() gives to a database newer than `known`.
[[nodiscard]] base::Result<> refuse_newer(SQLite::Database& database, int known);

}  // namespace sangdam::db
