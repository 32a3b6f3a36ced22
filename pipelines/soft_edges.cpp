#include "pipelines/soft_edges.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace sangdam::pipelines {
namespace {

/// From 1 to 0 on half a wave: no corner that could be heard.
double fading(std::size_t at) {
  return 0.5 + 0.5 * std::cos(std::numbers::pi * static_cast<double>(at) / SoftEdges::k_length);
}

std::int16_t scaled(std::int16_t sample, double factor) {
  return static_cast<std::int16_t>(std::lround(sample * factor));
}

}  // namespace

void SoftEdges::pass(std::span<std::int16_t> samples) {
  for (std::int16_t& sample : samples) {
    // Silence before it is no beginning.
    if (is_beginning() && (m_begun > 0 || sample != 0)) sample = scaled(sample, 1 - fading(m_begun++));
    m_last[m_at] = sample;
    m_at = (m_at + 1) % k_length;
  }
}

std::vector<std::int16_t> SoftEdges::end() {
  std::vector<std::int16_t> tail(k_length);
  for (std::size_t i = 0; i < k_length; ++i)
    tail[i] = scaled(m_last[(m_at + 2 * k_length - 1 - i) % k_length], fading(i));
  *this = {};
  return tail;
}

}  // namespace sangdam::pipelines
