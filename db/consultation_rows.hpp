// The table `consultations` as ConsultationRecord values, and the index of names beside it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "consultation/record.hpp"

namespace sangdam::db {

/// The columns that read_record() expects, in its order, each with the prefix "c.".
extern const char* const k_record_columns;
inline constexpr int k_record_column_count = 26;
/// `first` is where k_record_columns begin in the row.
[[nodiscard]] consultation::ConsultationRecord read_record(const SQLite::Statement& row, int first);

/// Writes records; belongs to the connection that writes. Each call must be inside a transaction.
class RecordWriter {
 public:
  explicit RecordWriter(SQLite::Database& database);
  /// Inserts or updates the row, and the pieces of its names if they changed. Once ended, code and seat are
  /// erased whatever `record` holds.
  void write(const consultation::ConsultationRecord& record);

 private:
  SQLite::Statement m_find;
  SQLite::Statement m_write;
  SQLite::Statement m_add_piece;
  SQLite::Statement m_drop_piece;
};

}  // namespace sangdam::db
