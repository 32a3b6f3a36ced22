// Why an intent of the staff is refused in a state that has no place for it: one code for each reason, so
// that the screen can say what is the matter and what to do instead. A pure table, like state.hpp.
#pragma once

#include "base/result.hpp"
#include "consultation/state.hpp"

namespace sangdam::consultation {

/// For an event of staff that next() gives no transition for. Codes: "visit-over", "not-open",
/// "already-open", "nobody-waiting", "somebody-waits", "already-admitted", "no-call-yet", "call-goes-on".
[[nodiscard]] base::Failure refusal_of(State state, EventKind event);

}  // namespace sangdam::consultation
