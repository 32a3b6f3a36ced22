// What reaches an encounter from outside has its effect here, at the rates of allowance.hpp.
#include <utility>

#include "consultation/encounter.hpp"
#include "consultation/live_peer.hpp"

namespace sangdam::consultation {

// --- The gateway ---

void Encounter::on_arrived(Seat seat) {
  const std::string id = seat.id;
  at_the_rate(WaitingMessages::Kind::arrived, id, [this, seat = std::move(seat)] { arrived(seat); });
}

void Encounter::on_returned(const std::string& seat, const std::string& language, unsigned peer) {
  at_the_rate(WaitingMessages::Kind::presence, seat,
              [this, seat, language, peer] { returned(seat, language, peer); });
}

void Encounter::on_away(const std::string& seat, bool restored) {
  at_the_rate(WaitingMessages::Kind::presence, seat, [this, seat, restored] {
    const std::string reason = restored ? "gateway" : "";
    // A gateway that we come back to says how things stand: that is news only if they stand otherwise.
    if (is_seat(seat) && record().seat->present) dispatch({.kind = EventKind::away, .reason = reason});
    if (is_newcomer(seat) && record().newcomer->present) {
      dispatch({.kind = EventKind::newcomer_away, .reason = reason});
    }
  });
}

void Encounter::on_knock(const std::string& seat, const std::string& name, const std::string& consent,
                         bool camera, bool microphone) {
  Seat said;
  said.name = name;
  said.consent = consent;
  said.has_camera = camera;
  said.has_microphone = microphone;
  at_the_rate(WaitingMessages::Kind::knock, seat, [this, seat, said] { knocked(seat, said); });
}

void Encounter::on_request_offer(const std::string& seat, unsigned peer) {
  at_the_rate(WaitingMessages::Kind::request_offer, seat,
              [this, seat, peer] { offer_requested(seat, peer); });
}

void Encounter::on_leave(const std::string& seat) {
  at_the_rate(WaitingMessages::Kind::leave, seat, [this, seat] {
    if (is_seat(seat)) {
      dispatch({.kind = EventKind::left});
    } else if (is_newcomer(seat)) {
      dispatch({.kind = EventKind::newcomer_gone, .reason = "left"});
    }
  });
}

void Encounter::at_the_rate(WaitingMessages::Kind kind, const std::string& seat, std::function<void()> act) {
  const bool is_beside = has_the_room() && !is_seat(seat);
  WaitingMessages& waiting = is_beside ? m_newcomer_waiting : m_waiting;
  const Inbound inbound = is_beside ? Inbound::newcomer : Inbound::door;
  const bool known =
      kind == WaitingMessages::Kind::arrived || is_seat(seat) || is_newcomer(seat) || waiting.knows(seat);
  if (!known || state() == State::ended) return;
  // What happens beside a call moves nothing of the visit, so its entries are not needed to understand it.
  if (is_beside)
    act = [this, act = std::move(act)] {
      if (may_note_outside()) act();
    };
  const base::Moment now = m_parts.clock.moment();
  // In order: nothing overtakes what waits already.
  const bool first = waiting.empty();
  if (first && m_allowances.take(inbound, now)) return act();
  std::vector<std::string> seats;
  for (const auto* place : {&record().seat, &record().newcomer}) {
    if (*place) seats.push_back((*place)->id);
  }
  count_repeat(inbound, waiting.add(kind, seat, seats, std::move(act)));
  if (first) m_parts.observer.on_changed(*this);  // there is a new deadline
}

// --- The patient's page ---

void Encounter::hear(const Report& report) {
  if (report == m_heard) return;
  m_heard = report;
  if (m_report_waits) return count_repeat(Inbound::report);  // the newest takes the place of the one before
  if (m_allowances.take(Inbound::report, m_parts.clock.moment())) return show_report();
  m_report_waits = true;
  m_parts.observer.on_changed(*this);
}

void Encounter::show_report() {
  const Report before = std::exchange(m_report, m_heard);
  if (m_report == before) return;
  if (m_current && m_report.view != before.view) m_current->limit_picture(m_report.view);
  const auto note_if = [&](bool changed, const char* kind) {
    if (changed) note_outside(kind, Actor::patient, {});
  };
  const MediaState& now = m_report.media;
  note_if(now.microphone != before.media.microphone, now.microphone ? "microphone-on" : "microphone-muted");
  note_if(now.camera != before.media.camera, now.camera ? "camera-on" : "camera-off");
  if (now != before.media) {
    m_parts.observer.on_event(
        *this, "patient-media",
        {{"microphone", now.microphone ? "on" : "off"}, {"camera", now.camera ? "on" : "off"}});
  }
  if (m_report.level != before.level) show_level("from-patient", m_report.level);
  follow_picture();
  m_parts.observer.on_changed(*this);
}

void Encounter::show_level(const char* direction, MediaLevel level) {
  m_parts.observer.on_event(*this, "media-level",
                            {{"direction", direction}, {"level", std::string(name_of(level))}});
  if (m_levels_wait) return count_repeat(Inbound::media_level);  // noted as it is when the rate allows
  note_levels();
}

void Encounter::note_levels() {
  const MediaLevels now = media_levels();
  const auto note = [&](const char* direction, MediaLevel level, MediaLevel& noted) {
    if (level == noted) return;
    m_levels_wait = !m_allowances.take(Inbound::media_level, m_parts.clock.moment());
    if (m_levels_wait) return m_parts.observer.on_changed(*this);  // there is a new deadline
    noted = level;
    note_outside("media-level", Actor::system,
                 {{"direction", direction}, {"level", std::string(name_of(level))}});
  };
  note("to-patient", now.to_patient, m_noted_levels.to_patient);
  if (!m_levels_wait) note("from-patient", now.from_patient, m_noted_levels.from_patient);
}

void Encounter::on_peer_overrun(std::size_t lines) { count_repeat(Inbound::line, lines); }

// --- The path of the media ---

void Encounter::follow_path() {
  const bool lost = m_current && m_current->interrupted() && state() == State::in_call;
  const bool back = m_current && !m_current->interrupted() && state() == State::reconnecting;
  if (m_path_waits) return count_repeat(Inbound::path);  // looked at when the rate allows
  if (!lost && !back) return;
  if (!m_allowances.take(Inbound::path, m_parts.clock.moment())) {
    m_path_waits = true;
    m_parts.observer.on_changed(*this);
    return;
  }
  if (lost) {
    dispatch({.kind = EventKind::media_lost, .reason = "interrupted"});
    if (wants_peer() && !m_next) prepare_peer();
  } else {
    retire(std::move(m_next));
    m_retry_at.reset();
    dispatch({.kind = EventKind::media_connected, .reason = "recovered"});
  }
}

// --- What waits, and what was counted ---

void Encounter::catch_up() {
  const base::Moment now = m_parts.clock.moment();
  while (!m_waiting.empty() && m_allowances.take(Inbound::door, now)) m_waiting.take()();
  while (!m_newcomer_waiting.empty() && m_allowances.take(Inbound::newcomer, now))
    m_newcomer_waiting.take()();
  if (m_report_waits && m_allowances.take(Inbound::report, now)) {
    m_report_waits = false;
    show_report();
  }
  if (m_path_waits && m_allowances.ready_at(Inbound::path, now) <= now) {
    m_path_waits = false;
    follow_path();
  }
  if (std::exchange(m_levels_wait, false)) note_levels();
  note_repeats(m_allowances.settled(now));
}

std::optional<base::Moment> Encounter::next_catching_up() const {
  const base::Moment now = m_parts.clock.moment();
  std::optional<base::Moment> next = m_allowances.next_settling();
  const auto consider = [&](bool waits, Inbound inbound) {
    if (!waits) return;
    const base::Moment ready = m_allowances.ready_at(inbound, now);
    if (!next || ready < *next) next = ready;
  };
  consider(!m_waiting.empty(), Inbound::door);
  consider(!m_newcomer_waiting.empty(), Inbound::newcomer);
  consider(m_report_waits, Inbound::report);
  consider(m_path_waits, Inbound::path);
  consider(m_levels_wait, Inbound::media_level);
  return next;
}

void Encounter::count_repeat(Inbound inbound, std::size_t number) {
  if (m_allowances.count(inbound, number, m_parts.clock.moment())) m_parts.observer.on_changed(*this);
}

void Encounter::note_repeats(const std::vector<Allowances::Repeats>& all) {
  for (const Allowances::Repeats& repeats : all) {
    note_outside(
        "repeated", Actor::system,
        {{"of", std::string(allowance_of(repeats.inbound).name)}, {"count", std::to_string(repeats.count)}});
  }
}

void Encounter::note_outside(std::string kind, Actor actor, std::map<std::string, std::string> details) {
  if (may_note_outside()) m_consultation.note(std::move(kind), actor, std::move(details));
}

bool Encounter::may_note_outside() {
  switch (m_allowances.keep_entry()) {
    case Allowances::Keep::yes: return true;
    case Allowances::Keep::last: m_consultation.note("entries-not-kept", Actor::system, {}); return false;
    case Allowances::Keep::no: return false;
  }
  return false;
}

}  // namespace sangdam::consultation
