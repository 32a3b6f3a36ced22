#include "pipelines/shape.hpp"

#include <cmath>
#include <cstdint>

#include "support/catch.hpp"

namespace sangdam::pipelines {

using base::PictureSize;

namespace {
std::int64_t pixels(PictureSize size) { return std::int64_t{size.width} * size.height; }
}  // namespace

TEST_CASE("A picture for which there is room stays as it is", "[shape]") {
  for (const PictureSize size :
       {PictureSize{640, 360}, {1280, 720}, {480, 640}, {720, 1280}, {405, 721}, {1, 1}}) {
    CHECK(fit(size, {1280, 720}) == size);
  }
}

TEST_CASE("A picture that is too large keeps its shape", "[shape]") {
  CHECK(fit({3840, 2160}, {1280, 720}) == PictureSize{1280, 720});
  CHECK(fit({1280, 720}, {640, 360}) == PictureSize{640, 360});
  CHECK(fit({2160, 3840}, {1280, 720}) == PictureSize{720, 1280});
  for (const PictureSize source : {PictureSize{640, 480},
                                   {480, 640},
                                   {1280, 960},
                                   {1920, 1440},
                                   {1000, 1000},
                                   {2560, 720},
                                   {8192, 8192}}) {
    for (const PictureSize room : {PictureSize{480, 270}, {320, 180}, {640, 360}}) {
      const PictureSize size = fit(source, room);
      INFO(source.width << "x" << source.height << " in " << room.width << "x" << room.height << ": "
                        << size.width << "x" << size.height);
      CHECK(pixels(size) <= pixels(room) * 102 / 100);
      CHECK(pixels(size) >= pixels(room) * 98 / 100);
      const double shape = static_cast<double>(size.width) / size.height;
      CHECK(std::abs(shape * source.height / source.width - 1) < 0.01);
      CHECK(size.width % 2 == 0);
      CHECK(size.height % 2 == 0);
    }
  }
}

TEST_CASE("However narrow a picture is, something is left of it", "[shape]") {
  CHECK(fit({100'000, 20}, {320, 180}).height >= 2);
  CHECK(fit({20, 100'000}, {320, 180}).width >= 2);
}

}  // namespace sangdam::pipelines
