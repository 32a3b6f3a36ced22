// How much later the microphone hears what the loudspeaker was given: buffers, amplifiers and the way through
// the air. A television set takes 100 ms and more, and Debian 12's echo canceller looks for the echo in the
// first 128 ms.
//
// Plain state; not thread-safe. Sound is S16, 48 kHz, mono.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

namespace sangdam::pipelines {

/// The last seconds of one of the two, at 4 kHz: enough to find speech again in speech.
class EchoTrack {
 public:
  static constexpr std::int64_t k_rate = 4000;
  static constexpr std::size_t k_size = 4 * k_rate;

  /// `at`: when the first sample was captured; one clock for both tracks.
  void add(std::chrono::nanoseconds at, std::span<const std::int16_t> samples);
  /// The sample after the newest, counted from the clock's zero.
  [[nodiscard]] std::int64_t end() const { return m_end; }
  /// Whether there was any sound in its last two seconds.
  [[nodiscard]] bool is_loud() const { return m_last_loud > m_end - 2 * k_rate; }
  /// Zero where nothing is known.
  [[nodiscard]] float at(std::int64_t index) const {
    return index < 0 || index >= m_end || index < m_end - static_cast<std::int64_t>(k_size)
               ? 0
               : m_samples[static_cast<std::size_t>(index) % k_size];
  }

 private:
  std::array<float, k_size> m_samples{};
  std::int64_t m_end = 0;
  std::int64_t m_last_loud = -2 * k_rate;
};

/// The delay that the last two seconds show, up to half a second; nothing if one of them was quiet or no
/// delay stands out. By generalised cross-correlation with phase transform (Knapp and Carter, 1976): speech
/// repeats itself with each period of its pitch, and only without its spectrum the echo shows as one peak.
/// A few milliseconds of CPU.
[[nodiscard]] std::optional<std::chrono::milliseconds> find_echo(const EchoTrack& loudspeaker,
                                                                 const EchoTrack& microphone);

/// What several looks together say.
class EchoDelay {
 public:
  /// The delay that three of the last four looks agree on; nothing as long as they do not.
  std::optional<std::chrono::milliseconds> on_look(std::chrono::milliseconds found);

 private:
  std::deque<std::chrono::milliseconds> m_looks;
};

}  // namespace sangdam::pipelines
