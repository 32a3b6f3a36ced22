#include "db/data_file.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/clock.hpp"

namespace sangdam::db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_magic("SQLite format 3\0", 16);  // sqlite.org/fileformat2.html, 1.3.1
constexpr mode_t k_owner_only = 0600;

std::string reason(int error) { return std::generic_category().message(error); }

tl::unexpected<base::Failure> unwritable(const fs::path& path, int error) {
  return base::failure(
      "data-dir-unwritable",
      fmt::format("{} cannot be written ({}). Without the database no consultation can be logged, so "
                  "none can be started. Check that the directory {} exists, has room and belongs to "
                  "the user this program runs as.",
                  path.string(), reason(error), path.parent_path().string()));
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) noexcept : m_descriptor(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (m_descriptor >= 0) ::close(m_descriptor);
  }
  [[nodiscard]] int get() const noexcept { return m_descriptor; }
  [[nodiscard]] int release() noexcept { return std::exchange(m_descriptor, -1); }

 private:
  int m_descriptor;
};

}  // namespace

base::Result<FileLock> FileLock::take(const fs::path& path) {
  const fs::path lock_path = path.string() + ".lock";
  Descriptor file(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, k_owner_only));
  if (file.get() < 0) return unwritable(lock_path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return unwritable(lock_path, errno);
    return base::failure(
        "database-locked",
        fmt::format("Another kiosk is running with the database {}. Two must not share one: their "
                    "logs would mix. Close the other one, or give this one its own --data-dir.",
                    path.string()));
  }
  return FileLock(file.release());
}

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(m_descriptor, other.m_descriptor);
  return *this;
}

FileLock::~FileLock() {
  if (m_descriptor >= 0) ::close(m_descriptor);
}

base::Result<> make_directory_for(const fs::path& path) {
  const fs::path directory = path.parent_path();
  if (directory.empty()) return {};
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  if (error) return unwritable(path, error.value());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return unwritable(path, errno);
  return {};
}

base::Result<> prepare_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, k_owner_only));
  if (file.get() < 0) return unwritable(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return unwritable(path, errno);
  if ((status.st_mode & 0777) != k_owner_only && ::fchmod(file.get(), k_owner_only) != 0) {
    return unwritable(path, errno);
  }
  if (status.st_size == 0) {  // new, or a start that was cut off before anything was written
    synchronise_directory(path.parent_path());
    return {};
  }
  std::array<char, k_magic.size()> header{};
  const ssize_t got = ::pread(file.get(), header.data(), header.size(), 0);
  if (got < 0) return unwritable(path, errno);
  if (std::string_view(header.data(), static_cast<std::size_t>(got)) != k_magic) {
    return base::failure("database-corrupt",
                         fmt::format("The file {} is damaged: it does not begin like a database. Nothing in "
                                     "it was changed or deleted. "
                                     "Copy it to a safe place and restore the newest backup; or set it aside "
                                     "and go on with an empty log.",
                                     path.string()));
  }
  return {};
}

base::Result<fs::path> set_aside(const fs::path& path) {
  const auto lock = FileLock::take(path);
  if (!lock) return tl::unexpected(lock.error());
  const std::string stem = fmt::format("{}.corrupt-{}", path.string(), time_for_file_names());
  fs::path target = stem;
  std::error_code error;
  for (int copy = 2; fs::exists(target, error); ++copy) target = fmt::format("{}-{}", stem, copy);

  // The WAL first: a database without its WAL is only older, a WAL beside a new database would be lost.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const fs::path from = path.string() + suffix;
    if (!fs::exists(from, error)) continue;
    fs::rename(from, target.string() + suffix, error);
    if (error) return unwritable(path, error.value());
  }
  synchronise_directory(path.parent_path());
  return target;
}

std::string time_for_file_names() {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(base::SystemClock().now());
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

void synchronise_directory(const fs::path& directory) noexcept {
  const fs::path name = directory.empty() ? fs::path(".") : directory;
  const Descriptor opened(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) ::fsync(opened.get());
}

}  // namespace sangdam::db
