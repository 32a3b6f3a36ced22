// A consistent copy of the database, while the kiosk goes on. Any thread.
//
// The copy holds what the database holds: names and chat, and payloads that are erased from the original only
// after the copy was made. Whoever erases for good must see to the copies too.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace sangdam::db {

/// Copies the database in `source` to the new file `target` (mode 0600), which appears under that name only
/// when it is complete and on the disk. Failures: "backup-exists", "backup-unwritable", "backup-failed".
[[nodiscard]] base::Result<> copy_database(const std::filesystem::path& source,
                                           const std::filesystem::path& target);

}  // namespace sangdam::db
