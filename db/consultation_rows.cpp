#include "db/consultation_rows.hpp"

#include <optional>
#include <set>

#include "db/connection.hpp"
#include "db/search_text.hpp"

namespace sangdam::db {

using consultation::ConsultationRecord;
using consultation::Seat;
using consultation::State;

namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

constexpr const char* k_write_sql =
    "INSERT INTO consultations (id, appointment_id, planned, patient_name, clinician, state, outcome, code, "
    "code_expires,"
    " seat_id, seat_token_hash, seat_name, seat_consent, seat_language, seat_has_camera, seat_has_microphone,"
    " seat_admitted, seat_present, created, opened, waiting_since, admitted, connected, ended, search_text,"
    " needs_picture, reason_owed)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
    "?21, ?22, ?23,"
    " ?24, ?25, ?26, ?27)"
    " ON CONFLICT (id) DO UPDATE SET appointment_id = ?2, planned = ?3, patient_name = ?4, clinician = ?5, "
    "state = ?6,"
    " outcome = ?7, code = ?8, code_expires = ?9, seat_id = ?10, seat_token_hash = ?11, seat_name = ?12,"
    " seat_consent = ?13, seat_language = ?14, seat_has_camera = ?15, seat_has_microphone = ?16, "
    "seat_admitted = ?17,"
    " seat_present = ?18, created = ?19, opened = ?20, waiting_since = ?21, admitted = ?22, connected = ?23, "
    "ended = ?24,"
    " search_text = ?25, needs_picture = ?26, reason_owed = ?27";

}  // namespace

const char* const k_record_columns =
    "c.id, c.appointment_id, c.planned, c.patient_name, c.clinician, c.state, c.outcome, c.code, "
    "c.code_expires,"
    " c.seat_id, c.seat_token_hash, c.seat_name, c.seat_consent, c.seat_language, c.seat_has_camera,"
    " c.seat_has_microphone, c.seat_admitted, c.seat_present, c.created, c.opened, c.waiting_since, "
    "c.admitted,"
    " c.connected, c.ended, c.needs_picture, c.reason_owed";

ConsultationRecord read_record(const SQLite::Statement& row, int first) {
  int next = first;
  const auto column = [&] { return row.getColumn(next++); };
  ConsultationRecord record;
  record.id = column().getString();
  record.appointment_id = column().getString();
  record.planned = optional_instant_in(column());
  record.patient_name = column().getString();
  record.clinician = column().getString();
  record.state = consultation::state_named(column().getString()).value_or(State::ended);
  record.outcome = consultation::outcome_named(column().getString());
  record.code = column().getString();
  record.code_expires = optional_instant_in(column());
  const SQLite::Column seat_id = column();
  Seat seat;
  const bool has_seat = !seat_id.isNull();
  seat.id = seat_id.getString();
  seat.token_hash = column().getString();
  seat.name = column().getString();
  seat.consent = column().getString();
  seat.language = column().getString();
  seat.has_camera = column().getInt() != 0;
  seat.has_microphone = column().getInt() != 0;
  seat.admitted = column().getInt() != 0;
  seat.present = column().getInt() != 0;
  if (has_seat) record.seat = std::move(seat);
  record.created = instant_in(column());
  record.opened = optional_instant_in(column());
  record.waiting_since = optional_instant_in(column());
  record.admitted = optional_instant_in(column());
  record.connected = optional_instant_in(column());
  record.ended = optional_instant_in(column());
  record.needs_picture = column().getInt() != 0;
  record.reason_owed = column().getInt() != 0;
  return record;
}

RecordWriter::RecordWriter(SQLite::Database& database)
    : m_find(database, "SELECT number, started, search_text FROM consultations WHERE id = ?"),
      m_write(database, k_write_sql),
      m_add_piece(database, "INSERT INTO name_pieces (piece, started, consultation) VALUES (?, ?, ?)"),
      m_drop_piece(database, "DELETE FROM name_pieces WHERE piece = ? AND started = ? AND consultation = ?") {
}

void RecordWriter::write(const ConsultationRecord& record) {
  struct Row {
    std::int64_t number = 0;
    std::int64_t started = 0;
    std::string search_text;
  };
  const auto find = [&]() -> std::optional<Row> {
    Use find_row(m_find);
    Bind(*find_row) << record.id;
    if (!find_row->executeStep()) return std::nullopt;
    return Row{find_row->getColumn(0).getInt64(), find_row->getColumn(1).getInt64(),
               find_row->getColumn(2).getString()};
  };
  const std::optional<Row> before = find();

  const bool over = record.state == State::ended;
  const Seat* seat = record.seat && !over ? &*record.seat : nullptr;
  const auto of_seat = [seat](auto member) {
    using Value = std::decay_t<decltype(seat->*member)>;
    return seat ? std::optional<Value>(seat->*member) : std::nullopt;
  };
  Use write(m_write);
  Bind bind(*write);
  bind << record.id << unless_empty(record.appointment_id) << record.planned << record.patient_name
       << record.clinician << name_of(record.state);
  if (record.outcome) {
    bind << name_of(*record.outcome);
  } else {
    bind << std::nullopt;
  }
  bind << (over ? std::nullopt : unless_empty(record.code)) << (over ? std::nullopt : record.code_expires);
  bind << of_seat(&Seat::id) << of_seat(&Seat::token_hash) << of_seat(&Seat::name) << of_seat(&Seat::consent)
       << of_seat(&Seat::language) << of_seat(&Seat::has_camera) << of_seat(&Seat::has_microphone)
       << of_seat(&Seat::admitted) << of_seat(&Seat::present);
  bind << record.created << record.opened << record.waiting_since << record.admitted << record.connected
       << record.ended;
  const std::string search_text = search_text_of(record.patient_name, record.clinician);
  bind << search_text << record.needs_picture << record.reason_owed;
  write->exec();

  const std::int64_t started = record.opened.value_or(record.created).time_since_epoch().count();
  if (before && before->started == started && before->search_text == search_text) return;
  const std::int64_t number = before ? before->number : find()->number;
  const auto each_piece = [number](SQLite::Statement& statement, const std::string& text, std::int64_t at) {
    for (const std::string& piece : pieces_of(text)) {
      Use use(statement);
      Bind(*use) << piece << at << number;
      use->exec();
    }
  };
  if (before) each_piece(m_drop_piece, before->search_text, before->started);
  each_piece(m_add_piece, search_text, started);
}

}  // namespace sangdam::db
