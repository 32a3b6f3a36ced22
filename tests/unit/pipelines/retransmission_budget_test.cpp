#include "pipelines/retransmission_budget.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using Time = RetransmissionBudget::Time;

/// How many of the requests, one each `every`, are answered.
int answered(RetransmissionBudget& budget, Time& now, int requests, std::chrono::milliseconds every,
             bool same_packet = false) {
  int count = 0;
  for (int i = 0; i < requests; ++i, now += every) {
    if (budget.allow(now, 1, static_cast<std::uint16_t>(same_packet ? 7 : i))) ++count;
  }
  return count;
}

TEST_CASE("what a bad line loses is sent again") {
  RetransmissionBudget budget;
  budget.on_rate(2000, 50);
  Time now{1h};
  // 2 Mbit/s are some 200 packets a second; a tenth of them.
  CHECK(answered(budget, now, 200, 50ms) == 200);
}

TEST_CASE("however much is asked for, repairs stay below a third of the rate") {
  for (const double kbps : {100.0, 300.0, 2000.0}) {
    RetransmissionBudget budget;
    budget.on_rate(kbps, 10);
    Time now{1h};
    const int packets = answered(budget, now, 10'000, 1ms);
    CHECK(packets * 9.6 < 0.34 * kbps * 10 + 6 * 9.6 + 10 * 4 * 9.6);
    CHECK(packets > 0);
  }
}

TEST_CASE("a packet is not sent again before the last try could have been missed") {
  RetransmissionBudget budget;
  budget.on_rate(2000, 200);
  Time now{1h};
  CHECK(answered(budget, now, 1000, 1ms, true) == 5);
  CHECK(budget.allow(now, 2, 7));  // of another source
}

TEST_CASE("a lost picture is repaired at once") {
  RetransmissionBudget budget;
  budget.on_rate(1000, 20);
  Time now{1h};
  CHECK(answered(budget, now, 12, 0ms) == 12);
}

}  // namespace
}  // namespace sangdam::pipelines
