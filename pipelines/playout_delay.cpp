#include "pipelines/playout_delay.hpp"

#include <algorithm>
#include <utility>

namespace sangdam::pipelines {
namespace {

using std::chrono::milliseconds;

// Decoding, and the hop between two pipelines.
constexpr milliseconds k_margin{5};
constexpr milliseconds k_step{10};
// 20 ms each: fewer say nothing about a second.
constexpr unsigned k_enough = 10;

}  // namespace

void PlayoutDelay::on_sound(milliseconds late) {
  // After an outage everything comes at once: no delay would have saved it.
  if (late > k_longest) return;
  ++m_count;
  if (late > m_latest) {
    m_second_latest = std::exchange(m_latest, late);
  } else {
    m_second_latest = std::max(m_second_latest, late);
  }
}

milliseconds PlayoutDelay::on_second() {
  if (m_count < k_enough) {
    // Nobody speaks, or the connection stands still: nothing is learnt.
    m_count = 0;
    m_latest = m_second_latest = milliseconds(0);
    return m_delay;
  }
  // One of fifty may be late: it is made up for by the decoder.
  m_late.at(m_next) = m_second_latest;
  m_next = (m_next + 1) % k_seconds;
  m_seconds = std::min(m_seconds + 1, k_seconds);
  m_count = 0;
  m_latest = m_second_latest = milliseconds(0);

  const milliseconds needed = *std::max_element(m_late.begin(), m_late.end()) + k_margin;
  const milliseconds wanted =
      std::clamp((needed + k_step - milliseconds(1)) / k_step * k_step, k_shortest, k_longest);
  if (wanted > m_delay || m_seconds == k_seconds) m_delay = wanted;
  return m_delay;
}

}  // namespace sangdam::pipelines
