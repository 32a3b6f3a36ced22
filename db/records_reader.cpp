#include "db/records_reader.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "consultation/chat.hpp"
#include "db/consultation_rows.hpp"
#include "db/failures.hpp"
#include "db/hash_chain.hpp"
#include "db/search_text.hpp"

namespace sangdam::db {

using base::Instant;
using base::Result;
using consultation::Actor;
using consultation::Appointment;
using consultation::ConsultationRecord;
using consultation::DayRow;
using consultation::EarlierLog;
using consultation::LogEntry;
using consultation::LogQuery;
using consultation::LogRow;
using consultation::State;
using consultation::Timeline;
using consultation::TimelineQuery;

namespace {

/// Runs a query; SQLite's exceptions become failures here.
template <class Work>
auto reading(Work work) -> Result<decltype(work())> {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(read_failure(error));
  }
}

constexpr const char* k_log_columns =
    "c.id, c.patient_name, c.clinician, c.state, c.outcome, c.started, c.connected, c.ended";

constexpr const char* k_select_entries =
    "SELECT e.sequence, e.consultation, e.time, e.kind, e.actor, e.from_state, e.to_state, p.payload"
    " FROM events e LEFT JOIN event_payloads p ON p.sequence = e.sequence";

/// The rows of a query of k_select_entries that is newest first, oldest first.
std::vector<LogEntry> read_entries_backwards(SQLite::Statement& row) {
  std::vector<LogEntry> entries;
  while (row.executeStep()) {
    LogEntry entry;
    entry.sequence = row.getColumn(0).getInt64();
    entry.consultation = row.getColumn(1).getString();
    entry.time = instant_in(row.getColumn(2));
    entry.kind = row.getColumn(3).getString();
    entry.actor = consultation::actor_named(row.getColumn(4).getString()).value_or(Actor::system);
    entry.from = consultation::state_named(row.getColumn(5).getString()).value_or(State::ended);
    entry.to = consultation::state_named(row.getColumn(6).getString()).value_or(State::ended);
    if (!row.getColumn(7).isNull()) entry.details = details_of(row.getColumn(7).getString());
    entries.push_back(std::move(entry));
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

LogRow read_log_row(const SQLite::Statement& row) {
  LogRow result;
  result.id = row.getColumn(0).getString();
  result.patient_name = row.getColumn(1).getString();
  result.clinician = row.getColumn(2).getString();
  result.state = consultation::state_named(row.getColumn(3).getString()).value_or(State::ended);
  result.outcome = consultation::outcome_named(row.getColumn(4).getString());
  result.started = instant_in(row.getColumn(5));
  result.connected = optional_instant_in(row.getColumn(6));
  result.ended = optional_instant_in(row.getColumn(7));
  return result;
}

constexpr const char* k_appointment_columns = "a.id, a.starts, a.patient_name, a.clinician, a.needs_picture";
constexpr int k_appointment_column_count = 5;

Appointment read_appointment(const SQLite::Statement& row) {
  return {row.getColumn(0).getString(), instant_in(row.getColumn(1)), row.getColumn(2).getString(),
          row.getColumn(3).getString(), row.getColumn(4).getInt() != 0};
}

Instant time_of(const DayRow& row) {
  if (row.appointment) return row.appointment->starts;
  return row.consultation->opened.value_or(row.consultation->created);
}

}  // namespace

Result<std::vector<DayRow>> RecordsReader::day(Instant from, Instant to) {
  return reading([&] {
    std::vector<DayRow> rows;
    // Of several consultations for one appointment (the first failed) the newest counts.
    SQLite::Statement planned(*m_connection,
                              std::string("SELECT ") + k_appointment_columns + ", " + k_record_columns +
                                  " FROM appointments a LEFT JOIN consultations c ON c.number ="
                                  " (SELECT max(number) FROM consultations WHERE appointment_id = a.id)"
                                  " WHERE a.starts >= ? AND a.starts < ? ORDER BY a.starts, a.id LIMIT ?");
    Bind(planned) << from << to << k_most_rows_of_a_day;
    while (planned.executeStep()) {
      DayRow row;
      row.appointment = read_appointment(planned);
      if (!planned.getColumn(k_appointment_column_count).isNull()) {
        row.consultation = read_record(planned, k_appointment_column_count);
      }
      rows.push_back(std::move(row));
    }
    SQLite::Statement walk_ins(*m_connection,
                               std::string("SELECT ") + k_record_columns +
                                   " FROM consultations c WHERE c.started >= ? AND c.started < ?"
                                   " AND c.appointment_id IS NULL ORDER BY c.started, c.number LIMIT ?");
    Bind(walk_ins) << from << to << k_most_rows_of_a_day;
    while (walk_ins.executeStep()) rows.push_back({std::nullopt, read_record(walk_ins, 0)});
    std::stable_sort(rows.begin(), rows.end(),
                     [](const DayRow& a, const DayRow& b) { return time_of(a) < time_of(b); });
    return rows;
  });
}

RecordsReader::Place RecordsReader::place_before(const LogQuery& query) {
  constexpr auto k_end = std::numeric_limits<std::int64_t>::max();
  if (!query.before) return {k_end, k_end};
  // Should the row be gone, the page goes on before its time: nothing twice.
  SQLite::Statement row(*m_connection, "SELECT number FROM consultations WHERE id = ?");
  Bind(row) << query.before->second;
  return {query.before->first.time_since_epoch().count(),
          row.executeStep() ? row.getColumn(0).getInt64() : 0};
}

std::string RecordsReader::rarest_piece(const std::string& search) {
  constexpr std::int64_t k_enough = 2000;  // to count on would cost more than a better choice saves
  SQLite::Statement count(*m_connection,
                          "SELECT count(*) FROM (SELECT 1 FROM name_pieces WHERE piece = ? LIMIT ?)");
  std::string rarest;
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const std::string& piece : pieces_to_find(search)) {
    Use use(count);
    Bind(*use) << piece << std::min(fewest, k_enough);
    use->executeStep();
    const std::int64_t found = use->getColumn(0).getInt64();
    if (found >= fewest) continue;
    fewest = found;
    rarest = piece;
    if (fewest == 0) break;
  }
  return rarest;
}

Result<std::vector<LogRow>> RecordsReader::log(const LogQuery& query) {
  if (query.limit < 1 || query.limit > 200) {
    return base::failure("query-invalid", "A page of the log holds 1 to 200 rows.");
  }
  return reading([&] {
    const std::string search = folded(query.text);
    const Place before = place_before(query);
    const auto limit = static_cast<std::int64_t>(query.limit);
    std::vector<LogRow> rows;
    if (search.empty()) {
      SQLite::Statement page(*m_connection, std::string("SELECT ") + k_log_columns +
                                                " FROM consultations c WHERE (c.started, c.number) < (?, ?)"
                                                " ORDER BY c.started DESC, c.number DESC LIMIT ?");
      Bind(page) << before.started << before.number << limit;
      while (page.executeStep()) rows.push_back(read_log_row(page));
      return rows;
    }
    // A short search is a piece: the index holds the answer in order. A longer one walks its rarest piece and
    // checks.
    const bool is_piece = base::code_points(search) <= k_piece_code_points;
    SQLite::Statement page(*m_connection,
                           std::string("SELECT ") + k_log_columns +
                               " FROM name_pieces p CROSS JOIN consultations c ON c.number = p.consultation"
                               " WHERE p.piece = ?1 AND (p.started, p.consultation) < (?2, ?3)"
                               " AND (?4 OR instr(c.search_text, ?5) > 0)"
                               " ORDER BY p.started DESC, p.consultation DESC LIMIT ?6");
    Bind(page) << (is_piece ? search : rarest_piece(search)) << before.started << before.number << is_piece
               << search << limit;
    while (page.executeStep()) rows.push_back(read_log_row(page));
    return rows;
  });
}

Result<std::optional<LogRow>> RecordsReader::log_row(const std::string& consultation) {
  return reading([&]() -> std::optional<LogRow> {
    SQLite::Statement row(*m_connection,
                          std::string("SELECT ") + k_log_columns + " FROM consultations c WHERE c.id = ?");
    Bind(row) << consultation;
    if (!row.executeStep()) return std::nullopt;
    return read_log_row(row);
  });
}

Result<Timeline> RecordsReader::timeline(const TimelineQuery& query) {
  return reading([&] {
    Timeline timeline;
    SQLite::Statement row(*m_connection, std::string(k_select_entries) +
                                             " WHERE e.consultation = ? AND e.sequence < ?"
                                             " ORDER BY e.sequence DESC LIMIT ?");
    Bind(row) << query.consultation << query.before.value_or(std::numeric_limits<std::int64_t>::max())
              << static_cast<std::int64_t>(std::clamp<std::size_t>(query.limit, 1, k_most_entries_of_a_page));
    timeline.entries = read_entries_backwards(row);
    if (timeline.entries.empty()) return timeline;
    SQLite::Statement earlier(*m_connection,
                              "SELECT count(*) FROM events WHERE consultation = ? AND sequence < ?");
    Bind(earlier) << query.consultation << timeline.entries.front().sequence;
    if (earlier.executeStep()) timeline.earlier = static_cast<std::size_t>(earlier.getColumn(0).getInt64());
    return timeline;
  });
}

Result<EarlierLog> RecordsReader::earlier(const std::string& consultation) {
  return reading([&] {
    EarlierLog log;
    SQLite::Statement chat(*m_connection, std::string(k_select_entries) +
                                              " WHERE e.consultation = ?"
                                              " AND e.kind GLOB 'chat-*'"
                                              " ORDER BY e.sequence DESC LIMIT ?");
    // Each of our messages has two entries: written, and delivered.
    Bind(chat) << consultation << static_cast<std::int64_t>(2 * consultation::Chat::k_most_kept);
    log.chat = read_entries_backwards(chat);
    SQLite::Statement count(*m_connection,
                            "SELECT count(*) FROM events WHERE consultation = ? AND actor = 'patient'");
    Bind(count) << consultation;
    if (count.executeStep()) log.patient_entries = static_cast<std::size_t>(count.getColumn(0).getInt64());
    return log;
  });
}

Result<std::vector<ConsultationRecord>> RecordsReader::unfinished() {
  return reading([&] {
    std::vector<ConsultationRecord> records;
    SQLite::Statement row(*m_connection,
                          std::string("SELECT ") + k_record_columns +
                              " FROM consultations c WHERE c.state <> 'ended' ORDER BY c.number LIMIT ?");
    Bind(row) << k_most_unfinished;
    while (row.executeStep()) records.push_back(read_record(row, 0));
    return records;
  });
}

Result<std::optional<Appointment>> RecordsReader::appointment(const std::string& id) {
  return reading([&]() -> std::optional<Appointment> {
    SQLite::Statement row(*m_connection, std::string("SELECT ") + k_appointment_columns +
                                             " FROM appointments a WHERE a.id = ?");
    Bind(row) << id;
    if (!row.executeStep()) return std::nullopt;
    return read_appointment(row);
  });
}

}  // namespace sangdam::db
