// How many connections there may be: in total, from one address, and how fast one address may open them.
// Shared by the listeners of a server; one place per connection, given back when the last owner of its ticket
// lets go.
//
// At a limit, the oldest connection without a seat makes room: of the newcomer's own address if that is at
// its limit, of the address with the most connections if the total is reached or descriptors are scarce. An
// attacker displaces himself, not a patient.
//
// Main thread; a ticket may be released on any thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"
#include "base/token_bucket.hpp"
#include "gateway/config.hpp"
#include "gateway/metered_stream.hpp"

namespace sangdam::gateway {

class ConnectionPlaces {
 public:
  ConnectionPlaces(const base::Clock& clock, ConnectionLimits limits);

  /// A place for a connection from `address` (an address_key(); empty: this host itself, which is bound by
  /// the total only) on descriptor `descriptor`. Without a place the ticket's use count is 0.
  [[nodiscard]] std::shared_ptr<void> take(const std::string& address, int descriptor);
  /// Somebody had to make room since the last call: his place and descriptor come back a turn of the loop
  /// later, and whoever accepts should wait for that.
  [[nodiscard]] bool take_displaced() { return std::exchange(m_displaced, false); }
  /// A trusted proxy's connection turned out to speak for `address`: from now on it takes a place there.
  /// False: that address has none left.
  [[nodiscard]] bool count_for(const std::string& address, const std::shared_ptr<StreamMeter>& meter);
  /// The connection may be cut to make room until it is settled(), and when it stays plain HTTP for too long.
  void add(const std::string& address, const std::shared_ptr<StreamMeter>& meter);
  /// Cuts connections that have stayed plain HTTP for too long. Call about once a second.
  void on_time();

  [[nodiscard]] const ConnectionLimits& limits() const { return m_limits; }
  [[nodiscard]] std::size_t connections() const { return m_counts->total; }

 private:
  struct Holder {
    std::size_t connections = 0;
    base::TokenBucket rate;
  };
  struct Counts {
    std::size_t total = 0;
    std::unordered_map<std::string, Holder> per_address;
  };
  /// A connection without a seat (yet).
  struct Unsettled {
    std::string address;
    std::weak_ptr<StreamMeter> meter;
  };

  bool has_room(const std::string& address);
  bool displace_one_of(const std::string& address);
  void forget_idle_addresses();

  const base::Clock& m_clock;
  ConnectionLimits m_limits;
  std::shared_ptr<Counts> m_counts = std::make_shared<Counts>();  // tickets outlive this object
  bool m_displaced = false;
  std::list<Unsettled> m_unsettled;  // oldest first
};

}  // namespace sangdam::gateway
