#include "gateway/connection_places.hpp"

#include <algorithm>
#include <utility>

#include "base/main_thread.hpp"

namespace sangdam::gateway {
namespace {

// An address without a connection is remembered only for its rate. Beyond this many, those at rest are
// forgotten.
constexpr std::size_t k_max_addresses = 4096;
// Whoever is displaced gives the descriptor back a turn of the loop later: so many newcomers may come before
// that.
constexpr int k_descriptors_in_passing = 32;

/// Calls `release` once, on the main thread, when its last owner has let go.
template <class Release>
std::shared_ptr<void> ticket(Release release) {
  return {static_cast<void*>(nullptr), [release](void*) {
            // The last to let go may be another thread; the counts are the main thread's.
            if (base::on_main_thread()) return release();
            base::post_to_main(release);
          }};
}

}  // namespace

ConnectionPlaces::ConnectionPlaces(const base::Clock& clock, ConnectionLimits limits)
    : m_clock(clock), m_limits(std::move(limits)) {}

std::shared_ptr<void> ConnectionPlaces::take(const std::string& address, int descriptor) {
  base::assert_main_thread();
  // Descriptors are given out lowest first: a high one means that few are left for media, files and the disk.
  const bool is_scarce = descriptor >= m_limits.highest_descriptor;
  if (is_scarce && descriptor - m_limits.highest_descriptor >= k_descriptors_in_passing) return nullptr;
  const bool is_limited = !address.empty();
  if (is_limited && !has_room(address)) return nullptr;
  if (m_counts->total >= m_limits.total || is_scarce) {
    const auto largest = std::max_element(
        m_counts->per_address.begin(), m_counts->per_address.end(),
        [](const auto& a, const auto& b) { return a.second.connections < b.second.connections; });
    if (largest == m_counts->per_address.end() || !displace_one_of(largest->first)) return nullptr;
  }
  if (is_limited) ++m_counts->per_address.at(address).connections;
  ++m_counts->total;
  return ticket([counts = m_counts, address] {
    --counts->total;
    if (!address.empty()) --counts->per_address.at(address).connections;
  });
}

bool ConnectionPlaces::count_for(const std::string& address, const std::shared_ptr<StreamMeter>& meter) {
  base::assert_main_thread();
  if (!has_room(address)) return false;
  ++m_counts->per_address.at(address).connections;
  meter->hold(ticket([counts = m_counts, address] { --counts->per_address.at(address).connections; }));
  add(address, meter);
  return true;
}

bool ConnectionPlaces::has_room(const std::string& address) {
  if (m_counts->per_address.size() >= k_max_addresses) forget_idle_addresses();
  auto [found, is_new] =
      m_counts->per_address.try_emplace(address, Holder{0, base::TokenBucket(m_limits.opened)});
  if (!found->second.rate.take(m_clock.moment())) return false;
  return found->second.connections < m_limits.per_address || displace_one_of(address);
}

void ConnectionPlaces::add(const std::string& address, const std::shared_ptr<StreamMeter>& meter) {
  m_unsettled.push_back({address, meter});
}

bool ConnectionPlaces::displace_one_of(const std::string& address) {
  const auto found = std::find_if(m_unsettled.begin(), m_unsettled.end(), [&](const Unsettled& each) {
    if (each.address != address) return false;
    const auto meter = each.meter.lock();
    return meter && !meter->is_settled();
  });
  if (found == m_unsettled.end()) return false;
  // Its place comes back when its owner notices, a turn of the loop later: for that long there is one too
  // many.
  found->meter.lock()->cut();
  m_unsettled.erase(found);
  m_displaced = true;
  return true;
}

void ConnectionPlaces::forget_idle_addresses() {
  // All with an unused rate would do; without a connection is simpler, and costs an attacker a burst at most.
  std::erase_if(m_counts->per_address, [](const auto& each) { return each.second.connections == 0; });
}

void ConnectionPlaces::on_time() {
  const base::Moment now = m_clock.moment();
  m_unsettled.remove_if([&](const Unsettled& each) {
    const auto meter = each.meter.lock();
    if (!meter || meter->is_settled()) return true;
    if (meter->is_upgraded() || now - meter->accepted() < m_limits.http_lifetime) return false;
    meter->cut();
    return true;
  });
}

}  // namespace sangdam::gateway
