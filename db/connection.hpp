// How every connection to the database is set up. One connection belongs to one thread.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace sangdam::db {

using Connection = std::unique_ptr<SQLite::Database>;

/// WAL, synchronous=FULL, foreign keys, secure delete; waits 5 s for another program's lock. Throws
/// SQLite::Exception.
[[nodiscard]] Connection open_for_writing(const std::filesystem::path& path);
/// As above, but query_only; the file may be in use by a kiosk. In WAL mode reading never waits for the
/// writer.
[[nodiscard]] Connection open_for_reading(const std::filesystem::path& path);

/// A prepared statement for one use: clean before, reset after, also when a step threw.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : m_statement(statement) {
    m_statement.tryReset();
    m_statement.clearBindings();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { m_statement.tryReset(); }
  SQLite::Statement* operator->() { return &m_statement; }
  SQLite::Statement& operator*() { return m_statement; }

 private:
  SQLite::Statement& m_statement;
};

/// Numbers its parameters from 1 as they come: Bind(statement) << text << time << std::nullopt.
class Bind {
 public:
  explicit Bind(SQLite::Statement& statement) : m_statement(statement) {}
  Bind& operator<<(const std::string& text) {
    m_statement.bind(m_next++, text);
    return *this;
  }
  Bind& operator<<(std::string_view text) { return *this << std::string(text); }
  Bind& operator<<(const char* text) { return *this << std::string(text); }
  Bind& operator<<(std::int64_t number) {
    m_statement.bind(m_next++, number);
    return *this;
  }
  Bind& operator<<(bool yes) { return *this << std::int64_t{yes ? 1 : 0}; }
  Bind& operator<<(base::Instant time) { return *this << std::int64_t{time.time_since_epoch().count()}; }
  Bind& operator<<(std::nullopt_t) {
    m_statement.bind(m_next++);
    return *this;
  }
  template <class T>
  Bind& operator<<(const std::optional<T>& value) {
    return value ? *this << *value : *this << std::nullopt;
  }
  Bind& blob(const void* bytes, std::size_t size) {
    m_statement.bind(m_next++, bytes, static_cast<int>(size));
    return *this;
  }

 private:
  SQLite::Statement& m_statement;
  int m_next = 1;
};

[[nodiscard]] base::Instant instant_in(const SQLite::Column& column);
[[nodiscard]] std::optional<base::Instant> optional_instant_in(const SQLite::Column& column);

}  // namespace sangdam::db
