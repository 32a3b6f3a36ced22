#include "consultation/consultation.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace sangdam::consultation {
namespace {

Actor actor_of(EventKind event) noexcept {
  switch (event) {
    case EventKind::opened:
    case EventKind::renewed:
    case EventKind::admitted:
    case EventKind::declined:
    case EventKind::ended:
    case EventKind::cancelled:
    case EventKind::newcomer_admitted:
    case EventKind::newcomer_declined:
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_given:
    case EventKind::no_show: return Actor::staff;
    case EventKind::arrived:
    case EventKind::knocked:
    case EventKind::left:
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_returned:
    case EventKind::returned: return Actor::patient;
    case EventKind::away:
    case EventKind::newcomer_away:
    case EventKind::newcomer_gone:
    case EventKind::media_connected:
    case EventKind::media_lost:
    case EventKind::media_rejected:
    case EventKind::recoded:
    case EventKind::code_expired:
    case EventKind::wait_expired:
    case EventKind::reason_asked:
    case EventKind::reason_withdrawn:
    case EventKind::reason_missing:
    case EventKind::reconnect_expired: return Actor::system;
  }
  return Actor::system;
}

void knocks(std::optional<Seat>& seat, const Event& event) {
  if (!seat || !event.seat) return;
  if (seat->name != event.seat->name || seat->consent != event.seat->consent) ++seat->knock;
  seat->name = event.seat->name;
  seat->consent = event.seat->consent;
  seat->has_camera = event.seat->has_camera;
  seat->has_microphone = event.seat->has_microphone;
}

void returns(std::optional<Seat>& seat, const Event& event) {
  if (!seat || !event.seat) return;
  seat->present = true;
  seat->language = event.seat->language;
}

/// What an event says of the seats. Whether one is admitted follows from the state: see apply().
void update_seats(ConsultationRecord& record, const Event& event) {
  std::optional<Seat>& seat = record.seat;
  std::optional<Seat>& newcomer = record.newcomer;
  switch (event.kind) {
    case EventKind::arrived: seat = event.seat; break;  // nothing of the earlier browser stays
    case EventKind::knocked: knocks(seat, event); break;
    case EventKind::admitted:
      if (seat) seat->admitted = true;
      break;
    case EventKind::away:
      if (seat) seat->present = false;
      break;
    case EventKind::returned: returns(seat, event); break;
    case EventKind::newcomer_arrived: newcomer = event.seat; break;
    case EventKind::newcomer_knocked: knocks(newcomer, event); break;
    case EventKind::newcomer_away:
      if (newcomer) newcomer->present = false;
      break;
    case EventKind::newcomer_returned: returns(newcomer, event); break;
    case EventKind::newcomer_gone:
    case EventKind::newcomer_declined: newcomer.reset(); break;
    case EventKind::newcomer_admitted:
      seat = std::exchange(newcomer, std::nullopt);
      if (seat) seat->admitted = true;
      break;
    case EventKind::opened:
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::ended:
    case EventKind::cancelled:
    case EventKind::no_show:
    case EventKind::declined:
    case EventKind::left:
    case EventKind::media_connected:
    case EventKind::media_lost:
    case EventKind::media_rejected:
    case EventKind::code_expired:
    case EventKind::wait_expired:
    case EventKind::reconnect_expired:
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_asked:
    case EventKind::reason_given:
    case EventKind::reason_withdrawn:
    case EventKind::reason_missing: break;
  }
}

/// What an event says of the picture that the visit needs.
void update_picture(ConsultationRecord& record, const Event& event) {
  if (event.kind == EventKind::picture_needed) record.needs_picture = true;
  if (event.kind == EventKind::reason_asked) record.reason_owed = true;
  const bool waived =
      event.kind == EventKind::picture_waived ||
      (event.kind == EventKind::reason_given && event.reason == name_of(UnseenReason::waived));
  if (waived) record.needs_picture = false;
  if (waived || event.kind == EventKind::reason_given || event.kind == EventKind::reason_withdrawn ||
      event.kind == EventKind::reason_missing) {
    record.reason_owed = false;
  }
}

/// The place is kept for somebody who is away, and not for ever.
bool is_nobody_there(const ConsultationRecord& record) {
  const bool before_the_call = record.state == State::waiting || record.state == State::admitted;
  return record.state == State::reconnecting || (before_the_call && record.seat && !record.seat->present);
}

}  // namespace

Consultation::Consultation(ConsultationRecord record, EventLog& log, const base::Clock& clock, Limits limits)
    : m_record(std::move(record)), m_log(log), m_clock(clock), m_limits(limits) {
  // A consultation restored after a power cut starts its patience anew: what happened meanwhile is unknown.
  if (is_nobody_there(m_record)) m_away_since = clock.moment();
}

bool Consultation::dispatch(const Event& event) {
  base::assert_main_thread();
  const std::optional<Transition> transition = next(m_record.state, event.kind);
  if (!transition) {
    base::log_debug("consultation", "{}: {} means nothing in {}", m_record.id, name_of(event.kind),
                    name_of(m_record.state));
    return false;
  }
  // While there is still a visit to say it of.
  if (transition->to == State::ended && m_record.reason_owed) dispatch({.kind = EventKind::reason_missing});
  const ConsultationRecord before = m_record;
  apply(event, *transition);
  base::log_info("consultation", "{}: {} -> {} ({})", m_record.id, name_of(before.state),
                 name_of(m_record.state), name_of(event.kind));

  Step step{event.kind, before.state, m_record.state, before, m_record, event.peer};
  append(entry_for(event, before.state), [this, step = std::move(step)] {
    const auto listener = m_listener;  // it may put another in its own place
    if (listener) listener(step);
  });
  return true;
}

void Consultation::apply(const Event& event, const Transition& transition) {
  const Instant now = m_clock.now();
  const State from = m_record.state;
  m_record.state = transition.to;
  update_seats(m_record, event);
  update_picture(m_record, event);
  if (!has_the_room(transition.to)) {
    // Whoever is out of the room has to be let in anew, whichever way led out.
    if (m_record.seat) m_record.seat->admitted = false;
    m_record.newcomer.reset();
  }

  if (event.kind == EventKind::opened) m_record.opened = now;
  if (!event.code.empty()) m_record.code = event.code;
  if (event.kind == EventKind::knocked && m_record.patient_name.empty() && m_record.seat) {
    m_record.patient_name = m_record.seat->name;
  }
  if (event.kind == EventKind::media_connected && !m_record.connected) m_record.connected = now;

  if (transition.to != from) {
    m_record.waiting_since = transition.to == State::waiting ? std::optional(now) : std::nullopt;
    if (transition.to == State::admitted && !m_record.admitted) m_record.admitted = now;
  }
  // A code whose time runs out is one that nobody uses. Whoever gave it has time for the page's questions;
  // once somebody waits it is good for as long as the visit; when they go, the time begins anew.
  const bool time_begins = from != State::open || event.kind == EventKind::arrived || !event.code.empty();
  if (transition.to != State::open) {
    m_record.code_expires.reset();
  } else if (time_begins) {
    m_record.code_expires = std::max(now, m_record.planned.value_or(now)) + code_lifetime();
  }
  if (transition.to == State::ended) {
    m_record.ended = now;
    m_record.outcome = event.kind == EventKind::ended && event.outcome ? event.outcome : transition.outcome;
    // They had met: whatever came afterwards, it was not that nobody came.
    if (m_record.outcome == Outcome::no_show && m_record.connected) m_record.outcome = Outcome::completed;
    m_record.code.clear();
    m_record.seat.reset();
  }

  if (event.kind == EventKind::newcomer_arrived) m_newcomer_arrived = m_clock.moment();
  if (event.kind == EventKind::newcomer_away) m_newcomer_away = m_clock.moment();
  const bool nobody_there = is_nobody_there(m_record);
  if (!nobody_there) {
    m_away_since.reset();
  } else if (!m_away_since || transition.to != from) {
    m_away_since = m_clock.moment();
  }
}

std::chrono::seconds Consultation::code_lifetime() const {
  return m_record.appointment_id.empty() ? m_limits.walk_in_code_lifetime
                                         : m_limits.appointment_code_lifetime;
}

LogEntry Consultation::entry_for(const Event& event, State from) const {
  LogEntry entry;
  entry.consultation = m_record.id;
  entry.time = m_clock.now();
  entry.kind = name_of(event.kind);
  entry.actor = actor_of(event.kind);
  entry.from = from;
  entry.to = m_record.state;
  if (!event.reason.empty()) entry.details["reason"] = event.reason;
  if (!event.text.empty()) entry.details["text"] = event.text;
  if (event.kind == EventKind::opened && m_record.needs_picture) entry.details["picture"] = "needed";
  const bool knocked = event.kind == EventKind::knocked || event.kind == EventKind::newcomer_knocked;
  const auto& who = event.kind == EventKind::knocked ? m_record.seat : m_record.newcomer;
  if (knocked && who) {
    entry.details["name"] = who->name;
    entry.details["consent"] = who->consent;
    entry.details["camera"] = who->has_camera ? "yes" : "no";
    entry.details["microphone"] = who->has_microphone ? "yes" : "no";
  }
  // Who it was that was let in: the log has more than one name by then.
  if (event.kind == EventKind::newcomer_admitted && m_record.seat) {
    entry.details["name"] = m_record.seat->name;
  }
  if (m_record.outcome) entry.details["outcome"] = name_of(*m_record.outcome);
  return entry;
}

void Consultation::note(std::string kind, Actor actor, std::map<std::string, std::string> details,
                        std::function<void()> then) {
  base::assert_main_thread();
  LogEntry entry;
  entry.consultation = m_record.id;
  entry.time = m_clock.now();
  entry.kind = std::move(kind);
  entry.actor = actor;
  entry.from = entry.to = m_record.state;
  entry.details = std::move(details);
  append(std::move(entry), std::move(then));
}

void Consultation::set_name(const std::string& name, std::function<void()> then) {
  m_record.patient_name = name;
  note("named", Actor::staff, {{"name", name}}, std::move(then));
}

void Consultation::append(LogEntry entry, std::function<void()> then) {
  m_log.append(std::move(entry), m_record,
               [weak = m_anchor.weak(), then = std::move(then)](const base::Result<std::int64_t>& result) {
                 const auto self = weak.lock();
                 if (!self) return;
                 const auto listener = self->m_failure_listener;  // it may put another in its own place
                 if (!result && listener) listener(result.error());
                 if (then) then();
               });
}

std::optional<Consultation::Due> Consultation::newcomer_due() const {
  const auto& newcomer = m_record.newcomer;
  if (!newcomer) return std::nullopt;
  const auto gone = [&](base::Moment when, const char* reason) {
    return Due{wall_time(m_clock, when), EventKind::newcomer_gone, reason};
  };
  // Coming and going wins no time.
  const Due late = newcomer->name.empty() ? gone(m_newcomer_arrived + m_limits.knock_grace, "no-name")
                                          : gone(m_newcomer_arrived + m_limits.door_grace, "undecided");
  if (newcomer->present) return late;
  const Due away = gone(m_newcomer_away + m_limits.wait_grace, "away");
  return away.at < late.at ? away : late;
}

std::optional<Consultation::Due> Consultation::due() const {
  const auto newcomer = newcomer_due();
  switch (m_record.state) {
    case State::open:
      if (m_record.code_expires) return Due{*m_record.code_expires, EventKind::code_expired};
      return std::nullopt;
    case State::waiting:
      if (m_away_since)
        return Due{wall_time(m_clock, *m_away_since + m_limits.wait_grace), EventKind::wait_expired};
      return std::nullopt;
    case State::reconnecting:
      if (newcomer) return newcomer;  // not while somebody waits to be let in
      if (m_away_since) {
        return Due{wall_time(m_clock, *m_away_since + m_limits.reconnect_grace),
                   EventKind::reconnect_expired};
      }
      return std::nullopt;
    case State::admitted: {
      if (!m_away_since) return newcomer;
      Due gone{wall_time(m_clock, *m_away_since + m_limits.wait_grace), EventKind::wait_expired};
      return newcomer && newcomer->at < gone.at ? *newcomer : gone;
    }
    case State::in_call: return newcomer;
    case State::scheduled:
    case State::ended: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Instant> Consultation::next_deadline() const {
  const auto next_due = due();
  return next_due ? std::optional(next_due->at) : std::nullopt;
}

void Consultation::on_time() {
  // More than one deadline may have passed since the last look (the clock was set, the machine was
  // suspended): each event may make the next one due.
  for (auto next_due = due(); next_due && next_due->at <= m_clock.now(); next_due = due()) {
    if (!dispatch({.kind = next_due->event, .reason = next_due->reason})) return;
  }
}

void Consultation::on_step(std::function<void(const Step&)> listener) { m_listener = std::move(listener); }

void Consultation::on_log_failure(std::function<void(const base::Failure&)> listener) {
  m_failure_listener = std::move(listener);
}

}  // namespace sangdam::consultation
