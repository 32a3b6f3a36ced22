#include "pipelines/retransmission_budget.hpp"

#include <algorithm>

namespace sangdam::pipelines {
namespace {

constexpr double k_share = 0.3;        // of the video's rate: enough to repair a line that loses a fifth
constexpr double k_packet_kbit = 9.6;  // of our largest packets
constexpr double k_least_per_second = 4;
constexpr double k_burst_seconds = 0.5;  // a whole lost picture at once
constexpr double k_least_burst = 6;
constexpr double k_least_pause_ms = 15;

}  // namespace

void RetransmissionBudget::on_rate(double target_kbps, double round_trip_ms) {
  m_packets_per_second = std::max(k_least_per_second, k_share * target_kbps / k_packet_kbit);
  m_round_trip_ms = round_trip_ms;
}

bool RetransmissionBudget::allow(Time now, std::uint32_t source, std::uint16_t sequence) {
  const double pause_ms = std::max(k_least_pause_ms, m_round_trip_ms.load());
  const auto known = std::find_if(m_sent.begin(), m_sent.end(), [&](const std::optional<Sent>& sent) {
    return sent && sent->source == source && sent->sequence == sequence;
  });
  if (known != m_sent.end() &&
      std::chrono::duration<double, std::milli>(now - (*known)->time).count() < pause_ms)
    return false;
  const double rate = m_packets_per_second;
  const double most = std::max(k_least_burst, k_burst_seconds * rate);
  if (!m_filled) m_tokens = most;
  const double passed = m_filled ? std::chrono::duration<double>(now - *m_filled).count() : 0;
  m_tokens = std::min(most, m_tokens + std::max(0.0, passed) * rate);
  m_filled = now;
  if (m_tokens < 1) return false;
  m_tokens -= 1;
  if (known != m_sent.end()) {
    (*known)->time = now;
  } else {
    m_sent[m_next++ % m_sent.size()] = Sent{source, sequence, now};
  }
  return true;
}

}  // namespace sangdam::pipelines
