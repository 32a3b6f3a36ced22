// What is kept of a consultation, and the seams through which it is kept and read back (db/ implements them).
//
// Two views of the same truth: the append-only log of what happened, and the record, the newest state of one
// consultation, written in the same transaction as the entry that changed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "consultation/state.hpp"

namespace sangdam::consultation {

using base::Instant;

/// A planned visit. A walk-in has none.
struct Appointment {
  std::string id;  // 32 hex characters
  Instant starts;
  std::string patient_name;
  std::string clinician;
  bool needs_picture = false;  // as in the consultation's record
  friend bool operator==(const Appointment&, const Appointment&) = default;
};

/// The place of one browser in a consultation. The newest browser that gave the right code, or the seat's own
/// resume token, holds it.
struct Seat {
  std::string id;           // from the gateway; not a secret
  std::string token_hash;   // SHA-256 of the resume token: lets a restarted gateway recognise the browser
  std::string name;         // as the patient typed it; empty before the knock
  std::string consent;      // version of the consent text agreed to; empty before the knock
  std::string language;     // "ko" or "en": the language the page is shown in
  bool has_camera = false;  // result of the check in the page
  bool has_microphone = false;
  bool admitted = false;  // staff let this very browser in; a newcomer has to be let in anew
  bool present = true;    // its signalling connection stands
  unsigned knock = 0;     // rises when somebody gives another name or consent; not kept on the disk
  friend bool operator==(const Seat&, const Seat&) = default;
};

/// Names what staff look at when somebody is at the door: this browser, with this name and consent. Admitting
/// and declining carry it, so that they mean nobody else.
[[nodiscard]] std::string knock_of(const Seat& seat);

/// The newest state of one consultation.
struct ConsultationRecord {
  std::string id;                  // 32 hex characters
  std::string appointment_id;      // empty for a walk-in
  std::optional<Instant> planned;  // the appointment's start
  std::string patient_name;        // from the appointment; for a walk-in, from the first knock
  std::string clinician;
  bool needs_picture = false;  // the visit is one that needs to be seen: without a picture a reason is due
  bool reason_owed = false;    // staff were asked for that reason and have not given it
  State state = State::scheduled;
  std::optional<Outcome> outcome;
  std::string code;  // nine digits; empty before opening and after the end: a used code is worth nothing
  std::optional<Instant>
      code_expires;              // only while nobody waits or talks: then it lives as long as the visit
  std::optional<Seat> seat;      // emptied at the end
  std::optional<Seat> newcomer;  // beside an admitted seat; not kept on the disk: the gateway knows it
  Instant created;
  std::optional<Instant> opened, waiting_since, admitted, connected, ended;
  friend bool operator==(const ConsultationRecord&, const ConsultationRecord&) = default;
};

enum class Actor : std::uint8_t { staff, patient, system };
[[nodiscard]] std::string_view name_of(Actor actor) noexcept;
[[nodiscard]] std::optional<Actor> actor_named(std::string_view name) noexcept;

/// One line of the log. `kind` is a stable word: name_of(EventKind), or "chat-sent", "chat-received",
/// "chat-delivered", "microphone-muted", "camera-off", "device-lost", "peer-failed", "restored", ...
struct LogEntry {
  std::int64_t sequence = 0;  // given by the log; rises by one per entry over all consultations
  std::string consultation;
  Instant time;
  std::string kind;
  Actor actor = Actor::system;
  State from = State::scheduled;
  State to = State::scheduled;
  std::map<std::string, std::string> details;  // erasable: the chain holds only a salted commitment to it
};

/// The append-only log. Main thread.
class EventLog {
 public:
  virtual ~EventLog() = default;
  using WhenDurable = std::function<void(base::Result<std::int64_t> sequence)>;
  /// Writes the entry and the record it led to in one transaction with full synchronisation, off the main
  /// thread; then calls `when_durable` on the main thread. Calls come in the order of append(). What a screen
  /// or a peer is to see of the entry must wait for that call; what does not depend on it need not.
  virtual void append(LogEntry entry, ConsultationRecord record, WhenDurable when_durable) = 0;
};

/// What the log list shows of one consultation.
struct LogRow {
  std::string id;
  std::string patient_name;
  std::string clinician;
  State state = State::scheduled;
  std::optional<Outcome> outcome;
  Instant started;  // opened, or created
  std::optional<Instant> connected, ended;
};

/// One day's list: an appointment with its consultation, if one was opened, or a walk-in.
struct DayRow {
  std::optional<Appointment> appointment;
  std::optional<ConsultationRecord> consultation;
};

/// A part of one consultation's log, oldest first: the newest entries, or those before a known one.
struct Timeline {
  std::vector<LogEntry> entries;
  std::size_t earlier = 0;  // entries before these
};
struct TimelineQuery {
  std::string consultation;
  std::optional<std::int64_t> before;  // the sequence of the oldest entry known
  std::size_t limit = 200;             // 1 to 1000
};

/// What a visit that was open when the kiosk stopped needs of its log to go on.
struct EarlierLog {
  std::vector<LogEntry> chat;       // the newest that was written, sent and delivered; oldest first
  std::size_t patient_entries = 0;  // how many the patient caused
};

/// A page of the log, newest first. `before` continues after the last row of the page before.
struct LogQuery {
  std::string text;  // part of the patient's or the clinician's name; empty for all
  std::optional<std::pair<Instant, std::string>> before;  // started and id of the last row seen
  std::size_t limit = 50;                                 // 1 to 200
};

/// Reading, and the schedule. Main thread; every call is bounded and indexed.
class Records {
 public:
  virtual ~Records() = default;
  /// Appointments that start in [from, to), with their consultation, and walk-ins opened in it; by time.
  [[nodiscard]] virtual base::Result<std::vector<DayRow>> day(Instant from, Instant to) const = 0;
  [[nodiscard]] virtual base::Result<std::vector<LogRow>> log(const LogQuery& query) const = 0;
  [[nodiscard]] virtual base::Result<std::optional<LogRow>> log_row(
      const std::string& consultation) const = 0;
  [[nodiscard]] virtual base::Result<Timeline> timeline(const TimelineQuery& query) const = 0;
  [[nodiscard]] virtual base::Result<EarlierLog> earlier(const std::string& consultation) const = 0;
  /// Consultations that were open when the kiosk stopped.
  [[nodiscard]] virtual base::Result<std::vector<ConsultationRecord>> unfinished() const = 0;
  [[nodiscard]] virtual base::Result<std::optional<Appointment>> appointment(const std::string& id) const = 0;
  virtual base::Result<> add(const Appointment& appointment) = 0;
  /// Refused ("appointment-used") once a consultation was opened for it.
  virtual base::Result<> remove_appointment(const std::string& id) = 0;
};

}  // namespace sangdam::consultation
