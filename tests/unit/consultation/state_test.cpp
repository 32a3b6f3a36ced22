#include "consultation/state.hpp"

#include <map>
#include <set>
#include <string>

#include "support/catch.hpp"

using namespace sangdam::consultation;

namespace {

// The table once more, written the other way round: per event, the states in which it means something.
// A slip in one of the two shows here.
using Row = std::map<State, Transition>;
const Row k_unmoved{{State::admitted, {State::admitted, {}}},
                    {State::in_call, {State::in_call, {}}},
                    {State::reconnecting, {State::reconnecting, {}}}};
const Row k_any_open{{State::open, {State::open, {}}},
                     {State::waiting, {State::waiting, {}}},
                     {State::admitted, {State::admitted, {}}},
                     {State::in_call, {State::in_call, {}}},
                     {State::reconnecting, {State::reconnecting, {}}}};
const Row k_in_the_call{{State::in_call, {State::in_call, {}}}};
const std::map<EventKind, Row> k_expected{
    {EventKind::opened, {{State::scheduled, {State::open, {}}}}},
    {EventKind::recoded,
     {{State::open, {State::open, {}}},
      {State::waiting, {State::waiting, {}}},
      {State::admitted, {State::admitted, {}}},
      {State::in_call, {State::in_call, {}}},
      {State::reconnecting, {State::reconnecting, {}}}}},
    {EventKind::renewed,
     {{State::open, {State::open, {}}},
      {State::waiting, {State::waiting, {}}},
      {State::admitted, {State::admitted, {}}},
      {State::in_call, {State::in_call, {}}},
      {State::reconnecting, {State::reconnecting, {}}}}},
    {EventKind::admitted, {{State::waiting, {State::admitted, {}}}}},
    {EventKind::declined, {{State::waiting, {State::open, {}}}}},
    {EventKind::ended,
     {{State::admitted, {State::ended, Outcome::failed}},
      {State::in_call, {State::ended, Outcome::completed}},
      {State::reconnecting, {State::ended, Outcome::completed}}}},
    {EventKind::cancelled,
     {{State::scheduled, {State::ended, Outcome::cancelled}},
      {State::open, {State::ended, Outcome::cancelled}},
      {State::waiting, {State::ended, Outcome::cancelled}},
      {State::admitted, {State::ended, Outcome::cancelled}}}},
    {EventKind::no_show,
     {{State::scheduled, {State::ended, Outcome::no_show}}, {State::open, {State::ended, Outcome::no_show}}}},
    {EventKind::arrived, {{State::open, {State::open, {}}}, {State::waiting, {State::open, {}}}}},
    {EventKind::knocked, {{State::open, {State::waiting, {}}}, {State::waiting, {State::waiting, {}}}}},
    {EventKind::left,
     {{State::open, {State::open, {}}},
      {State::waiting, {State::open, {}}},
      {State::admitted, {State::open, {}}},
      {State::in_call, {State::reconnecting, {}}},
      {State::reconnecting, {State::reconnecting, {}}}}},
    {EventKind::away,
     {{State::open, {State::open, {}}},
      {State::waiting, {State::waiting, {}}},
      {State::admitted, {State::admitted, {}}},
      {State::in_call, {State::in_call, {}}},
      {State::reconnecting, {State::reconnecting, {}}}}},
    {EventKind::returned,
     {{State::open, {State::open, {}}},
      {State::waiting, {State::waiting, {}}},
      {State::admitted, {State::admitted, {}}},
      {State::in_call, {State::in_call, {}}},
      {State::reconnecting, {State::reconnecting, {}}}}},
    {EventKind::newcomer_arrived, k_unmoved},
    {EventKind::newcomer_knocked, k_unmoved},
    {EventKind::newcomer_away, k_unmoved},
    {EventKind::newcomer_returned, k_unmoved},
    {EventKind::newcomer_gone, k_unmoved},
    {EventKind::newcomer_declined, k_unmoved},
    {EventKind::newcomer_admitted,
     {{State::admitted, {State::admitted, {}}},
      {State::in_call, {State::admitted, {}}},
      {State::reconnecting, {State::admitted, {}}}}},
    {EventKind::media_connected,
     {{State::admitted, {State::in_call, {}}},
      {State::in_call, {State::in_call, {}}},
      {State::reconnecting, {State::in_call, {}}}}},
    {EventKind::media_lost,
     {{State::admitted, {State::admitted, {}}},
      {State::in_call, {State::reconnecting, {}}},
      {State::reconnecting, {State::reconnecting, {}}}}},
    {EventKind::media_rejected,
     {{State::admitted, {State::waiting, {}}},
      {State::in_call, {State::waiting, {}}},
      {State::reconnecting, {State::waiting, {}}}}},
    {EventKind::code_expired, {{State::open, {State::ended, Outcome::no_show}}}},
    {EventKind::wait_expired, {{State::waiting, {State::open, {}}}, {State::admitted, {State::open, {}}}}},
    {EventKind::reconnect_expired, {{State::reconnecting, {State::ended, Outcome::completed}}}},
    {EventKind::picture_needed, k_any_open},
    {EventKind::picture_waived, k_any_open},
    {EventKind::reason_asked, k_in_the_call},
    {EventKind::reason_given, k_any_open},
    {EventKind::reason_withdrawn, k_in_the_call},
    {EventKind::reason_missing, k_any_open},
};

}  // namespace

TEST_CASE("Every state and event pair leads where the table says, or nowhere", "[state]") {
  REQUIRE(k_expected.size() == k_event_kinds.size());
  for (const State state : k_states) {
    for (const EventKind event : k_event_kinds) {
      INFO(name_of(state) << " + " << name_of(event));
      const Row& row = k_expected.at(event);
      const auto expected = row.find(state);
      const auto transition = next(state, event);
      REQUIRE(transition.has_value() == (expected != row.end()));
      if (transition) CHECK(*transition == expected->second);
    }
  }
}

TEST_CASE("An outcome is given exactly when a visit ends, and nothing follows an end", "[state]") {
  for (const State state : k_states) {
    for (const EventKind event : k_event_kinds) {
      INFO(name_of(state) << " + " << name_of(event));
      const auto transition = next(state, event);
      if (transition) CHECK(transition->outcome.has_value() == (transition->to == State::ended));
      if (state == State::ended) CHECK_FALSE(transition.has_value());
    }
  }
}

TEST_CASE("Only staff's admission leads from the door to the media", "[state]") {
  for (const State state : {State::scheduled, State::open, State::waiting}) {
    for (const EventKind event : k_event_kinds) {
      const auto transition = next(state, event);
      if (!transition || transition->to == State::ended) continue;
      INFO(name_of(state) << " + " << name_of(event));
      const bool inside = transition->to == State::admitted || transition->to == State::in_call ||
                          transition->to == State::reconnecting;
      CHECK(inside == (event == EventKind::admitted));
    }
  }
}

TEST_CASE("Names are unique and read back", "[state]") {
  std::set<std::string> names;
  for (const State state : k_states) {
    names.emplace(name_of(state));
    CHECK(state_named(name_of(state)) == state);
  }
  CHECK(names.size() == k_states.size());
  std::set<std::string> events;
  for (const EventKind event : k_event_kinds) events.emplace(name_of(event));
  CHECK(events.size() == k_event_kinds.size());
  CHECK_FALSE(state_named("in call").has_value());
  CHECK(outcome_named("no-show") == Outcome::no_show);
  CHECK_FALSE(outcome_named("").has_value());
}
