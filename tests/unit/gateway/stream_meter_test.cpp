#include <memory>

#include "gateway/metered_stream.hpp"
#include "support/catch.hpp"

namespace {

using namespace sangdam;
using namespace sangdam::gateway;
using namespace std::chrono_literals;

class FakeClock final : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return {}; }
  [[nodiscard]] base::Moment moment() const override { return time; }
  base::Moment time{1h};
};

constexpr base::Rate k_bytes{1000, 100};
const std::string k_ping("\x89\x80mask", 6);

StreamMeter meter_of(const base::Clock& clock) { return {clock, k_bytes, 10'000, nullptr, nullptr}; }

bool waited(const std::vector<std::string>& reads) {
  const FakeClock clock;
  StreamMeter meter = meter_of(clock);
  for (const std::string& each : reads) REQUIRE(meter.take(each));
  return meter.waited_for_answer();
}

}  // namespace

TEST_CASE("a WebSocket's pings are taken from the same allowance as its messages", "[gateway][meter]") {
  FakeClock clock;
  StreamMeter meter = meter_of(clock);
  meter.upgraded({k_bytes, {3, 1}, nullptr});
  CHECK(meter.take(k_ping + k_ping));
  CHECK(meter.take_message());
  CHECK_FALSE(meter.take_message());
  CHECK_FALSE(meter.take(k_ping));
  clock.time += 1s;
  CHECK(meter.take(k_ping));
  CHECK_FALSE(meter.take(k_ping));
}

TEST_CASE("what goes beyond the own allowance comes out of the common one, and no client loses its own by it",
          "[gateway][meter]") {
  FakeClock clock;
  const auto common = std::make_shared<base::TokenBucket>(base::Rate{10, 0});
  const Allowance seatless{k_bytes, {2, 1}, common};
  StreamMeter greedy = meter_of(clock);
  StreamMeter modest = meter_of(clock);
  greedy.upgraded(seatless);
  modest.upgraded(seatless);
  int taken = 0;
  while (greedy.take(k_ping)) ++taken;
  CHECK(taken == 2 + 10);
  CHECK(modest.take(k_ping));
  CHECK(modest.take(k_ping));
  CHECK_FALSE(modest.take(k_ping));
}

TEST_CASE("bytes count whatever they are part of", "[gateway][meter]") {
  FakeClock clock;
  StreamMeter meter = meter_of(clock);
  meter.upgraded({{100, 10}, {1000, 1000}, nullptr});
  CHECK(meter.take(std::string(90, '\0')));
  CHECK_FALSE(meter.take(std::string(20, '\0')));
  meter.allow({{500, 10}, {1000, 1000}, nullptr});  // it has its seat now
  CHECK(meter.take(std::string(400, '\0')));
}

TEST_CASE("a client that sends more behind its request than the request is noticed", "[gateway][meter]") {
  CHECK(waited({"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}));
  CHECK(waited({"GET / HTTP/1.1\r\nHo", "st: a\r\n\r", "\n"}));
  CHECK(waited({"GET / HTTP/1.1\r\n\r\n", "GET /ws/patient HTTP/1.1\r\n\r\n"}));  // one after the other
  CHECK_FALSE(waited({"GET / HTTP/1.1\r\nHost: a\r\n"}));
  CHECK_FALSE(waited({"GET / HTTP/1.1\r\n\r\n" + k_ping}));
  CHECK_FALSE(waited({"GET / HTTP/1.1\n\n" + k_ping + "\r\n\r\n"}));
  CHECK_FALSE(waited({"GET / HTTP/1.1\r\n\n" + k_ping + "\n\n"}));
  CHECK_FALSE(waited({"GET / HTTP/1.1\r\n\r\nGET /ws/patient HTTP/1.1\r\n\r\n"}));
}
