#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "unit/db/support.hpp"

extern char** environ;

namespace sangdam::tests {
namespace {

/// A process of append_until_killed, and the pipe on which it reports.
class Appender {
 public:
  explicit Appender(const std::filesystem::path& database) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    m_reports = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = SANGDAM_APPENDER;
    std::string argument = database.string();
    char* arguments[] = {program.data(), argument.data(), nullptr};
    const int failed = ::posix_spawn(&m_child, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    REQUIRE(failed == 0);
  }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  ~Appender() {
    if (m_child > 0) kill();
    ::close(m_reports);
  }

  /// The next report; nothing once the process is dead and its pipe empty.
  std::optional<std::int64_t> next() {
    std::int64_t sequence = 0;
    std::size_t have = 0;
    while (have < sizeof sequence) {
      const ssize_t got =
          ::read(m_reports, reinterpret_cast<char*>(&sequence) + have, sizeof sequence - have);
      if (got <= 0) return std::nullopt;
      have += static_cast<std::size_t>(got);
    }
    return sequence;
  }
  /// True if a report comes within so many milliseconds.
  bool reports_within(int milliseconds) {
    pollfd waiting{m_reports, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) > 0;
  }
  void kill() {
    int status = 0;
    ::kill(m_child, SIGKILL);
    ::waitpid(m_child, &status, 0);
    m_child = -1;
    m_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }
  [[nodiscard]] bool killed() const { return m_killed; }

 private:
  pid_t m_child = -1;
  int m_reports = -1;
  bool m_killed = false;
};

/// The sequences in the log, read without any of our code.
std::set<std::int64_t> sequences_in(const std::filesystem::path& path) {
  std::set<std::int64_t> sequences;
  SQLite::Database file = raw(path);
  SQLite::Statement row(file,
                        "SELECT e.sequence FROM events e JOIN event_payloads p ON p.sequence = e.sequence"
                        " JOIN consultations c ON c.id = e.consultation");
  while (row.executeStep()) sequences.insert(row.getColumn(0).getInt64());
  return sequences;
}

TEST_CASE("Killing the kiosk at any moment loses no entry that was reported durable", "[db][kill]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  std::set<std::int64_t> reported;
  for (int round = 0; round < 12; ++round) {
    Appender appender(path);
    // Somewhere among the commits: after so many reports, and then so much of a millisecond of pure chance.
    for (std::uint32_t reports = base::random_below(150) + 1; reports > 0; --reports) {
      const auto sequence = appender.next();
      REQUIRE(sequence);
      reported.insert(*sequence);
    }
    for (std::uint32_t spins = base::random_below(200'000); spins > 0; --spins) asm volatile("");
    appender.kill();
    REQUIRE(appender.killed());
    while (const auto sequence = appender.next()) reported.insert(*sequence);  // what was still in the pipe

    const auto kept = sequences_in(path);
    for (const std::int64_t sequence : reported) REQUIRE(kept.count(sequence) == 1);
    const db::Verification found = verified(path);
    CAPTURE(round, found.in_words());
    REQUIRE(found.intact());
    REQUIRE(found.entries == static_cast<std::int64_t>(kept.size()));
  }
  CHECK(reported.size() >= 12);
  auto database = open(path);
  CHECK(append(*database, walk_in("김민준")));
}

TEST_CASE("A kiosk killed while it starts leaves a database that opens", "[db][kill]") {
  const TemporaryDirectory directory;
  const auto path = directory / "log.db";
  for (int round = 0; round < 12; ++round) {
    Appender appender(path);
    appender.reports_within(
        static_cast<int>(base::random_below(12)));  // a moment between exec and the first commit
    appender.kill();
    REQUIRE(appender.killed());
    if (round % 4 == 3) {
      auto database = open(path);
      REQUIRE(append(*database, walk_in("김민준")));
      database.reset();
      REQUIRE(verified(path).intact());
      for (const char* suffix : {"", "-wal", "-shm", ".lock"})
        std::filesystem::remove(path.string() + suffix);
    }
  }
}

}  // namespace
}  // namespace sangdam::tests
