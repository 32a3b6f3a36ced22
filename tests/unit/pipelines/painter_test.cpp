#include "pipelines/painter.hpp"

#include <atomic>
#include <mutex>
#include <vector>

#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::pipelines {
namespace {

using tests::run_until;

/// Thirty white pictures of a size go through a painter into a slot.
struct Run {
  explicit Run(base::PictureSize size) {
    gst_init(nullptr, nullptr);
    pipeline = std::make_unique<Pipeline>("test", Timeline::begin(), workers, [](GstMessage&) {});
    const auto added =
        pipeline->add("videotestsrc num-buffers=30 pattern=white ! video/x-raw,format=I420,width=" +
                      std::to_string(size.width) + ",height=" + std::to_string(size.height) +
                      ",framerate=30/1 ! " + Painter::chain("shown"));
    REQUIRE(added);
  }

  void play() {
    Painter::connect(
        *pipeline, "shown", slot,
        [this](base::PictureSize size) {
          last_source = size.width;
          ++pictures;
        },
        [this](base::VideoFrame frame) {
          const std::lock_guard lock(mutex);
          slot->put(frame);
          frames.push_back(std::move(frame));
        });
    pipeline->play();
    REQUIRE(run_until([&] { return pictures == 30; }));
    pipeline.reset();
    REQUIRE(workers->drain(std::chrono::seconds(10)));
  }

  std::shared_ptr<Workers> workers = std::make_shared<Workers>();
  std::unique_ptr<Pipeline> pipeline;
  std::shared_ptr<base::FrameSlot> slot = std::make_shared<base::FrameSlot>();
  std::atomic<int> pictures{0}, last_source{0};
  std::mutex mutex;
  std::vector<base::VideoFrame> frames;  // protected by the mutex
};

/// The pixel's bytes in memory: blue, green, red, alpha.
const unsigned char* pixel(const base::VideoFrame& frame, int x, int y) {
  const auto* bytes = static_cast<const unsigned char*>(g_bytes_get_data(frame.pixels.get(), nullptr));
  return bytes + static_cast<std::size_t>(y) * frame.stride + 4 * static_cast<std::size_t>(x);
}

}  // namespace

TEST_CASE("a picture comes in the size it is painted in, and fills it to the last row") {
  Run run({1280, 720});
  run.slot->want({1280, 720}, {1294, 728});  // not quite 16:9
  run.play();
  REQUIRE_FALSE(run.frames.empty());
  const base::VideoFrame& frame = run.frames.back();
  CHECK(frame.width == 1294);
  CHECK(frame.height == 728);
  CHECK(frame.source == base::PictureSize{1280, 720});
  for (const auto& [x, y] : {std::pair{0, 0}, {1293, 0}, {0, 727}, {1293, 727}, {640, 364}}) {
    CHECK(pixel(frame, x, y)[0] > 240);
    CHECK(pixel(frame, x, y)[1] > 240);
    CHECK(pixel(frame, x, y)[2] > 240);
    CHECK(pixel(frame, x, y)[3] == 255);
  }
}

TEST_CASE("a wish for another size of picture does not bend this one") {
  Run run({480, 640});
  run.slot->want({640, 480}, {320, 240});
  run.play();
  REQUIRE_FALSE(run.frames.empty());
  CHECK(run.frames.back().width == 480);
  CHECK(run.frames.back().height == 640);
}

TEST_CASE("a picture that nobody can see is counted and not converted") {
  Run run({640, 360});
  run.slot->set_visible(false);
  run.play();
  CHECK(run.last_source == 640);
  CHECK(run.frames.size() == 1);  // which says that there is a picture
}

}  // namespace sangdam::pipelines
