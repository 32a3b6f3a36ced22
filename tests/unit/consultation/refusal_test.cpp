#include "consultation/refusal.hpp"

#include <array>

#include "support/catch.hpp"

using namespace sangdam::consultation;

namespace {

constexpr std::array k_intents{EventKind::opened,   EventKind::renewed,        EventKind::admitted,
                               EventKind::declined, EventKind::ended,          EventKind::cancelled,
                               EventKind::no_show,  EventKind::picture_needed, EventKind::picture_waived};

}  // namespace

TEST_CASE("Every intent that a state has no place for is refused with a reason that fits the state",
          "[refusal]") {
  for (const State state : k_states) {
    for (const EventKind intent : k_intents) {
      if (next(state, intent)) continue;
      const auto failure = refusal_of(state, intent);
      CAPTURE(name_of(state), name_of(intent), failure.code);
      CHECK_FALSE(failure.message.empty());
      CHECK((failure.code == "visit-over") == (state == State::ended));
    }
  }
}

TEST_CASE("Different reasons have different codes", "[refusal]") {
  CHECK(refusal_of(State::open, EventKind::admitted).code == "nobody-waiting");
  CHECK(refusal_of(State::in_call, EventKind::admitted).code == "already-admitted");
  CHECK(refusal_of(State::open, EventKind::declined).code == "nobody-waiting");
  CHECK(refusal_of(State::reconnecting, EventKind::cancelled).code == "call-goes-on");
  CHECK(refusal_of(State::in_call, EventKind::no_show).code == "call-goes-on");
  CHECK(refusal_of(State::waiting, EventKind::no_show).code == "somebody-waits");
  CHECK(refusal_of(State::waiting, EventKind::ended).code == "no-call-yet");
  CHECK(refusal_of(State::open, EventKind::opened).code == "already-open");
  CHECK(refusal_of(State::scheduled, EventKind::admitted).code == "not-open");
}
