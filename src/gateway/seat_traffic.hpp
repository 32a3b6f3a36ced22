// What a patient with a seat may send. Whoever was let in is never cut off for being fast: what comes faster
// than it is useful is dropped, and only a flood that goes on ends the connection. The page then resumes; its
// call, which does not pass here, goes on. Plain value; one thread.
#pragma once

#include <cstdint>

#include "base/token_bucket.hpp"

namespace sangdam::gateway {

struct SeatRates {
  base::Rate messages{30, 10};
  /// A PC with 20 addresses (cards, VPN, Docker, IPv6) has a UDP and a TCP candidate for each, one more as a
  /// STUN server sees it, and one for each URL of a TURN server: 120 with three of them. Twice, as its
  /// network may change.
  base::Rate candidates{256, 25};
  /// Everything together, pings and fragments too. The connection's StreamMeter counts it.
  base::Rate flood{600, 60};
};

class SeatTraffic {
 public:
  explicit SeatTraffic(const SeatRates& rates) : m_messages(rates.messages), m_candidates(rates.candidates) {}

  /// False: the message is dropped.
  [[nodiscard]] bool take(bool is_candidate, base::Moment now) {
    if ((is_candidate ? m_candidates : m_messages).take(now)) return true;
    ++m_dropped;
    return false;
  }
  /// To be told to whoever looks for faults, once for each connection.
  [[nodiscard]] bool is_first() const { return m_dropped == 1; }

 private:
  base::TokenBucket m_messages;
  base::TokenBucket m_candidates;
  std::uint64_t m_dropped = 0;
};

}  // namespace sangdam::gateway
