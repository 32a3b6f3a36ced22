// The kiosk's database: the append-only log, the records, the schedule, in one SQLite file.
//
//   auto opened = db::Database::open(data_dir / "sangdam.db");
//   if (!opened) show(opened.error());                    // code "database-corrupt": offer
//   db::set_aside(path) db::Database& database = **opened; database.append(entry, record, [anchor =
//   m_anchor.weak()](base::Result<std::int64_t> sequence) {
//     if (auto self = anchor.lock()) self->show(sequence); // main thread, once the disk has it, or why not
//   });
//
// Threads: construct, call and destroy on the main thread. One thread inside owns the write connection
// (log_writer.hpp); reading uses a second connection on the main thread and never waits for the writer.
//
// Promises: every append() gets exactly one answer, in the order of the calls; a sequence in it means that
// the entry and its record survive a power cut. After a failure ("log-disk-full", "log-unwritable",
// "log-corrupt", "log-busy": failures.hpp) the entry is kept in memory and written before the next one or at
// catch_up(), as soon as that works, and on_caught_up() tells; "log-refused" entries are given up. The
// destructor writes what is queued; answers still on their way arrive afterwards, so they must hold their
// target weakly.
//
// Waiting: append() never waits. add(), remove_appointment() and erase_payloads() wait for the disk, 2 s at
// most. The queue is not bounded in number (losing a medical record to save memory is no bargain); a backlog
// is logged.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "consultation/record.hpp"
#include "db/data_file.hpp"
#include "db/hash_chain.hpp"
#include "db/verify.hpp"

namespace sangdam::db {

class LogWriter;
class RecordsReader;

class Database final : public consultation::EventLog, public consultation::Records {
 public:
  /// Opens or makes the database, upgrades an older one (after a copy: PATH.before-N-TIME), checks its
  /// structure for a second at most. Failures: "data-dir-unwritable", "database-locked", "database-corrupt",
  /// "database-foreign" (SQLite, but not ours), "schema-newer", and those of copy_database(). Nothing is ever
  /// deleted.
  [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
  ~Database() override;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void append(consultation::LogEntry entry, consultation::ConsultationRecord record,
              WhenDurable when_durable) override;

  /// Tries again now to write what could not be written; does not wait.
  void catch_up();
  /// Called each time that nothing is owed to the log any more, after the failures it makes good.
  void on_caught_up(std::function<void()> listener);

  [[nodiscard]] base::Result<std::vector<consultation::DayRow>> day(base::Instant from,
                                                                    base::Instant to) const override;
  [[nodiscard]] base::Result<std::vector<consultation::LogRow>> log(
      const consultation::LogQuery& query) const override;
  [[nodiscard]] base::Result<std::optional<consultation::LogRow>> log_row(
      const std::string& consultation) const override;
  [[nodiscard]] base::Result<consultation::Timeline> timeline(
      const consultation::TimelineQuery& query) const override;
  [[nodiscard]] base::Result<consultation::EarlierLog> earlier(
      const std::string& consultation) const override;
  [[nodiscard]] base::Result<std::vector<consultation::ConsultationRecord>> unfinished() const override;
  [[nodiscard]] base::Result<std::optional<consultation::Appointment>> appointment(
      const std::string& id) const override;
  /// Failures: "appointment-exists", "appointment-invalid".
  base::Result<> add(const consultation::Appointment& appointment) override;
  /// Removing what is not there succeeds.
  base::Result<> remove_appointment(const std::string& id) override;

  /// Erases the details (names, chat) of every entry of one consultation and logs that this was done; the
  /// chain still verifies. The record keeps the patient's name: it is what staff search for. Returns how many
  /// entries it was.
  base::Result<std::int64_t> erase_payloads(const std::string& consultation, base::Instant now,
                                            const std::string& reason);

  /// Where the log ends now: note it outside this machine (hash_chain.hpp says why).
  [[nodiscard]] base::Result<LogHead> head();
  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

  /// For tests of a full disk: the file may not grow beyond so many pages. Takes its turn in the queue.
  void limit_pages(std::int64_t pages);

 private:
  Database(std::filesystem::path path, FileLock lock, std::unique_ptr<LogWriter> writer,
           std::unique_ptr<RecordsReader> reader);

  std::filesystem::path m_path;
  FileLock m_lock;  // held until both connections are closed
  std::unique_ptr<LogWriter> m_writer;
  std::unique_ptr<RecordsReader> m_reader;
};

}  // namespace sangdam::db
