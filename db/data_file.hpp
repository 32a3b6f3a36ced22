// The database's file: who may read it, who holds it, and what to do with a damaged one. Any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace sangdam::db {

/// An exclusive lock (flock) on PATH.lock, for as long as it lives: two kiosks never share a database. The
/// kernel drops it when the process dies, however it dies; the empty lock file stays.
class FileLock {
 public:
  /// Failures: "database-locked", "data-dir-unwritable".
  [[nodiscard]] static base::Result<FileLock> take(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) noexcept : m_descriptor(descriptor) {}
  int m_descriptor = -1;
};

/// Makes the directory (mode 0700) if it is missing. An existing one keeps its mode: it may not be ours
/// alone. Failure: "data-dir-unwritable".
[[nodiscard]] base::Result<> make_directory_for(const std::filesystem::path& path);
/// Makes the file if it is missing; in any case only its owner may then read it (0600; SQLite gives its -wal
/// and -shm files the same mode). Failures: "data-dir-unwritable"; "database-corrupt" if what is there is no
/// database.
[[nodiscard]] base::Result<> prepare_file(const std::filesystem::path& path);

/// Renames a damaged database, with its -wal and -shm, to PATH.corrupt-TIME, so that a new one can be made in
/// its place; nothing is deleted. Returns the new path. Failures: "database-locked" (somebody uses it),
/// "data-dir-unwritable".
[[nodiscard]] base::Result<std::filesystem::path> set_aside(const std::filesystem::path& path);

/// "20261122T073105Z", for names of files.
[[nodiscard]] std::string time_for_file_names();

/// Waits until a directory's newest entries are on the disk (after a rename). Best effort.
void synchronise_directory(const std::filesystem::path& directory) noexcept;

}  // namespace sangdam::db
