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
    m_tokens = tokens_at(now);
    m_filled = now;
    if (m_tokens < amount) return false;
    m_tokens -= amount;
    return true;
  }

  /// The first moment, from `now` on, at which take() succeeds if nobody takes before. For a rate that gives
  /// nothing back the answer is far away.
  [[nodiscard]] Moment ready_at(Moment now, double amount = 1) const {
    const double missing = amount - tokens_at(now);
    if (missing <= 0) return now;
    constexpr std::chrono::duration<double> k_far = std::chrono::hours(24);
    const std::chrono::duration<double> wait(missing / m_rate.per_second);
    // One millisecond more than the arithmetic says: rounding must not make the caller look in vain.
    return now + std::chrono::ceil<std::chrono::milliseconds>(wait < k_far ? wait : k_far) +
           std::chrono::milliseconds(1);
  }

 private:
  [[nodiscard]] double tokens_at(Moment now) const {
    if (!m_filled || now <= *m_filled) return m_tokens;
    const std::chrono::duration<double> passed = now - *m_filled;
    return std::min(m_rate.burst, m_tokens + passed.count() * m_rate.per_second);
  }

  Rate m_rate;
  double m_tokens;
  std::optional<Moment> m_filled;
};

}  // namespace sangdam::base
