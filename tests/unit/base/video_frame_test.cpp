#include "base/video_frame.hpp"

#include <array>
#include <memory>
#include <stdexcept>
#include <thread>

#include "base/main_thread.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

using namespace sangdam::base;
using sangdam::tests::run_until;

namespace {

// A frame whose pixels count their releases, as a mapped pipeline buffer would.
VideoFrame make_frame(int width, int* released = nullptr) {
  static const std::array<guint8, 3> k_pixel{1, 2, 3};
  auto pixels = Ref<GBytes>::adopt(g_bytes_new_with_free_func(
      k_pixel.data(), k_pixel.size(),
      [](gpointer data) {
        if (data != nullptr) ++*static_cast<int*>(data);
      },
      released));
  return {width, 1, 3, std::move(pixels), {}};
}

}  // namespace

TEST_CASE("only the newest frame waits", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  int released = 0;
  REQUIRE_FALSE(slot->has_picture());
  REQUIRE_FALSE(slot->take());

  slot->put(make_frame(1, &released));
  slot->put(make_frame(2, &released));
  REQUIRE(released == 1);
  REQUIRE(slot->has_picture());
  REQUIRE(slot->frames() == 2);

  auto frame = slot->take();
  REQUIRE(frame);
  REQUIRE(frame->width == 2);
  REQUIRE_FALSE(slot->take());
  REQUIRE(slot->has_picture());  // the screen goes on showing what it took
  frame.reset();
  REQUIRE(released == 2);
}

TEST_CASE("a cleared slot has no picture and holds no frame", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  int released = 0;
  slot->put(make_frame(1, &released));
  slot->clear();
  REQUIRE(released == 1);
  REQUIRE_FALSE(slot->has_picture());
  REQUIRE_FALSE(slot->take());
  REQUIRE(slot->frames() == 1);
}

TEST_CASE("many frames wake the screen once, and later ones again", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  int wakes = 0;
  int width = 0;
  slot->on_change([&] {
    ++wakes;
    if (const auto frame = slot->take()) width = frame->width;
  });
  std::thread([&] {
    for (int i = 1; i <= 100; ++i) slot->put(make_frame(i));
  }).join();
  REQUIRE(run_until([&] { return wakes > 0; }));
  REQUIRE(wakes == 1);
  REQUIRE(width == 100);

  slot->clear();
  REQUIRE(run_until([&] { return wakes == 2; }));
  REQUIRE_FALSE(slot->has_picture());
}

TEST_CASE("a screen may stop listening in its own wake", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  int wakes = 0;
  const auto held = std::make_shared<int>(0);
  slot->on_change([&, held] {
    slot->on_change(nullptr);
    ++wakes;
    ++*held;
  });
  slot->put(make_frame(1));
  REQUIRE(run_until([&] { return wakes == 1; }));
  REQUIRE(*held == 1);
  REQUIRE(held.use_count() == 1);
}

TEST_CASE("a wake that throws does not cross the loop", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  int wakes = 0;
  slot->on_change([&] {
    ++wakes;
    throw std::runtime_error("planted by the test");
  });
  slot->put(make_frame(1));
  REQUIRE(run_until([&] { return wakes == 1; }));
  slot->put(make_frame(2));
  REQUIRE(run_until([&] { return wakes == 2; }));
}

TEST_CASE("a slot may die while a wake is queued", "[video-frame]") {
  auto slot = std::make_shared<FrameSlot>();
  int wakes = 0;
  slot->on_change([&] { ++wakes; });
  slot->put(make_frame(1));
  slot.reset();
  bool reached = false;
  post_to_main_when_idle([&] { reached = true; });
  REQUIRE(run_until([&] { return reached; }));
  REQUIRE(wakes == 0);
}

TEST_CASE("a picture is wanted in the size it is painted in, until its own size changes", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  CHECK(slot->wanted({1280, 720}) == PictureSize{1280, 720});
  slot->want({1280, 720}, {1422, 800});
  CHECK(slot->wanted({1280, 720}) == PictureSize{1422, 800});
  CHECK(slot->wanted({640, 480}) == PictureSize{640, 480});
  slot->want({1, 1920}, {0, 800});  // nothing can be painted in
  CHECK(slot->wanted({1, 1920}) == PictureSize{1, 1920});
}

TEST_CASE("a picture that nobody can see is still needed once, to know that there is one", "[video-frame]") {
  const auto slot = std::make_shared<FrameSlot>();
  slot->put(make_frame(1));
  CHECK(slot->needs_frame());
  slot->set_visible(false);
  CHECK_FALSE(slot->needs_frame());
  slot->clear();
  CHECK(slot->needs_frame());
  slot->put(make_frame(1));
  CHECK_FALSE(slot->needs_frame());
  slot->set_visible(true);
  CHECK(slot->needs_frame());
}
