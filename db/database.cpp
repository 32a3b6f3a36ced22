#include "db/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>

#include "base/main_thread.hpp"
#include "base/text.hpp"
#include "db/backup.hpp"
#include "db/connection.hpp"
#include "db/failures.hpp"
#include "db/log_writer.hpp"
#include "db/migrations.hpp"
#include "db/records_reader.hpp"

namespace sangdam::db {

using base::Result;
using consultation::Appointment;
using consultation::ConsultationRecord;
using consultation::DayRow;
using consultation::LogEntry;
using consultation::LogQuery;
using consultation::LogRow;

namespace {

constexpr std::int64_t k_application_id = 1398894183;  // as 0001_schedule_and_log.sql sets it
constexpr std::chrono::seconds k_patience_of_check{
    1};                                        // a start must not take longer because the log is long
constexpr int k_steps_between_looks = 20'000;  // of SQLite's machine: some milliseconds
constexpr std::size_t k_most_name_code_points = 200;

/// What quick_check finds in its time; empty if nothing.
std::string damage_in(SQLite::Database& database) {
  auto deadline = std::chrono::steady_clock::now() + k_patience_of_check;
  sqlite3_progress_handler(
      database.getHandle(), k_steps_between_looks,
      [](void* data) noexcept -> int {
        return std::chrono::steady_clock::now() > *static_cast<std::chrono::steady_clock::time_point*>(data)
                   ? 1
                   : 0;
      },
      &deadline);
  std::string damage;
  try {
    damage = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (damage == "ok") damage.clear();
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_INTERRUPT) damage = sqlite3_errstr(error.getErrorCode() & 0xff);
  }
  sqlite3_progress_handler(database.getHandle(), 0, nullptr, nullptr);
  return damage;
}

Result<> check(SQLite::Database& database, const std::filesystem::path& path) {
  const std::int64_t application = database.execAndGet("PRAGMA application_id").getInt64();
  const int version = version_of(database);
  const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (application != k_application_id && !(empty && version == 0 && application == 0)) {
    return base::failure(
        "database-foreign",
        fmt::format("The file {} is a database of another program. Nothing in it was changed. Give this "
                    "program its own --data-dir.",
                    path.string()));
  }
  if (auto known = refuse_newer(database, static_cast<int>(released_migrations().size())); !known)
    return known;
  if (const std::string damage = damage_in(database); !damage.empty()) {
    return base::failure(
        "database-corrupt",
        fmt::format("The database {} is damaged. Nothing in it was changed or deleted. Copy the file to "
                    "a safe place and restore the newest backup; or set it aside and go on with an empty "
                    "log. (quick_check: {})",
                    path.string(), damage.substr(0, damage.find('\n'))));
  }
  return {};
}

bool is_identifier(const std::string& id) {
  return id.size() == 32 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_name(const std::string& name) {
  return base::is_valid_utf8(name) && base::code_points(name) <= k_most_name_code_points;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
  if (auto made = make_directory_for(path); !made) return tl::unexpected(made.error());
  auto lock = FileLock::take(path);
  if (!lock) return tl::unexpected(lock.error());
  if (auto prepared = prepare_file(path); !prepared) return tl::unexpected(prepared.error());
  try {
    Connection writing = open_for_writing(path);
    if (auto checked = check(*writing, path); !checked) return tl::unexpected(checked.error());
    const int version = version_of(*writing);
    if (version > 0 && version < static_cast<int>(released_migrations().size())) {
      const std::string copy =
          fmt::format("{}.before-{}-{}", path.string(), version + 1, time_for_file_names());
      if (auto copied = copy_database(path, copy); !copied) return tl::unexpected(copied.error());
    }
    if (auto migrated = migrate(*writing, released_migrations()); !migrated)
      return tl::unexpected(migrated.error());
    auto reader = std::make_unique<RecordsReader>(open_for_reading(path));
    auto writer = std::make_unique<LogWriter>(std::move(writing));
    return std::unique_ptr<Database>(new Database(path, std::move(*lock), std::move(writer),
                                                  std::move(reader)));  // the constructor is private
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(open_failure(error, path.string()));
  }
}

Database::Database(std::filesystem::path path, FileLock lock, std::unique_ptr<LogWriter> writer,
                   std::unique_ptr<RecordsReader> reader)
    : m_path(std::move(path)),
      m_lock(std::move(lock)),
      m_writer(std::move(writer)),
      m_reader(std::move(reader)) {}

Database::~Database() = default;

void Database::append(LogEntry entry, ConsultationRecord record, WhenDurable when_durable) {
  base::assert_main_thread();
  m_writer->append(std::move(entry), std::move(record), std::move(when_durable));
}

void Database::catch_up() {
  base::assert_main_thread();
  m_writer->catch_up();
}

void Database::on_caught_up(std::function<void()> listener) {
  base::assert_main_thread();
  m_writer->on_caught_up(std::move(listener));
}

Result<std::vector<DayRow>> Database::day(base::Instant from, base::Instant to) const {
  base::assert_main_thread();
  return m_reader->day(from, to);
}

Result<std::vector<LogRow>> Database::log(const LogQuery& query) const {
  base::assert_main_thread();
  return m_reader->log(query);
}

Result<std::optional<consultation::LogRow>> Database::log_row(const std::string& consultation) const {
  base::assert_main_thread();
  return m_reader->log_row(consultation);
}

Result<consultation::Timeline> Database::timeline(const consultation::TimelineQuery& query) const {
  base::assert_main_thread();
  return m_reader->timeline(query);
}

Result<consultation::EarlierLog> Database::earlier(const std::string& consultation) const {
  base::assert_main_thread();
  return m_reader->earlier(consultation);
}

Result<std::vector<ConsultationRecord>> Database::unfinished() const {
  base::assert_main_thread();
  return m_reader->unfinished();
}

Result<std::optional<Appointment>> Database::appointment(const std::string& id) const {
  base::assert_main_thread();
  return m_reader->appointment(id);
}

Result<> Database::add(const Appointment& appointment) {
  base::assert_main_thread();
  if (!is_identifier(appointment.id) || !is_name(appointment.patient_name) ||
      !is_name(appointment.clinician)) {
    return base::failure(
        "appointment-invalid",
        "The appointment was not added: its names are too long or not valid text. Shorten them to 200 "
        "characters and try again.");
  }
  return m_writer->run<void>([appointment](SQLite::Database& database, EventWriter&) -> Result<> {
    SQLite::Statement find(database, "SELECT 1 FROM appointments WHERE id = ?");
    Bind(find) << appointment.id;
    if (find.executeStep()) {
      return base::failure("appointment-exists",
                           "This appointment is already in the list. Nothing was changed.");
    }
    SQLite::Statement insert(database,
                             "INSERT INTO appointments (id, starts, patient_name, clinician, needs_picture) "
                             "VALUES (?, ?, ?, ?, ?)");
    Bind(insert) << appointment.id << appointment.starts << appointment.patient_name << appointment.clinician
                 << appointment.needs_picture;
    insert.exec();
    return {};
  });
}

Result<> Database::remove_appointment(const std::string& id) {
  base::assert_main_thread();
  return m_writer->run<void>([id](SQLite::Database& database, EventWriter&) -> Result<> {
    SQLite::Statement used(database, "SELECT 1 FROM consultations WHERE appointment_id = ?");
    Bind(used) << id;
    if (used.executeStep()) {
      return base::failure(
          "appointment-used",
          "This appointment cannot be removed: a consultation was opened for it and is in the log.");
    }
    SQLite::Statement remove(database, "DELETE FROM appointments WHERE id = ?");
    Bind(remove) << id;
    remove.exec();
    return {};
  });
}

Result<std::int64_t> Database::erase_payloads(const std::string& consultation, base::Instant now,
                                              const std::string& reason) {
  base::assert_main_thread();
  auto erased =
      m_writer->run<std::int64_t>([=](SQLite::Database&, EventWriter& events) -> Result<std::int64_t> {
        return events.erase_payloads(consultation, now, reason);
      });
  m_writer->empty_wal();  // the WAL may still hold what was erased
  return erased;
}

Result<LogHead> Database::head() {
  base::assert_main_thread();
  return m_writer->run<LogHead>(
      [](SQLite::Database&, EventWriter& events) -> Result<LogHead> { return events.head(); });
}

void Database::limit_pages(std::int64_t pages) { m_writer->limit_pages(pages); }

}  // namespace sangdam::db
