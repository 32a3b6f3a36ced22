// What SQLite's result codes mean for a clinic.
//
// Codes (stable): log-disk-full, log-unwritable, log-corrupt, log-busy, log-refused;
//                 data-dir-unwritable, database-corrupt, database-locked, database-foreign, schema-newer;
//                 records-unreadable, appointment-used, appointment-exists, appointment-invalid,
//                 query-invalid.
#pragma once

#include <string>

#include "base/result.hpp"

namespace SQLite {  // NOLINT(readability-identifier-naming): SQLiteCpp's own
class Exception;
}

namespace sangdam::db {

/// An entry of the log could not be kept.
[[nodiscard]] base::Failure append_failure(const SQLite::Exception& error);
/// The schedule could not be changed, or payloads not erased.
[[nodiscard]] base::Failure change_failure(const SQLite::Exception& error);
/// Something could not be read back.
[[nodiscard]] base::Failure read_failure(const SQLite::Exception& error);
/// The database in `path` could not be opened.
[[nodiscard]] base::Failure open_failure(const SQLite::Exception& error, const std::string& path);

/// True if the same write may succeed later: the disk is full or refuses. False if the entry itself is at
/// fault.
[[nodiscard]] bool may_pass(const SQLite::Exception& error) noexcept;

}  // namespace sangdam::db
