#include "consultation/encounter.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "consultation/live_peer.hpp"

namespace sangdam::consultation {
namespace {

// The addresses in a prepared offer age: the kiosk's network may change, a NAT forgets its mapping. A patient
// who waits long gets a fresh one, so that admission never starts from a stale offer.
constexpr std::chrono::minutes k_offer_lifetime{2};
// A page gives up a connection after 14 s, a browser's ICE after some 15.
constexpr std::chrono::seconds k_gives_up{10};
constexpr std::size_t k_max_name_code_points = 60;

}  // namespace

Encounter::Encounter(ConsultationRecord record, Parts parts)
    : m_parts(parts),
      m_consultation(std::move(record), parts.log, parts.clock, parts.limits),
      m_shown(m_consultation.record()),
      m_picture_watch(parts.limits.unseen) {
  if (m_shown.reason_owed) m_picture_watch.resume(parts.clock.moment());
  m_consultation.on_step([this](const Step& step) { on_step(step); });
  m_consultation.on_log_failure(
      [this](const base::Failure& failure) { m_parts.observer.on_log_failure(*this, failure); });
}

Encounter::~Encounter() = default;

bool Encounter::dispatch(const Event& event) {
  const std::optional<Seat> newcomer = record().newcomer;
  const bool moved = m_consultation.dispatch(event);
  // The log and the telling may wait for the disk; ending what is sent and shown may not.
  // With it the page is told why, on the same path: a picture that only stops looks like a broken line.
  const bool handed_over = moved && event.kind == EventKind::newcomer_admitted;
  if (!may_answer() || handed_over) {
    retire(std::move(m_current), handed_over ? "moved" : ending());
    if (m_next && m_next->answered()) retire(std::move(m_next));
  }
  // The place is free: whoever stood at the door is the next to wait for staff.
  if (newcomer && state() == State::open) dispatch({.kind = EventKind::arrived, .seat = newcomer});
  return moved;
}

// --- Staff ---

bool Encounter::open(const std::string& code) { return dispatch({.kind = EventKind::opened, .code = code}); }
bool Encounter::renew_code(const std::string& fresh_code) {
  return dispatch({.kind = EventKind::renewed, .code = fresh_code});
}
bool Encounter::admit() {
  if (!has_the_room()) return dispatch({.kind = EventKind::admitted});
  const auto& newcomer = record().newcomer;
  return newcomer && newcomer->present && !newcomer->name.empty() &&
         dispatch({.kind = EventKind::newcomer_admitted});
}
bool Encounter::decline() {
  if (!has_the_room()) return dispatch({.kind = EventKind::declined});
  return record().newcomer && dispatch({.kind = EventKind::newcomer_declined});
}
bool Encounter::cancel() { return dispatch({.kind = EventKind::cancelled}); }
base::Result<> Encounter::set_name(const std::string& name) {
  if (state() == State::ended) return base::failure("visit-over", "This visit is over.");
  if (!record().appointment_id.empty())
    return base::failure("named-by-appointment", "The appointment gives this visit its name.");
  std::string clean = base::is_valid_utf8(name) ? base::single_line(name, k_max_name_code_points) : "";
  m_consultation.set_name(clean, [this, clean] {
    m_shown.patient_name = clean;
    m_parts.observer.on_changed(*this);
  });
  return {};
}
bool Encounter::no_show() { return dispatch({.kind = EventKind::no_show}); }
bool Encounter::end(std::optional<Outcome> outcome) {
  return dispatch({.kind = EventKind::ended, .outcome = outcome});
}

// --- The gateway ---

void Encounter::on_gateway_ready(const std::vector<IceServer>& servers) {
  m_ice_servers = servers;
  if (std::exchange(m_gateway_lost, false)) m_consultation.note("gateway-back", Actor::system, {});
  if (state() != State::scheduled && state() != State::ended) m_parts.signalling.publish(record());
}

void Encounter::on_gateway_lost() {
  // Of interest only while somebody is there; and a gateway that comes and goes is noted when it is away for
  // good.
  if (!record().seat || m_gateway_lost || !m_allowances.take(Inbound::path, m_parts.clock.moment())) return;
  m_gateway_lost = true;
  m_consultation.note("gateway-lost", Actor::system, {});
}

void Encounter::on_code_taken(const std::string& fresh_code) {
  dispatch({.kind = EventKind::recoded, .code = fresh_code});
}

void Encounter::arrived(Seat seat) {
  // A gateway we come back to may introduce the one we know already.
  if (is_seat(seat.id) || is_newcomer(seat.id)) return returned(seat.id, seat.language, 0);
  dispatch(
      {.kind = has_the_room() ? EventKind::newcomer_arrived : EventKind::arrived, .seat = std::move(seat)});
}

void Encounter::returned(const std::string& seat, const std::string& language, unsigned peer) {
  if (!is_seat(seat) && !is_newcomer(seat)) return;
  Seat update = is_seat(seat) ? *record().seat : *record().newcomer;
  // How things stand, as a gateway says that we come back to: no news for the log.
  if (update.present && update.language == language) {
    return is_seat(seat) ? welcome_back(peer) : welcome_newcomer();
  }
  update.language = language;
  dispatch({.kind = is_seat(seat) ? EventKind::returned : EventKind::newcomer_returned,
            .seat = std::move(update),
            .peer = peer});
}

void Encounter::knocked(const std::string& seat, Seat said) {
  if (!is_seat(seat) && !is_newcomer(seat)) return;
  // Somebody who was let in already has no door to knock at: the page missed that, and is told again.
  if (is_seat(seat) && may_answer()) return tell(Notice::admitted);
  Seat update = is_seat(seat) ? *record().seat : *record().newcomer;
  update.name = base::single_line(said.name, k_max_name_code_points);
  update.consent = std::move(said.consent);
  update.has_camera = said.has_camera;
  update.has_microphone = said.has_microphone;
  dispatch(
      {.kind = is_seat(seat) ? EventKind::knocked : EventKind::newcomer_knocked, .seat = std::move(update)});
}

void Encounter::on_answer(const std::string& seat, unsigned peer, const std::string& sdp) {
  // An answer before admission would bring a stranger's pictures onto the kiosk: it is not even parsed.
  if (!is_seat(seat) || !may_answer() || !m_next || m_next->number() != peer) return;
  m_next->set_answer(sdp, m_parts.clock.moment());
}

void Encounter::on_candidate(const std::string& seat, unsigned peer, unsigned mline,
                             const std::string& candidate) {
  if (!is_seat(seat) || !may_answer()) return;
  for (LivePeer* live : {m_next.get(), m_current.get()}) {
    if (live != nullptr && live->number() == peer) live->add_candidate(mline, candidate);
  }
}

void Encounter::offer_requested(const std::string& seat, unsigned peer) {
  if (!is_seat(seat) || !wants_peer()) return;
  // While an unanswered offer is out, that offer is the answer to the request.
  if (m_next && !m_next->answered()) {
    offer_prepared_peer();
    return;
  }
  // The next peer is on its way and the page complains of the old one: let it arrive.
  if (m_next && m_next->number() != peer) return;
  // A page gives up a little sooner than the engine does. One that asks at once has another reason, a new
  // network for example.
  if (m_next && m_parts.clock.moment() - m_next->answered_at() >= k_gives_up)
    note_failure(*m_next, PeerFailure::connect_timeout, "the page gave up");
  note_outside("offer-requested", Actor::patient, {{"peer", std::to_string(peer)}});
  prepare_peer();
}

// --- This machine's network ---

void Encounter::on_network_changed() {
  // Nothing is prepared, or one will be in a moment.
  if (!wants_peer() || (!m_current && !m_next) || (m_retry_at && !m_next)) return;
  if (m_current && m_allowances.take(Inbound::path, m_parts.clock.moment())) {
    m_consultation.note("network-changed", Actor::system, {});
  }
  prepare_peer();
}

// --- Time ---

std::optional<Instant> Encounter::next_deadline() const {
  std::optional<Instant> deadline = m_consultation.next_deadline();
  const auto consider = [&](std::optional<Instant> other) {
    if (other && (!deadline || *other < *deadline)) deadline = other;
  };
  if (m_retry_at) consider(wall_time(m_parts.clock, *m_retry_at));
  if (const auto question = m_picture_watch.next()) consider(wall_time(m_parts.clock, *question));
  if (const auto catching_up = next_catching_up()) consider(wall_time(m_parts.clock, *catching_up));
  if (m_next && !m_next->answered() && state() == State::waiting)
    consider(wall_time(m_parts.clock, m_next->made() + k_offer_lifetime));
  return deadline;
}

void Encounter::on_time() {
  m_consultation.on_time();
  catch_up();
  follow_picture();
  const base::Moment now = m_parts.clock.moment();
  if (m_retry_at && *m_retry_at <= now) {
    m_retry_at.reset();
    if (wants_peer() && !m_next) prepare_peer();
  }
  if (m_next && !m_next->answered() && state() == State::waiting &&
      m_next->made() + k_offer_lifetime <= now) {
    prepare_peer();
  }
}

void Encounter::restore(const EarlierLog& earlier) {
  m_chat = Chat::from_log(earlier.chat);
  m_allowances.resume(earlier.patient_entries);
  m_consultation.note("restored", Actor::system, {});
  // The gateway says who is still there: everybody counts as away until then.
  if (state() == State::in_call) dispatch({.kind = EventKind::media_lost, .reason = "restored"});
  if (record().seat) dispatch({.kind = EventKind::away, .reason = "restored"});
  m_consultation.on_time();
}

// --- What it is doing ---

std::string Encounter::ending() const {
  if (state() != State::ended) return {};
  return std::string(name_of(record().outcome.value_or(Outcome::completed)));
}

const Seat* Encounter::at_the_door() const {
  if (record().newcomer) return &*record().newcomer;
  return state() == State::waiting && record().seat ? &*record().seat : nullptr;
}

bool Encounter::has_the_room() const { return consultation::has_the_room(state()); }

Quality Encounter::quality() const {
  if (state() != State::in_call) return Quality::unknown;
  return std::max(m_quality.level(), m_report.quality);  // the worse of the two directions
}

bool Encounter::is_seat(const std::string& seat) const { return record().seat && record().seat->id == seat; }

bool Encounter::is_newcomer(const std::string& seat) const {
  return record().newcomer && record().newcomer->id == seat;
}

bool Encounter::may_answer() const { return has_the_room() && record().seat && record().seat->admitted; }

bool Encounter::wants_peer() const {
  if (!record().seat) return false;
  switch (state()) {
    case State::open:
    case State::waiting:
    case State::admitted: return true;
    // The one who was let in, if the browser is there to answer.
    case State::in_call:
    case State::reconnecting: return record().seat->admitted && record().seat->present && !m_patient_left;
    case State::scheduled:
    case State::ended: return false;
  }
  return false;
}

bool Encounter::may_see_addresses() const {
  return record().seat && (state() == State::waiting || may_answer());
}

// --- Steps ---

void Encounter::tell(Notice notice) {
  if (record().seat) m_parts.signalling.tell(record().id, record().seat->id, notice);
}

void Encounter::tell_newcomer(Notice notice) {
  if (record().newcomer) m_parts.signalling.tell(record().id, record().newcomer->id, notice);
}

void Encounter::welcome_newcomer() {
  if (!record().newcomer) return;
  tell_newcomer(record().newcomer->name.empty() ? Notice::getting_ready : Notice::waiting);
}

void Encounter::void_newcomer(const Step& step, Signalling::Void why) {
  if (step.before.newcomer) m_parts.signalling.void_seat(step.after.id, step.before.newcomer->id, why);
}

void Encounter::on_step(const Step& step) {
  m_shown = step.after;
  const bool moved = step.from != step.to;
  if (moved && step.to != State::reconnecting) m_patient_left = false;
  const bool code_changed =
      step.before.code != step.after.code || step.before.code_expires != step.after.code_expires;
  if (code_changed && step.to != State::ended) m_parts.signalling.publish(step.after);

  switch (step.event) {
    case EventKind::opened:
    case EventKind::recoded:
    case EventKind::renewed: break;
    case EventKind::arrived:
      discard_peers();
      if (step.after.seat) {
        m_parts.signalling.give_seat(step.after.id, step.after.seat->id, Signalling::Give::if_away);
      }
      prepare_peer();
      tell(Notice::getting_ready);
      break;
    case EventKind::knocked:
      if (!m_next || m_next->made() + k_offer_lifetime <= m_parts.clock.moment()) {
        prepare_peer();
      } else if (m_next->withdrawn()) {
        offer_prepared_peer();  // the page forgot the offer when it left
      }
      tell(Notice::waiting);
      send_addresses();
      break;
    case EventKind::admitted:
      if (!m_next && !m_current) prepare_peer();  // it may have connected while the disk was busy
      tell(Notice::admitted);
      break;
    case EventKind::declined:
      discard_peers();
      tell(Notice::declined);
      break;
    case EventKind::left:
      m_patient_left = step.to == State::reconnecting;
      // Whoever leaves the door and comes back needs no second peer: the offer was not answered.
      if ((step.from == State::open || step.from == State::waiting) && m_next && !m_next->answered()) {
        m_next->set_withdrawn();
      } else {
        discard_peers();
      }
      break;
    case EventKind::returned:
      m_patient_left = false;
      welcome_back(step.peer);
      break;
    // Whoever stands at the door of a call has no peer: there is nothing to look at before staff say so.
    case EventKind::newcomer_arrived: tell_newcomer(Notice::getting_ready); break;
    case EventKind::newcomer_knocked: tell_newcomer(Notice::waiting); break;
    case EventKind::newcomer_away: break;
    case EventKind::newcomer_returned: welcome_newcomer(); break;
    case EventKind::newcomer_gone: void_newcomer(step, Signalling::Void::lapsed); break;
    case EventKind::newcomer_declined: void_newcomer(step, Signalling::Void::declined); break;
    case EventKind::newcomer_admitted:
      m_patient_left = false;
      discard_peers("moved");
      // Whoever was there had unread texts coming: they were for that person.
      for (const ChatText& text : m_chat.unacknowledged()) {
        if (m_chat.refused(text.id))
          m_consultation.note("chat-undelivered", Actor::system, {{"id", text.id}});
      }
      if (step.after.seat) {
        m_parts.signalling.give_seat(step.after.id, step.after.seat->id, Signalling::Give::always);
      }
      prepare_peer();
      tell(Notice::admitted);
      break;
    case EventKind::media_rejected:
      tell(Notice::refused);
      prepare_peer();
      break;
    case EventKind::media_connected:
      if (m_current) m_current->present();
      break;
    case EventKind::away:
    case EventKind::media_lost:
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_given:
    case EventKind::reason_missing: break;
    case EventKind::reason_asked: m_parts.observer.on_event(*this, "reason-asked", {}); break;
    case EventKind::reason_withdrawn: m_parts.observer.on_event(*this, "reason-withdrawn", {}); break;
    case EventKind::wait_expired: discard_peers(); break;
    case EventKind::ended:
    case EventKind::cancelled:
    case EventKind::no_show:
    case EventKind::code_expired:
    case EventKind::reconnect_expired:
      discard_peers(ending());
      m_waiting.clear();
      m_newcomer_waiting.clear();
      note_repeats(m_allowances.settle_all());
      // Nobody has to have stayed away for a code to expire: the patient hears what happened, not the
      // outcome.
      m_parts.signalling.withdraw(record().id,
                                  step.event == EventKind::code_expired
                                      ? "expired"
                                      : name_of(step.after.outcome.value_or(Outcome::completed)));
      break;
  }

  const auto event = [&](std::string_view name, const std::map<std::string, std::string>& details = {}) {
    m_parts.observer.on_event(*this, name, details);
  };
  if (step.event == EventKind::knocked && step.after.seat) {
    event("patient-waiting", {{"knock", knock_of(*step.after.seat)}});
  }
  if (step.event == EventKind::newcomer_knocked && step.after.newcomer) {
    event("newcomer-waiting", {{"knock", knock_of(*step.after.newcomer)}});
  }
  if (moved) {
    switch (step.to) {
      case State::admitted: event("admitted"); break;
      case State::in_call: event(step.from == State::reconnecting ? "reconnected" : "connected"); break;
      case State::reconnecting: event("disconnected"); break;
      case State::ended:
        event("ended", {{"outcome", std::string(name_of(step.after.outcome.value_or(Outcome::completed)))}});
        break;
      case State::scheduled:
      case State::open:
      case State::waiting: break;
    }
  }
  m_over = step.to == State::ended;
  follow_picture();
  m_parts.observer.on_changed(*this);
}

void Encounter::welcome_back(unsigned peer) {
  // The page still holds the connection we have: only its signalling was gone.
  const bool holds_ours = peer != 0 && m_current && m_current->number() == peer && state() == State::in_call;
  const bool wants_offer = !holds_ours && wants_peer();
  const bool offer_is_out = m_next && !m_next->answered();
  // Before "admitted": a page that has this offer already answers it at that word, and would take the same
  // offer after it for a sign that its answer was lost.
  if (wants_offer && offer_is_out) offer_prepared_peer();
  switch (state()) {
    case State::open: tell(Notice::getting_ready); break;
    case State::waiting: tell(Notice::waiting); break;
    case State::admitted:
    case State::in_call:
    case State::reconnecting:
      tell(record().seat && record().seat->admitted ? Notice::admitted : Notice::getting_ready);
      break;
    case State::scheduled:
    case State::ended: return;
  }
  if (wants_offer && !offer_is_out) prepare_peer();
}

}  // namespace sangdam::consultation
