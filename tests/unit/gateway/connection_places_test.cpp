#include "gateway/connection_places.hpp"

#include <sys/socket.h>

#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/domain_doubles.hpp"
#include "support/main_loop.hpp"

namespace {

using namespace sangdam;
using namespace std::chrono_literals;
using gateway::ConnectionLimits;
using gateway::ConnectionPlaces;
using gateway::StreamMeter;

/// A connection whose client end shows whether the gateway has cut it.
class Connection {
 public:
  Connection(const base::Clock& clock, ConnectionPlaces& places, const std::string& address,
             int descriptor = 5)
      : m_ticket(places.take(address, descriptor)) {
    if (m_ticket.use_count() == 0) return;
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    auto socket = base::Ref<GSocket>::adopt(g_socket_new_from_fd(ends[0], nullptr));
    m_client = base::Ref<GSocket>::adopt(g_socket_new_from_fd(ends[1], nullptr));
    m_meter =
        std::make_shared<StreamMeter>(clock, places.limits().http_bytes, 1000, socket, std::move(m_ticket));
    places.add(address, m_meter);
  }
  [[nodiscard]] bool is_in() const { return m_meter != nullptr; }
  [[nodiscard]] bool is_cut() const {
    return (g_socket_condition_check(m_client.get(), G_IO_IN) & G_IO_IN) != 0;
  }
  StreamMeter& meter() { return *m_meter; }
  std::shared_ptr<StreamMeter> release() { return std::move(m_meter); }

 private:
  std::shared_ptr<void> m_ticket;
  std::shared_ptr<StreamMeter> m_meter;
  base::Ref<GSocket> m_client;
};

ConnectionLimits small() {
  ConnectionLimits limits;
  limits.total = 6;
  limits.per_address = 4;
  limits.opened = {100, 1};
  return limits;
}

}  // namespace

TEST_CASE("a connection's place is given back on the main thread, whoever lets go of it last", "[places]") {
  const base::SystemClock clock;
  ConnectionPlaces places(clock, small());
  Connection connection(clock, places, "192.0.2.1");
  REQUIRE(places.connections() == 1);
  std::thread([meter = connection.release()]() mutable { meter.reset(); }).join();
  CHECK(places.connections() == 1);  // not from that thread
  CHECK(tests::run_until([&] { return places.connections() == 0; }));
}

TEST_CASE("an address at its limit displaces its own oldest connection without a seat", "[places]") {
  const base::SystemClock clock;
  ConnectionPlaces places(clock, small());
  Connection seated(clock, places, "192.0.2.1");
  seated.meter().settle();
  Connection oldest(clock, places, "192.0.2.1");
  Connection older(clock, places, "192.0.2.1");
  const Connection other(clock, places, "192.0.2.2");
  Connection fourth(clock, places, "192.0.2.1");
  const Connection fifth(clock, places, "192.0.2.1");
  CHECK(fifth.is_in());
  CHECK(oldest.is_cut());
  CHECK_FALSE(seated.is_cut());
  CHECK_FALSE(older.is_cut());
  CHECK_FALSE(other.is_cut());
}

TEST_CASE("seats are never displaced: an address whose connections all have one gets no more", "[places]") {
  const base::SystemClock clock;
  ConnectionPlaces places(clock, small());
  std::vector<Connection> seated;
  for (int i = 0; i < 4; ++i) seated.emplace_back(clock, places, "192.0.2.1").meter().settle();
  CHECK_FALSE(Connection(clock, places, "192.0.2.1").is_in());
  for (const auto& each : seated) CHECK_FALSE(each.is_cut());
}

TEST_CASE("a full house takes a newcomer in at the cost of who holds most of it", "[places]") {
  const base::SystemClock clock;
  ConnectionPlaces places(clock, small());
  std::vector<Connection> hogs;
  for (int i = 0; i < 4; ++i) hogs.emplace_back(clock, places, "192.0.2.1");
  const Connection first(clock, places, "192.0.2.2");
  const Connection second(clock, places, "192.0.2.3");
  const Connection newcomer(clock, places, "192.0.2.4");
  CHECK(newcomer.is_in());
  CHECK(hogs[0].is_cut());
  CHECK_FALSE(hogs[1].is_cut());
  CHECK_FALSE(first.is_cut());
  CHECK_FALSE(second.is_cut());
}

TEST_CASE("an address opens connections no faster than allowed, however short they live", "[places]") {
  tests::HandClock clock;
  auto limits = small();
  limits.opened = {3, 1};
  ConnectionPlaces places(clock, limits);
  for (int i = 0; i < 3; ++i) CHECK(Connection(clock, places, "192.0.2.1").is_in());
  CHECK_FALSE(Connection(clock, places, "192.0.2.1").is_in());
  CHECK(Connection(clock, places, "192.0.2.2").is_in());
  clock.advance(1s);
  CHECK(Connection(clock, places, "192.0.2.1").is_in());
}

TEST_CASE("when descriptors are scarce a newcomer displaces somebody or is refused", "[places]") {
  const base::SystemClock clock;
  auto limits = small();
  limits.highest_descriptor = 100;
  ConnectionPlaces places(clock, limits);
  Connection first(clock, places, "192.0.2.1", 99);
  CHECK(first.is_in());
  CHECK(Connection(clock, places, "192.0.2.2", 100).is_in());
  CHECK(first.is_cut());
  first.release();
  CHECK_FALSE(Connection(clock, places, "192.0.2.2", 100).is_in());  // nobody is there to make room
  Connection second(clock, places, "192.0.2.1", 99);
  CHECK_FALSE(
      Connection(clock, places, "", 1000).is_in());  // far into the reserve: nobody, this host included
  CHECK_FALSE(second.is_cut());
}

TEST_CASE("what stays plain HTTP for too long is cut, a WebSocket is not", "[places]") {
  tests::HandClock clock;
  ConnectionPlaces places(clock, small());
  const Connection idle(clock, places, "192.0.2.1");
  Connection upgraded(clock, places, "192.0.2.1");
  upgraded.meter().upgraded({1000, 1000});
  clock.advance(places.limits().http_lifetime - 1s);
  places.on_time();
  CHECK_FALSE(idle.is_cut());
  clock.advance(1s);
  places.on_time();
  CHECK(idle.is_cut());
  CHECK_FALSE(upgraded.is_cut());
}
