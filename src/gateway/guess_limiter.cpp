#include "gateway/guess_limiter.hpp"

#include <fmt/format.h>
#include <gio/gio.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/handles.hpp"
#include "base/random.hpp"

namespace sangdam::gateway {

using std::chrono::seconds;
using Hours = std::chrono::duration<double, std::ratio<3600>>;

GuessLimiter::GuessLimiter(GuessLimits limits)
    : m_limits(limits), m_tokens(limits.burst), m_locked_tokens(limits.locked_burst) {}

TryVerdict GuessLimiter::check(Id id, std::string_view address, bool proven, base::Moment now) {
  refill(now);
  std::vector<Network> networks = networks_of(address);
  const double failures = failures_of(networks, now);
  const bool locked = is_locked(failures);
  if (!locked && m_tokens >= m_limits.free_level) return TryAllowed{};
  if (!proven) {
    const auto more =
        static_cast<unsigned>(std::min(32.0, std::max(0.0, std::round(failures) - m_limits.free_tries)));
    return TryNeedsProof{locked ? std::min(m_limits.base_bits + more, protocol::k_max_proof_bits)
                                : protocol::k_max_proof_bits};
  }
  if ((locked ? m_locked_tokens : m_tokens) >= 1 && first_in_line(locked, now) == m_line.end()) {
    return TryAllowed{};
  }
  if (m_line.size() >= m_limits.max_waiting) return TryTooSoon{m_limits.longest_wait};
  leave(id);
  m_line.push_back({id, std::move(networks), now});
  return TryInLine{};
}

void GuessLimiter::failed(std::string_view address, base::Moment now) {
  refill(now);
  const std::vector<Network> networks = networks_of(address);
  (is_locked(failures_of(networks, now)) ? m_locked_tokens : m_tokens) -= 1;
  if (m_records.size() + networks.size() > m_limits.max_records) forget_old(now);
  for (const Network& each : networks) {
    // Still full: only reachable with limits far above the defaults. The budgets above go on holding.
    if (m_records.size() >= m_limits.max_records && !m_records.contains(each.key)) continue;
    Record& record = m_records[each.key];
    record.failures = decayed(record, now) + 1;
    record.last = now;
  }
}

std::optional<GuessLimiter::Id> GuessLimiter::next(base::Moment now) {
  refill(now);
  for (const bool locked : {false, true}) {
    if ((locked ? m_locked_tokens : m_tokens) < 1) continue;
    const auto first = first_in_line(locked, now);
    if (first == m_line.end()) continue;
    const Id id = first->id;
    m_line.erase(first);
    return id;
  }
  return std::nullopt;
}

std::optional<GuessLimiter::Id> GuessLimiter::next_late(base::Moment now) {
  if (m_line.empty() || now - m_line.front().since < m_limits.longest_wait) return std::nullopt;
  const Id id = m_line.front().id;
  m_line.erase(m_line.begin());
  return id;
}

void GuessLimiter::leave(Id id) {
  std::erase_if(m_line, [id](const Waiting& each) { return each.id == id; });
}

std::vector<std::pair<GuessLimiter::Id, seconds>> GuessLimiter::waits(base::Moment now) {
  refill(now);
  std::vector<std::pair<double, Id>> order;
  for (const Waiting& each : m_line) order.emplace_back(failures_of(each.networks, now), each.id);
  std::ranges::stable_sort(order, {}, &std::pair<double, Id>::first);
  std::vector<std::pair<Id, seconds>> result;
  double before = 0;
  double locked_before = 0;
  for (const auto& [failures, id] : order) {
    const bool locked = is_locked(failures);
    const double missing = (locked ? ++locked_before - m_locked_tokens : ++before - m_tokens);
    const double per_hour = m_limits.per_hour * (locked ? m_limits.locked_share : 1 - m_limits.locked_share);
    result.emplace_back(id, static_cast<long>(std::ceil(std::max(0.0, missing) * 3600 / per_hour)));
  }
  return result;
}

GuessLimiter::Line::const_iterator GuessLimiter::first_in_line(bool locked, base::Moment now) const {
  auto first = m_line.end();
  double fewest = 0;
  for (auto each = m_line.begin(); each != m_line.end(); ++each) {
    const double failures = failures_of(each->networks, now);
    if (is_locked(failures) != locked || (first != m_line.end() && failures >= fewest)) continue;
    first = each;
    fewest = failures;
  }
  return first;
}

void GuessLimiter::refill(base::Moment now) {
  if (now > m_refilled) {
    const double earned = Hours(now - m_refilled).count() * m_limits.per_hour;
    m_tokens += earned * (1 - m_limits.locked_share);
    m_locked_tokens += earned * m_limits.locked_share;
    // What does not fit is not lost, as long as it fits there.
    const double over = std::max(0.0, m_tokens - m_limits.burst);
    const double locked_over = std::max(0.0, m_locked_tokens - m_limits.locked_burst);
    m_tokens = std::min(m_limits.burst, m_tokens + locked_over);
    m_locked_tokens = std::min(m_limits.locked_burst, m_locked_tokens + over);
  }
  m_refilled = now;
}

double GuessLimiter::decayed(const Record& record, base::Moment now) const {
  const auto passed = now - record.last;
  if (passed >= m_limits.memory) return 0;
  return record.failures * std::exp2(-(Hours(passed) / Hours(m_limits.half_life)));
}

double GuessLimiter::failures_of(const std::vector<Network>& networks, base::Moment now) const {
  double most = 0;
  for (const Network& each : networks) {
    if (const auto found = m_records.find(each.key); found != m_records.end()) {
      most = std::max(most, each.weight * decayed(found->second, now));
    }
  }
  return most;
}

void GuessLimiter::forget_old(base::Moment now) {
  std::erase_if(m_records, [&](const auto& each) { return now - each.second.last >= m_limits.memory; });
}

bool proof_holds(std::string_view nonce, std::string_view code, std::string_view proof, unsigned bits) {
  const std::string digest = base::sha256_hex(fmt::format("{}:{}:{}", nonce, code, proof));
  unsigned zeros = 0;
  for (const char c : digest) {
    const int nibble = c <= '9' ? c - '0' : c - 'a' + 10;
    if (nibble == 0) {
      zeros += 4;
      continue;
    }
    for (int mask = 8; (nibble & mask) == 0; mask >>= 1) ++zeros;
    break;
  }
  return zeros >= bits;
}

std::string address_key(std::string_view address) {
  std::string text(address.substr(0, 64));
  const auto parsed = base::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(text.c_str()));
  if (!parsed || g_inet_address_get_family(parsed.get()) == G_SOCKET_FAMILY_IPV4) return text;
  const guint8* bytes = g_inet_address_to_bytes(parsed.get());
  constexpr std::array<guint8, 12> k_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(k_mapped.begin(), k_mapped.end(), bytes)) {
    return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
  }
  std::string prefix;
  for (int i = 0; i < 8; ++i) prefix += fmt::format("{:02x}", bytes[i]);
  return prefix + "/64";
}

std::vector<Network> networks_of(std::string_view address_key) {
  constexpr double k_network_weight = 1.0 / 8;
  constexpr double k_provider_weight = 1.0 / 64;
  std::vector<Network> networks{{std::string(address_key), 1}};
  if (address_key.ends_with("/64")) {
    networks.push_back({fmt::format("{}/48", address_key.substr(0, 12)), k_network_weight});
    networks.push_back({fmt::format("{}/32", address_key.substr(0, 8)), k_provider_weight});
  } else if (std::ranges::count(address_key, '.') == 3) {
    const std::string_view network = address_key.substr(0, address_key.rfind('.'));
    networks.push_back({fmt::format("{}/24", network), k_network_weight});
    networks.push_back({fmt::format("{}/16", network.substr(0, network.rfind('.'))), k_provider_weight});
  }
  return networks;
}

}  // namespace sangdam::gateway
