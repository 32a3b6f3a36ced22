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

TryVerdict GuessLimiter::check(std::string_view address, unsigned proven_bits, base::Moment now) {
  if (const auto found = m_addresses.find(std::string(address)); found != m_addresses.end()) {
    const Record& record = found->second;
    if (now - record.last < m_limits.address_memory && now < record.next_allowed) {
      return TryTooSoon{std::chrono::ceil<seconds>(record.next_allowed - now)};
    }
  }
  drain(now);
  if (m_level < m_limits.total_threshold) return TryAllowed{};
  const double over = (m_level - m_limits.total_threshold) / m_limits.step;
  const double bits = m_limits.base_bits + std::floor(over);
  if (bits > m_limits.max_bits) {
    const double excess =
        m_level - m_limits.total_threshold - m_limits.step * (m_limits.max_bits - m_limits.base_bits + 1);
    return TryTooSoon{seconds(1 + static_cast<long>(std::max(0.0, excess) * 3600 / m_limits.drain_per_hour))};
  }
  const auto asked = static_cast<unsigned>(bits);
  if (proven_bits != 0 && proven_bits + 1 >= asked) return TryAllowed{};
  return TryNeedsProof{asked};
}

void GuessLimiter::failed(std::string_view address, base::Moment now) {
  drain(now);
  m_level += 1;
  if (m_addresses.size() >= m_limits.max_addresses) forget_old(now);
  // Still full: only reachable with limits far above the defaults. The total above goes on holding.
  if (m_addresses.size() >= m_limits.max_addresses && !m_addresses.contains(std::string(address))) return;
  Record& record = m_addresses[std::string(address)];
  if (now - record.last >= m_limits.address_memory) record.failures = 0;
  ++record.failures;
  record.last = now;
  if (record.failures < m_limits.free_tries) {
    record.next_allowed = now;
    return;
  }
  const unsigned doublings = std::min(record.failures - m_limits.free_tries, 20U);
  record.next_allowed = now + std::min(m_limits.longest_delay, m_limits.first_delay * (1 << doublings));
}

void GuessLimiter::drain(base::Moment now) {
  if (now > m_drained) {
    const std::chrono::duration<double, std::ratio<3600>> passed = now - m_drained;
    m_level = std::max(0.0, m_level - passed.count() * m_limits.drain_per_hour);
  }
  m_drained = now;
}

void GuessLimiter::forget_old(base::Moment now) {
  std::erase_if(m_addresses,
                [&](const auto& each) { return now - each.second.last >= m_limits.address_memory; });
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

}  // namespace sangdam::gateway
