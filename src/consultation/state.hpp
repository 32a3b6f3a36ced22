// The states of one consultation and the events that move it: a pure table, no clock, no input or output.
//
//   scheduled -> open (code out) -> waiting (a patient knocks) -> admitted (media being connected)
//             -> in_call <-> reconnecting -> ended (with an outcome)
//
// "The patient dropped" (reconnecting) and "the visit is finished" (ended) are different things. What ICE,
// DTLS and the signalling connection do are events here, never a second truth beside the state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sangdam::consultation {

enum class State : std::uint8_t { scheduled, open, waiting, admitted, in_call, reconnecting, ended };

enum class Outcome : std::uint8_t { completed, no_show, cancelled, failed };

enum class EventKind : std::uint8_t {
  // Staff
  opened,          // hand out the code
  recoded,         // the gateway has or had that code: another one, before anybody was told it
  renewed,         // staff want another code: the old one stops, whoever is there stays
  admitted,        // let the waiting patient in
  declined,        // not now: the patient is told and the code stays good
  ended,           // finish the visit
  cancelled,       // before a call came about
  no_show,         // staff say that nobody came
  picture_needed,  // the visit is one that needs to be seen
  picture_waived,  // it is not, or no more
  reason_given,    // why a visit that needs the picture went on without one (unseen.hpp)
  // The patient, as the gateway tells it
  arrived,   // a browser gave the right code
  knocked,   // gave name and consent
  left,      // pressed "leave"
  away,      // the browser's signalling connection is gone; media may well go on
  returned,  // the same browser is back
  // Another browser that gave the code while the admitted one's signalling was away
  newcomer_arrived,
  newcomer_knocked,
  newcomer_away,
  newcomer_returned,
  newcomer_gone,      // left, or away or without a name for too long
  newcomer_admitted,  // staff let it in, in the place of the one before
  newcomer_declined,  // staff do not: the one before keeps the place
  // The media connection
  media_connected,
  media_lost,
  media_rejected,  // the other end is not who the signalling said (DTLS fingerprint): nothing was shown
  // The clock
  code_expired,
  wait_expired,       // away too long while waiting, or admitted and not connected yet
  reconnect_expired,  // nobody came back and nobody ended the visit
  // The picture of a visit that needs one
  reason_asked,      // it is missing for a while: staff are to say why
  reason_withdrawn,  // it was back so soon that no reason is needed
  reason_missing,    // the visit ends and staff have not said why
};

inline constexpr std::array k_states{State::scheduled, State::open,         State::waiting, State::admitted,
                                     State::in_call,   State::reconnecting, State::ended};

inline constexpr std::array k_event_kinds{EventKind::opened,
                                          EventKind::recoded,
                                          EventKind::renewed,
                                          EventKind::admitted,
                                          EventKind::declined,
                                          EventKind::ended,
                                          EventKind::cancelled,
                                          EventKind::no_show,
                                          EventKind::arrived,
                                          EventKind::knocked,
                                          EventKind::left,
                                          EventKind::away,
                                          EventKind::returned,
                                          EventKind::newcomer_arrived,
                                          EventKind::newcomer_knocked,
                                          EventKind::newcomer_away,
                                          EventKind::newcomer_returned,
                                          EventKind::newcomer_gone,
                                          EventKind::newcomer_admitted,
                                          EventKind::newcomer_declined,
                                          EventKind::media_connected,
                                          EventKind::media_lost,
                                          EventKind::media_rejected,
                                          EventKind::code_expired,
                                          EventKind::wait_expired,
                                          EventKind::reconnect_expired,
                                          EventKind::picture_needed,
                                          EventKind::picture_waived,
                                          EventKind::reason_asked,
                                          EventKind::reason_given,
                                          EventKind::reason_withdrawn,
                                          EventKind::reason_missing};

struct Transition {
  State to;
  std::optional<Outcome> outcome;  // set exactly when `to` is ended
  friend bool operator==(const Transition&, const Transition&) = default;
};

/// Where `event` leads from `state`; nothing if the event means nothing there and is to be ignored.
/// `ended` is a sink.
[[nodiscard]] std::optional<Transition> next(State state, EventKind event) noexcept;

/// The patient was let in and the visit goes on, connected or not. Only then can there be a newcomer.
[[nodiscard]] bool has_the_room(State state) noexcept;
/// Names as the record and the protocol spell them: "in-call", "no-show", "media-lost".
[[nodiscard]] std::string_view name_of(State state) noexcept;
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;
[[nodiscard]] std::string_view name_of(EventKind event) noexcept;
[[nodiscard]] std::optional<State> state_named(std::string_view name) noexcept;
[[nodiscard]] std::optional<Outcome> outcome_named(std::string_view name) noexcept;

}  // namespace sangdam::consultation
