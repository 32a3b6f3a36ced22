// Puts events into the log: numbers them, chains them, and writes the record they led to. Used by one thread,
// the one that owns the connection.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>

#include "consultation/record.hpp"
#include "db/consultation_rows.hpp"
#include "db/hash_chain.hpp"

namespace sangdam::db {

/// The kind of the entry that explains why payloads are gone. Its own payload stays.
inline constexpr const char* k_payloads_erased = "payloads-erased";

class EventWriter {
 public:
  explicit EventWriter(SQLite::Database& database);

  /// Writes the record, then the entry; returns the entry's sequence. Must be inside a transaction: the
  /// caller commits. Throws SQLite::Exception.
  std::int64_t write(const consultation::LogEntry& entry, const consultation::ConsultationRecord& record);

  /// Erases the payloads of one consultation and logs that in the chain. Returns how many were erased;
  /// nothing is logged if there were none. Must be inside a transaction.
  std::int64_t erase_payloads(const std::string& consultation, consultation::Instant now,
                              const std::string& reason);

  [[nodiscard]] LogHead head();

 private:
  std::int64_t write_entry(const consultation::LogEntry& entry);

  RecordWriter m_records;
  SQLite::Statement m_head;
  SQLite::Statement m_event;
  SQLite::Statement m_payload;
  SQLite::Statement m_move_head;
  SQLite::Statement m_erase;
  SQLite::Statement m_state;
};

}  // namespace sangdam::db
