#include "consultation/refusal.hpp"

namespace sangdam::consultation {
namespace {

base::Failure nobody_waiting() {
  return {"nobody-waiting", "Nobody waits at the door just now. The code stays good."};
}

/// Letting in, or asking to come back later: both need somebody at the door.
base::Failure door_refusal(State state) {
  switch (state) {
    case State::scheduled: return {"not-open", "This visit has not been opened yet. Open it first."};
    case State::open:
    case State::waiting: return nobody_waiting();
    case State::admitted:
    case State::in_call:
    case State::reconnecting:
      return {"already-admitted", "The patient was let in already. The visit is in the call screen."};
    case State::ended: break;
  }
  return {"visit-over", "This visit is over."};
}

/// Closing a visit that did not come about.
base::Failure closing_refusal(State state) {
  switch (state) {
    case State::waiting:  // no transition for "nobody came"; "cancelled" has one
      return {"somebody-waits", "Somebody waits at the door. Look at who it is first."};
    case State::admitted:
      return {"already-admitted", "The patient was let in already. The visit is in the call screen."};
    case State::in_call:
    case State::reconnecting:
      return {"call-goes-on", "The patient is in the call. End the visit in the call screen."};
    case State::scheduled:
    case State::open:
    case State::ended: break;
  }
  return {"visit-over", "This visit is over."};
}

base::Failure ending_refusal(State state) {
  switch (state) {
    case State::scheduled:
    case State::open:
    case State::waiting: return {"no-call-yet", "There is no call to end yet. Cancel the session instead."};
    case State::admitted:
    case State::in_call:
    case State::reconnecting:
    case State::ended: break;
  }
  return {"visit-over", "This visit is over."};
}

}  // namespace

base::Failure refusal_of(State state, EventKind event) {
  switch (event) {
    case EventKind::admitted:
    case EventKind::declined: return door_refusal(state);
    case EventKind::cancelled:
    case EventKind::no_show: return closing_refusal(state);
    case EventKind::ended: return ending_refusal(state);
    case EventKind::opened:
      if (state == State::ended) break;
      return {"already-open", "This visit is open already."};
    case EventKind::renewed:
    case EventKind::picture_needed:
    case EventKind::picture_waived:
      if (state == State::ended) break;
      return {"not-open", "This visit has not been opened yet. Open it first."};
    case EventKind::recoded:
    case EventKind::arrived:
    case EventKind::knocked:
    case EventKind::left:
    case EventKind::away:
    case EventKind::returned:
    case EventKind::newcomer_arrived:
    case EventKind::newcomer_knocked:
    case EventKind::newcomer_away:
    case EventKind::newcomer_returned:
    case EventKind::newcomer_gone:
    case EventKind::newcomer_admitted:
    case EventKind::newcomer_declined:
    case EventKind::media_connected:
    case EventKind::media_lost:
    case EventKind::media_rejected:
    case EventKind::code_expired:
    case EventKind::wait_expired:
    case EventKind::reconnect_expired:
    case EventKind::reason_asked:
    case EventKind::reason_withdrawn:
    case EventKind::reason_missing: break;  // no intents
    case EventKind::reason_given: break;    // has a place in every open visit
  }
  return {"visit-over", "This visit is over."};
}

}  // namespace sangdam::consultation
