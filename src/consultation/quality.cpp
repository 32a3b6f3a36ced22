#include "consultation/quality.hpp"

#include <algorithm>

namespace sangdam::consultation {

std::string_view name_of(Quality quality) noexcept {
  switch (quality) {
    case Quality::unknown: return "unknown";
    case Quality::good: return "good";
    case Quality::fair: return "fair";
    case Quality::poor: return "poor";
  }
  return "";
}

Quality quality_of(const PeerStatistics& second) noexcept {
  const double loss = std::max(second.lost_in_percent, second.lost_out_percent);
  if (loss > 8 || second.round_trip_ms > 800) return Quality::poor;
  if (loss > 3 || second.round_trip_ms > 300) return Quality::fair;
  return Quality::good;
}

bool QualityMeter::add(const PeerStatistics& second) noexcept {
  const Quality now = quality_of(second);
  m_held = now == m_candidate ? m_held + 1 : 1;
  m_candidate = now;
  if (now == m_level) return false;
  const bool first = m_level == Quality::unknown;
  const int needed = first ? 1 : now > m_level ? k_seconds_to_worsen : k_seconds_to_improve;
  if (m_held < needed) return false;
  m_level = now;
  return true;
}

}  // namespace sangdam::consultation
