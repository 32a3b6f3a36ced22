#include "pipelines/volume.hpp"

#include <algorithm>
#include <cmath>

namespace sangdam::pipelines {
namespace {

constexpr float k_ceiling = 32767;
constexpr float k_factor_step = 1.0F / 480;  // 10 ms from silent to as it came
constexpr float k_recovery = 0.01F;          // of what was taken away, each millisecond

}  // namespace

void Volume::apply(std::span<std::int16_t> samples, double factor) {
  const auto wanted = static_cast<float>(factor);
  for (std::int16_t& sample : samples) {
    m_factor += std::clamp(wanted - m_factor, -k_factor_step, k_factor_step);
    m_heard.samples[m_at] = static_cast<float>(sample) * m_factor;
    const float part = static_cast<float>(m_at) / k_frame;
    const float gain = m_from + (m_to - m_from) * part;
    sample = static_cast<std::int16_t>(std::lround(m_played.samples[m_at] * gain));
    if (++m_at == k_frame) close_frame();
  }
}

void Volume::close_frame() {
  m_at = 0;
  float peak = 0;
  for (const float sample : m_heard.samples) peak = std::max(peak, std::abs(sample));
  const float recovered = m_known.limit + (1 - m_known.limit) * k_recovery;
  m_heard.limit = std::min(recovered, peak > k_ceiling ? k_ceiling / peak : 1.0F);
  m_played = m_known;
  m_known = m_heard;
  m_from = m_to;
  m_to = std::min(m_played.limit, m_known.limit);
}

}  // namespace sangdam::pipelines
