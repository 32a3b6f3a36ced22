#include "consultation/state.hpp"

namespace sangdam::consultation {
namespace {

constexpr Transition to(State state) { return {state, std::nullopt}; }
constexpr Transition finish(Outcome outcome) { return {State::ended, outcome}; }

std::optional<Transition> from_scheduled(EventKind event) noexcept {
  switch (event) {
    case EventKind::opened: return to(State::open);
    case EventKind::cancelled: return finish(Outcome::cancelled);
    case EventKind::no_show: return finish(Outcome::no_show);
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::admitted:
    case EventKind::declined:
    case EventKind::ended:
    case EventKind::arrived:
    case EventKind::knocked:
    case EventKind::left:
    case EventKind::away:
    case EventKind::returned:
    case EventKind::media_connected:
    case EventKind::media_lost:
    case EventKind::media_rejected:
    case EventKind::code_expired:
    case EventKind::wait_expired:
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_admitted:
    case EventKind::newcomer_declined:
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_asked:
    case EventKind::reason_given:
    case EventKind::reason_withdrawn:
    case EventKind::reason_missing:
    case EventKind::reconnect_expired: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Transition> from_open(EventKind event) noexcept {
  switch (event) {
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_given:
    case EventKind::reason_missing: return to(State::open);
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::arrived:
    case EventKind::left:
    case EventKind::away:
    case EventKind::returned: return to(State::open);
    case EventKind::knocked: return to(State::waiting);
    case EventKind::code_expired:
    case EventKind::no_show: return finish(Outcome::no_show);
    case EventKind::cancelled: return finish(Outcome::cancelled);
    case EventKind::opened:
    case EventKind::admitted:
    case EventKind::declined:
    case EventKind::ended:
    case EventKind::media_connected:
    case EventKind::media_lost:
    case EventKind::media_rejected:
    case EventKind::wait_expired:
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_admitted:
    case EventKind::newcomer_declined:
    case EventKind::reason_asked:
    case EventKind::reason_withdrawn:
    case EventKind::reconnect_expired: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Transition> from_waiting(EventKind event) noexcept {
  switch (event) {
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_given:
    case EventKind::reason_missing: return to(State::waiting);
    case EventKind::admitted: return to(State::admitted);
    case EventKind::declined:
    case EventKind::left:
    case EventKind::wait_expired: return to(State::open);
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::knocked:
    case EventKind::away:
    case EventKind::returned: return to(State::waiting);
    // Another browser took the place of one that went away: it has to knock for itself.
    case EventKind::arrived: return to(State::open);
    case EventKind::cancelled: return finish(Outcome::cancelled);
    // Somebody came, perhaps just as staff were asked whether nobody did.
    case EventKind::no_show:
    // Who waits already needs the code no more.
    case EventKind::code_expired:
    case EventKind::opened:
    case EventKind::ended:
    case EventKind::media_connected:
    case EventKind::media_lost:
    case EventKind::media_rejected:
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_admitted:
    case EventKind::newcomer_declined:
    case EventKind::reason_asked:
    case EventKind::reason_withdrawn:
    case EventKind::reconnect_expired: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Transition> from_admitted(EventKind event) noexcept {
  switch (event) {
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_given:
    case EventKind::reason_missing: return to(State::admitted);
    // Nothing of the visit moves for one who only stands at the door.
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_declined: return to(State::admitted);
    case EventKind::newcomer_admitted: return to(State::admitted);
    case EventKind::media_connected: return to(State::in_call);
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::media_lost:
    case EventKind::away:
    case EventKind::returned: return to(State::admitted);
    // A connection that could not prove itself waits for staff again.
    case EventKind::media_rejected: return to(State::waiting);
    case EventKind::left:
    case EventKind::wait_expired: return to(State::open);
    case EventKind::ended: return finish(Outcome::failed);
    case EventKind::cancelled: return finish(Outcome::cancelled);
    case EventKind::arrived:
    case EventKind::knocked:
    case EventKind::code_expired:
    case EventKind::opened:
    case EventKind::admitted:
    case EventKind::declined:
    case EventKind::no_show:
    case EventKind::reason_asked:
    case EventKind::reason_withdrawn:
    case EventKind::reconnect_expired: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Transition> from_in_call(EventKind event) noexcept {
  switch (event) {
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_asked:
    case EventKind::reason_given:
    case EventKind::reason_withdrawn:
    case EventKind::reason_missing: return to(State::in_call);
    // Nothing of the visit moves for one who only stands at the door.
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_declined: return to(State::in_call);
    case EventKind::newcomer_admitted: return to(State::admitted);
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::media_connected:  // a second peer took over from the first
    case EventKind::away:
    case EventKind::returned: return to(State::in_call);
    case EventKind::media_lost:
    case EventKind::left: return to(State::reconnecting);
    case EventKind::media_rejected: return to(State::waiting);
    case EventKind::ended: return finish(Outcome::completed);
    case EventKind::arrived:
    case EventKind::knocked:
    case EventKind::code_expired:  // the code opens the door; it does not end a talk
    case EventKind::opened:
    case EventKind::admitted:
    case EventKind::declined:
    case EventKind::cancelled:
    case EventKind::no_show:
    case EventKind::wait_expired:
    case EventKind::reconnect_expired: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Transition> from_reconnecting(EventKind event) noexcept {
  switch (event) {
    case EventKind::picture_needed:
    case EventKind::picture_waived:
    case EventKind::reason_given:
    case EventKind::reason_missing: return to(State::reconnecting);
    // Nothing of the visit moves for one who only stands at the door.
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_declined: return to(State::reconnecting);
    case EventKind::newcomer_admitted: return to(State::admitted);
    case EventKind::media_connected: return to(State::in_call);
    case EventKind::recoded:
    case EventKind::renewed:
    case EventKind::media_lost:
    case EventKind::left:
    case EventKind::away:
    case EventKind::returned: return to(State::reconnecting);
    case EventKind::media_rejected: return to(State::waiting);
    case EventKind::ended:
    case EventKind::reconnect_expired: return finish(Outcome::completed);
    case EventKind::arrived:
    case EventKind::knocked:
    case EventKind::code_expired:
    case EventKind::opened:
    case EventKind::admitted:
    case EventKind::declined:
    case EventKind::cancelled:
    case EventKind::no_show:
    case EventKind::reason_asked:
    case EventKind::reason_withdrawn:
    case EventKind::wait_expired: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Transition> next(State state, EventKind event) noexcept {
  switch (state) {
    case State::scheduled: return from_scheduled(event);
    case State::open: return from_open(event);
    case State::waiting: return from_waiting(event);
    case State::admitted: return from_admitted(event);
    case State::in_call: return from_in_call(event);
    case State::reconnecting: return from_reconnecting(event);
    case State::ended: return std::nullopt;
  }
  return std::nullopt;
}

std::string_view name_of(State state) noexcept {
  switch (state) {
    case State::scheduled: return "scheduled";
    case State::open: return "open";
    case State::waiting: return "waiting";
    case State::admitted: return "admitted";
    case State::in_call: return "in-call";
    case State::reconnecting: return "reconnecting";
    case State::ended: return "ended";
  }
  return "";
}

std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::completed: return "completed";
    case Outcome::no_show: return "no-show";
    case Outcome::cancelled: return "cancelled";
    case Outcome::failed: return "failed";
  }
  return "";
}

std::string_view name_of(EventKind event) noexcept {
  switch (event) {
    case EventKind::opened: return "opened";
    case EventKind::recoded: return "recoded";
    case EventKind::renewed: return "code-renewed";
    case EventKind::admitted: return "admitted";
    case EventKind::declined: return "declined";
    case EventKind::ended: return "ended";
    case EventKind::cancelled: return "cancelled";
    case EventKind::no_show: return "no-show";
    case EventKind::arrived: return "patient-arrived";
    case EventKind::knocked: return "patient-knocked";
    case EventKind::left: return "patient-left";
    case EventKind::away: return "patient-away";
    case EventKind::returned: return "patient-returned";
    case EventKind::newcomer_arrived: return "newcomer-arrived";
    case EventKind::newcomer_knocked: return "newcomer-knocked";
    case EventKind::newcomer_away: return "newcomer-away";
    case EventKind::newcomer_returned: return "newcomer-returned";
    case EventKind::newcomer_gone: return "newcomer-gone";
    case EventKind::newcomer_admitted: return "newcomer-admitted";
    case EventKind::newcomer_declined: return "newcomer-declined";
    case EventKind::media_connected: return "media-connected";
    case EventKind::media_lost: return "media-lost";
    case EventKind::media_rejected: return "media-rejected";
    case EventKind::code_expired: return "code-expired";
    case EventKind::wait_expired: return "wait-expired";
    case EventKind::reconnect_expired: return "reconnect-expired";
    case EventKind::picture_needed: return "picture-needed";
    case EventKind::picture_waived: return "picture-waived";
    case EventKind::reason_asked: return "reason-asked";
    case EventKind::reason_given: return "reason-given";
    case EventKind::reason_withdrawn: return "reason-withdrawn";
    case EventKind::reason_missing: return "reason-missing";
  }
  return "";
}

bool has_the_room(State state) noexcept {
  switch (state) {
    case State::admitted:
    case State::in_call:
    case State::reconnecting: return true;
    case State::scheduled:
    case State::open:
    case State::waiting:
    case State::ended: return false;
  }
  return false;
}

std::optional<State> state_named(std::string_view name) noexcept {
  for (const State state : k_states) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

std::optional<Outcome> outcome_named(std::string_view name) noexcept {
  for (const Outcome outcome : {Outcome::completed, Outcome::no_show, Outcome::cancelled, Outcome::failed}) {
    if (name_of(outcome) == name) return outcome;
  }
  return std::nullopt;
}

}  // namespace sangdam::consultation
