#include "db/failures.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace sangdam::db {
namespace {

enum class Cause { full, denied, corrupt, busy, refused };

Cause cause_of(const SQLite::Exception& error) noexcept {
  switch (error.getErrorCode() & 0xff) {  // the low byte is the primary code
    case SQLITE_FULL: return Cause::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Cause::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Cause::busy;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_NOLFS:
    case SQLITE_PROTOCOL: return Cause::denied;
    default: return Cause::refused;
  }
}

/// Never SQLite's message alone, which may quote a value; its number and its fixed text are safe to show.
std::string detail(const SQLite::Exception& error) {
  return fmt::format("({}, SQLite {})", sqlite3_errstr(error.getErrorCode() & 0xff),
                     error.getExtendedErrorCode());
}

}  // namespace

bool may_pass(const SQLite::Exception& error) noexcept { return cause_of(error) != Cause::refused; }

base::Failure append_failure(const SQLite::Exception& error) {
  switch (cause_of(error)) {
    case Cause::full:
      return {"log-disk-full",
              "The disk is full, so the log cannot keep what happens now. The consultation goes on. Free "
              "some space: "
              "what is missing is then written by itself, as long as the program keeps running."};
    case Cause::denied:
      return {"log-unwritable",
              "The disk refuses to write, so the log cannot keep what happens now. The consultation goes on. "
              "Take notes "
              "by hand and call the administrator: check the disk and the rights of the data directory. " +
                  detail(error)};
    case Cause::corrupt:
      return {"log-corrupt",
              "The log's file is damaged, so it cannot keep what happens now. The consultation goes on. Take "
              "notes by "
              "hand and call the administrator: after a restart the program offers to set the damaged file "
              "aside. " +
                  detail(error)};
    case Cause::busy:
      return {"log-busy",
              "Another program is holding the log's file, so it cannot keep what happens now. The "
              "consultation goes on. "
              "Close the other program (a backup or an administrator's tool): what is missing is then "
              "written by itself."};
    case Cause::refused:
      return {"log-refused",
              "The log did not accept an entry. The consultation goes on, but this step is missing in the "
              "log. Tell the "
              "administrator: this is an error of the program. " +
                  detail(error)};
  }
  return {};
}

base::Failure change_failure(const SQLite::Exception& error) {
  switch (cause_of(error)) {
    case Cause::full:
      return {"log-disk-full", "The disk is full, so nothing was changed. Free some space and try again."};
    case Cause::denied:
      return {"log-unwritable",
              "The disk refuses to write, so nothing was changed. Call the administrator: check the disk and "
              "the rights "
              "of the data directory. " +
                  detail(error)};
    case Cause::corrupt:
      return {"log-corrupt",
              "The database is damaged, so nothing was changed. Call the administrator: after a restart the "
              "program "
              "offers to set the damaged file aside. " +
                  detail(error)};
    case Cause::busy:
      return {"log-busy",
              "Another program is holding the database, so nothing was changed. Close it (a backup or an "
              "administrator's "
              "tool) and try again."};
    case Cause::refused:
      return {"log-refused",
              "The database did not accept the change. Nothing was changed. Tell the administrator: this is "
              "an error of "
              "the program. " +
                  detail(error)};
  }
  return {};
}

base::Failure read_failure(const SQLite::Exception& error) {
  if (cause_of(error) == Cause::corrupt) {
    return {"log-corrupt",
            "The database is damaged and this part of it cannot be shown. Consultations go on. Call the "
            "administrator: "
            "after a restart the program offers to set the damaged file aside. " +
                detail(error)};
  }
  return {"records-unreadable",
          "The records cannot be read just now. Consultations go on. Try again; if it stays, call the "
          "administrator: "
          "check the disk and the rights of the data directory. " +
              detail(error)};
}

base::Failure open_failure(const SQLite::Exception& error, const std::string& path) {
  switch (cause_of(error)) {
    case Cause::full:
    case Cause::denied:
      return {
          "data-dir-unwritable",
          fmt::format(
              "The database {} cannot be written. Without it no consultation can be logged, so none can be "
              "started. Check that the disk has room and that this user may write to the directory. {}",
              path, detail(error))};
    case Cause::busy:
      return {"database-locked",
              fmt::format("Another program is using the database {}. Close it, then start again.", path)};
    case Cause::corrupt:
    case Cause::refused:  // a schema that is not what its version says
      return {"database-corrupt",
              fmt::format(
                  "The database {} is damaged. Nothing in it was changed or deleted. Copy the file to a safe "
                  "place and restore the newest backup; or set it aside and go on with an empty log. {}",
                  path, detail(error))};
  }
  return {};
}

}  // namespace sangdam::db
