#include "db/migrations.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "db/failures.hpp"

namespace sangdam::db {

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

base::Result<> refuse_newer(SQLite::Database& database, int known) {
  const int version = version_of(database);
  if (version <= known) return {};
  return base::failure(
      "schema-newer",
      fmt::format(
          "The database {} was written by a newer version of this program (its format is {}, this program "
          "knows {}). Nothing was changed. Install the newer version again, or restore the backup that was "
          "made before the upgrade.",
          database.getFilename(), version, known));
}

base::Result<> migrate(SQLite::Database& database, const std::vector<Migration>& migrations) {
  try {
    if (auto known = refuse_newer(database, static_cast<int>(migrations.size())); !known) return known;
    for (auto version = static_cast<std::size_t>(version_of(database)); version < migrations.size();
         ++version) {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      database.exec(std::string(migrations[version].sql));
      database.exec(fmt::format("PRAGMA user_version = {}", version + 1));
      transaction.commit();
    }
    return {};
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(open_failure(error, database.getFilename()));
  }
}

}  // namespace sangdam::db
