#include "pipelines/echo_delay.hpp"

#include <gst/fft/gstfftf32.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <numeric>
#include <vector>

namespace sangdam::pipelines {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t k_step = 48000 / EchoTrack::k_rate;
constexpr float k_full_scale = 32768;
constexpr std::size_t k_window = 2 * EchoTrack::k_rate;
constexpr std::size_t k_transform = 32768;
constexpr std::size_t k_longest = EchoTrack::k_rate / 2;
constexpr float k_quietest = 1e-3F;  // -60 dBFS
// How far the best delay stands out of all. Speech without an echo reached 5.4, an echo under speech of the
// same loudness 7.4 and more.
constexpr float k_clear = 6.5F;
constexpr std::size_t k_looks = 4;
constexpr std::size_t k_agreeing = 3;
constexpr milliseconds k_agreement{10};

struct FreeTransform {
  void operator()(GstFFTF32* transform) const { gst_fft_f32_free(transform); }
};
using Transform = std::unique_ptr<GstFFTF32, FreeTransform>;

}  // namespace

void EchoTrack::add(std::chrono::nanoseconds at, std::span<const std::int16_t> samples) {
  const auto start = static_cast<std::int64_t>(std::llround(static_cast<double>(at.count()) * k_rate / 1e9));
  if (start < 0) return;
  // What is missing between two buffers is silence; time that goes back writes over.
  if (start > m_end) {
    const auto gap = std::min<std::int64_t>(start - m_end, k_size);
    for (std::int64_t i = start - gap; i < start; ++i) m_samples[static_cast<std::size_t>(i) % k_size] = 0;
  }
  auto index = start;
  for (std::size_t i = 0; i + k_step <= samples.size(); i += k_step, ++index) {
    float sum = 0;
    for (const std::int16_t sample : samples.subspan(i, k_step)) sum += static_cast<float>(sample);
    const float sample = sum / (static_cast<float>(k_step) * k_full_scale);
    m_samples[static_cast<std::size_t>(index) % k_size] = sample;
    if (std::abs(sample) >= k_quietest) m_last_loud = index;
  }
  m_end = index;
}

std::optional<milliseconds> find_echo(const EchoTrack& loudspeaker, const EchoTrack& microphone) {
  const std::int64_t end = std::min(loudspeaker.end(), microphone.end());
  // Zeros behind the window, or what is at its end would be found at its beginning.
  std::vector<float> played(k_transform);
  std::vector<float> heard(k_transform);
  for (std::size_t i = 0; i < k_window; ++i) {
    const std::int64_t index = end - static_cast<std::int64_t>(k_window - i);
    played[i] = loudspeaker.at(index);
    heard[i] = microphone.at(index);
  }
  // A microphone that is switched off is silence itself, and every delay would fit.
  const auto is_quiet = [](const std::vector<float>& sound) {
    return std::none_of(sound.begin(), sound.end(), [](float one) { return std::abs(one) >= k_quietest; });
  };
  if (is_quiet(played) || is_quiet(heard)) return std::nullopt;

  const Transform forward(gst_fft_f32_new(k_transform, FALSE));
  const Transform back(gst_fft_f32_new(k_transform, TRUE));
  std::vector<GstFFTF32Complex> played_spectrum(k_transform / 2 + 1);
  std::vector<GstFFTF32Complex> spectrum(k_transform / 2 + 1);
  gst_fft_f32_fft(forward.get(), played.data(), played_spectrum.data());
  gst_fft_f32_fft(forward.get(), heard.data(), spectrum.data());
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    const std::complex<float> product = std::complex(spectrum[i].r, spectrum[i].i) *
                                        std::conj(std::complex(played_spectrum[i].r, played_spectrum[i].i));
    const auto phase = product / (std::abs(product) + 1e-9F);
    spectrum[i] = {phase.real(), phase.imag()};
  }
  std::vector<float> likeness(k_transform);
  gst_fft_f32_inverse_fft(back.get(), spectrum.data(), likeness.data());
  likeness.resize(k_longest);
  // A loudspeaker or a microphone may be wired the wrong way round.
  const auto best = std::max_element(likeness.begin(), likeness.end(),
                                     [](float a, float b) { return std::abs(a) < std::abs(b); });
  const float power = std::inner_product(likeness.begin(), likeness.end(), likeness.begin(), 0.0F);
  if (std::abs(*best) < k_clear * std::sqrt(power / static_cast<float>(likeness.size()))) return std::nullopt;
  return milliseconds((best - likeness.begin()) * 1000 / EchoTrack::k_rate);
}

std::optional<milliseconds> EchoDelay::on_look(milliseconds found) {
  m_looks.push_back(found);
  if (m_looks.size() > k_looks) m_looks.pop_front();
  auto sorted = std::vector(m_looks.begin(), m_looks.end());
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i + k_agreeing <= sorted.size(); ++i) {
    if (sorted[i + k_agreeing - 1] - sorted[i] <= k_agreement) return sorted[i + k_agreeing / 2];
  }
  return std::nullopt;
}

}  // namespace sangdam::pipelines
