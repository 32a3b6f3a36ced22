#include "pipelines/speech_rate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sangdam::pipelines {
namespace {

struct Step {
  double picture_kbps;  // from here on, give or take the hysteresis
  int bits_per_second;
};
constexpr std::array k_steps{Step{0, 24000}, Step{250, 32000}, Step{600, 48000}, Step{1200, 64000}};
// A rate that wavers about a border stays where it is.
constexpr double k_hysteresis = 0.2;

int rate_for(double picture_kbps) {
  int rate = k_steps.front().bits_per_second;
  for (const Step& step : k_steps) {
    if (picture_kbps >= step.picture_kbps) rate = step.bits_per_second;
  }
  return rate;
}

}  // namespace

int SpeechRate::on_picture_rate(double picture_kbps) {
  if (!std::isfinite(picture_kbps)) return m_bits_per_second;
  const int lowest = rate_for(picture_kbps * (1 - k_hysteresis));
  const int highest = rate_for(picture_kbps * (1 + k_hysteresis));
  m_bits_per_second = std::clamp(m_bits_per_second, lowest, highest);
  return m_bits_per_second;
}

}  // namespace sangdam::pipelines
