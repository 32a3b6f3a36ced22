#include "pipelines/jpeg.hpp"

#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using Picture = std::vector<std::uint8_t>;

Picture joined(std::initializer_list<Picture> parts) {
  Picture all;
  for (const Picture& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
const Picture k_begin{0xff, 0xd8};
const Picture k_end{0xff, 0xd9};
/// Baseline, 640x480, one component.
const Picture k_frame{0xff, 0xc0, 0, 11, 8, 0x01, 0xe0, 0x02, 0x80, 1, 1, 0x11, 0};
const Picture k_scan{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0};
const Picture k_data{0x12, 0x34, 0xff, 0x00, 0x56, 0xff, 0x00};  // two bytes of it are 0xff
Picture restart(int n) { return {0xff, static_cast<std::uint8_t>(0xd0 + n)}; }

bool is_whole(const Picture& picture) { return read_jpeg(picture) == base::PictureSize{640, 480}; }

}  // namespace

TEST_CASE("A whole picture is recognised, with its size", "[jpeg]") {
  CHECK(is_whole(joined({k_begin, k_frame, k_scan, k_data, k_end})));
  // What cameras put around it: application data, comments, filling, zeros at the end of their buffer.
  CHECK(is_whole(joined({k_begin,
                         {0xff, 0xe0, 0, 4, 1, 2},
                         {0xff, 0xfe, 0, 2},
                         {0xff},
                         k_frame,
                         k_scan,
                         k_data,
                         {0xff},
                         k_end,
                         Picture(1000)})));
  // Restart markers are numbered, from 0 again after 7.
  Picture data = k_data;
  for (int i = 0; i < 20; ++i) data = joined({data, restart(i % 8), k_data});
  CHECK(is_whole(joined({k_begin, k_frame, k_scan, data, k_end})));
  // Progressive: several scans.
  CHECK(is_whole(joined({k_begin, k_frame, k_scan, k_data, {0xff, 0xc4, 0, 3, 0}, k_scan, k_data, k_end})));
}

TEST_CASE("No part of a picture is a whole one", "[jpeg]") {
  const Picture whole =
      joined({k_begin, k_frame, k_scan, k_data, restart(0), k_data, restart(1), k_data, k_end});
  REQUIRE(is_whole(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK_FALSE(read_jpeg(Bytes(whole).first(size)).has_value());
  }
}

TEST_CASE("A picture with a hole is not whole", "[jpeg]") {
  // A restart marker is missing, or comes twice.
  CHECK_FALSE(read_jpeg(joined({k_begin, k_frame, k_scan, k_data, restart(1), k_data, k_end})));
  CHECK_FALSE(
      read_jpeg(joined({k_begin, k_frame, k_scan, k_data, restart(0), k_data, restart(0), k_data, k_end})));
  // The next picture begins inside of this one.
  CHECK_FALSE(read_jpeg(joined({k_begin, k_frame, k_scan, k_data, k_begin, k_frame, k_scan, k_data, k_end})));
}

TEST_CASE("What is no picture is none", "[jpeg]") {
  CHECK_FALSE(read_jpeg({}));
  CHECK_FALSE(read_jpeg(Picture(1000)));
  CHECK_FALSE(read_jpeg(Picture(1000, 0xff)));
  CHECK_FALSE(read_jpeg(joined({k_begin, k_end})));
  CHECK_FALSE(read_jpeg(joined({k_begin, k_scan, k_data, k_end})));
  CHECK_FALSE(read_jpeg(joined({k_begin, {0xff, 0xc0, 0, 1}, k_scan, k_data, k_end})));
  CHECK_FALSE(read_jpeg(joined({k_begin, {0xff, 0xc0, 0, 3, 8}, k_scan, k_data, k_end})));
  CHECK_FALSE(read_jpeg(joined({k_begin, {0xff, 0xe0, 0xff, 0xff, 8}, k_frame, k_scan, k_data, k_end})));
}

}  // namespace sangdam::pipelines
