// Where a picture's time goes: each stage's delay on the way from the camera to the patient's line, and from
// there to the screen. The engine in a call with a patient in the same process.
//
//   bench-stages [SECONDS [CAMERA [PAYLOAD_TYPE]]]
//
// CAMERA as in EngineConfig, "test" if left out; PAYLOAD_TYPE is what the patient sends (video_formats.hpp).
// Each picture is followed by its timestamp (stage_tracer.hpp); printed are those that came all the way.
#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "bench/stage_tracer.hpp"
#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using Side = Stage::Side;
using Moment = Stage::Moment;
using Name = Stage::Name;

const StageTracer::Way k_to_patient{
    {"camera", "camera", "source"},
    {"scaled, converted", "camera", "out", Side::into},
    {"handed to the call", "peer", "camera"},
    {"scaled for the line", "peer", "size"},
    {"encoder", "peer", "encoder"},
    {"payloader", "peer", "payloader", Side::out_of, Moment::first, Name::rtp, true},
    {"pacing", "peer", "picture-out", Side::out_of, Moment::last, Name::rtp},
    {"RTP session", "peer", "rtpsession", Side::out_of, Moment::last, Name::rtp},
    {"encryption", "peer", "srtpenc", Side::out_of, Moment::last, Name::rtp},
    {"out of the socket", "peer", "nicesink", Side::into, Moment::done, Name::rtp},
};
const StageTracer::Way k_from_patient{
    {"in at the socket, first packet", "peer", "nicesrc", Side::out_of, Moment::first, Name::rtp},
    {"last packet", "peer", "nicesrc", Side::out_of, Moment::last, Name::rtp},
    {"decryption", "peer", "srtpdec", Side::out_of, Moment::last, Name::rtp},
    {"jitter buffer", "peer", "rtpjitterbuffer", Side::out_of, Moment::last, Name::rtp, true},
    {"queue, repair delay", "peer", "pace", Side::out_of, Moment::last, Name::rtp},
    {"depayloader", "peer", "depayloader"},
    {"decoder", "peer", "decoder"},
    {"queue to be shown", "peer", "shown"},
    {"scaled, converted, in the slot", "peer", "picture", Side::into, Moment::done},
};

double percentile(std::vector<double> values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void print(const std::string& title, const StageTracer::Way& way,
           std::vector<StageTracer::Picture> pictures) {
  const std::size_t all = pictures.size();
  std::erase_if(pictures, [](const auto& one) {
    return std::any_of(one.at.begin(), one.at.end(), [](GstClockTime at) { return at == 0; });
  });
  std::cout
      << '\n'
      << title << ", " << pictures.size() << " of " << all << " pictures\n\n"
      << "| stage | ms: p50 | p95 | most | since the beginning: p50 | p95 |\n|---|---|---|---|---|---|\n";
  if (pictures.empty()) return;
  for (std::size_t i = 0; i < way.size(); ++i) {
    std::vector<double> alone, whole;
    for (const auto& picture : pictures) {
      const GstClockTime begin = picture.captured > 0 ? picture.captured : picture.at.front();
      const auto ms = [&](GstClockTime since) {
        return static_cast<double>(GST_CLOCK_DIFF(since, picture.at[i])) / 1e6;
      };
      alone.push_back(ms(i > 0 ? picture.at[i - 1] : begin));
      whole.push_back(ms(begin));
    }
    std::cout << std::fixed << std::setprecision(2) << "| " << way[i].label << " | " << percentile(alone, 0.5)
              << " | " << percentile(alone, 0.95) << " | " << percentile(alone, 1) << " | "
              << percentile(whole, 0.5) << " | " << percentile(whole, 0.95) << " |\n";
  }
}

int run(std::chrono::seconds duration, const std::string& camera, unsigned payload_type) {
  if (const auto started = Engine::start_up(); !started) {
    std::cerr << started.error().message << '\n';
    return EXIT_FAILURE;
  }
  StageTracer tracer({k_to_patient, k_from_patient});
  Engine engine({.camera = camera, .microphone = "test", .speaker = "none"});
  TestPatient::Options options;
  options.picture = "videotestsrc is-live=true pattern=smpte100 horizontal-speed=4";
  options.picture_caps = "video/x-raw,width=1280,height=720,framerate=30/1";
  options.kbps = 2500;
  options.picture_type = payload_type;
  Call call(engine, {}, options);
  if (!run_until([&] { return call.listener.first_frames > 0 && call.patient.seen().frames > 0; }, 30s)) {
    std::cerr << "no pictures\n";
    return EXIT_FAILURE;
  }
  // The rate is found in the first seconds.
  run_until([] { return false; }, 5s);
  (void)tracer.take(0);
  (void)tracer.take(1);
  run_until([] { return false; }, duration);
  print("To the patient", k_to_patient, tracer.take(0));
  print("From the patient", k_from_patient, tracer.take(1));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sangdam::tests

int main(int argc, char** argv) {
  return sangdam::tests::run(std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 20),
                             argc > 2 ? argv[2] : "test",
                             argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 96);
}
