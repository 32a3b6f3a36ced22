// Many visits one after the other: what each leaves behind.
#include <iostream>
#include <utility>

#include "base/memory.hpp"
#include "integration/pipelines/call.hpp"
#include "support/process_figures.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;

/// A visit's pipelines stop on threads of their own: until nothing is left to stop.
void wait_until_stopped() {
  std::pair<int, long> last;
  auto since = std::chrono::steady_clock::now();
  run_until([&] {
    const std::pair now{entries_of("/proc/self/fd"), threads()};
    if (std::exchange(last, now) != now) since = std::chrono::steady_clock::now();
    return std::chrono::steady_clock::now() - since > 300ms;
  });
}

}  // namespace

TEST_CASE("Thirty visits leave memory, threads and descriptors where they were", "[soak]") {
  // As the kiosk's main() does.
  static const bool bounded = (base::bound_memory(), true);
  REQUIRE(bounded);
  Engine& engine = shared_engine();
  constexpr int k_visits = 30;
  constexpr int k_settled_after = 10;  // plugins are loaded, pools and arenas have their size
  // A tenth of a kiosk's memory. Single visits differ by 10 MiB up and down; without bounds it grew by 90
  // MiB.
  constexpr long k_allowed_kib = 16L * 1024;
  struct {
    long memory = 0, threads = 0;
    int descriptors = 0;
  } settled;
  for (int visit = 1; visit <= k_visits; ++visit) {
    {
      Call call(engine);
      REQUIRE(run_until([&] { return call.listener.connected == 1; }, 30s));
      REQUIRE(
          run_until([&] { return call.patient.seen().frames > 20 && call.listener.first_frames == 1; }, 30s));
    }
    wait_until_stopped();
    base::release_memory();
    const long memory = proc_number("smaps_rollup", "Pss");
    const long running = threads();
    const int descriptors = entries_of("/proc/self/fd");
    if (visit % 5 == 0) {
      std::cout << "visit " << visit << ": " << memory / 1024 << " MiB, " << running << " threads, "
                << descriptors << " descriptors\n";
    }
    if (visit == k_settled_after) settled = {memory, running, descriptors};
    if (visit <= k_settled_after) continue;
    CHECK(running <= settled.threads);
    CHECK(descriptors <= settled.descriptors);
    if (visit == k_visits) CHECK(memory <= settled.memory + k_allowed_kib);
  }
}

}  // namespace sangdam::tests
