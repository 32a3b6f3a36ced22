// The thread that owns the write connection.
//
// append() queues; the thread writes what is queued in one IMMEDIATE transaction (so a burst costs one
// synchronisation of the disk), then posts each answer to the main thread, in the order of append().
//
// When a write fails for a reason that may pass (disk full, held by another program), each entry's caller is
// told at once, and the entry is kept and written, in its place, before the next one that comes or at
// catch_up(), whichever is first; on_caught_up() tells when all are. What is owed is bounded (k_most_owed);
// beyond that the oldest is given up and the gap shows, for its neighbours' states do not join. An entry that
// is itself refused is given up at once, alone.
//
// Construct, append() and run() on the main thread. The destructor writes what is queued.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "base/worker.hpp"
#include "consultation/record.hpp"
#include "db/connection.hpp"
#include "db/event_writer.hpp"

namespace sangdam::db {

class LogWriter {
 public:
  /// Takes the connection over. Throws SQLite::Exception if the schema is not what it should be.
  explicit LogWriter(Connection connection);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  ~LogWriter();

  void append(consultation::LogEntry entry, consultation::ConsultationRecord record,
              consultation::EventLog::WhenDurable when_durable);

  /// Tries again, some time soon, to write what is owed.
  void catch_up();
  /// Called on the main thread each time that nothing is owed any more, after the answers of what failed.
  void on_caught_up(std::function<void()> listener) { m_caught_up_listener = std::move(listener); }

  /// Runs `change` on the writer's thread, after everything appended before it, in a transaction of its own,
  /// and waits for it - but not longer than k_patience: then "log-busy". `change` may throw
  /// SQLite::Exception; it must own what it uses, for it may still run after that.
  template <class T>
  [[nodiscard]] base::Result<T> run(std::function<base::Result<T>(SQLite::Database&, EventWriter&)> change) {
    auto promise = std::make_shared<std::promise<base::Result<T>>>();
    auto answer = promise->get_future();
    push_change([promise, change = std::move(change)](SQLite::Database& database, EventWriter& events) {
      promise->set_value(attempt<T>(database, events, change));
    });
    if (answer.wait_for(k_patience) != std::future_status::ready) return tl::unexpected(impatience());
    return answer.get();
  }

  /// Moves the WAL into the database and empties it, some time soon: what was erased is then gone from both.
  void empty_wal();
  /// The database may not grow beyond `pages`: how tests fill a disk.
  void limit_pages(std::int64_t pages);

 private:
  struct Append {
    consultation::LogEntry entry;
    consultation::ConsultationRecord record;
    consultation::EventLog::WhenDurable when_durable;  // empty once its caller was told
  };
  using Change = std::function<void(SQLite::Database&, EventWriter&)>;
  using Job = std::variant<Append, Change>;

  /// The main thread waits for the disk at most this long: a person notices, and does not yet think it
  /// broken.
  static constexpr std::chrono::seconds k_patience{2};
  static constexpr std::size_t k_most_at_once = 256;
  static constexpr std::size_t k_most_owed = 4096;
  static constexpr std::size_t k_backlog_warning = 1000;

  template <class T>
  static base::Result<T> attempt(
      SQLite::Database& database, EventWriter& events,
      const std::function<base::Result<T>(SQLite::Database&, EventWriter&)>& change) {
    try {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      base::Result<T> result = change(database, events);
      if (result) transaction.commit();
      return result;
    } catch (const std::exception& error) {
      return tl::unexpected(failed_change(error));
    }
  }
  static base::Failure failed_change(const std::exception& error);
  static base::Failure impatience();

  void push_change(Change change);
  void push(Job job);

  /// Why a transaction did not happen.
  struct Setback {
    base::Failure failure;
    bool may_pass = false;
  };
  // On the writer's thread:
  void work(std::vector<Job> jobs);
  void write(std::vector<Append> appends);
  void write_with_owed(std::vector<Append> appends);
  /// All or none; the sequences in order.
  [[nodiscard]] tl::expected<std::vector<std::int64_t>, Setback> write_together(
      std::span<const Append> appends);
  void owe(std::span<Append> appends, const base::Failure& failure);
  void settle();

  Connection m_connection;                     // writer's thread, after construction
  EventWriter m_events;                        // writer's thread
  std::deque<Append> m_owed;                   // writer's thread
  bool m_warned_backlog = false;               // main thread
  std::function<void()> m_caught_up_listener;  // main thread
  base::Anchor<LogWriter> m_anchor{this};
  base::Worker<Job> m_worker;  // last: joined first
};

}  // namespace sangdam::db
