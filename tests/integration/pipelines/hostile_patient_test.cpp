// A patient who was let in and does what no browser would: what it costs the kiosk, and how it ends.
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "integration/pipelines/hostile.hpp"
#include "support/process_figures.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using Packet = std::vector<std::uint8_t>;

void write(Packet& packet, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) packet[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}
struct Rtp {
  std::uint32_t source = 0x5a5a;
  std::uint16_t number = 0;
  std::uint32_t time = 0;
  std::uint8_t type = 96;
  bool marker = false;
};
Packet rtp(const Rtp& header, const Packet& payload) {
  Packet packet(12);
  packet[0] = 0x80;
  packet[1] = static_cast<std::uint8_t>(header.type | (header.marker ? 0x80 : 0));
  packet[2] = static_cast<std::uint8_t>(header.number >> 8);
  packet[3] = static_cast<std::uint8_t>(header.number);
  write(packet, 4, header.time);
  write(packet, 8, header.source);
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}
/// A payload of a VP8 picture's beginning, or of its middle.
Packet vp8(bool begins, std::size_t size) {
  Packet payload(size, 0x55);
  payload[0] = begins ? 0x10 : 0x00;
  payload[1] = 0x11;  // a delta frame
  return payload;
}

/// Memory above what there was when it was made, at the worst moment; said aloud for docs/threat-model.md.
class Peak {
 public:
  explicit Peak(std::string of) : m_of(std::move(of)), m_before(memory_kib()) { forget_peak_memory(); }
  [[nodiscard]] long mib() const {
    const long more = (peak_memory_kib() - m_before) / 1024;
    std::cout << m_of << ": " << more << " MiB more at the worst moment\n";
    return more;
  }

 private:
  std::string m_of;
  long m_before;
};

/// Sends `each_ms` packets a millisecond until the peer ends, at most so many; how many went out.
int flood(Call& call, int most, int each_ms, const std::function<bool(int)>& send_one) {
  int sent = 0;
  base::Timer timer;
  timer.start_repeating(1ms, [&] {
    for (int i = 0; i < each_ms && sent < most; ++i) {
      if (send_one(sent)) ++sent;
    }
  });
  run_until([&] { return has_ended(call) || sent >= most; }, 20s);
  return sent;
}

}  // namespace

TEST_CASE("A key frame of 16000x16000 is never decoded and ends the peer", "[hostile][picture]") {
  Engine& engine = shared_engine();
  {
    Call honest(engine, {}, {.claimed_size = std::pair{640, 360}});
    CHECK(run_until([&] { return honest.listener.first_frames == 1; }, 20s));
  }
  for (const auto& [width, height] : {std::pair{16000, 16000}, {8192, 8192}, {4096, 2160}}) {
    INFO(width << "x" << height);
    const std::size_t shown_before = engine.patient_view()->frames();
    const Peak peak(std::to_string(width) + "x" + std::to_string(height));
    Call call(engine, {}, {.claimed_size = std::pair{width, height}});
    REQUIRE(run_until([&] { return has_ended(call); }, 20s));
    check_ended(call);
    CHECK(call.listener.connected == 1);
    CHECK(call.listener.first_frames == 0);
    CHECK(engine.patient_view()->frames() == shown_before);
    // A call of its own takes some 20 MiB; a decoder would take 13 for each million pixels.
    CHECK(peak.mib() < 100);
  }
}

TEST_CASE("H.264 and VP9 of 16000x16000 are never decoded and end the peer", "[hostile][picture]") {
  Engine& engine = shared_engine();
  for (const unsigned type : {102U, 98U, 104U}) {
    INFO(type);
    const std::size_t shown_before = engine.patient_view()->frames();
    const Peak peak("16000x16000 as " + std::to_string(type));
    TestPatient::Options options;
    options.picture_type = type;
    options.claims_giant = true;
    Call call(engine, {}, options);
    REQUIRE(run_until([&] { return has_ended(call); }, 20s));
    check_ended(call);
    CHECK(call.listener.detail == "a larger picture than was offered");
    CHECK(call.listener.first_frames == 0);
    CHECK(engine.patient_view()->frames() == shown_before);
    CHECK(peak.mib() < 100);
  }
}

TEST_CASE("Broken H.264, VP8 and VP9 packets are dropped or end the peer", "[hostile][picture]") {
  Engine& engine = shared_engine();
  for (const unsigned type : {96U, 102U, 98U, 104U}) {
    INFO(type);
    TestPatient::Options options;
    options.picture_type = type;
    Call call(engine, {}, options);
    connect(call);
    call.patient.hush();
    auto [source, time, number] = call.patient.picture_position();
    std::uint32_t random = type;
    // Descriptors and headers of every kind, with and without an end.
    flood(call, 3'000, 1, [&](int i) {
      Packet payload(static_cast<std::size_t>(1 + i % 60));
      for (std::uint8_t& byte : payload) {
        random = random * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(random >> 24);
      }
      payload[0] = static_cast<std::uint8_t>(i);
      return call.patient.send_rtp(rtp({.source = source,
                                        .number = ++number,
                                        .time = time += 1500,
                                        .type = static_cast<std::uint8_t>(type),
                                        .marker = i % 3 != 0},
                                       payload));
    });
    // Whether it had to end or not, the engine is there for the next.
    if (has_ended(call)) CHECK(call.listener.failures.size() == 1);
  }
  Call honest(engine);
  CHECK(run_until([&] { return honest.listener.first_frames == 1; }, 20s));
}

TEST_CASE("512 data channels make no threads and end the peer", "[hostile][channels]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  // The patient is in the same process and has threads of its own for what it opens; those of sctpdec are for
  // what comes in.
  long most = 0;
  const long before = threads_named("sctpdec");
  CHECK(before >= 1);  // they do have that name
  call.patient.open_channels(512);
  REQUIRE(run_until(
      [&] {
        most = std::max(most, threads_named("sctpdec"));
        return has_ended(call);
      },
      20s));
  check_ended(call);
  std::cout << "512 data channels: " << most - before << " threads more at the worst moment\n";
  CHECK(most - before <= 2);
}

TEST_CASE("Thousands of RTP sources make no decoders and end the peer", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  const long before = threads();
  long most = before;
  const int sent = flood(call, 5'000, 20, [&](int i) {
    most = std::max(most, threads());
    return call.patient.send_rtp(
        rtp({.source = 0x1000U + static_cast<unsigned>(i), .type = 111}, Packet(60, 0x78)));
  });
  REQUIRE(run_until([&] { return has_ended(call); }, 10s));
  std::cout << sent << " RTP sources: " << most - before << " threads more at the worst moment\n";
  check_ended(call);
  CHECK(most - before < 40);  // a jitter buffer's thread or two for each of the twelve that are let in
}

TEST_CASE("A picture that never ends is not collected", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  call.patient.hush();
  const Peak peak("a picture without an end");
  auto [source, time, number] = call.patient.picture_position();
  flood(call, 200'000, 2, [&](int i) {
    return call.patient.send_rtp(
        rtp({.source = source, .number = ++number, .time = time + 3000}, vp8(i == 0, 1200)));
  });
  REQUIRE(run_until([&] { return has_ended(call); }, 10s));
  check_ended(call);
  CHECK(call.listener.detail == "a picture without an end");
  CHECK(peak.mib() < 60);
}

TEST_CASE("Packets of absurd times and numbers cost no memory", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  const Peak peak("absurd times");
  call.patient.hush();
  auto [source, time, number] = call.patient.picture_position();
  std::uint32_t random = 1;
  const int sent = flood(call, 4'000, 1, [&](int) {
    random = random * 1664525U + 1013904223U;
    number = static_cast<std::uint16_t>(number + 1 + (random >> 16) % 3000);
    return call.patient.send_rtp(rtp(
        {.source = source, .number = number, .time = random * 2654435761U, .marker = true}, vp8(true, 1000)));
  });
  CHECK(sent > 1'000);
  CHECK(peak.mib() < 60);
}

TEST_CASE("A flood of RTP ends the peer", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  call.patient.hush();
  const Peak peak("a flood of RTP");
  auto [source, time, number] = call.patient.picture_position();
  flood(call, 100'000, 20, [&](int) {
    return call.patient.send_rtp(
        rtp({.source = source, .number = ++number, .time = ++time, .marker = true}, vp8(true, 1000)));
  });
  REQUIRE(run_until([&] { return has_ended(call); }, 10s));
  check_ended(call);
  CHECK(peak.mib() < 60);
}

TEST_CASE("A flood of RTCP ends the peer", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  const int sent = flood(call, 100'000, 20, [&](int) {
    // A picture loss indication: each would ask the encoder for a key frame.
    return call.patient.send_rtcp({0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2});
  });
  REQUIRE(run_until([&] { return has_ended(call); }, 10s));
  CHECK(sent < 100'000);
  check_ended(call);
}

TEST_CASE("A payload type that was not offered reaches no decoder, and the call goes on", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  // The call's own threads are there once both directions flow and its first reports are in.
  REQUIRE(run_until([&] {
    return engine.patient_view()->frames() > 10 && call.patient.seen().frames > 10 &&
           call.listener.statistics.size() >= 2;
  }));
  const long before = threads();
  for (int i = 0; i < 300; ++i) {
    REQUIRE(call.patient.send_rtp(
        rtp({.number = static_cast<std::uint16_t>(i), .type = static_cast<std::uint8_t>(i % 96)},
            vp8(true, 100))));
  }
  const std::size_t frames = engine.patient_view()->frames();
  CHECK(run_until([&] { return engine.patient_view()->frames() > frames + 10; }));
  CHECK(threads() - before < 5);
  CHECK(call.listener.failures.empty());
}

TEST_CASE("VP8 descriptors that no encoder writes harm nothing, and the picture goes on", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  REQUIRE(run_until([&] { return engine.patient_view()->frames() > 10; }));
  call.patient.hush();
  auto [source, time, number] = call.patient.picture_position();
  // RFC 7741 section 4.2: X=0x80 N=0x20 S=0x10; then I=0x80 L=0x40 T=0x20 K=0x10; then what those announce.
  const std::vector<Packet> descriptors{
      {},                                          // nothing
      {0x10},                                      // no picture behind it
      {0x90},                                      // extensions are announced, and it ends
      {0x90, 0xf0},                                // all of them
      {0x90, 0xf0, 0xff},                          // half a picture id
      {0x90, 0xf0, 0xff, 0xff},                    // TL0PICIDX is missing
      {0x90, 0xf0, 0xff, 0xff, 0xff},              // TID and KEYIDX are missing
      {0x90, 0xf0, 0xff, 0xff, 0xff, 0xff},        // complete, and nothing behind it
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x11},  // every reserved bit, partition 15
      {0x9f, 0xff, 0x7f, 0xff, 0xff, 0x10},
      {0x90, 0x80, 0x80, 0x00, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a},  // a key frame's beginning
      {0x17, 0x11, 0x55, 0x55},                                      // begins in partition 7
      {0x07, 0x11, 0x55, 0x55},
      {0x10, 0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x00, 0x00, 0x00, 0x00, 0x00},  // of no size
  };
  unsigned sent = 0;
  for (const bool marker : {true, false, true}) {
    for (const Packet& descriptor : descriptors) {
      time += 3000;
      sent += call.patient.send_rtp(
                  rtp({.source = source, .number = ++number, .time = time, .marker = marker}, descriptor))
                  ? 1U
                  : 0U;
    }
  }
  CHECK(sent == 3 * descriptors.size());
  CHECK_FALSE(run_until([&] { return has_ended(call); }, 3s));
  // The packets of these seconds are missing to the kiosk, as on a line that was away.
  call.patient.speak();
  const std::size_t frames = engine.patient_view()->frames();
  CHECK(run_until([&] { return engine.patient_view()->frames() > frames + 10; }, 20s));
  CHECK(call.listener.failures.empty());
}

TEST_CASE("VP9 descriptors that no encoder writes harm nothing, and the picture goes on", "[hostile][rtp]") {
  Engine& engine = shared_engine();
  Call call(engine);
  connect(call);
  REQUIRE(run_until([&] { return engine.patient_view()->frames() > 10; }));
  // draft-ietf-payload-vp9 section 4.2: I P L F B E V Z; truncated, complete, with a scalability structure
  // that claims eight layers of 65535x65535.
  const std::vector<Packet> descriptors{{},
                                        {0xff},
                                        {0xff, 0xff},
                                        {0x8c, 0x01, 0x82, 0x49, 0x83, 0x42},
                                        {0x0a, 0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  std::uint16_t number = 0;
  for (int i = 0; i < 60; ++i) {
    for (const Packet& descriptor : descriptors) {
      REQUIRE(call.patient.send_rtp(
          rtp({.source = 0x9999, .number = ++number, .type = 98, .marker = i % 2 == 0}, descriptor)));
    }
  }
  const std::size_t frames = engine.patient_view()->frames();
  CHECK(run_until([&] { return engine.patient_view()->frames() > frames + 10; }));
  CHECK(call.listener.failures.empty());
}

}  // namespace sangdam::tests
