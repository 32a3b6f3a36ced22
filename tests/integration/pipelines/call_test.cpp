// A whole call in one process: the engine's peer on one side, a plain webrtcbin on the other, real ICE, DTLS
// and RTP over loopback.
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/pipelines/test_patient.hpp"
#include "pipelines/engine.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {
namespace {

using consultation::Channel;
using consultation::PeerFailure;
using pipelines::Engine;
using namespace std::chrono_literals;

/// Keeps what the peer told; anything a test did not ask for shows in the fields it looks at.
class Listener : public consultation::PeerListener {
 public:
  void on_offer(const std::string& sdp) override {
    offer = sdp;
    if (forward_offer) forward_offer(sdp);
  }
  void on_candidate(unsigned mline, const std::string& candidate) override {
    ++candidates;
    if (forward_candidate) forward_candidate(mline, candidate);
  }
  void on_connected() override {
    ++connected;
    if (then) then();
  }
  void on_interrupted() override { ++interrupted; }
  void on_failed(PeerFailure why, const std::string&) override { failures.push_back(why); }
  void on_channel_open(Channel channel) override { open[channel] = true; }
  void on_channel_text(Channel channel, const std::string& text) override { texts[channel].push_back(text); }
  void on_first_frame(int, int) override { ++first_frames; }
  void on_statistics(const consultation::PeerStatistics& news) override { statistics.push_back(news); }

  std::string offer;
  unsigned candidates = 0;
  int connected = 0, interrupted = 0, first_frames = 0;
  std::vector<PeerFailure> failures;
  std::map<Channel, bool> open;
  std::map<Channel, std::vector<std::string>> texts;
  std::vector<consultation::PeerStatistics> statistics;
  std::function<void(const std::string&)> forward_offer;
  std::function<void(unsigned, const std::string&)> forward_candidate;
  std::function<void()> then;
};

/// One peer and one patient, wired as the gateway would.
struct Call {
  using Edit = std::function<std::string(const std::string&)>;
  explicit Call(Engine& engine, const std::vector<consultation::IceServer>& servers = {},
                TestPatient::Options options = {}, Edit edit_answer = {})
      : patient(std::move(options),
                {.on_answer =
                     [this, edit_answer](const std::string& sdp) {
                       if (peer) peer->set_answer(edit_answer ? edit_answer(sdp) : sdp);
                     },
                 .on_candidate =
                     [this](unsigned mline, const std::string& candidate) {
                       if (peer) peer->add_candidate(mline, candidate);
                     },
                 .on_text = [this](const std::string& channel,
                                   const std::string& text) { heard[channel].push_back(text); }}) {
    listener.forward_offer = [this](const std::string& sdp) { patient.accept(sdp); };
    listener.forward_candidate = [this](unsigned mline, const std::string& candidate) {
      patient.add_candidate(mline, candidate);
    };
    listener.then = [this] {
      if (present_when_connected && peer) peer->present();
    };
    peer = engine.create_peer(listener, servers);
  }

  bool present_when_connected = true;
  std::map<std::string, std::vector<std::string>> heard;
  Listener listener;
  TestPatient patient;
  std::unique_ptr<consultation::Peer> peer;  // last: dies first
};

Engine& shared_engine() {
  // One for all tests: its capture going on through every peer's life and death is part of what is tested.
  static const bool started = Engine::start_up().has_value();
  REQUIRE(started);
  static Engine engine({.camera = "test", .microphone = "test", .speaker = "none"});
  return engine;
}

struct Colour {
  int r, g, b;
};
Colour colour_at(const base::VideoFrame& frame, int x, int y) {
  const auto* pixels = static_cast<const unsigned char*>(g_bytes_get_data(frame.pixels.get(), nullptr));
  const auto* p = pixels + static_cast<std::size_t>(y) * frame.stride + 3 * static_cast<std::size_t>(x);
  return {p[0], p[1], p[2]};
}
bool is_near(Colour a, Colour b) {
  return std::abs(a.r - b.r) < 40 && std::abs(a.g - b.g) < 40 && std::abs(a.b - b.b) < 40;
}

}  // namespace

TEST_CASE("Pictures, sound and text cross both ways", "[call]") {
  Engine& engine = shared_engine();
  Call call(engine);
  REQUIRE(run_until([&] { return call.listener.connected == 1; }, 15s));
  INFO(call.listener.offer);
  const bool pictures = run_until([&] { return call.patient.seen().frames > 30; });
  INFO("frames: " << call.patient.seen().frames << " sound: " << call.patient.seen().sound_buffers
                  << " from the patient: " << engine.patient_view()->frames()
                  << " own: " << engine.self_view()->frames());
  REQUIRE(pictures);
  // White is the first bar of the test picture.
  CHECK(call.patient.seen().corner_r > 200);
  CHECK(call.patient.seen().corner_g > 200);
  CHECK(call.patient.seen().corner_b > 200);
  CHECK(call.patient.seen().changed_frames > 10);
  CHECK(call.patient.seen().width == 1280);
  REQUIRE(run_until([&] { return call.patient.seen().level_db > -50; }));

  REQUIRE(run_until([&] { return engine.patient_view()->frames() > 20; }));
  std::optional<base::VideoFrame> frame;
  REQUIRE(run_until([&] {
    if (auto next = engine.patient_view()->take()) frame = std::move(next);
    return frame.has_value();
  }));
  CHECK(frame->width == 640);
  CHECK(is_near(colour_at(*frame, 20, 20), {0x10, 0x80, 0x20}));
  CHECK(call.listener.first_frames == 1);

  REQUIRE(
      run_until([&] { return call.listener.open[Channel::chat] && call.listener.open[Channel::control]; }));
  const std::string greeting = "안녕하세요 👩‍⚕️ 어디가 아프세요?";
  CHECK(call.peer->send(Channel::chat, greeting));
  CHECK(call.peer->send(Channel::control, R"({"type":"media","microphone":true,"camera":true})"));
  REQUIRE(run_until([&] { return !call.heard["chat"].empty() && !call.heard["control"].empty(); }));
  CHECK(call.heard["chat"].front() == greeting);
  const std::string reply = "머리가 아파요 🤕";
  REQUIRE(run_until([&] { return call.patient.send("chat", reply); }));
  REQUIRE(run_until([&] { return call.patient.send("control", "{}"); }));
  REQUIRE(run_until([&] {
    return !call.listener.texts[Channel::chat].empty() && !call.listener.texts[Channel::control].empty();
  }));
  CHECK(call.listener.texts[Channel::chat].front() == reply);

  REQUIRE(run_until([&] {
    return call.listener.statistics.size() >= 3 && call.listener.statistics.back().received_level_db > -40;
  }));
  const auto& statistics = call.listener.statistics.back();
  CHECK(statistics.received_fps > 10);
  CHECK(statistics.received_width == 640);
  CHECK(statistics.received_kbps > 20);
  CHECK(statistics.sent_kbps > 100);
  CHECK_FALSE(statistics.relayed);
  CHECK(call.listener.failures.empty());
  CHECK(call.listener.candidates > 0);
}

}  // namespace sangdam::tests
