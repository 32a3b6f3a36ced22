// One call of the kiosk's engine with a patient who speaks from a file; writes what comes back to the
// patient.
//
//   bench-echo-call FAR.wav BACK.raw SECONDS own|none MICROPHONE SPEAKER
//
// BACK.raw is S16LE, 48 kHz, mono. Run by echo.py, in a sound server's session of its own.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;

int run(const std::vector<std::string>& args) {
  if (const auto started = Engine::start_up(); !started) {
    std::cerr << started.error().message << '\n';
    return EXIT_FAILURE;
  }
  Engine engine(
      {.camera = "none", .microphone = args[4], .speaker = args[5], .cancel_echo = args[3] == "own"});
  engine.set_patient_volume(std::stoi(args[6]));
  unsigned working = 0;
  std::string devices;
  engine.on_health([&](const pipelines::Health& health) {
    if (health.part == pipelines::Part::camera || health.condition != pipelines::Condition::working) return;
    ++working;
    devices += health.device + ' ';
  });
  if (!run_until([&] { return working >= 2; }, 30s)) {
    std::cerr << "microphone or speaker do not work\n";
    return EXIT_FAILURE;
  }
  TestPatient::Options options;
  options.sound = "filesrc location=" + args[0] + " ! wavparse ! audioconvert ! identity sync=true";
  options.record = args[1];
  Call call(engine, {}, options);
  if (!run_until([&] { return call.listener.connected > 0; }, 20s)) {
    std::cerr << "no connection\n";
    return EXIT_FAILURE;
  }
  std::cout << "connected, " << devices << std::endl;
  run_until([] { return false; }, std::chrono::seconds(std::stoi(args[2])));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sangdam::tests

int main(int argc, char** argv) {
  if (argc != 8) {
    std::cerr << "bench-echo-call FAR.wav BACK.raw SECONDS own|none MICROPHONE SPEAKER VOLUME\n";
    return EXIT_FAILURE;
  }
  return sangdam::tests::run({argv + 1, argv + argc});
}
