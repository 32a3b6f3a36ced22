#include "base/main_thread.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/main_loop.hpp"

using namespace sangdam::base;
using namespace std::chrono_literals;
using sangdam::tests::run_until;

namespace {

// Something that hears of the world through its anchor, as a peer or the log's writer does.
struct Listener {
  explicit Listener(int& calls) : m_calls(calls) {}
  void on_event() { ++m_calls; }
  [[nodiscard]] std::weak_ptr<Listener> weak() const { return m_anchor.weak(); }

 private:
  int& m_calls;
  Anchor<Listener> m_anchor{this};
};

// Runs everything posted up to now: work runs in the order it was posted.
void drain() {
  bool reached = false;
  post_to_main([&] { reached = true; });
  REQUIRE(run_until([&] { return reached; }));
}

}  // namespace

TEST_CASE("the thread that claimed is the main thread and no other", "[main-thread]") {
  REQUIRE(on_main_thread());
  bool other = true;
  std::thread([&] { other = on_main_thread(); }).join();
  REQUIRE_FALSE(other);
}

TEST_CASE("posted work runs later, in order, on the main thread", "[main-thread]") {
  std::vector<int> order;
  post_to_main([&] {
    order.push_back(1);
    post_to_main([&] { order.push_back(3); });
  });
  post_to_main([&] { order.push_back(2); });
  REQUIRE(order.empty());  // never inside the caller
  REQUIRE(run_until([&] { return order.size() == 3; }));
  REQUIRE(order == std::vector{1, 2, 3});
}

TEST_CASE("work posted from many threads all arrives on the main thread", "[main-thread]") {
  constexpr int k_threads = 4;
  constexpr int k_each = 250;
  int arrived = 0;
  bool elsewhere = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < k_threads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < k_each; ++j) {
        post_to_main([&] {
          ++arrived;
          elsewhere = elsewhere || !on_main_thread();
        });
      }
    });
  }
  const bool all = run_until([&] { return arrived == k_threads * k_each; });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(all);
  REQUIRE_FALSE(elsewhere);
}

TEST_CASE("an exception in posted work does not cross the loop", "[main-thread]") {
  bool next_ran = false;
  post_to_main([] { throw std::runtime_error("planted by the test"); });
  post_to_main([] { throw 42; });
  post_to_main([&] { next_ran = true; });
  REQUIRE(run_until([&] { return next_ran; }));
}

TEST_CASE("posted work is destroyed after it ran", "[main-thread]") {
  const auto held = std::make_shared<int>(0);
  post_to_main([held] { ++*held; });
  REQUIRE(held.use_count() == 2);
  drain();
  REQUIRE(*held == 1);
  REQUIRE(held.use_count() == 1);
}

TEST_CASE("work for a target that died is dropped", "[main-thread][anchor]") {
  int calls = 0;
  auto listener = std::make_unique<Listener>(calls);
  post_to_main(listener->weak(), [](Listener& self) { self.on_event(); });
  drain();
  REQUIRE(calls == 1);

  std::thread([target = listener->weak()] {
    post_to_main(target, [](Listener& self) { self.on_event(); });
  }).join();
  listener.reset();
  drain();
  REQUIRE(calls == 1);
}

TEST_CASE("a target may die in its own work", "[main-thread][anchor]") {
  int calls = 0;
  auto listener = std::make_unique<Listener>(calls);
  const auto die = [&](Listener& self) {
    self.on_event();
    listener.reset();
  };
  post_to_main(listener->weak(), die);
  post_to_main(listener->weak(), die);
  drain();
  REQUIRE(calls == 1);
}

TEST_CASE("idle work waits for everything more urgent", "[main-thread]") {
  std::vector<int> order;
  post_to_main_when_idle([&] { order.push_back(2); });
  post_to_main([&] { order.push_back(1); });
  REQUIRE(run_until([&] { return order.size() == 2; }));
  REQUIRE(order == std::vector{1, 2});
}

TEST_CASE("drawing waits for what has arrived, also for what that brings in its turn", "[main-thread]") {
  std::vector<int> order;
  post_to_main_when_idle([&] { order.push_back(4); });
  post_to_main_before_painting([&] { order.push_back(3); });
  post_to_main([&] {
    order.push_back(1);
    post_to_main([&] { order.push_back(2); });
  });
  REQUIRE(run_until([&] { return order.size() == 4; }));
  REQUIRE(order == std::vector{1, 2, 3, 4});
}

TEST_CASE("a timer that fires once fires once", "[timer]") {
  Timer timer;
  int calls = 0;
  REQUIRE_FALSE(timer.running());
  timer.start_once(1ms, [&] { ++calls; });
  REQUIRE(timer.running());
  REQUIRE(run_until([&] { return calls == 1; }));
  REQUIRE_FALSE(timer.running());

  Timer later;
  bool passed = false;
  later.start_once(20ms, [&] { passed = true; });
  REQUIRE(run_until([&] { return passed; }));
  REQUIRE(calls == 1);
}

TEST_CASE("a repeating timer repeats until it is stopped, also by itself", "[timer]") {
  Timer timer;
  int calls = 0;
  timer.start_repeating(1ms, [&] {
    if (++calls == 3) timer.stop();
  });
  REQUIRE(run_until([&] { return !timer.running(); }));
  REQUIRE(calls == 3);
}

TEST_CASE("restarting a timer replaces the earlier deadline", "[timer]") {
  Timer timer;
  int first = 0;
  int second = 0;
  timer.start_once(1ms, [&] { ++first; });
  timer.start_once(5ms, [&] { ++second; });
  REQUIRE(run_until([&] { return second == 1; }));
  REQUIRE(first == 0);
}

TEST_CASE("a timer may be restarted or destroyed by its own work", "[timer]") {
  SECTION("restarted") {
    Timer timer;
    int calls = 0;
    std::function<void()> again = [&] {
      if (++calls < 3) timer.start_once(1ms, again);
    };
    timer.start_once(1ms, again);
    REQUIRE(run_until([&] { return calls == 3 && !timer.running(); }));
  }
  SECTION("destroyed") {
    auto timer = std::make_optional<Timer>();
    const auto held = std::make_shared<int>(0);
    timer->start_repeating(1ms, [&timer, held] {
      timer.reset();
      ++*held;  // the work outlives the timer that ran it
    });
    REQUIRE(run_until([&] { return !timer; }));
    REQUIRE(*held == 1);
    REQUIRE(held.use_count() == 1);
  }
}

TEST_CASE("a destroyed timer is silent", "[timer]") {
  int calls = 0;
  {
    Timer().start_once(0ms, [&] { ++calls; });
  }
  drain();
  Timer later;
  bool passed = false;
  later.start_once(10ms, [&] { passed = true; });
  REQUIRE(run_until([&] { return passed; }));
  REQUIRE(calls == 0);
}

TEST_CASE("a deadline months away does not wrap around to now", "[timer]") {
  // GLib counts milliseconds in 32 bits: 49.7 days. A code can be handed out for a visit later than that.
  Timer timer;
  int calls = 0;
  timer.start_once(std::chrono::milliseconds((std::int64_t{1} << 32) + 1), [&] { ++calls; });
  Timer later;
  bool passed = false;
  later.start_once(50ms, [&] { passed = true; });
  REQUIRE(run_until([&] { return passed; }));
  REQUIRE(calls == 0);
  REQUIRE(timer.running());
}

TEST_CASE("a deadline in the past is due at once", "[timer]") {
  Timer timer;
  bool ran = false;
  timer.start_once(-5min, [&] { ran = true; });
  REQUIRE(run_until([&] { return ran; }));
}
