// What the tests of db/ share: a directory that goes away, plain values, and a raw look into the file.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "consultation/record.hpp"
#include "db/database.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sangdam-db-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    m_path = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return m_path / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path;
};

inline base::Instant at(std::int64_t seconds) {
  // 2026-11-22 09:00 UTC and so many seconds.
  return base::Instant(std::chrono::seconds(1795338000 + seconds));
}

inline consultation::ConsultationRecord walk_in(const std::string& patient, std::int64_t seconds = 0,
                                                const std::string& clinician = "이수진") {
  consultation::ConsultationRecord record;
  record.id = base::random_hex(16);
  record.patient_name = patient;
  record.clinician = clinician;
  record.state = consultation::State::open;
  record.created = at(seconds);
  record.opened = at(seconds);
  record.code = "482731906";
  return record;
}

inline consultation::LogEntry entry_of(const consultation::ConsultationRecord& record,
                                       std::string kind = "opened") {
  consultation::LogEntry entry;
  entry.consultation = record.id;
  entry.time = record.created;
  entry.kind = std::move(kind);
  entry.actor = consultation::Actor::staff;
  entry.from = consultation::State::scheduled;
  entry.to = record.state;
  entry.details = {{"name", record.patient_name}};
  return entry;
}

inline std::unique_ptr<db::Database> open(const std::filesystem::path& path) {
  auto opened = db::Database::open(path);
  if (!opened) throw std::runtime_error(opened.error().code + ": " + opened.error().message);
  return std::move(*opened);
}

/// Appends and waits for the answer.
inline base::Result<std::int64_t> append(db::Database& database, consultation::LogEntry entry,
                                         consultation::ConsultationRecord record) {
  auto answer = std::make_shared<std::optional<base::Result<std::int64_t>>>();
  database.append(std::move(entry), std::move(record),
                  [answer](const base::Result<std::int64_t>& result) { *answer = result; });
  if (!run_until([&] { return answer->has_value(); })) throw std::runtime_error("no answer from the log");
  return **answer;
}

inline base::Result<std::int64_t> append(db::Database& database,
                                         const consultation::ConsultationRecord& record,
                                         const std::string& kind = "opened") {
  return append(database, entry_of(record, kind), record);
}

inline db::Verification verified(const std::filesystem::path& path,
                                 const std::optional<db::LogHead>& witness = std::nullopt) {
  auto result = db::verify_log(path, witness);
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().message);
  return *result;
}

/// A connection as somebody with the file and the sqlite3 program has it.
inline SQLite::Database raw(const std::filesystem::path& path) {
  return SQLite::Database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 1000);
}

inline std::vector<std::string> names(const std::vector<consultation::LogRow>& rows) {
  std::vector<std::string> result;
  for (const auto& row : rows) result.push_back(row.patient_name);
  return result;
}

}  // namespace sangdam::tests
