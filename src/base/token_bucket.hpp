// A rate with a burst: `burst` at once, `per_second` after that. Plain value; one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace sangdam::base {

struct Rate {
  double burst = 0;
  double per_second = 0;
};

class TokenBucket {
 public:
  explicit TokenBucket(Rate rate) : m_rate(rate), m_tokens(rate.burst) {}

  /// False if there are not enough tokens; none are taken then. Time that goes back refills nothing.
  [[nodiscard]] bool take(Moment now, double amount = 1) {
    if (m_filled && now > *m_filled) {
      const std::chrono::duration<double> passed = now - *m_filled;
      m_tokens = std::min(m_rate.burst, m_tokens + passed.count() * m_rate.per_second);
    }
    m_filled = now;
    if (m_tokens < amount) return false;
    m_tokens -= amount;
    return true;
  }

 private:
  Rate m_rate;
  double m_tokens;
  std::optional<Moment> m_filled;
};

}  // namespace sangdam::base
