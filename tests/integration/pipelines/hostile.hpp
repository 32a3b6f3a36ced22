// What the tests of hostile patients have in common.
#pragma once

#include <chrono>
#include <vector>

#include "integration/pipelines/call.hpp"

namespace sangdam::tests {

inline bool has_ended(const Call& call) { return !call.listener.failures.empty(); }

/// Until both sides see each other and both channels are open.
inline void connect(Call& call) {
  REQUIRE(run_until([&] { return call.listener.connected == 1 && call.listener.first_frames == 1; },
                    std::chrono::seconds(20)));
  REQUIRE(run_until([&] { return call.listener.open[Channel::chat] && call.listener.open[Channel::control]; },
                    std::chrono::seconds(10)));
}
inline void check_ended(const Call& call) {
  CHECK(call.listener.failures == std::vector{PeerFailure::protocol_violation});
}

}  // namespace sangdam::tests
