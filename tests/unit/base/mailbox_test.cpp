#include "base/mailbox.hpp"

#include <atomic>
#include <thread>

#include "support/catch.hpp"

using sangdam::base::Mailbox;
using Values = std::vector<int>;

TEST_CASE("a mailbox wakes its receiver once and hands over in order, a helping at a time", "[mailbox]") {
  Mailbox<int> mailbox(10, Mailbox<int>::Full::drop_newest);
  CHECK(mailbox.put(1));
  CHECK_FALSE(mailbox.put(2));
  CHECK_FALSE(mailbox.put(3));
  auto taken = mailbox.take(2);
  CHECK(taken.values == Values{1, 2});
  CHECK(taken.more);
  CHECK_FALSE(mailbox.put(4));  // the receiver comes back by itself
  taken = mailbox.take(2);
  CHECK(taken.values == Values{3, 4});
  CHECK_FALSE(taken.more);
  CHECK(mailbox.put(5));
}

TEST_CASE("a full mailbox drops the newest or the oldest, and counts", "[mailbox][flood]") {
  Mailbox<int> first(3, Mailbox<int>::Full::drop_newest);
  Mailbox<int> last(3, Mailbox<int>::Full::drop_oldest);
  for (int i = 0; i < 1000; ++i) {
    (void)first.put(i);
    (void)last.put(i);
  }
  const auto kept_first = first.take(100);
  CHECK(kept_first.values == Values{0, 1, 2});
  CHECK(kept_first.dropped == 997);
  const auto kept_last = last.take(100);
  CHECK(kept_last.values == Values{997, 998, 999});
  CHECK(kept_last.dropped == 997);
  CHECK(last.take(100).dropped == 0);
}

TEST_CASE("every value of several threads is received or counted as dropped", "[mailbox]") {
  Mailbox<int> mailbox(64, Mailbox<int>::Full::drop_oldest);
  constexpr std::size_t k_each = 20'000;
  std::atomic<int> running = 3;
  std::vector<std::thread> senders;
  senders.reserve(3);
  for (int sender = 0; sender < 3; ++sender) {
    senders.emplace_back([&] {
      for (std::size_t i = 0; i < k_each; ++i) (void)mailbox.put(0);
      --running;
    });
  }
  std::size_t seen = 0;
  bool more = true;
  while (running > 0 || more) {
    const auto taken = mailbox.take(16);
    seen += taken.values.size() + taken.dropped;
    more = taken.more;
  }
  for (std::thread& sender : senders) sender.join();
  const auto rest = mailbox.take(64);
  CHECK(seen + rest.values.size() + rest.dropped == 3 * k_each);
}
