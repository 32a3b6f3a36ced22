#include "db/verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "db/connection.hpp"
#include "db/event_writer.hpp"
#include "db/failures.hpp"

namespace sangdam::db {
namespace {

std::string_view bytes_in(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

bool same(const SQLite::Column& column, const base::Digest& digest) {
  return bytes_in(column) == std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::optional<base::Digest> digest_in(const SQLite::Column& column) {
  base::Digest digest{};
  const std::string_view bytes = bytes_in(column);
  if (bytes.size() != digest.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(digest.data()));
  return digest;
}

class Walk {
 public:
  Walk(SQLite::Database& database, const std::optional<LogHead>& witness)
      : m_database(database),
        m_witness(witness),
        m_erasure(database,
                  "SELECT 1 FROM events WHERE consultation = ? AND sequence > ? AND kind = ? LIMIT 1") {}

  Verification run() {
    SQLite::Statement head(m_database, "SELECT origin, sequence, hash FROM log_head");
    if (!head.executeStep()) return broken(0, Flaw::head_wrong);
    const auto origin = digest_in(head.getColumn(0));
    if (!origin) return broken(0, Flaw::head_wrong);
    m_found.head = {0, *origin};

    SQLite::Statement row(
        m_database,
        "SELECT e.sequence, e.consultation, e.time, e.kind, e.actor, e.from_state, e.to_state,"
        " e.commitment, e.previous_hash, e.hash, p.salt, p.payload"
        " FROM events e LEFT JOIN event_payloads p ON p.sequence = e.sequence ORDER BY e.sequence");
    while (row.executeStep()) {
      if (const auto flaw = check(row)) return broken(m_found.head.sequence + 1, *flaw);
    }
    return finish(head);
  }

 private:
  std::optional<Flaw> check(SQLite::Statement& row) {
    const std::int64_t sequence = row.getColumn(0).getInt64();
    if (sequence != m_found.head.sequence + 1) return Flaw::entry_missing;
    if (!same(row.getColumn(8), m_found.head.hash)) return Flaw::link_broken;

    // Texts as they stand, not as enums: an unknown word must not pass for a known one.
    const SQLite::Column consultation = row.getColumn(1);
    const SQLite::Column kind = row.getColumn(3);
    const SQLite::Column actor = row.getColumn(4);
    const SQLite::Column from = row.getColumn(5);
    const SQLite::Column to = row.getColumn(6);
    const ChainedEntry entry{sequence,       bytes_in(consultation), row.getColumn(2).getInt64(),
                             bytes_in(kind), bytes_in(actor),        bytes_in(from),
                             bytes_in(to)};
    const auto commitment = digest_in(row.getColumn(7));
    if (!commitment) return Flaw::entry_changed;
    const base::Digest hash = hash_of(entry, *commitment, m_found.head.hash);
    if (!same(row.getColumn(9), hash)) return Flaw::entry_changed;

    const SQLite::Column salt = row.getColumn(10);
    if (!salt.isNull()) {
      // The salt's length is part of the commitment's meaning: salt and payload are hashed without a border.
      if (bytes_in(salt).size() != k_salt_bytes) return Flaw::payload_changed;
      const SQLite::Column payload = row.getColumn(11);
      if (commitment_to(bytes_in(salt), bytes_in(payload)) != *commitment) return Flaw::payload_changed;
    } else if (erasure_follows(entry)) {
      ++m_found.erased;
    } else {
      return Flaw::payload_missing;
    }

    if (m_witness && m_witness->sequence == sequence && m_witness->hash != hash) return Flaw::witness_differs;
    m_found.head = {sequence, hash};
    ++m_found.entries;
    return std::nullopt;
  }

  bool erasure_follows(const ChainedEntry& entry) {
    Use use(m_erasure);
    Bind(*use) << entry.consultation << entry.sequence << k_payloads_erased;
    return use->executeStep();
  }

  Verification finish(SQLite::Statement& head) {
    const std::int64_t stands_at = head.getColumn(1).getInt64();
    if (stands_at > m_found.head.sequence) return broken(m_found.head.sequence + 1, Flaw::tail_missing);
    if (stands_at != m_found.head.sequence || !same(head.getColumn(2), m_found.head.hash)) {
      return broken(m_found.head.sequence, Flaw::head_wrong);
    }
    if (m_witness && m_witness->sequence > m_found.head.sequence) {
      return broken(m_found.head.sequence + 1, Flaw::witness_differs);
    }
    SQLite::Statement stray(
        m_database,
        "SELECT min(sequence) FROM event_payloads WHERE sequence NOT IN (SELECT sequence FROM events)");
    if (stray.executeStep() && !stray.getColumn(0).isNull()) {
      return broken(stray.getColumn(0).getInt64(), Flaw::foreign_payload);
    }
    return m_found;
  }

  Verification broken(std::int64_t sequence, Flaw flaw) {
    m_found.broken = Verification::Broken{sequence, flaw};
    return m_found;
  }

  SQLite::Database& m_database;
  const std::optional<LogHead>& m_witness;
  SQLite::Statement m_erasure;
  Verification m_found;
};

std::string_view meaning_of(Flaw flaw) noexcept {
  switch (flaw) {
    case Flaw::entry_missing: return "the entry is missing";
    case Flaw::link_broken: return "the entry does not continue the one before it";
    case Flaw::entry_changed: return "the entry was changed after it was written";
    case Flaw::payload_changed: return "the details of the entry were changed after they were written";
    case Flaw::payload_missing:
      return "the details of the entry are gone, and nothing in the log says that they were erased";
    case Flaw::tail_missing: return "the end of the log is missing from here on";
    case Flaw::head_wrong: return "the log's record of its own end does not fit";
    case Flaw::witness_differs: return "the log is not a continuation of the one that was noted earlier";
    case Flaw::foreign_payload: return "there are details of an entry that does not exist";
  }
  return "";
}

}  // namespace

std::string_view name_of(Flaw flaw) noexcept {
  switch (flaw) {
    case Flaw::entry_missing: return "entry-missing";
    case Flaw::link_broken: return "link-broken";
    case Flaw::entry_changed: return "entry-changed";
    case Flaw::payload_changed: return "payload-changed";
    case Flaw::payload_missing: return "payload-missing";
    case Flaw::tail_missing: return "tail-missing";
    case Flaw::head_wrong: return "head-wrong";
    case Flaw::witness_differs: return "witness-differs";
    case Flaw::foreign_payload: return "foreign-payload";
  }
  return "";
}

std::string Verification::in_words() const {
  if (intact()) {
    return fmt::format("The log is whole: {} entries, each as it was written; the details of {} were erased.",
                       entries, erased);
  }
  return fmt::format(
      "The log is broken at entry {}: {}. The {} entries before it are as they were written. Keep this "
      "file, make a copy, and compare it with the newest backup.",
      broken->sequence, meaning_of(broken->flaw), entries);
}

base::Result<Verification> verify_log(const std::filesystem::path& path,
                                      const std::optional<LogHead>& witness) {
  try {
    const Connection connection = open_for_reading(path);
    SQLite::Transaction snapshot(*connection);  // one moment for all queries; ends in a rollback
    return Walk(*connection, witness).run();
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(read_failure(error));
  }
}

}  // namespace sangdam::db
