#include "gateway/guess_limiter.hpp"

#include <fmt/format.h>

#include <cmath>

#include "support/catch.hpp"

namespace {

using namespace sangdam;
using namespace sangdam::gateway;
using namespace std::chrono_literals;

const base::Moment k_start(24h);

bool allowed(const TryVerdict& verdict) { return std::holds_alternative<TryAllowed>(verdict); }
unsigned bits_of(const TryVerdict& verdict) {
  const auto* proof = std::get_if<TryNeedsProof>(&verdict);
  return proof == nullptr ? 0 : proof->bits;
}

}  // namespace

TEST_CASE("an address has five free tries, then waits that double up to a quarter of an hour", "[limiter]") {
  GuessLimiter limiter;
  base::Moment now = k_start;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(allowed(limiter.check("a", 0, now)));
    limiter.failed("a", now);
  }
  for (const auto expected : {5s, 10s, 20s, 40s, 80s, 160s, 320s, 640s, 900s, 900s}) {
    const auto verdict = limiter.check("a", 0, now);
    REQUIRE(std::holds_alternative<TryTooSoon>(verdict));
    CHECK(std::get<TryTooSoon>(verdict).retry_after == expected);
    CHECK(allowed(limiter.check("b", 0, now)));  // its neighbour is not held up
    now += expected;
    REQUIRE(allowed(limiter.check("a", 0, now)));
    limiter.failed("a", now);
  }
  now += 2h;
  CHECK(allowed(limiter.check("a", 0, now)));
  limiter.failed("a", now);
  CHECK(allowed(limiter.check("a", 0, now)));
}

TEST_CASE("past the total a try must carry work, and the work grows with the failures", "[limiter]") {
  GuessLimiter limiter;
  for (int i = 0; i < 300; ++i) {
    REQUIRE(allowed(limiter.check(std::to_string(i), 0, k_start)));
    limiter.failed(std::to_string(i), k_start);
  }
  CHECK(bits_of(limiter.check("new", 0, k_start)) == 20);
  CHECK(allowed(limiter.check("new", 20, k_start)));
  for (int i = 0; i < 40; ++i) limiter.failed(std::to_string(i), k_start);
  CHECK(bits_of(limiter.check("new", 0, k_start)) == 22);
  CHECK(bits_of(limiter.check("new", 20, k_start)) == 22);  // stored-up cheap proofs are worth nothing
  CHECK(allowed(limiter.check("new", 21, k_start)));        // one step while it was being made is forgiven
  // An hour without failures: everybody is welcome again.
  CHECK(allowed(limiter.check("new", 0, k_start + 1h)));
}

TEST_CASE("above the hardest proof nothing is answered at all", "[limiter]") {
  GuessLimiter limiter;
  for (int i = 0; i < 300 + 21 * 20; ++i) limiter.failed(std::to_string(i), k_start);
  CHECK(std::holds_alternative<TryTooSoon>(limiter.check("new", 64, k_start)));
}

TEST_CASE("a month of guessing by everybody, with any computing power, finds one of three codes in under 2 %",
          "[limiter][arithmetic]") {
  // The strongest guesser there can be: a new address for each try, and every proof solved at once.
  GuessLimiter limiter;
  base::Moment now = k_start;
  std::uint64_t answered = 0;
  std::uint64_t address = 0;
  std::size_t largest_table = 0;
  const base::Moment end = k_start + 30 * 24h;
  while (now < end) {
    while (allowed(limiter.check(std::to_string(address), 64, now))) {
      limiter.failed(std::to_string(address++), now);
      ++answered;
    }
    largest_table = std::max(largest_table, limiter.addresses());
    now += 60s;
  }
  const GuessLimits limits;
  const double bound = limits.drain_per_hour * 24 * 30 + limits.total_threshold +
                       limits.step * (limits.max_bits - limits.base_bits + 1) + 1;
  CHECK(static_cast<double>(answered) <= bound);
  CHECK(static_cast<double>(answered) >
        bound * 0.99);             // the simulation is the full rate, not something weaker
  constexpr double k_codes = 1e8;  // eight free digits; the ninth is the check digit
  constexpr double k_open = 3;
  const double hit = 1 - std::pow(1 - k_open / k_codes, static_cast<double>(answered));
  INFO(fmt::format("{} guesses, {:.3f} % chance", answered, hit * 100));
  CHECK(hit < 0.02);
  CHECK(largest_table <= limits.max_addresses);
}

TEST_CASE("a flood of addresses does not grow the table beyond its bound", "[limiter]") {
  GuessLimiter limiter({.max_addresses = 100});
  for (int i = 0; i < 1000; ++i) limiter.failed(std::to_string(i), k_start);
  CHECK(limiter.addresses() == 100);
  limiter.failed("later", k_start + 3h);
  CHECK(limiter.addresses() == 1);
}

TEST_CASE("a proof is counted in leading zero bits of SHA-256", "[limiter][proof]") {
  // SHA-256("n:482731906:0"...): searched here, so that a wrong bit count cannot agree with itself at two
  // sizes.
  const auto solve = [](unsigned bits) {
    for (unsigned i = 0;; ++i) {
      if (proof_holds("n", "482731906", std::to_string(i), bits)) return std::to_string(i);
    }
  };
  const std::string proof = solve(12);
  CHECK(proof_holds("n", "482731906", proof, 12));
  CHECK(proof_holds("n", "482731906", proof, 0));
  CHECK_FALSE(proof_holds("m", "482731906", proof, 12));
  CHECK_FALSE(proof_holds("n", "482731907", proof, 12));
  CHECK_FALSE(proof_holds("n", "482731906", proof, 40));
}

TEST_CASE("an address is an IPv4 address or an IPv6 network of one customer", "[limiter]") {
  CHECK(address_key("192.0.2.7") == "192.0.2.7");
  CHECK(address_key("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff::9"));
  CHECK(address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1"));
  CHECK(address_key("") == "");
}
