// A call in each codec, and what happens when an encoder fails in the middle of one.

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "pipelines/hardware_probe.hpp"
#include "pipelines/video_encoder.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using pipelines::HardwareProbe;
using pipelines::VideoDecoder;
using pipelines::VideoEncoder;
using pipelines::VideoFormat;

/// The payload types of the picture's section, in their order.
std::string picture_types(const std::string& sdp) {
  const std::size_t at = sdp.find("m=video ");
  if (at == std::string::npos) return {};
  const std::string line = sdp.substr(at, sdp.find("\r\n", at) - at);
  const std::string proto = "SAVPF ";
  return line.substr(line.find(proto) + proto.size());
}

const VideoFormat k_h264 = *pipelines::video_format(102);

/// Stands in for hardware: software, with something behind it that fails in its own way.
VideoEncoder stand_in(const std::string& name, const std::string& behind = "") {
  VideoEncoder encoder = pipelines::software_encoders(k_h264).front();
  encoder.factory = name;
  encoder.is_hardware = true;
  if (!behind.empty()) encoder.chain += " ! " + behind;
  return encoder;
}

struct Probed {
  std::vector<std::string> encoders, decoders;
};
std::optional<Probed> probe(HardwareProbe::Parts parts) {
  std::optional<Probed> result;
  parts.done = [&](const std::vector<VideoEncoder>& encoders, const std::vector<VideoDecoder>& decoders) {
    result.emplace();
    for (const auto& one : encoders) result->encoders.push_back(one.factory);
    for (const auto& one : decoders) result->decoders.push_back(one.factory);
  };
  const HardwareProbe probe(std::move(parts));
  run_until([&] { return result.has_value(); }, 60s);
  return result;
}
const std::vector<std::string> k_probe{SANGDAM_VIDEO_PROBE};

}  // namespace

TEST_CASE("Hardware is used if it works, in a process of its own", "[codecs][hardware]") {
  (void)shared_engine();
  VideoEncoder dark = stand_in("dark");
  dark.chain = "videobalance brightness=-1 ! " + dark.chain;
  VideoEncoder absent = stand_in("absent");
  absent.chain = "no-such-element name=encoder";
  VideoDecoder decoder = pipelines::software_decoders(pipelines::VideoCodec::h264).front();
  decoder.factory = "decodes";
  VideoDecoder failing = decoder;
  failing.factory = "fails";
  failing.chain += " ! identity error-after=5";
  const auto found = probe({.command = k_probe,
                            .encoders = {stand_in("fails", "identity error-after=5"), stand_in("encodes"),
                                         dark, absent, stand_in("also encodes")},
                            .decoders = {failing, decoder}});
  REQUIRE(found.has_value());
  CHECK(found->encoders == std::vector<std::string>{"encodes", "also encodes"});
  CHECK(found->decoders == std::vector<std::string>{"decodes"});
}

TEST_CASE("Hardware that hangs or crashes costs nothing but its use", "[codecs][hardware]") {
  (void)shared_engine();
  const auto begin = std::chrono::steady_clock::now();
  const auto hung = probe({.command = k_probe,
                           .encoders = {stand_in("hangs", "identity sleep-time=60000000")},
                           .decoders = {},
                           .deadline = 1s});
  REQUIRE(hung.has_value());
  CHECK(hung->encoders.empty());
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  const auto crashed = probe(
      {.command = {"/bin/sh", "-c", "kill -SEGV $$"}, .encoders = {stand_in("crashes")}, .decoders = {}});
  REQUIRE(crashed.has_value());
  CHECK(crashed->encoders.empty());
  const auto missing =
      probe({.command = {"/no/such/program"}, .encoders = {stand_in("any")}, .decoders = {}});
  REQUIRE(missing.has_value());
  CHECK(missing->encoders.empty());
}

TEST_CASE("An encoder that fails in a call is replaced, and the call goes on", "[call][codecs][hardware]") {
  (void)shared_engine();  // GStreamer is started
  // With an error, or without a word.
  const std::string failure = GENERATE("identity error-after=60", "identity eos-after=60");
  INFO(failure);
  // It survives the second of its probe.
  Engine engine({.camera = "test",
                 .microphone = "test",
                 .speaker = "none",
                 .video_probe = k_probe,
                 .hardware_encoders = std::vector{stand_in("stand-in", failure)},
                 .hardware_decoders = std::vector<VideoDecoder>{}});
  REQUIRE(run_until([&] { return engine.video_hardware().has_value(); }, 30s));
  CHECK(engine.video_hardware() == std::vector<std::string>{"stand-in"});
  TestPatient::Options options;
  options.picture_type = k_h264.payload_type;
  {
    Call call(engine, {}, options);
    REQUIRE(run_until([&] { return call.patient.seen().frames > 150; }, 30s));
    CHECK(call.patient.seen().changed_frames > 100);
    CHECK(call.patient.seen().picture_type == k_h264.payload_type);
    CHECK(call.listener.failures.empty());
    CHECK(call.listener.connected == 1);
  }
  // It is not used again.
  CHECK(engine.video_hardware()->empty());
  Call next(engine, {}, options);
  REQUIRE(run_until([&] { return next.patient.seen().frames > 100; }, 30s));
  CHECK(next.listener.failures.empty());
}

TEST_CASE("A decoder that fails in a call ends the peer, and the next peer has another",
          "[call][codecs][hardware]") {
  (void)shared_engine();
  VideoDecoder decoder = pipelines::software_decoders(pipelines::VideoCodec::h264).front();
  decoder.factory = "stand-in";
  decoder.is_hardware = true;
  decoder.chain += " ! identity error-after=60";
  Engine engine({.camera = "test",
                 .microphone = "test",
                 .speaker = "none",
                 .video_probe = k_probe,
                 .hardware_encoders = std::vector<VideoEncoder>{},
                 .hardware_decoders = std::vector{decoder}});
  REQUIRE(run_until([&] { return engine.video_hardware() == std::vector<std::string>{"stand-in"}; }, 30s));
  TestPatient::Options options;
  options.picture_type = k_h264.payload_type;
  {
    Call call(engine, {}, options);
    REQUIRE(run_until([&] { return !call.listener.failures.empty(); }, 30s));
    CHECK(call.listener.failures == std::vector{PeerFailure::pipeline_error});
    CHECK(call.listener.first_frames == 1);
  }
  CHECK(engine.video_hardware()->empty());
  Call next(engine, {}, options);
  const std::size_t shown = engine.patient_view()->frames();
  REQUIRE(run_until([&] { return engine.patient_view()->frames() > shown + 100; }, 30s));
  CHECK(next.listener.failures.empty());
}

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
    // Another size needs no new negotiation.
    call.peer->limit_picture({320, 180});
    REQUIRE(run_until([&] { return call.patient.seen().width <= 400; }, 10s));
    const unsigned smaller = call.patient.seen().frames;
    REQUIRE(run_until([&] { return call.patient.seen().frames > smaller + 20; }, 10s));
    CHECK(call.patient.seen().corner_r > 200);
    CHECK(call.listener.failures.empty());
  }
}

TEST_CASE("The offer has every codec, VP8 first, each with its retransmissions", "[call][codecs]") {
  Call call(shared_engine());
  REQUIRE(run_until([&] { return !call.listener.offer.empty(); }, 10s));
  INFO(call.listener.offer);
  CHECK(picture_types(call.listener.offer) == "96 97 102 103 98 99 104 105 108 110 109");
}

}  // namespace sangdam::tests
