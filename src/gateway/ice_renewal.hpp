// When one client's TURN credentials are due to be given anew: before they end.
//
// The TURN server judges them by the time of day, so a clock that is set forward ends them sooner. Plain
// state.
#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "protocol/messages.hpp"

namespace sangdam::gateway {

struct IceTerms {
  std::function<std::vector<protocol::IceServer>()> servers;  // fresh ones for one client
  std::chrono::seconds lifetime;
};

class IceRenewal {
 public:
  explicit IceRenewal(IceTerms terms) : m_terms(std::move(terms)) {}

  /// What to give now.
  [[nodiscard]] std::vector<protocol::IceServer> take(base::Moment moment, base::Instant now) {
    note_given(moment, now);
    return m_terms.servers();
  }
  /// They were given in another way.
  void note_given(base::Moment moment, base::Instant now) {
    m_given = moment;
    m_dated = now;
  }
  /// A call that begins just before the renewal still has a third of the lifetime ahead.
  [[nodiscard]] bool is_due(base::Moment moment, base::Instant now) const {
    const std::chrono::seconds wait = m_terms.lifetime * 2 / 3;
    return moment - m_given >= wait || now - m_dated >= wait;
  }

 private:
  IceTerms m_terms;
  base::Moment m_given{};
  base::Instant m_dated{};
};

}  // namespace sangdam::gateway
