#include "pipelines/repair_delay.hpp"

#include <algorithm>
#include <cmath>

namespace sangdam::pipelines {
namespace {

constexpr double k_lossy_share = 0.005;
constexpr double k_short_repair_ms = 60;  // two pictures: nobody sees it
constexpr double k_margin = 1.2;
constexpr double k_margin_ms = 40;  // until the gap is noticed
constexpr unsigned k_longest_ms = 500;
constexpr unsigned k_quiet_seconds = 5;
constexpr unsigned k_step_down_ms = 30;

}  // namespace

unsigned RepairDelay::on_second(double repaired_share, double repair_ms) {
  unsigned wanted = 0;
  if (repaired_share > k_lossy_share && repair_ms > k_short_repair_ms) {
    wanted = static_cast<unsigned>(
        std::min<long>(std::lround(std::min(k_margin * repair_ms + k_margin_ms, 1e4)), k_longest_ms));
  }
  if (wanted >= m_milliseconds) {
    m_milliseconds = wanted;
    m_quiet_seconds = 0;
  } else if (++m_quiet_seconds > k_quiet_seconds) {
    m_milliseconds = std::max(wanted, m_milliseconds - std::min(m_milliseconds, k_step_down_ms));
  }
  return m_milliseconds;
}

}  // namespace sangdam::pipelines
