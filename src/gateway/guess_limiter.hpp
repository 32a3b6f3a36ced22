// Keeps session codes from being guessed. docs/threat-model.md has the arithmetic; the numbers are
// GuessLimits.
//
// Asked before a code is looked at, so that a refusal says nothing about the code:
//  1. Per address: a few free tries, then a delay that doubles with each further failure.
//  2. In total: a bucket of failures that drains at a fixed rate. While it is over its threshold, a try must
//  carry a
//     proof of work, and the work doubles every `step` failures. Whatever computing power a guesser has, the
//     level settles where failures come at the drain rate; above `max_bits` nothing is answered. So over any
//     time T at most drain * T + threshold + step * (max_bits - base_bits + 1) wrong guesses are answered,
//     from all the world together.
//
// Pure: no sockets, time is passed in. Memory is bounded by the same total. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/clock.hpp"

namespace sangdam::gateway {

struct GuessLimits {
  unsigned free_tries = 5;              // per address; slips are caught by the check digit and do not count
  std::chrono::seconds first_delay{5};  // doubles with each further failure
  std::chrono::seconds longest_delay{15 * 60};
  std::chrono::seconds address_memory{2 * 60 * 60};  // without a failure, after which an address is new again
  std::size_t max_addresses = 8192;

  double total_threshold = 300;  // failures at once, before proofs are asked for
  double drain_per_hour = 500;
  double step = 20;         // failures for which the work stays the same
  unsigned base_bits = 20;  // about 5 s of a phone
  unsigned max_bits = 40;   // what the protocol can ask for
};

struct TryAllowed {};
struct TryTooSoon {
  std::chrono::seconds retry_after;
};
struct TryNeedsProof {
  unsigned bits;
};
using TryVerdict = std::variant<TryAllowed, TryTooSoon, TryNeedsProof>;

class GuessLimiter {
 public:
  explicit GuessLimiter(GuessLimits limits = {}) : m_limits(limits) {}

  /// May `address` (an address_key()) try a code now? `proven_bits` is the work its try carries, 0 for none.
  /// A proof of one bit less than is asked by now is taken: others may have failed while it was being made.
  [[nodiscard]] TryVerdict check(std::string_view address, unsigned proven_bits, base::Moment now);
  /// The code was wrong.
  void failed(std::string_view address, base::Moment now);

  [[nodiscard]] std::size_t addresses() const { return m_addresses.size(); }

 private:
  struct Record {
    unsigned failures = 0;
    base::Moment last;
    base::Moment next_allowed;
  };
  void drain(base::Moment now);
  void forget_old(base::Moment now);

  GuessLimits m_limits;
  std::unordered_map<std::string, Record> m_addresses;
  double m_level = 0;
  base::Moment m_drained{};
};

/// True if SHA-256(nonce ":" code ":" proof) begins with `bits` zero bits.
[[nodiscard]] bool proof_holds(std::string_view nonce, std::string_view code, std::string_view proof,
                               unsigned bits);

/// What counts as one address: IPv4 whole, IPv6 by /64 (what one customer gets), IPv4 in IPv6 as IPv4. Text
/// that is no address stands for itself.
[[nodiscard]] std::string address_key(std::string_view address);

}  // namespace sangdam::gateway
