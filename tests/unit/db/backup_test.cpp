#include "db/backup.hpp"

#include <sys/stat.h>

#include "unit/db/support.hpp"

namespace sangdam::tests {
namespace {

TEST_CASE("A backup made while the log is being written is whole", "[db][backup]") {
  const TemporaryDirectory directory;
  auto database = open(directory / "log.db");
  std::size_t answers = 0;
  const auto record = walk_in("김민준");
  for (int i = 0; i < 2000; ++i) {
    database->append(entry_of(record), record, [&answers](const base::Result<std::int64_t>&) { ++answers; });
    if (i == 1000) REQUIRE(run_until([&] { return answers > 100; }));
  }
  REQUIRE(db::copy_database(directory / "log.db", directory / "copy.db"));
  struct stat status {};
  REQUIRE(::stat((directory / "copy.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK_FALSE(std::filesystem::exists(directory / "copy.db.part"));
  const auto found = verified(directory / "copy.db");
  CHECK(found.intact());
  CHECK(found.entries >= 100);
  REQUIRE(run_until([&] { return answers == 2000; }, std::chrono::minutes(1)));
  database.reset();
  CHECK(verified(directory / "log.db", found.head).intact());  // the copy is a beginning of the log
  CHECK(open(directory / "copy.db")->timeline({record.id, {}, 1000}).value().entries.size() ==
        static_cast<std::size_t>(found.entries));
}

TEST_CASE("A backup never overwrites a file, and a failed one leaves none", "[db][backup]") {
  const TemporaryDirectory directory;
  open(directory / "log.db");
  REQUIRE(db::copy_database(directory / "log.db", directory / "copy.db"));
  CHECK(db::copy_database(directory / "log.db", directory / "copy.db").error().code == "backup-exists");
  CHECK(db::copy_database(directory / "log.db", directory / "no" / "copy.db").error().code ==
        "backup-unwritable");
  CHECK(db::copy_database(directory / "nothing.db", directory / "other.db").error().code == "backup-failed");
  CHECK_FALSE(std::filesystem::exists(directory / "other.db"));
  CHECK_FALSE(std::filesystem::exists(directory / "other.db.part"));
  CHECK_FALSE(std::filesystem::exists(directory / "nothing.db"));
}

}  // namespace
}  // namespace sangdam::tests
