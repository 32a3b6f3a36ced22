#include "db/connection.hpp"

#include <sqlite3.h>

namespace sangdam::db {
namespace {

constexpr int k_lock_wait_ms = 5000;

Connection open_common(const std::filesystem::path& path, int flags) {
  auto database = std::make_unique<SQLite::Database>(path.string(), flags, k_lock_wait_ms);
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Temporary tables hold names too: they must not reach a disk that secure_delete does not cover.
  database->exec("PRAGMA temp_store = MEMORY");
  database->exec("PRAGMA cell_size_check = ON");
  return database;
}

}  // namespace

Connection open_for_writing(const std::filesystem::path& path) {
  Connection database = open_common(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database->exec("PRAGMA journal_mode = WAL");
  // FULL: in WAL mode NORMAL would not synchronise at each commit, and what a peer has seen could be lost.
  database->exec("PRAGMA synchronous = FULL");
  database->exec("PRAGMA foreign_keys = ON");
  database->exec("PRAGMA secure_delete = ON");
  // INSERT OR REPLACE would otherwise delete an event without its trigger.
  database->exec("PRAGMA recursive_triggers = ON");
  database->exec("PRAGMA journal_size_limit = 67108864");  // bytes that a WAL may keep after a checkpoint
  return database;
}

Connection open_for_reading(const std::filesystem::path& path) {
  // Not OPEN_READONLY: the first reader of a WAL database may have to recover it.
  Connection database = open_common(path, SQLite::OPEN_READWRITE);
  database->exec("PRAGMA query_only = ON");
  database->exec("PRAGMA cache_size = -16384");  // KiB: the upper part of the indexes of a large log
  return database;
}

base::Instant instant_in(const SQLite::Column& column) {
  return base::Instant(std::chrono::milliseconds(column.getInt64()));
}

std::optional<base::Instant> optional_instant_in(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(instant_in(column));
}

}  // namespace sangdam::db
