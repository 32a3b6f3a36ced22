#include "pipelines/soft_relay.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

constexpr gsize k_samples = 480;  // 10 ms
constexpr double k_loud = 20000;
constexpr double k_per_sample = 2 * std::numbers::pi * 440 / 48000;

struct Room {
  Room() {
    REQUIRE(gst_init_check(nullptr, nullptr, nullptr));
    relay->watch([this](const GstBuffer& buffer) {
      GstMapInfo map;
      auto* readable = const_cast<GstBuffer*>(&buffer);
      REQUIRE(gst_buffer_map(readable, &map, GST_MAP_READ));
      const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
      heard.insert(heard.end(), samples, samples + map.size / sizeof(std::int16_t));
      gst_buffer_unmap(readable, &map);
      CHECK(GST_BUFFER_PTS(&buffer) >= end);
      end = GST_BUFFER_PTS(&buffer) + GST_BUFFER_DURATION(&buffer);
    });
  }
  /// 10 ms from a moment on, of a tone or of silence.
  static Ref<GstBuffer> buffer(unsigned ms, bool tone) {
    auto one = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 2 * k_samples, nullptr));
    std::vector<std::int16_t> samples(k_samples, 0);
    for (gsize i = 0; tone && i < k_samples; ++i)
      samples[i] = static_cast<std::int16_t>(
          k_loud * std::sin(1 + k_per_sample * (48.0 * ms + static_cast<double>(i))));
    gst_buffer_fill(one.get(), 0, samples.data(), 2 * k_samples);
    GST_BUFFER_PTS(one.get()) = ms * GST_MSECOND;
    GST_BUFFER_DURATION(one.get()) = 10 * GST_MSECOND;
    return one;
  }
  [[nodiscard]] int largest_step() const {
    int largest = 0;
    for (std::size_t i = 1; i < heard.size(); ++i)
      largest = std::max(largest, std::abs(heard[i] - heard[i - 1]));
    return largest;
  }
  std::shared_ptr<Relay> relay = std::make_shared<Relay>();
  SoftRelay sound{relay};
  std::vector<std::int16_t> heard;
  GstClockTime end = 0;
};

}  // namespace

TEST_CASE("one microphone takes over from another, through silence, without a step") {
  Room room;
  for (unsigned ms = 0; ms < 100; ms += 10) room.sound.push(Room::buffer(ms, true).get());
  room.sound.end();
  for (unsigned ms = 110; ms < 200; ms += 10) room.sound.push_silence(Room::buffer(ms, false).get());
  // The next one's sound is late, and for a moment the silence goes on beside it.
  for (unsigned ms = 150; ms < 300; ms += 10) {
    room.sound.push(Room::buffer(ms, true).get());
    if (ms < 220) room.sound.push_silence(Room::buffer(ms + 50, false).get());
  }
  room.sound.end();
  room.sound.end();
  room.heard.push_back(0);
  CHECK(room.largest_step() < k_loud * k_per_sample * 1.1);
  CHECK(room.heard.size() > 25 * k_samples);
}

TEST_CASE("the sound of a microphone that others have too is not changed in their hands") {
  Room room;
  const auto first = Room::buffer(0, true);
  room.sound.push(first.get());
  const auto untouched = Room::buffer(0, true);
  GstMapInfo ours;
  GstMapInfo theirs;
  REQUIRE(gst_buffer_map(first.get(), &theirs, GST_MAP_READ));
  REQUIRE(gst_buffer_map(untouched.get(), &ours, GST_MAP_READ));
  CHECK(std::equal(ours.data, ours.data + ours.size, theirs.data));
  gst_buffer_unmap(first.get(), &theirs);
  gst_buffer_unmap(untouched.get(), &ours);
}

}  // namespace sangdam::pipelines
