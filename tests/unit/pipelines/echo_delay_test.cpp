#include "pipelines/echo_delay.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Sound = std::vector<std::int16_t>;

constexpr std::size_t k_block = 480;

/// Like speech in what matters here: loud and quiet in turns, little above 2 kHz.
Sound voice(unsigned seed, double seconds, double volume) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise;
  Sound sound(static_cast<std::size_t>(seconds * 48000));
  double smooth = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    smooth = 0.85 * smooth + noise(random);
    const double syllable = std::max(0.0, std::sin(static_cast<double>(i) / 48000 * 2 * 3.14159 * 3.1));
    sound[i] = static_cast<std::int16_t>(std::clamp(smooth * syllable * volume * 12000, -32768.0, 32767.0));
  }
  return sound;
}

/// What a microphone hears of it in a room: late, with reverberation that is stronger than the direct way.
Sound through_room(const Sound& sound, milliseconds delay, double gain) {
  std::vector<double> heard(sound.size(), 0.0);
  std::mt19937 random(5);
  std::normal_distribution<double> noise;
  const auto late = static_cast<std::size_t>(delay.count()) * 48;
  std::vector<std::pair<std::size_t, double>> paths{{late, 1.0}};
  for (int i = 1; i < 60; ++i)
    paths.emplace_back(late + static_cast<std::size_t>(i) * 131, 0.5 * noise(random) * std::exp(-i / 25.0));
  for (const auto& [shift, weight] : paths) {
    for (std::size_t i = shift; i < sound.size(); ++i) heard[i] += weight * gain * sound[i - shift];
  }
  Sound result(sound.size());
  for (std::size_t i = 0; i < sound.size(); ++i)
    result[i] = static_cast<std::int16_t>(std::clamp(heard[i], -32768.0, 32767.0));
  return result;
}

EchoTrack track_of(const Sound& sound, milliseconds from = 0ms) {
  EchoTrack track;
  for (std::size_t i = 0; i + k_block <= sound.size(); i += k_block)
    track.add(from + milliseconds(i / 48), {sound.data() + i, k_block});
  return track;
}

TEST_CASE("the delay of an echo is found in a room with reverberation, from nothing to half a second") {
  const Sound far = voice(1, 3, 0.3);
  for (const auto delay : {0ms, 6ms, 40ms, 120ms, 250ms, 490ms}) {
    const auto found = find_echo(track_of(far), track_of(through_room(far, delay, 0.5)));
    REQUIRE(found);
    CHECK(std::abs((*found - delay).count()) <= 8);
  }
}

TEST_CASE("the delay is found while somebody speaks in the room, and with a microphone wired the wrong way") {
  const Sound far = voice(1, 3, 0.3);
  const Sound near = voice(2, 3, 0.15);
  Sound heard = through_room(far, 120ms, 0.5);
  for (std::size_t i = 0; i < heard.size(); ++i)
    heard[i] = static_cast<std::int16_t>(-(heard[i] / 2 + near[i] / 2));
  const auto found = find_echo(track_of(far), track_of(heard));
  REQUIRE(found);
  CHECK(std::abs((*found - 120ms).count()) <= 8);
}

TEST_CASE("a loudspeaker that was quiet, or a microphone that is switched off, says nothing of the delay") {
  const Sound silence(std::size_t{48000} * 3);
  CHECK_FALSE(track_of(silence).is_loud());
  CHECK(track_of(voice(2, 3, 0.3)).is_loud());
  CHECK_FALSE(find_echo(track_of(voice(2, 3, 0.3)), track_of(silence)));
  CHECK_FALSE(find_echo(track_of(silence), track_of(voice(2, 3, 0.3))));
  CHECK_FALSE(find_echo(EchoTrack(), EchoTrack()));
}

TEST_CASE("tracks that begin late, stop for a while or jump in time are read without harm") {
  const Sound far = voice(1, 3, 0.3);
  const Sound heard = through_room(far, 40ms, 0.5);
  CHECK(find_echo(track_of(far, 100h), track_of(heard, 100h)) == find_echo(track_of(far), track_of(heard)));
  EchoTrack track = track_of(far);
  track.add(500h, {far.data(), k_block});  // far ahead
  track.add(1s, {far.data(), k_block});    // and back
  track.add(-5s, {far.data(), k_block});
  track.add(2s, {});
  CHECK(track.end() == 2 * EchoTrack::k_rate);
  CHECK(track.at(-1) == 0);
  CHECK(track.at(track.end()) == 0);
  CHECK_NOTHROW(find_echo(track, track_of(heard)));
}

TEST_CASE("two people who speak at once without an echo between them show no delay") {
  for (unsigned seed = 10; seed < 30; ++seed)
    CHECK_FALSE(find_echo(track_of(voice(seed, 3, 0.3)), track_of(voice(seed + 100, 3, 0.3))));
}

TEST_CASE("a delay counts when three of the last four looks agree, give or take 10 ms") {
  EchoDelay delay;
  CHECK_FALSE(delay.on_look(120ms));
  CHECK_FALSE(delay.on_look(300ms));
  CHECK_FALSE(delay.on_look(116ms));
  CHECK(delay.on_look(118ms) == 118ms);
  CHECK_FALSE(delay.on_look(40ms));  // 300, 116, 118, 40
}

TEST_CASE("another loudspeaker is believed after three looks") {
  EchoDelay delay;
  for (int i = 0; i < 4; ++i) delay.on_look(120ms);
  CHECK(delay.on_look(20ms) == 120ms);
  CHECK_FALSE(delay.on_look(20ms));
  CHECK(delay.on_look(20ms) == 20ms);
}

}  // namespace
}  // namespace sangdam::pipelines
