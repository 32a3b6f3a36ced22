#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "db/connection.hpp"
#include "db/migrations.hpp"
#include "unit/db/support.hpp"

namespace sangdam::tests {
namespace {

std::string code_of_opening(const std::filesystem::path& path) {
  auto opened = db::Database::open(path);
  if (opened) return "opened";
  CHECK(opened.error().message.size() > 40);  // a sentence for people, not a word
  return opened.error().code;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::filesystem::path with_entries(const TemporaryDirectory& directory, int entries) {
  const auto path = directory / "log.db";
  auto database = open(path);
  for (int i = 0; i < entries; ++i) REQUIRE(append(*database, walk_in("김민준", i)));
  return path;
}

TEST_CASE("Only the owner may read the database, whatever the umask", "[db][open]") {
  const TemporaryDirectory directory;
  const mode_t umask_before = ::umask(0);
  const auto path = directory / "data" / "sangdam.db";
  {
    auto database = open(path);
    REQUIRE(append(*database, walk_in("김민준")));
    CHECK(mode_of(directory / "data") == 0700);
    for (const auto& file : std::filesystem::directory_iterator(directory / "data")) {
      CAPTURE(file.path().filename());
      CHECK(mode_of(file.path()) == 0600);
    }
    CHECK(std::filesystem::exists(path.string() + "-wal"));
  }
  ::chmod(path.c_str(), 0644);  // an administrator's slip
  open(path);
  CHECK(mode_of(path) == 0600);
  ::umask(umask_before);
}

TEST_CASE("Commits are synchronised and erased bytes overwritten", "[db][open]") {
  const TemporaryDirectory directory;
  const auto connection = db::open_for_writing(directory / "x.db");
  CHECK(connection->execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK(connection->execAndGet("PRAGMA synchronous").getInt() == 2);
  CHECK(connection->execAndGet("PRAGMA foreign_keys").getInt() == 1);
  CHECK(connection->execAndGet("PRAGMA secure_delete").getInt() == 1);
  CHECK(connection->execAndGet("PRAGMA busy_timeout").getInt() > 0);
  CHECK(connection->execAndGet("PRAGMA recursive_triggers").getInt() == 1);
  CHECK(db::open_for_reading(directory / "x.db")->execAndGet("PRAGMA query_only").getInt() == 1);
}

TEST_CASE("Two kiosks cannot share a database", "[db][open]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  {
    const auto database = open(path);
    CHECK(code_of_opening(path) == "database-locked");
    CHECK(db::set_aside(path).error().code == "database-locked");
  }
  CHECK(code_of_opening(path) == "opened");
}

TEST_CASE("A directory that is a file, and a file that is a directory, are refused with a reason",
          "[db][open]") {
  const TemporaryDirectory directory;
  write_file(directory / "file", "x");
  CHECK(code_of_opening(directory / "file" / "log.db") == "data-dir-unwritable");
  std::filesystem::create_directory(directory / "log.db");
  CHECK(code_of_opening(directory / "log.db") == "data-dir-unwritable");
}

TEST_CASE("A directory without the right to write is refused with a reason", "[db][open]") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "data");
  const auto path = directory / "data" / "log.db";
  ::chmod((directory / "data").c_str(), 0500);
  // Root may write anywhere; so that the test means something for root too, it becomes nobody for a moment.
  const bool root = ::geteuid() == 0;
  if (root) {
    ::chown((directory / "data").c_str(), 65534, 65534);
    ::chmod(directory.path().c_str(), 0755);
    REQUIRE(::seteuid(65534) == 0);
  }
  const std::string code = code_of_opening(path);
  if (root) REQUIRE(::seteuid(0) == 0);
  ::chmod((directory / "data").c_str(), 0700);
  CHECK(code == "data-dir-unwritable");
}

TEST_CASE("A database of a newer program is refused and not touched", "[db][open]") {
  const TemporaryDirectory directory;
  const auto path = with_entries(directory, 1);
  raw(path).exec("PRAGMA user_version = 4711");
  const std::string before = contents(path);
  const auto refused = db::Database::open(path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "schema-newer");
  CHECK(refused.error().message.find("4711") != std::string::npos);
  CHECK(contents(path) == before);
}

TEST_CASE("Another program's database is refused and not touched", "[db][open]") {
  const TemporaryDirectory directory;
  const auto path = directory / "other.db";
  raw(path).exec("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')");
  CHECK(code_of_opening(path) == "database-foreign");
  CHECK(raw(path).execAndGet("SELECT count(*) FROM bookmarks").getInt() == 1);
}

TEST_CASE("A file that is no database is refused, kept, and can be set aside", "[db][open][corrupt]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  write_file(path, std::string(20'000, 'x'));
  write_file(path.string() + "-wal", "left behind");
  CHECK(code_of_opening(path) == "database-corrupt");
  CHECK(contents(path) == std::string(20'000, 'x'));

  const auto aside = db::set_aside(path);
  REQUIRE(aside);
  CHECK(aside->filename().string().find("log.db.corrupt-20") == 0);
  CHECK(contents(*aside) == std::string(20'000, 'x'));
  CHECK(contents(aside->string() + "-wal") == "left behind");
  CHECK_FALSE(std::filesystem::exists(path));

  auto database = open(path);
  CHECK(append(*database, walk_in("김민준")).value() == 1);
  database.reset();
  write_file(path, std::string(100, 'y'));  // again, within the same second
  const auto second = db::set_aside(path);
  REQUIRE(second);
  CHECK(*second != *aside);
}

TEST_CASE("Damaged pages are noticed at the start", "[db][open][corrupt]") {
  const TemporaryDirectory directory;
  const auto path = with_entries(directory, 300);
  const std::string whole = contents(path);
  const std::size_t page = 4096;
  REQUIRE(whole.size() > 40 * page);
  // Each page in turn: random bytes, as a dying flash card gives them. The first page holds the header.
  int noticed = 0;
  int tried = 0;
  for (std::size_t at = 0; at + page <= whole.size(); at += 5 * page) {
    std::string damaged = whole;
    damaged.replace(at + 100, page - 100, base::random_bytes(page - 100));
    write_file(path, damaged);
    const std::string code = code_of_opening(path);
    CAPTURE(at, code);
    CHECK((code == "database-corrupt" || code == "opened"));  // free pages may hold anything
    noticed += code == "database-corrupt" ? 1 : 0;
    ++tried;
  }
  CAPTURE(tried, noticed);
  CHECK(noticed >= tried - 2);
  CHECK(noticed > 5);
}

TEST_CASE("A file cut short is noticed at the start", "[db][open][corrupt]") {
  const TemporaryDirectory directory;
  const auto path = with_entries(directory, 100);
  const std::string whole = contents(path);
  write_file(path, whole.substr(0, whole.size() / 2));
  CHECK(code_of_opening(path) == "database-corrupt");
  write_file(path, whole.substr(0, 50));
  CHECK(code_of_opening(path) == "database-corrupt");
}

TEST_CASE("A database whose tables are not what its version says is refused", "[db][open][corrupt]") {
  const TemporaryDirectory directory;
  const auto path = with_entries(directory, 1);
  raw(path).exec("DROP TABLE name_pieces");
  CHECK(code_of_opening(path) == "database-corrupt");
}

TEST_CASE("A start that was cut off before anything was written goes on as a new database", "[db][open]") {
  const TemporaryDirectory directory;
  write_file(directory / "log.db", "");
  CHECK(code_of_opening(directory / "log.db") == "opened");
}

}  // namespace
}  // namespace sangdam::tests
