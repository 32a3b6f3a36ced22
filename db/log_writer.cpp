#include "db/log_writer.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "db/failures.hpp"

namespace sangdam::db {

using consultation::ConsultationRecord;
using consultation::EventLog;
using consultation::LogEntry;

namespace {

void tell(EventLog::WhenDurable& when_durable, base::Result<std::int64_t> result) {
  if (!when_durable) return;
  // Moved, not copied: what the function holds must die on the main thread.
  base::post_to_main([when_durable = std::exchange(when_durable, nullptr), result = std::move(result)] {
    when_durable(result);
  });
}

base::Failure unexpected_failure() {
  return {"log-refused",
          "The log did not accept an entry because of an error of the program. The consultation goes on, but "
          "this step "
          "is missing in the log. Tell the administrator."};
}

}  // namespace

LogWriter::LogWriter(Connection connection)
    : m_connection(std::move(connection)),
      m_events(*m_connection),
      m_worker("log", k_most_at_once, [this](std::vector<Job> jobs) { work(std::move(jobs)); }) {}

LogWriter::~LogWriter() {
  push_change([this](SQLite::Database&, EventWriter&) { settle(); });
}

void LogWriter::append(LogEntry entry, ConsultationRecord record, EventLog::WhenDurable when_durable) {
  push(Append{std::move(entry), std::move(record), std::move(when_durable)});
}

void LogWriter::catch_up() {
  push_change([this](SQLite::Database&, EventWriter&) {
    if (!m_owed.empty()) write({});
  });
}

void LogWriter::push_change(Change change) { push(std::move(change)); }

void LogWriter::push(Job job) {
  const std::size_t waiting = m_worker.push(std::move(job));
  if (waiting >= k_backlog_warning && !m_warned_backlog) {
    base::log_warning("log", "the disk does not keep up: {} entries wait to be written", waiting);
    m_warned_backlog = true;
  } else if (waiting == 1) {
    m_warned_backlog = false;
  }
}

void LogWriter::empty_wal() {
  push_change(
      [](SQLite::Database& database, EventWriter&) { database.exec("PRAGMA wal_checkpoint(TRUNCATE)"); });
}

void LogWriter::limit_pages(std::int64_t pages) {
  push_change([pages](SQLite::Database& database, EventWriter&) {
    database.exec(fmt::format("PRAGMA max_page_count = {}", pages));
  });
}

void LogWriter::work(std::vector<Job> jobs) {
  std::vector<Append> appends;
  const auto flush = [&] {
    if (!appends.empty()) write(std::exchange(appends, {}));
  };
  for (Job& job : jobs) {
    if (auto* append = std::get_if<Append>(&job)) {
      appends.push_back(std::move(*append));
      continue;
    }
    flush();  // a change sees everything appended before it
    try {
      std::get<Change>(job)(*m_connection, m_events);
    } catch (const std::exception& error) {
      base::log_error("log", "maintenance failed: {}", error.what());
    }
  }
  flush();
}

tl::expected<std::vector<std::int64_t>, LogWriter::Setback> LogWriter::write_together(
    std::span<const Append> appends) {
  try {
    SQLite::Transaction transaction(*m_connection, SQLite::TransactionBehavior::IMMEDIATE);
    std::vector<std::int64_t> sequences;
    sequences.reserve(appends.size());
    for (const Append& append : appends) sequences.push_back(m_events.write(append.entry, append.record));
    transaction.commit();
    return sequences;
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(Setback{append_failure(error), may_pass(error)});
  } catch (const std::exception&) {
    return tl::unexpected(Setback{unexpected_failure(), false});
  }
}

void LogWriter::write(std::vector<Append> appends) {
  const bool owed_before = !m_owed.empty();
  write_with_owed(std::move(appends));
  if (!owed_before || !m_owed.empty()) return;
  base::post_to_main(m_anchor.weak(), [](LogWriter& self) {
    const auto listener = self.m_caught_up_listener;  // it may put another in its own place
    if (listener) listener();
  });
}

void LogWriter::write_with_owed(std::vector<Append> appends) {
  if (!m_owed.empty()) {
    appends.insert(appends.begin(), std::make_move_iterator(m_owed.begin()),
                   std::make_move_iterator(m_owed.end()));
    m_owed.clear();
  }
  const auto together = write_together(appends);
  if (together) {
    for (std::size_t i = 0; i < appends.size(); ++i) tell(appends[i].when_durable, (*together)[i]);
    return;
  }
  if (together.error().may_pass) {
    owe(appends, together.error().failure);
    return;
  }
  // One of them is at fault: find it, so that it sinks nobody else.
  for (std::size_t i = 0; i < appends.size(); ++i) {
    const auto alone = write_together(std::span(appends).subspan(i, 1));
    if (alone) {
      tell(appends[i].when_durable, alone->front());
    } else if (alone.error().may_pass) {
      owe(std::span(appends).subspan(i), alone.error().failure);
      return;
    } else {
      base::log_error("log", "{}: an entry of kind {} was refused: {}", appends[i].entry.consultation,
                      appends[i].entry.kind, alone.error().failure.code);
      tell(appends[i].when_durable, tl::unexpected(alone.error().failure));
    }
  }
}

void LogWriter::owe(std::span<Append> appends, const base::Failure& failure) {
  for (Append& append : appends) {
    tell(append.when_durable, tl::unexpected(failure));
    m_owed.push_back(std::move(append));
  }
  const std::size_t excess = m_owed.size() > k_most_owed ? m_owed.size() - k_most_owed : 0;
  if (excess > 0) base::log_error("log", "{} entries were given up: {}", excess, failure.code);
  m_owed.erase(m_owed.begin(), std::next(m_owed.begin(), static_cast<std::ptrdiff_t>(excess)));
}

void LogWriter::settle() {
  if (!m_owed.empty()) write({});
  if (!m_owed.empty())
    base::log_error("log", "{} entries could not be written before the end", m_owed.size());
}

base::Failure LogWriter::failed_change(const std::exception& error) {
  if (const auto* of_sqlite = dynamic_cast<const SQLite::Exception*>(&error))
    return change_failure(*of_sqlite);
  return unexpected_failure();
}

base::Failure LogWriter::impatience() {
  return {"log-busy",
          "The disk is very slow just now, so the change is not confirmed; it may still be made. Look at the "
          "list again "
          "in a moment before you repeat it."};
}

}  // namespace sangdam::db
