#include "gateway/guess_limiter.hpp"

#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <map>

#include "support/catch.hpp"

namespace {

using namespace sangdam;
using namespace sangdam::gateway;
using namespace std::chrono_literals;

const base::Moment k_start(24h);

bool allowed(const TryVerdict& verdict) { return std::holds_alternative<TryAllowed>(verdict); }
bool in_line(const TryVerdict& verdict) { return std::holds_alternative<TryInLine>(verdict); }
unsigned bits_of(const TryVerdict& verdict) {
  const auto* proof = std::get_if<TryNeedsProof>(&verdict);
  return proof == nullptr ? 0 : proof->bits;
}

/// An IPv4 address of a network of its own.
std::string far_address(unsigned number) {
  return fmt::format("{}.{}.1.1", number / 256 % 256, number % 256);
}

void fail(GuessLimiter& limiter, const std::string& address, int times, base::Moment now) {
  for (int i = 0; i < times; ++i) limiter.failed(address, now);
}

/// A limiter under attack: every attacker's try carries its proof at once, whatever work is asked for.
struct World {
  GuessLimiter limiter;
  base::Moment now = k_start;
  std::map<GuessLimiter::Id, std::string> trying;  // attackers in line
  GuessLimiter::Id next_id = 1000;
  std::uint64_t answered = 0;  // wrong tries

  void attack(const std::string& address) {
    const GuessLimiter::Id id = next_id++;
    const auto verdict = limiter.check(id, address, true, now);
    if (allowed(verdict)) fail_one(address);
    if (in_line(verdict)) trying[id] = address;
  }
  void fail_one(const std::string& address) {
    limiter.failed(address, now);
    ++answered;
  }
  /// A second passes. True if `innocent` was answered.
  bool pass(GuessLimiter::Id innocent = 0) {
    now += 1s;
    bool served = false;
    while (const auto id = limiter.next(now)) {
      if (*id == innocent) {
        served = true;
        continue;
      }
      const auto attacker = trying.extract(*id);
      REQUIRE(attacker);
      fail_one(attacker.mapped());
    }
    while (const auto id = limiter.next_late(now)) trying.erase(*id);
    return served;
  }
};

}  // namespace

TEST_CASE("an address has five free tries, then each costs work, up to the ceiling and never a wait alone",
          "[limiter]") {
  GuessLimiter limiter;
  base::Moment now = k_start;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(allowed(limiter.check(1, "192.0.2.7", false, now)));
    limiter.failed("192.0.2.7", now);
  }
  for (const unsigned expected : {17U, 18U, 19U, 20U, 20U, 20U, 20U}) {
    CHECK(bits_of(limiter.check(1, "192.0.2.7", false, now)) == expected);
    CHECK(allowed(limiter.check(1, "192.0.2.7", true, now)));
    CHECK(allowed(limiter.check(2, "192.0.3.7", false, now)));  // its neighbours are not held up
    limiter.failed("192.0.2.7", now);
  }
  // Twelve failures have faded to fewer than five after two hours.
  CHECK(bits_of(limiter.check(1, "192.0.2.7", false, now + 1h)) != 0);
  CHECK(allowed(limiter.check(1, "192.0.2.7", false, now + 2h)));
}

TEST_CASE("five failures within some minutes are five, though the first has faded a little", "[limiter]") {
  GuessLimiter limiter;
  for (int i = 0; i < 5; ++i) limiter.failed("192.0.2.7", k_start + i * 1min);
  CHECK(bits_of(limiter.check(1, "192.0.2.7", false, k_start + 5min)) == 17);
}

TEST_CASE("the right code from a locked address gets in with work, however many failed there", "[limiter]") {
  GuessLimiter limiter;
  fail(limiter, "192.0.2.7", 40, k_start);
  CHECK(bits_of(limiter.check(1, "192.0.2.7", false, k_start)) == protocol::k_max_proof_bits);
  CHECK(allowed(limiter.check(1, "192.0.2.7", true, k_start)));
}

TEST_CASE("once half of the budget is used up everybody's try costs work", "[limiter]") {
  GuessLimiter limiter;
  for (unsigned i = 0; i < 126; ++i) {
    REQUIRE(allowed(limiter.check(1, far_address(i), false, k_start)));
    limiter.failed(far_address(i), k_start);
  }
  CHECK(bits_of(limiter.check(1, "192.0.2.7", false, k_start)) == protocol::k_max_proof_bits);
  CHECK(allowed(limiter.check(1, "192.0.2.7", true, k_start)));
  CHECK(allowed(limiter.check(1, "192.0.2.7", false, k_start + 1h)));
}

TEST_CASE("no more work is ever asked for than the ceiling", "[limiter]") {
  World world;
  unsigned most = 0;
  for (unsigned i = 0; i < 5000; ++i) {
    world.attack(i % 2 == 0 ? "192.0.2.7" : far_address(i));
    most = std::max(
        most, bits_of(world.limiter.check(1, i % 3 == 0 ? "192.0.2.7" : far_address(i), false, world.now)));
    if (i % 10 == 0) world.pass();
  }
  CHECK(most == protocol::k_max_proof_bits);
}

TEST_CASE("an innocent elsewhere notices nothing of a guesser with one address and any power", "[limiter]") {
  World world;
  for (int second = 0; second < 3600; ++second) {
    while (world.trying.size() < 20) world.attack("203.0.113.9");
    world.pass();
    REQUIRE(allowed(world.limiter.check(1, "192.0.2.7", false, world.now)));
  }
}

TEST_CASE("an innocent behind the guesser's own address waits for no more than the connections before him",
          "[limiter]") {
  World world;
  // Eight connections, each of which has the next try ready as soon as the last was answered.
  constexpr std::size_t k_connections = 8;
  const auto press = [&] {
    while (world.trying.size() < k_connections) world.attack("203.0.113.9");
  };
  for (int second = 0; second < 1800; ++second) {
    press();
    world.pass();
  }
  for (int round = 0; round < 20; ++round) {
    REQUIRE(in_line(world.limiter.check(1, "203.0.113.9", true, world.now)));
    int waited = 1;
    for (; !world.pass(1); ++waited) press();
    INFO(fmt::format("waited {} s", waited));
    CHECK(waited <= 5 * (static_cast<int>(k_connections) + 1));
  }
}

TEST_CASE("an innocent waits for one token at most while a botnet uses everything up", "[limiter]") {
  World world;
  // 2,000 addresses in as many networks, 100 of them in line at all times. It takes them 2,000 / 480 hours
  // until each has failed; from then on an address that has not comes first.
  unsigned turn = 0;
  const auto press = [&] {
    while (world.trying.size() < 100) world.attack(far_address(turn++ % 2000));
  };
  for (int second = 0; second < 5 * 3600; ++second) {
    press();
    world.pass();
  }
  for (int round = 0; round < 20; ++round) {
    const std::string address = fmt::format("192.{}.2.7", round);  // not among the attackers' networks
    CHECK(bits_of(world.limiter.check(1, address, false, world.now)) == protocol::k_max_proof_bits);
    if (allowed(world.limiter.check(1, address, true, world.now))) continue;
    int waited = 1;
    for (; !world.pass(1); ++waited) press();
    INFO(fmt::format("round {}: waited {} s", round, waited));
    CHECK(waited <= 9);  // 7.5 s, seen once a second
  }
}

TEST_CASE("a locked address gets its share while a botnet of others uses everything up", "[limiter]") {
  World world;
  unsigned turn = 0;
  const auto press = [&] {
    while (world.trying.size() < 100) world.attack(far_address(turn++ % 2000));
  };
  for (int second = 0; second < 3600; ++second) {
    press();
    world.pass();
  }
  for (int i = 0; i < 10; ++i) world.limiter.failed("203.0.113.9", world.now);
  REQUIRE(bits_of(world.limiter.check(1, "203.0.113.9", false, world.now)) != 0);
  const auto verdict = world.limiter.check(1, "203.0.113.9", true, world.now);
  int waited = 0;
  while (!allowed(verdict) && !world.pass(1)) {
    press();
    REQUIRE(++waited < 600);
  }
}

TEST_CASE("many addresses of one network count together, and less than one address", "[limiter]") {
  GuessLimiter limiter;
  for (int i = 0; i < 35; ++i) limiter.failed(fmt::format("192.0.2.{}", i), k_start);
  CHECK(bits_of(limiter.check(1, "192.0.2.200", false, k_start)) == 0);
  limiter.failed("192.0.2.35", k_start);  // 36 / 8 is nearly five
  CHECK(bits_of(limiter.check(1, "192.0.2.200", false, k_start)) == 17);
  CHECK(bits_of(limiter.check(1, "192.0.3.200", false, k_start)) == 0);
  GuessLimiter six;
  for (int i = 0; i < 40; ++i) six.failed(address_key(fmt::format("2001:db8:1:{:x}::1", i)), k_start);
  CHECK(bits_of(six.check(1, address_key("2001:db8:1:ffff::1"), false, k_start)) == 17);
  CHECK(bits_of(six.check(1, address_key("2001:db8:2:ffff::1"), false, k_start)) == 0);
}

TEST_CASE("who gives up leaves the line, and who waits too long is told", "[limiter]") {
  GuessLimiter limiter;
  fail(limiter, "192.0.2.7", 55, k_start);
  REQUIRE(in_line(limiter.check(1, "192.0.2.7", true, k_start)));
  REQUIRE(in_line(limiter.check(2, "192.0.2.7", true, k_start + 1s)));
  const auto waits = limiter.waits(k_start + 1s);
  REQUIRE(waits.size() == 2);
  CHECK(waits[0].first == 1);
  CHECK(waits[0].second < waits[1].second);
  limiter.leave(1);
  CHECK(limiter.waiting() == 1);
  CHECK_FALSE(limiter.next_late(k_start + 25min));
  CHECK(limiter.next_late(k_start + 25min + 1s) == GuessLimiter::Id(2));
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("the line is bounded", "[limiter]") {
  GuessLimiter limiter({.max_waiting = 2});
  fail(limiter, "192.0.2.7", 55, k_start);
  REQUIRE(in_line(limiter.check(1, "192.0.2.7", true, k_start)));
  REQUIRE(in_line(limiter.check(2, "192.0.2.7", true, k_start)));
  CHECK(std::holds_alternative<TryTooSoon>(limiter.check(3, "192.0.2.7", true, k_start)));
}

TEST_CASE("a month of guessing by everybody, with any computing power, finds one of three codes in under 2 %",
          "[limiter][arithmetic]") {
  // The strongest guessers there can be: new addresses for half of the tries, one address for the other half,
  // and every proof solved at once.
  World world;
  std::size_t most_records = 0;
  unsigned number = 0;
  const base::Moment end = k_start + 31 * 24h;
  while (world.now < end) {
    for (int kind = 0; kind < 2; ++kind) {
      const auto address = [&] { return kind == 0 ? far_address(number++) : std::string("203.0.113.9"); };
      for (;;) {
        const std::string from = address();
        if (!allowed(world.limiter.check(1, from, true, world.now))) break;
        world.fail_one(from);
      }
      world.limiter.leave(1);
    }
    most_records = std::max(most_records, world.limiter.records());
    world.now += 10min;
  }
  const GuessLimits limits;
  const double bound = limits.per_hour * 24 * 31 + limits.burst + limits.locked_burst;
  CHECK(static_cast<double>(world.answered) <= bound);
  CHECK(static_cast<double>(world.answered) > bound * 0.99);  // the full rate, not something weaker
  constexpr double k_codes = 1e8;  // eight free digits; the ninth is the check digit
  const double hit = 1 - std::pow(1 - 3 / k_codes, static_cast<double>(world.answered));
  INFO(fmt::format("{} guesses, {:.3f} % chance", world.answered, hit * 100));
  CHECK(hit < 0.02);
  CHECK(most_records <= limits.max_records);
}

TEST_CASE("a flood of addresses does not grow the table beyond its bound", "[limiter]") {
  GuessLimiter limiter({.max_records = 100});
  for (unsigned i = 0; i < 1000; ++i) limiter.failed(far_address(i), k_start);
  CHECK(limiter.records() <= 100);
  limiter.failed("later", k_start + 25h);
  CHECK(limiter.records() == 1);
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
