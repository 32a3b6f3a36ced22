#include "gateway/listener.hpp"

#include <optional>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace {

using namespace sangdam;
using gateway::Listener;

TEST_CASE("A connection's place is given back on the main thread, whoever lets go of it last", "[listener]") {
  const base::SystemClock clock;
  std::optional<Listener::Accepted> accepted;
  Listener listener(clock, {}, [&](Listener::Accepted news) { accepted = std::move(news); });
  REQUIRE(listener.start("127.0.0.1", 0, {}));
  const auto client = base::Ref<GSocketClient>::adopt(g_socket_client_new());
  const auto connection = base::Ref<GSocketConnection>::adopt(
      g_socket_client_connect_to_host(client.get(), "127.0.0.1", listener.port(), nullptr, nullptr));
  REQUIRE(connection);
  REQUIRE(tests::run_until([&] { return accepted.has_value(); }));
  REQUIRE(listener.connections() == 1);

  std::thread([&] { accepted.reset(); }).join();
  CHECK(listener.connections() == 1);  // not from that thread
  CHECK(tests::run_until([&] { return listener.connections() == 0; }));
}

}  // namespace
