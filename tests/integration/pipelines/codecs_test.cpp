// A call in each codec, and what happens when an encoder fails in the middle of one.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using pipelines::VideoFormat;

/// The payload types of the picture's section, in their order.
std::string picture_types(const std::string& sdp) {
  const std::size_t at = sdp.find("m=video ");
  if (at == std::string::npos) return {};
  const std::string line = sdp.substr(at, sdp.find("\r\n", at) - at);
  const std::string proto = "SAVPF ";
  return line.substr(line.find(proto) + proto.size());
}

}  // namespace

TEST_CASE("Pictures cross both ways in every codec that is offered", "[call][codecs]") {
  Engine& engine = shared_engine();
  for (const VideoFormat& format : pipelines::k_video_formats) {
    INFO(pipelines::name_of(format.codec) << " as " << format.payload_type);
    TestPatient::Options options;
    options.picture_type = format.payload_type;
    Call call(engine, {}, options);
    REQUIRE(run_until([&] { return call.listener.connected == 1; }, 15s));
    const std::size_t shown = engine.patient_view()->frames();
    REQUIRE(run_until(
        [&] { return call.patient.seen().frames > 20 && engine.patient_view()->frames() > shown + 20; },
        20s));
    CHECK(call.patient.seen().picture_type == format.payload_type);
    CHECK(call.patient.seen().width == 1280);
    CHECK(call.patient.seen().corner_r > 200);
    CHECK(call.patient.seen().changed_frames > 10);
    std::optional<base::VideoFrame> frame;
    REQUIRE(run_until([&] {
      if (auto next = engine.patient_view()->take()) frame = std::move(next);
      return frame.has_value();
    }));
    CHECK(frame->width == 640);
    CHECK(call.listener.first_frames == 1);
    CHECK(call.listener.failures.empty());
  }
}

TEST_CASE("The offer has every codec, VP8 first, each with its retransmissions", "[call][codecs]") {
  Call call(shared_engine());
  REQUIRE(run_until([&] { return !call.listener.offer.empty(); }, 10s));
  INFO(call.listener.offer);
  CHECK(picture_types(call.listener.offer) == "96 97 102 103 98 99 104 105");
}

}  // namespace sangdam::tests
