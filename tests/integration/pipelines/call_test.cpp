// A whole call in one process: the engine's peer on one side, a plain webrtcbin on the other, real ICE, DTLS
// and RTP over loopback.
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;

struct Colour {
  int r, g, b;
};
Colour colour_at(const base::VideoFrame& frame, int x, int y) {
  const auto* pixels = static_cast<const unsigned char*>(g_bytes_get_data(frame.pixels.get(), nullptr));
  const auto* p = pixels + static_cast<std::size_t>(y) * frame.stride + 4 * static_cast<std::size_t>(x);
  return {p[2], p[1], p[0]};
}
bool is_near(Colour a, Colour b) {
  return std::abs(a.r - b.r) < 40 && std::abs(a.g - b.g) < 40 && std::abs(a.b - b.b) < 40;
}

/// Counts what every RTP session of the process does while it writes reports.
class ReportWatch {
 public:
  ReportWatch() {
    s_sender_reports = 0;
    s_lookups = 0;
    // The first one makes the types known.
    const auto session = base::Ref<GstElement>::sink(gst_element_factory_make("rtpsession", nullptr));
    REQUIRE(session);
    m_lookup = hook("GstRtpSession", "request-pt-map", [](const GValue*) {
      Name name{};
      pthread_getname_np(pthread_self(), name.data(), name.size());
      if (std::string_view(name.data()) == "rtpsession-rtcp") ++s_lookups;
    });
    m_report = hook("RTPSession", "on-sending-rtcp", [](const GValue* arguments) {
      guint8 type = 0;
      constexpr guint8 k_sender_report = 200;  // RFC 3550 section 6.4.1
      if (gst_buffer_extract(gst_value_get_buffer(&arguments[1]), 1, &type, 1) == 1 &&
          type == k_sender_report)
        ++s_sender_reports;
    });
  }
  ~ReportWatch() {
    g_signal_remove_emission_hook(m_lookup.signal, m_lookup.id);
    g_signal_remove_emission_hook(m_report.signal, m_report.id);
  }
  ReportWatch(const ReportWatch&) = delete;
  ReportWatch& operator=(const ReportWatch&) = delete;
  [[nodiscard]] unsigned sender_reports() const { return s_sender_reports; }
  [[nodiscard]] unsigned lookups() const { return s_lookups; }

 private:
  using Name = std::array<char, 16>;
  using Look = void (*)(const GValue* arguments);
  struct Hook {
    guint signal;
    gulong id;
  };
  static Hook hook(const char* type, const char* signal, Look look) {
    const guint id = g_signal_lookup(signal, g_type_from_name(type));
    REQUIRE(id != 0);
    return {id, g_signal_add_emission_hook(
                    id, 0,
                    [](GSignalInvocationHint*, guint, const GValue* arguments, gpointer data) -> gboolean {
                      reinterpret_cast<Look>(data)(arguments);
                      return TRUE;
                    },
                    reinterpret_cast<gpointer>(look), nullptr)};
  }
  // Of the process, as the hooks are.
  inline static std::atomic<unsigned> s_sender_reports, s_lookups;
  Hook m_lookup{}, m_report{};
};

}  // namespace

TEST_CASE("No report has to look up a stream's clock rate", "[call]") {
  Call call(shared_engine());
  const ReportWatch watch;
  // Of both sides: for each of the two streams, and for what is sent again of one.
  REQUIRE(run_until([&] { return watch.sender_reports() >= 8; }, 30s));
  CHECK(watch.lookups() == 0);
}

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
  CHECK(statistics.received_fps > 1);
  CHECK(statistics.received_width == 640);
  CHECK(statistics.received_kbps > 20);
  CHECK(statistics.sent_kbps > 100);
  CHECK_FALSE(statistics.relayed);
  CHECK(call.listener.failures.empty());
  CHECK(call.listener.candidates > 0);
}

TEST_CASE("A muted microphone sends silence and a camera that is off sends black, to a running call",
          "[call][privacy]") {
  Engine& engine = shared_engine();
  Call call(engine);
  const auto& seen = call.patient.seen();
  REQUIRE(run_until([&] { return seen.frames > 5 && seen.brightest > 200 && seen.level_db > -50; }, 20s));

  engine.set_microphone_muted(true);
  engine.set_camera_off(true);
  CHECK_FALSE(engine.self_view()->has_picture());
  REQUIRE(run_until([&] { return seen.brightest < 40 && seen.level_db < -75; }));
  // The tick comes once a second: listen and look for longer than that.
  double loudest = -100;
  int brightest = 0;
  const unsigned frames = seen.frames;
  const unsigned sounds = seen.sound_buffers;
  run_until(
      [&] {
        loudest = std::max(loudest, seen.level_db.load());
        brightest = std::max(brightest, seen.brightest.load());
        return false;
      },
      2500ms);
  CHECK(loudest < -75);
  CHECK(brightest < 40);
  CHECK(seen.frames > frames);         // black pictures, not a frozen one
  CHECK(seen.sound_buffers > sounds);  // silence, not a gap
  CHECK_FALSE(engine.self_view()->has_picture());

  engine.set_microphone_muted(false);
  engine.set_camera_off(false);
  CHECK(run_until([&] { return seen.brightest > 200 && seen.level_db > -50; }));
  CHECK(run_until([&] { return engine.self_view()->has_picture(); }));
}

TEST_CASE("An impostor's certificate ends the peer with nothing shown, played or sent",
          "[call][fingerprint]") {
  Engine& engine = shared_engine();
  const std::size_t shown_before = engine.patient_view()->frames();
  Call call(engine, {}, {}, [](const std::string& sdp) {
    // One digit of every fingerprint is another one: as if somebody on the media path had a certificate of
    // their own.
    std::string text = sdp;
    for (std::size_t at = text.find("a=fingerprint:sha-256 "); at != std::string::npos;
         at = text.find("a=fingerprint:sha-256 ", at + 1)) {
      char& digit = text[at + 22];
      digit = digit == '0' ? '1' : '0';
    }
    return text;
  });
  REQUIRE(run_until([&] { return !call.listener.failures.empty(); }, 20s));
  CHECK(call.listener.failures == std::vector{PeerFailure::fingerprint_mismatch});
  CHECK(call.listener.connected == 0);
  // Give anything that might still be on its way the time to show up.
  run_until([] { return false; }, 1000ms);
  CHECK(engine.patient_view()->frames() == shown_before);
  CHECK_FALSE(engine.patient_view()->has_picture());
  CHECK(call.listener.first_frames == 0);
  CHECK(call.listener.open.empty());
  CHECK(call.listener.texts.empty());
  CHECK(call.patient.seen().frames == 0);
  CHECK(call.patient.seen().sound_buffers == 0);
  CHECK_FALSE(call.peer->send(Channel::chat, "x"));
}

TEST_CASE("Every offer names transport-wide feedback for sound and picture, however soon it is made",
          "[call]") {
  Engine& engine = shared_engine();
  constexpr const char* k_extension =
      "a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
  for (int i = 0; i < 8; ++i) {
    Listener listener;
    const auto peer = engine.create_peer(listener, {});
    REQUIRE(run_until([&] { return !listener.offer.empty(); }, 10s));
    const auto sound = listener.offer.find("m=audio");
    const auto picture = listener.offer.find("m=video");
    REQUIRE(sound < picture);
    INFO(listener.offer);
    CHECK(listener.offer.find(k_extension, sound) < picture);
    CHECK(listener.offer.find(k_extension, picture) != std::string::npos);
  }
}

TEST_CASE("A peer shows nothing before it is presented", "[call]") {
  Engine& engine = shared_engine();
  const std::size_t shown_before = engine.patient_view()->frames();
  Call call(engine);
  call.present_when_connected = false;
  REQUIRE(run_until(
      [&] { return !call.listener.statistics.empty() && call.listener.statistics.back().received_fps > 1; },
      20s));
  CHECK(engine.patient_view()->frames() == shown_before);
  call.peer->present();
  CHECK(run_until(
      [&] { return call.listener.first_frames == 1 && engine.patient_view()->frames() > shown_before; }));
}

TEST_CASE("A second peer takes over from the first without a break in the capture", "[call]") {
  Engine& engine = shared_engine();
  auto first = std::make_unique<Call>(engine);
  REQUIRE(run_until([&] { return engine.patient_view()->has_picture() && first->patient.seen().frames > 5; },
                    20s));
  Call second(engine, {},
              {.picture = "videotestsrc is-live=true pattern=solid-color foreground-color=0xff2030c0"});
  REQUIRE(run_until([&] { return second.listener.connected == 1; }, 20s));
  CHECK(first->listener.failures.empty());
  const auto blue = [&] {
    const auto frame = engine.patient_view()->take();
    return frame && is_near(colour_at(*frame, 20, 20), {0x20, 0x30, 0xc0});
  };
  CHECK(run_until(blue));
  first.reset();
  CHECK(engine.patient_view()
            ->has_picture());  // the end of the hidden one does not clear the shown one's picture
  const unsigned frames = second.patient.seen().frames;
  const std::size_t self = engine.self_view()->frames();
  CHECK(run_until(
      [&] { return second.patient.seen().frames > frames + 10 && engine.self_view()->frames() > self + 5; }));
  CHECK(second.listener.failures.empty());
  second.peer.reset();
  CHECK_FALSE(engine.patient_view()->has_picture());
}

TEST_CASE("Garbage for an answer ends the peer with answer-invalid and nothing else", "[call][answer]") {
  Engine& engine = shared_engine();
  const std::vector<std::function<std::string(const std::string&)>> edits = {
      [](const std::string&) { return std::string("hello"); },
      [](const std::string&) { return std::string(); },
      [](const std::string& sdp) { return sdp.substr(0, sdp.size() / 2); },
      [](const std::string& sdp) { return sdp + sdp; },
      [](const std::string&) { return std::string(100'000, 'a'); }};
  for (const auto& edit : edits) {
    Call call(engine, {}, {}, edit);
    REQUIRE(run_until([&] { return !call.listener.failures.empty(); }));
    CHECK(call.listener.failures == std::vector{PeerFailure::answer_invalid});
    call.peer->set_answer("again");
    call.peer->add_candidate(0, "candidate:1 1 udp 1 127.0.0.1 9 typ host");
    CHECK_FALSE(call.peer->send(Channel::chat, "x"));
  }
}

TEST_CASE("A peer can be destroyed at any moment", "[call][lifetime]") {
  Engine& engine = shared_engine();
  Listener alone;
  for (int i = 0; i < 5; ++i) {
    auto peer = engine.create_peer(alone, {});
    if (i > 0) run_until([] { return false; }, std::chrono::milliseconds(i));
    peer.reset();
  }
  CHECK(alone.failures.empty());
  const std::vector<std::function<bool(Call&)>> moments = {
      [](Call& call) { return !call.listener.offer.empty(); },
      [](Call& call) { return call.listener.candidates > 0; },
      [](Call& call) { return call.listener.connected > 0; },
      [](Call& call) { return call.listener.open[Channel::chat]; },
      [](Call& call) { return call.listener.first_frames > 0; },
      [](Call& call) { return !call.listener.statistics.empty(); }};
  for (const auto& moment : moments) {
    Call call(engine);
    REQUIRE(run_until([&] { return moment(call); }, 20s));
    call.peer.reset();
    const int connected = call.listener.connected;
    const auto statistics = call.listener.statistics.size();
    run_until([] { return false; }, 50ms);
    CHECK(call.listener.connected == connected);  // nothing comes after the end
    CHECK(call.listener.statistics.size() == statistics);
    CHECK(call.listener.failures.empty());
  }
  // Inside a callback of its own.
  Call call(engine);
  call.listener.then = [&] { call.peer.reset(); };
  CHECK(run_until([&] { return call.listener.connected == 1; }, 20s));
  CHECK(run_until([&] { return call.peer == nullptr; }));
}

TEST_CASE("A browser that ends without a word is noticed, and the camera does not care", "[call][loss]") {
  Engine& engine = shared_engine();
  Call call(engine);
  REQUIRE(run_until([&] { return call.listener.first_frames == 1; }, 20s));
  call.patient.close();
  REQUIRE(run_until([&] { return !call.listener.failures.empty(); }, 12s));
  CHECK(call.listener.failures == std::vector{PeerFailure::connection_lost});
  const std::size_t self = engine.self_view()->frames();
  CHECK(run_until([&] { return engine.self_view()->frames() > self + 5; }));
}

TEST_CASE("A patient who vanishes is interrupted after 3 s and lost after 7", "[call][loss]") {
  Engine& engine = shared_engine();
  Call call(engine);
  REQUIRE(run_until([&] { return call.listener.first_frames == 1; }, 20s));
  call.patient.vanish();
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(run_until([&] { return call.listener.interrupted == 1; }, 6s));
  CHECK(call.listener.silent == 1);  // before that, and once
  CHECK(call.listener.failures.empty());
  REQUIRE(run_until([&] { return !call.listener.failures.empty(); }, 8s));
  CHECK(call.listener.failures == std::vector{PeerFailure::connection_lost});
  CHECK(std::chrono::steady_clock::now() - start < 9s);
}

TEST_CASE("Without camera and microphone the call goes on in black and silence", "[call][devices]") {
  shared_engine();
  Engine engine({.camera = "none", .microphone = "none", .speaker = "none"});
  std::vector<pipelines::Health> health;
  engine.on_health([&](const pipelines::Health& news) { health.push_back(news); });
  REQUIRE(health.size() == 3);
  CHECK(health[0].condition == pipelines::Condition::disabled);
  CHECK(health[1].condition == pipelines::Condition::disabled);
  Call call(engine);
  REQUIRE(run_until([&] { return call.patient.seen().frames > 5 && call.patient.seen().sound_buffers > 50; },
                    20s));
  CHECK(call.patient.seen().brightest < 40);
  CHECK(run_until([&] { return engine.patient_view()->has_picture(); }));
  CHECK_FALSE(engine.self_view()->has_picture());
}

TEST_CASE("How long the steps of a call take", "[.measure]") {
  Engine& engine = shared_engine();
  run_until([&] { return engine.self_view()->has_picture(); });
  for (int round = 0; round < 5; ++round) {
    using Clock = std::chrono::steady_clock;
    const auto ms = [](Clock::time_point from, Clock::time_point to) {
      return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
    };
    const auto start = Clock::now();
    Call call(engine);
    const auto created = Clock::now();
    REQUIRE(run_until([&] { return !call.listener.offer.empty(); }));
    const auto offered = Clock::now();
    REQUIRE(run_until([&] { return call.listener.connected == 1; }, 20s));
    const auto connected = Clock::now();
    REQUIRE(run_until([&] { return call.listener.first_frames == 1; }, 20s));
    WARN("construction of both sides " << ms(start, created) << " ms, offer " << ms(created, offered)
                                       << " ms, offer to connected " << ms(offered, connected)
                                       << " ms, connected to first frame " << ms(connected, Clock::now())
                                       << " ms");
  }
}

}  // namespace sangdam::tests
