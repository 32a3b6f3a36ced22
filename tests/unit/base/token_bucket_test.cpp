#include "base/token_bucket.hpp"

#include "support/catch.hpp"

using namespace sangdam;
using base::TokenBucket;
using namespace std::chrono_literals;

TEST_CASE("a rate allows its burst, then its pace, and never saves up more than the burst", "[rate]") {
  base::Moment now{};
  TokenBucket bucket({3, 1});
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(now));
  CHECK_FALSE(bucket.take(now));
  now += 1s;
  CHECK(bucket.take(now));
  CHECK_FALSE(bucket.take(now));
  now += 1h;
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(now));
  CHECK_FALSE(bucket.take(now));
  now -= 2h;  // time that goes back gives nothing and breaks nothing
  CHECK_FALSE(bucket.take(now));
  now += 1s;
  CHECK(bucket.take(now));
}

TEST_CASE("a bucket says when the next token is there", "[rate]") {
  base::Moment now{};
  TokenBucket bucket({2, 0.3});
  CHECK(bucket.ready_at(now) == now);
  CHECK(bucket.take(now, 2));
  const base::Moment ready = bucket.ready_at(now);
  CHECK(ready > now + 3s);
  CHECK_FALSE(bucket.take(now + 3s));
  CHECK(bucket.take(ready));
  CHECK(TokenBucket({0, 0}).ready_at(now) >= now + 24h);
}
