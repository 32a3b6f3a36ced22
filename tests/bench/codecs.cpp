// What each encoder costs and how it keeps to a bitrate that changes: a head that moves before a room, with a
// sensor's noise, at 30 pictures a second. The camera stands, or is held in a hand.
//
//   bench-codecs [WIDTH HEIGHT [PICTURES [stands|held [ENCODER]]]]
//
// A third of the pictures at 1500 kbit/s, a third at 300, a third at 1500 again, each with small changes six
// times a second, as a controller makes them. Printed: CPU for each
// picture, the rate of each third's second half, the largest picture that is no key frame, and how close what
// a decoder makes of it comes to what went in (PSNR of the brightness, second half of each third).
#include <gst/video/video.h>
#include <sys/resource.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string_view>
#include <vector>

#include "pipelines/engine.hpp"
#include "pipelines/video_decoder.hpp"
#include "pipelines/video_encoder.hpp"

namespace {

using namespace sangdam::pipelines;
using Picture = std::vector<std::uint8_t>;

constexpr int k_rate = 30;

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

std::size_t at(int x, int y, int width) { return static_cast<std::size_t>(y * width + x); }

std::uint32_t noise_of(std::uint32_t x) {
  x ^= x << 13U;
  x ^= x >> 17U;
  x ^= x << 5U;
  return x;
}

std::uint8_t level(double value) { return static_cast<std::uint8_t>(std::clamp(value, 16.0, 235.0)); }

Picture scene(int width, int height, int number, bool is_held) {
  Picture picture(at(0, height * 3 / 2, width), 128);
  const double t = number / static_cast<double>(k_rate);
  const double scale = height / 720.0;
  const double sway_x = is_held ? 40 * std::sin(1.7 * t) + 9 * std::sin(7.1 * t) : 0;
  const double sway_y = is_held ? 25 * std::sin(2.3 * t) + 6 * std::sin(9.3 * t) : 0;
  const double head_x = width / 2.0 + scale * (60 * std::sin(2.1 * t) + sway_x);
  const double head_y = height / 2.0 + scale * (25 * std::sin(3.3 * t) + sway_y);
  std::uint32_t seed = 1 + static_cast<std::uint32_t>(number) * 7919U;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double dx = (x - head_x) / (150 * scale);
      const double dy = (y - head_y) / (210 * scale);
      double value = 0;
      if (dx * dx + dy * dy < 1) {
        const double u = (x - head_x) / scale;
        const double v = (y - head_y) / scale;
        value = 150 + 25 * std::sin(u / 9) * std::cos(v / 13) + 20 * std::sin((u + v) / 31);
        // The mouth.
        if (std::abs(u) < 45 && std::abs(v - 90) < 6 + 10 * std::abs(std::sin(9 * t))) value = 60;
      } else {
        const double u = x / scale - sway_x;
        const double v = y / scale - sway_y;
        value = 110 + 40 * std::sin(u / 57) * std::sin(v / 43) + 22 * std::sin(u / 5) * std::sin(v / 7) +
                (static_cast<int>(std::floor(u / 80)) % 2 == 0 ? 15 : -15);
      }
      seed = noise_of(seed);
      picture[at(x, y, width)] = level(value + static_cast<double>(seed % 5) - 2);
    }
  }
  return picture;
}

struct Encoded {
  std::size_t bytes = 0;
  bool is_key = false;
};

struct Run {
  double cpu_ms_per_picture = 0;
  std::vector<Encoded> pictures;
  std::array<double, 3> psnr{};
};

Run run(const VideoEncoder& encoder, const std::vector<Picture>& scenes, int width, int height, int count) {
  const std::string description =
      "appsrc name=in format=time block=true max-buffers=2 max-bytes=0 caps=video/x-raw,format=I420,width=" +
      std::to_string(width) + ",height=" + std::to_string(height) + ",framerate=30/1 ! " + encoder.chain +
      " ! appsink name=out sync=false";
  sangdam::base::ErrorPtr error;
  const auto pipeline =
      Ref<GstElement>::sink(gst_parse_launch(description.c_str(), sangdam::base::out(error)));
  const auto find = [&](const char* name) {
    return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  const auto in = find("in");
  const auto out = find("out");
  const auto element = find("encoder");
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  Run result;
  std::vector<Ref<GstSample>> samples;
  const double before = cpu_ms();
  for (int i = 0; i < count; ++i) {
    const int third = 3 * i / count;
    // A controller looks for the line's rate all the time.
    if (i % 5 == 0) {
      const int rate = third == 1 ? 300 : 1500;
      encoder.set_rate(*element.get(), i % 10 == 0 ? rate : rate * 19 / 20);
    }
    const Picture& scene = scenes[static_cast<std::size_t>(i) % scenes.size()];
    GstBuffer* buffer = gst_buffer_new_memdup(scene.data(), scene.size());
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * GST_SECOND / k_rate;
    GST_BUFFER_DURATION(buffer) = GST_SECOND / k_rate;
    gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer);
    auto sample =
        Ref<GstSample>::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), 5 * GST_SECOND));
    if (!sample) break;
    GstBuffer* made = gst_sample_get_buffer(sample.get());
    result.pictures.push_back(
        {gst_buffer_get_size(made), !GST_BUFFER_FLAG_IS_SET(made, GST_BUFFER_FLAG_DELTA_UNIT)});
    samples.push_back(std::move(sample));
  }
  result.cpu_ms_per_picture = (cpu_ms() - before) / static_cast<double>(result.pictures.size());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);

  const auto decoders = software_decoders(encoder.codec);
  if (decoders.empty() || samples.empty()) return result;
  const std::string decoding = "appsrc name=in format=time block=true ! " + decoders.front().chain +
                               " ! video/x-raw,format=I420 ! appsink name=out sync=false";
  const auto decoder = Ref<GstElement>::sink(gst_parse_launch(decoding.c_str(), nullptr));
  const auto coded = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(decoder.get()), "in"));
  const auto shown = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(decoder.get()), "out"));
  gst_element_set_state(decoder.get(), GST_STATE_PLAYING);
  std::array<double, 3> error_sum{};
  std::array<int, 3> counted{};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    gst_app_src_push_sample(GST_APP_SRC(coded.get()), samples[i].get());
    const auto sample =
        Ref<GstSample>::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(shown.get()), 5 * GST_SECOND));
    if (!sample) break;
    const std::size_t third = 3 * i / static_cast<std::size_t>(count);
    if (6 * i / static_cast<std::size_t>(count) % 2 == 0) continue;
    GstVideoInfo info;
    GstVideoFrame frame;
    gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get()));
    if (!gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample.get()), GST_MAP_READ)) continue;
    const Picture& scene = scenes[i % scenes.size()];
    double sum = 0;
    for (int y = 0; y < height; ++y) {
      const auto* row = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
                        static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
      for (int x = 0; x < width; ++x) {
        const double difference = row[x] - scene[at(x, y, width)];
        sum += difference * difference;
      }
    }
    gst_video_frame_unmap(&frame);
    error_sum[third] += sum / (static_cast<double>(width) * height);
    ++counted[third];
  }
  gst_element_set_state(decoder.get(), GST_STATE_NULL);
  for (std::size_t third = 0; third < 3; ++third) {
    if (counted[third] > 0)
      result.psnr[third] = 10 * std::log10(255 * 255 / (error_sum[third] / counted[third]));
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const int width = argc > 2 ? std::atoi(argv[1]) : 1280;
  const int height = argc > 2 ? std::atoi(argv[2]) : 720;
  const int count = argc > 3 ? std::atoi(argv[3]) : 360;
  const bool is_held = argc > 4 && std::string_view(argv[4]) == "held";
  if (!Engine::start_up()) return EXIT_FAILURE;
  std::vector<Picture> scenes;
  for (int i = 0; i < 120; ++i) scenes.push_back(scene(width, height, i, is_held));
  std::cout << std::fixed << std::setprecision(1) << width << 'x' << height << ", " << count
            << " pictures, 1500 / 300 / 1500 kbit/s\n";
  for (const VideoFormat& format : k_video_formats) {
    for (const VideoEncoder& encoder : software_encoders(format)) {
      if (argc > 5 && encoder.factory != argv[5]) continue;
      const Run result = run(encoder, scenes, width, height, count);
      std::cout << encoder.factory << ": " << result.cpu_ms_per_picture << " ms, ";
      const std::size_t made = result.pictures.size();
      std::size_t largest = 0;
      unsigned keys = 0;
      for (std::size_t third = 0; third < 3; ++third) {
        std::size_t bytes = 0;
        std::size_t first_bytes = 0;
        for (std::size_t i = third * made / 3; i < (third + 1) * made / 3; ++i) {
          if (i >= (2 * third + 1) * made / 6) bytes += result.pictures[i].bytes;
          if (i < third * made / 3 + k_rate) first_bytes += result.pictures[i].bytes;
          if (result.pictures[i].is_key) {
            ++keys;
          } else {
            largest = std::max(largest, result.pictures[i].bytes);
          }
        }
        std::cout << (third == 0 ? "" : " / ")
                  << static_cast<double>(bytes) * 8 * k_rate * 6 / static_cast<double>(made) / 1000
                  << " kbit/s (first second " << static_cast<double>(first_bytes) * 8 / 1000 << ", "
                  << result.psnr[third] << " dB)";
      }
      std::cout << ", largest " << largest << " bytes, " << keys << " key frames, " << made << " pictures\n"
                << std::flush;
    }
  }
  return EXIT_SUCCESS;
}
