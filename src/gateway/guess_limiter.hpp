// Keeps session codes from being guessed, without shutting out whoever holds one. docs/threat-model.md has
// the arithmetic; the numbers are GuessLimits.
//
// Nothing here looks at the code, so neither a refusal nor a wait says anything about it:
//  1. Wrong tries cost tokens, `per_hour` for all the world. There are two budgets, one for addresses that
//  have
//     failed little and one for the others ("locked"); what one of them cannot hold goes to the other.
//     However much computing power and however many addresses a guesser has, in a time T at most per_hour * T
//     + burst + locked_burst wrong tries are answered.
//  2. A locked address is never shut out: a proof of work buys a try. So does everybody's try once more than
//     half of the budget is used up.
//  3. A proven try that finds no token waits in line: the address that has failed least comes first, then who
//     came first. So an address that did not fail does not wait for those that did, and on one address nobody
//     waits for more than the connections that were there before.
//
// Pure: no sockets, time is passed in. Memory is bounded by the same total. One thread.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "protocol/messages.hpp"

namespace sangdam::gateway {

struct GuessLimits {
  double per_hour = 720;          // wrong tries, all over the world
  double locked_share = 1.0 / 3;  // of them for locked addresses, at least
  double burst = 250;             // tokens of the addresses that are not locked
  double locked_burst = 50;
  double free_level = 125;  // with fewer tokens left, everybody's try must carry a proof

  double free_tries = 5;  // failures of an address before it is locked; halved every `half_life`
  std::chrono::hours half_life{1};
  std::chrono::hours memory{24};  // without a failure, after which an address is new again
  unsigned base_bits = 17;        // of a locked address; one more for each further failure
  std::chrono::minutes longest_wait{25};
  std::size_t max_waiting = 2000;  // as many as there are connections
  std::size_t max_records = 65536;
};

/// An address, or a network it is part of, and what one failure there counts for the address: many addresses
/// of one network may be one guesser, but also many people.
struct Network {
  std::string key;
  double weight;
};

struct TryAllowed {};
struct TryInLine {};
struct TryNeedsProof {
  unsigned bits;
};
struct TryTooSoon {
  std::chrono::seconds retry_after;
};
using TryVerdict = std::variant<TryAllowed, TryInLine, TryNeedsProof, TryTooSoon>;

class GuessLimiter {
 public:
  /// Whose try it is: a connection.
  using Id = std::uint64_t;

  explicit GuessLimiter(GuessLimits limits = {});

  /// May the code that `id` gives from `address` (an address_key()) be looked at now? `proven`: it carries
  /// the work it was asked for. TryInLine: next() will tell.
  [[nodiscard]] TryVerdict check(Id id, std::string_view address, bool proven, base::Moment now);
  /// The code was wrong.
  void failed(std::string_view address, base::Moment now);
  /// Who in line may be answered now, and leaves it. Ask again after the answer until there is nobody.
  [[nodiscard]] std::optional<Id> next(base::Moment now);
  /// Who has waited for too long, and leaves the line.
  [[nodiscard]] std::optional<Id> next_late(base::Moment now);
  /// Gone: waits no more.
  void leave(Id id);
  /// Who waits, and for how long at most if nobody overtakes: for people.
  [[nodiscard]] std::vector<std::pair<Id, std::chrono::seconds>> waits(base::Moment now);

  [[nodiscard]] std::size_t records() const { return m_records.size(); }
  [[nodiscard]] std::size_t waiting() const { return m_line.size(); }

 private:
  struct Record {
    double failures = 0;  // when `last` was; half of it after each half-life
    base::Moment last;
  };
  struct Waiting {
    Id id = 0;
    std::vector<Network> networks;
    base::Moment since;
  };
  using Line = std::vector<Waiting>;

  void refill(base::Moment now);
  [[nodiscard]] double decayed(const Record& record, base::Moment now) const;
  /// Of the address and its networks, whichever says most.
  [[nodiscard]] double failures_of(const std::vector<Network>& networks, base::Moment now) const;
  /// Rounded: five failures within some minutes are five, though the first has faded a little.
  [[nodiscard]] bool is_locked(double failures) const { return std::round(failures) >= m_limits.free_tries; }
  [[nodiscard]] Line::const_iterator first_in_line(bool locked, base::Moment now) const;
  void forget_old(base::Moment now);

  GuessLimits m_limits;
  std::unordered_map<std::string, Record> m_records;
  Line m_line;  // in the order they came
  double m_tokens;
  double m_locked_tokens;
  base::Moment m_refilled{};
};

/// True if SHA-256(nonce ":" code ":" proof) begins with `bits` zero bits.
[[nodiscard]] bool proof_holds(std::string_view nonce, std::string_view code, std::string_view proof,
                               unsigned bits);

/// What counts as one address: IPv4 whole, IPv6 by /64 (what one customer gets), IPv4 in IPv6 as IPv4. Text
/// that is no address stands for itself.
[[nodiscard]] std::string address_key(std::string_view address);

/// The address itself, its network and its provider's, from an address_key().
[[nodiscard]] std::vector<Network> networks_of(std::string_view address_key);

}  // namespace sangdam::gateway
