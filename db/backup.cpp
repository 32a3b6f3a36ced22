#include "db/backup.hpp"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "db/connection.hpp"
#include "db/data_file.hpp"

namespace sangdam::db {
namespace {

namespace fs = std::filesystem;

tl::unexpected<base::Failure> unwritable(const fs::path& target, int error) {
  return base::failure(
      "backup-unwritable",
      fmt::format("The backup {} cannot be written ({}). There is no new backup; the database itself is "
                  "untouched. Check that the place exists, has room and may be written to.",
                  target.string(), std::generic_category().message(error)));
}

/// Removes a half-made copy unless it was kept.
class PartialFile {
 public:
  explicit PartialFile(fs::path path) : m_path(std::move(path)) {}
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    std::error_code ignored;
    if (!m_kept) fs::remove(m_path, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return m_path; }
  void keep() { m_kept = true; }

 private:
  fs::path m_path;
  bool m_kept = false;
};

}  // namespace

base::Result<> copy_database(const fs::path& source, const fs::path& target) {
  std::error_code error;
  if (fs::exists(target, error)) {
    return base::failure(
        "backup-exists",
        fmt::format("There is already a file {}. It was not touched, and there is no new backup. Choose "
                    "another name.",
                    target.string()));
  }
  PartialFile partial(target.string() + ".part");
  fs::remove(partial.path(), error);
  const int made = ::open(partial.path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0) return unwritable(target, errno);
  ::close(made);
  try {
    const Connection from = open_for_reading(source);
    // A read transaction holds one moment of the WAL: the copy need not start over when the kiosk writes.
    SQLite::Transaction snapshot(*from);
    from->execAndGet("SELECT count(*) FROM sqlite_schema");
    SQLite::Database to(partial.path().string(), SQLite::OPEN_READWRITE);
    SQLite::Backup backup(to, *from);
    if (const int done = backup.executeStep(-1); done != SQLITE_DONE)
      throw SQLite::Exception(sqlite3_errstr(done), done);
  } catch (const SQLite::Exception& failure) {
    if ((failure.getErrorCode() & 0xff) == SQLITE_FULL) return unwritable(target, ENOSPC);
    return base::failure(
        "backup-failed",
        fmt::format("The backup {} could not be made ({}, SQLite {}). There is no new backup; the database "
                    "itself is untouched. Try again; if it stays, verify the log.",
                    target.string(), sqlite3_errstr(failure.getErrorCode() & 0xff),
                    failure.getExtendedErrorCode()));
  }
  fs::rename(partial.path(), target, error);
  if (error) return unwritable(target, error.value());
  partial.keep();
  synchronise_directory(target.parent_path());
  return {};
}

}  // namespace sangdam::db
