#include "gateway/fair_queue.hpp"

#include "support/catch.hpp"

using sangdam::gateway::FairQueue;

TEST_CASE("sources are served in turn, each in its own order", "[fair-queue]") {
  FairQueue<int> queue;
  for (int i = 0; i < 1000; ++i) queue.push("flood", i);
  queue.push("patient", 7);
  queue.push("patient", 8);
  CHECK(queue.size() == 1002);
  CHECK(queue.pop() == 0);
  CHECK(queue.pop() == 7);
  CHECK(queue.pop() == 1);
  CHECK(queue.pop() == 8);
  for (int i = 2; i < 1000; ++i) CHECK(queue.pop() == i);
  CHECK_FALSE(queue.pop());
  CHECK(queue.empty());
  CHECK(queue.size() == 0);
}

TEST_CASE("a source that comes back waits its turn again", "[fair-queue]") {
  FairQueue<int> queue;
  queue.push("a", 1);
  CHECK(queue.pop() == 1);
  queue.push("b", 2);
  queue.push("a", 3);
  CHECK(queue.pop() == 2);
  CHECK(queue.pop() == 3);
}
