// A call under test: the engine's peer on one side, a plain webrtcbin on the other, wired as the gateway
// would.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/pipelines/test_patient.hpp"
#include "pipelines/engine.hpp"
#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {

using consultation::Channel;
using consultation::PeerFailure;
using pipelines::Engine;

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
  void on_silent() override { ++silent; }
  void on_interrupted() override { ++interrupted; }
  void on_failed(PeerFailure why, const std::string& text) override {
    failures.push_back(why);
    detail = text;
  }
  void on_channel_open(Channel channel) override { open[channel] = true; }
  void on_channel_text(Channel channel, const std::string& text) override { texts[channel].push_back(text); }
  void on_first_frame(int, int) override { ++first_frames; }
  void on_media_level(consultation::MediaLevel level) override { levels.push_back(level); }
  void on_statistics(const consultation::PeerStatistics& news) override { statistics.push_back(news); }

  std::string offer;
  unsigned candidates = 0;
  int connected = 0, silent = 0, interrupted = 0, first_frames = 0;
  std::vector<PeerFailure> failures;
  std::string detail;  // of the last failure
  std::map<Channel, bool> open;
  std::map<Channel, std::vector<std::string>> texts;
  std::vector<consultation::PeerStatistics> statistics;
  std::vector<consultation::MediaLevel> levels;
  std::function<void(const std::string&)> forward_offer;
  std::function<void(unsigned, const std::string&)> forward_candidate;
  std::function<void()> then;
};

/// One peer and one patient, wired as the gateway would.
struct Call {
  using Edit = std::function<std::string(const std::string&)>;
  explicit Call(Engine& engine, const std::vector<consultation::IceServer>& servers = {},
                TestPatient::Options options = {}, Edit edit = {})
      : edit_answer(std::move(edit)),
        patient(std::move(options),
                {.on_answer =
                     [this](const std::string& sdp) {
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

  Edit edit_answer;
  bool present_when_connected = true;
  std::map<std::string, std::vector<std::string>> heard;
  Listener listener;
  TestPatient patient;
  std::unique_ptr<consultation::Peer> peer;  // last: dies first
};

inline Engine& shared_engine() {
  // One for all tests: its capture going on through every peer's life and death is part of what is tested.
  static const bool started = Engine::start_up().has_value();
  REQUIRE(started);
  static Engine engine({.camera = "test", .microphone = "test", .speaker = "none"});
  return engine;
}

}  // namespace sangdam::tests
