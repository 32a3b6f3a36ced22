// One consultation: its record, and the one writer of its state.
//
//   Consultation visit(record, log, clock);
//   visit.on_step([](const Step& step) { ... });       // after the log has it, in order
//   visit.dispatch({.kind = EventKind::opened});
//
// dispatch() looks the event up in the table (state.hpp), changes the record, appends to the log, and once
// the entry is durable reports the step. Screens, peers and the gateway act on steps, so whatever they have
// shown or told survives a power cut. Main thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/main_thread.hpp"
#include "consultation/record.hpp"
#include "consultation/state.hpp"
#include "consultation/unseen.hpp"

namespace sangdam::consultation {

/// How long things may take. Configuration; the defaults are what a small clinic wants.
struct Limits {
  std::chrono::seconds walk_in_code_lifetime{30 * 60};      // from opening
  std::chrono::seconds appointment_code_lifetime{60 * 60};  // from the later of opening and the planned start
  std::chrono::seconds wait_grace{120};  // away while waiting, before the seat counts as given up
  std::chrono::minutes knock_grace{10};  // for a newcomer to give a name: the door is kept for nobody else
  std::chrono::minutes door_grace{30};   // for staff to decide about a newcomer
  std::chrono::minutes reconnect_grace{30};  // nobody in the call, nobody ended it
  UnseenLimits unseen;
};

struct Event {
  EventKind kind;
  std::optional<Seat> seat{};        // arrived: id, token hash, language; knocked: name, consent, devices too
  std::string reason{};              // for the log; a stable word, never free text from outside
  std::string text{};                // for the log; what staff typed, clean and bounded
  std::optional<Outcome> outcome{};  // ended: what staff chose instead of the table's outcome
  std::string code{};                // opened, recoded, renewed
  unsigned peer = 0;                 // returned: the peer the browser still holds, 0 if none
};

/// One change, as it is reported and logged.
struct Step {
  EventKind event;
  State from;
  State to;
  ConsultationRecord before;
  ConsultationRecord after;
  unsigned peer = 0;  // as in the event
};

class Consultation {
 public:
  Consultation(ConsultationRecord record, EventLog& log, const base::Clock& clock, Limits limits);

  /// Returns false, and changes nothing, if the event means nothing in this state.
  bool dispatch(const Event& event);
  /// Adds an entry that does not move the state (chat, mute, diagnosis). `then` runs once it is durable.
  void note(std::string kind, Actor actor, std::map<std::string, std::string> details,
            std::function<void()> then = {});
  /// The patient's name as staff know it, with an entry. `then` runs once it is durable.
  void set_name(const std::string& name, std::function<void()> then);
  /// Dispatches whatever the clock made due. Call at next_deadline(), or more often.
  void on_time();
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  /// Called after each step is durable, or could not be kept (disk full, ...): the visit goes on all the
  /// same. Staff see the alarm (on_log_failure), the patient is not cut off.
  void on_step(std::function<void(const Step&)> listener);

  /// Called for every entry, step or note, that the log could not keep.
  void on_log_failure(std::function<void(const base::Failure&)> listener);

  [[nodiscard]] const ConsultationRecord& record() const { return m_record; }
  [[nodiscard]] State state() const { return m_record.state; }

 private:
  [[nodiscard]] std::chrono::seconds code_lifetime() const;
  void apply(const Event& event, const Transition& transition);
  void append(LogEntry entry, std::function<void()> then);
  [[nodiscard]] LogEntry entry_for(const Event& event, State from) const;
  struct Due {
    Instant at;
    EventKind event;
    std::string reason{};
  };
  [[nodiscard]] std::optional<Due> due() const;
  [[nodiscard]] std::optional<Due> newcomer_due() const;

  ConsultationRecord m_record;
  EventLog& m_log;
  const base::Clock& m_clock;
  Limits m_limits;
  std::optional<base::Moment> m_away_since;  // of the seat while waiting, or of the media while reconnecting
  base::Moment m_newcomer_arrived{}, m_newcomer_away{};
  std::function<void(const Step&)> m_listener;
  std::function<void(const base::Failure&)> m_failure_listener;
  base::Anchor<Consultation> m_anchor{this};
};

}  // namespace sangdam::consultation
