// Messages of a type not known here, on one connection: a newer partner may send them once both sides have
// said that they ignore such. How many are let pass is bounded, as nobody needs many. Plain value; one
// thread.
#pragma once

#include <cstdint>

#include "base/token_bucket.hpp"

namespace sangdam::base {

class UnknownTypes {
 public:
  /// 50 at once, and one every 5 s after that: a connection may last for weeks.
  static constexpr Rate k_rate{50, 0.2};

  /// Whether the other side has said that it ignores what it does not know. We always say so.
  void agree(bool theirs) { m_agreed = theirs; }
  /// One more came. False: it is an error, as nothing was agreed or there are too many.
  [[nodiscard]] bool ignore(Moment now) {
    if (!m_agreed || !m_allowance.take(now)) return false;
    ++m_ignored;
    return true;
  }
  /// To be told to whoever looks for faults, once for each connection.
  [[nodiscard]] bool is_first() const { return m_ignored == 1; }
  [[nodiscard]] std::uint64_t ignored() const { return m_ignored; }

 private:
  bool m_agreed = false;
  TokenBucket m_allowance{k_rate};
  std::uint64_t m_ignored = 0;
};

}  // namespace sangdam::base
