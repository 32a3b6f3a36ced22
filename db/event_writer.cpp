#include "db/event_writer.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "base/random.hpp"
#include "db/connection.hpp"

namespace sangdam::db {

using consultation::Actor;
using consultation::ConsultationRecord;
using consultation::LogEntry;
using consultation::State;

EventWriter::EventWriter(SQLite::Database& database)
    : m_records(database),
      m_head(database, "SELECT sequence, hash FROM log_head"),
      m_event(
          database,
          "INSERT INTO events (sequence, consultation, time, kind, actor, from_state, to_state, commitment,"
          " previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      m_payload(database, "INSERT INTO event_payloads (sequence, salt, payload) VALUES (?, ?, ?)"),
      m_move_head(database, "UPDATE log_head SET sequence = ?, hash = ?"),
      m_erase(database,
              "DELETE FROM event_payloads WHERE sequence IN"
              " (SELECT sequence FROM events WHERE consultation = ? AND kind <> ?)"),
      m_state(database, "SELECT state FROM consultations WHERE id = ?") {}

LogHead EventWriter::head() {
  Use row(m_head);
  if (!row->executeStep()) throw SQLite::Exception("the log has no head", SQLITE_CORRUPT);
  LogHead head;
  head.sequence = row->getColumn(0).getInt64();
  const SQLite::Column hash = row->getColumn(1);
  const auto* bytes = static_cast<const std::uint8_t*>(hash.getBlob());
  if (hash.getBytes() != static_cast<int>(head.hash.size())) {
    throw SQLite::Exception("the log's head has no hash", SQLITE_CORRUPT);
  }
  std::copy_n(bytes, head.hash.size(), head.hash.begin());
  return head;
}

std::int64_t EventWriter::write(const LogEntry& entry, const ConsultationRecord& record) {
  m_records.write(record);
  return write_entry(entry);
}

std::int64_t EventWriter::write_entry(const LogEntry& entry) {
  // Read in each transaction rather than kept: after a rollback a kept head would be wrong.
  const LogHead before = head();
  const std::string payload = canonical_payload(entry.details);
  const std::string salt = base::random_bytes(k_salt_bytes);
  const base::Digest commitment = commitment_to(salt, payload);
  const ChainedEntry chained{before.sequence + 1, entry.consultation,   entry.time.time_since_epoch().count(),
                             entry.kind,          name_of(entry.actor), name_of(entry.from),
                             name_of(entry.to)};
  const base::Digest hash = hash_of(chained, commitment, before.hash);

  Use event(m_event);
  Bind bind(*event);
  bind << chained.sequence << chained.consultation << chained.time_ms << chained.kind << chained.actor
       << chained.from << chained.to;
  bind.blob(commitment.data(), commitment.size())
      .blob(before.hash.data(), before.hash.size())
      .blob(hash.data(), hash.size());
  event->exec();

  Use details(m_payload);
  Bind(*details) << chained.sequence;
  details->bind(2, salt.data(), static_cast<int>(salt.size()));
  details->bind(3, payload);
  details->exec();

  Use move_head(m_move_head);
  Bind(*move_head) << chained.sequence;
  move_head->bind(2, hash.data(), static_cast<int>(hash.size()));
  move_head->exec();
  return chained.sequence;
}

std::int64_t EventWriter::erase_payloads(const std::string& consultation, consultation::Instant now,
                                         const std::string& reason) {
  std::string state;
  {
    Use row(m_state);
    Bind(*row) << consultation;
    if (!row->executeStep()) return 0;
    state = row->getColumn(0).getString();
  }
  Use erase(m_erase);
  Bind(*erase) << consultation << k_payloads_erased;
  const int erased = erase->exec();
  if (erased == 0) return 0;
  LogEntry entry;
  entry.consultation = consultation;
  entry.time = now;
  entry.kind = k_payloads_erased;
  entry.actor = Actor::staff;
  entry.from = entry.to = consultation::state_named(state).value_or(State::ended);
  entry.details = {{"entries", std::to_string(erased)}, {"reason", reason}};
  write_entry(entry);
  return erased;
}

}  // namespace sangdam::db
