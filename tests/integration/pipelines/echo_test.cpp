// A room made of PipeWire's virtual devices, in which the microphone hears the loudspeaker as loud as it
// plays (with_pipewire.sh gives the session).
#include <gio/gio.h>
#include <glib/gstdio.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "integration/pipelines/call.hpp"
#include "integration/pipelines/virtual_devices.hpp"

namespace sangdam::tests {
namespace {

using pipelines::Condition;
using pipelines::Health;
using pipelines::Part;
using namespace std::chrono_literals;

/// How loud the patient hears what the kiosk sends while she speaks herself: half seconds, from the third
/// second on.
std::vector<double> heard_by_patient(const std::string& speech, bool cancel_echo) {
  Engine engine({.camera = "none", .microphone = "Ear", .speaker = "vspeaker", .cancel_echo = cancel_echo});
  bool microphone = false;
  bool speaker = false;
  engine.on_health([&](const Health& news) {
    if (news.part == Part::microphone) microphone = news.condition == Condition::working;
    if (news.part == Part::speaker) speaker = news.condition == Condition::working;
  });
  REQUIRE(run_until([&] { return microphone && speaker; }, 30s));
  TestPatient::Options options;
  options.sound = "filesrc location=" + speech + " ! wavparse ! audioconvert ! identity sync=true";
  Call call(engine, {}, options);
  std::vector<double> levels;
  unsigned buffers = 0;
  REQUIRE(run_until(
      [&] {
        const unsigned now = call.patient.seen().sound_buffers;
        if (now - buffers >= 25 && call.listener.connected > 0) {
          buffers = now;
          levels.push_back(call.patient.seen().level_db);
        }
        return levels.size() == 16;
      },
      30s));
  CHECK(microphone);
  levels.erase(levels.begin(), levels.begin() + 6);
  std::sort(levels.begin(), levels.end());
  return levels;
}

/// Whether what is said in the room gets through the canceller, while the patient is silent.
bool clinician_is_heard(const std::string& speech) {
  Engine engine({.camera = "none", .microphone = "Ear", .speaker = "vspeaker"});
  TestPatient::Options options;
  options.sound = "audiotestsrc is-live=true wave=silence";
  Call call(engine, {}, options);
  REQUIRE(run_until([&] { return call.listener.connected > 0; }, 30s));
  base::ErrorPtr error;
  const auto speaking = base::Ref<GSubprocess>::adopt(
      g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE, base::out(error), "gst-launch-1.0", "-q", "filesrc",
                       ("location=" + speech).c_str(), "!", "wavparse", "!", "audioconvert", "!",
                       "audioresample", "!", "pulsesink", "device=air", nullptr));
  REQUIRE(speaking);
  const bool heard = run_until([&] { return call.patient.seen().level_db > -35; }, 20s);
  g_subprocess_force_exit(speaking.get());
  g_subprocess_wait(speaking.get(), nullptr, nullptr);
  return heard;
}

}  // namespace

TEST_CASE("A patient does not hear herself from the room of the kiosk", "[.pipewire]") {
  REQUIRE(Engine::start_up().has_value());
  const SoundModule air({"module-null-sink", "sink_name=air", "channel_map=mono"});
  const SoundModule ear({"module-remap-source", "master=air.monitor", "source_name=ear", "channel_map=mono",
                         "source_properties=device.description=Ear"});
  const SoundModule way({"module-loopback", "source=vspeaker.monitor", "sink=air", "latency_msec=20"});
  base::ErrorPtr error;
  base::CharPtr file;
  const int opened =
      g_file_open_tmp("sangdam-speech-XXXXXX.wav", static_cast<char**>(base::out(file)), base::out(error));
  REQUIRE(opened >= 0);
  close(opened);
  output_of(
      {"espeak-ng", "-w", file.get(),
       "I have had this cough for about three weeks now. It is worse at night, and when I climb the "
       "stairs I lose my breath. The tablets you gave me helped a little in the first week, but then it "
       "came back. My daughter says that I should ask about my heart as well. I sleep badly, and my "
       "ankles are swollen in the evening."});

  CHECK(clinician_is_heard(file.get()));
  const std::vector<double> bare = heard_by_patient(file.get(), false);
  const std::vector<double> cleaned = heard_by_patient(file.get(), true);
  g_unlink(file.get());
  const double loud = bare.at(bare.size() / 2);
  const double left = cleaned.at(cleaned.size() / 2);
  INFO("without the canceller " << loud << " dBFS, with it " << left);
  CHECK(loud > -35);
  CHECK(left < loud - 15);
}

}  // namespace sangdam::tests
