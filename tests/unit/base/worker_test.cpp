#include "base/worker.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::base {
namespace {

TEST_CASE("A worker does everything pushed, in order, before it is gone", "[worker]") {
  std::vector<int> done;
  {
    Worker<int> worker("test", 7,
                       [&](std::vector<int> items) { done.insert(done.end(), items.begin(), items.end()); });
    for (int i = 0; i < 1000; ++i) worker.push(i);
  }
  REQUIRE(done.size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("A worker never gets more items at a time than asked for", "[worker]") {
  std::size_t most = 0;
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  {
    Worker<int> worker("test", 5, [&](std::vector<int> items) {
      opened.wait();  // so that many items wait before the second call
      most = std::max(most, items.size());
    });
    for (int i = 0; i < 23; ++i) worker.push(i);
    gate.set_value();
  }
  REQUIRE(most == 5);
}

TEST_CASE("push() tells how many items wait", "[worker]") {
  std::promise<void> gate;
  std::promise<void> busy;
  auto opened = gate.get_future().share();
  std::atomic<bool> told = false;
  Worker<int> worker("test", 1, [&](std::vector<int>) {
    if (!told.exchange(true)) busy.set_value();
    opened.wait();
  });
  worker.push(0);
  busy.get_future().wait();  // the first item has left the queue
  CHECK(worker.push(1) == 1);
  CHECK(worker.push(2) == 2);
  gate.set_value();
}

TEST_CASE("Work that throws does not stop the worker", "[worker]") {
  int done = 0;
  {
    Worker<int> worker("test", 1, [&](std::vector<int> items) {
      if (items.front() == 1) throw std::runtime_error("the second item is bad");
      ++done;
    });
    for (int i = 0; i < 3; ++i) worker.push(i);
  }
  REQUIRE(done == 2);
}

TEST_CASE("Several threads may push, and each one's order is kept", "[worker]") {
  std::vector<std::pair<int, int>> done;
  {
    Worker<std::pair<int, int>> worker("test", 64, [&](std::vector<std::pair<int, int>> items) {
      done.insert(done.end(), items.begin(), items.end());
    });
    std::vector<std::thread> pushers;
    for (int who = 0; who < 4; ++who) {
      pushers.emplace_back([&worker, who] {
        for (int i = 0; i < 500; ++i) worker.push({who, i});
      });
    }
    for (std::thread& pusher : pushers) pusher.join();
  }
  REQUIRE(done.size() == 2000);
  std::vector<int> next(4, 0);
  for (const auto& [who, i] : done) REQUIRE(i == next[static_cast<std::size_t>(who)]++);
}

TEST_CASE("Items that can only be moved are carried", "[worker]") {
  int sum = 0;
  {
    Worker<std::unique_ptr<int>> worker("test", 4, [&](std::vector<std::unique_ptr<int>> items) {
      for (const auto& item : items) sum += *item;
    });
    for (int i = 1; i <= 10; ++i) worker.push(std::make_unique<int>(i));
  }
  REQUIRE(sum == 55);
}

}  // namespace
}  // namespace sangdam::base
