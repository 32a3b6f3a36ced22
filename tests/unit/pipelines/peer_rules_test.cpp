#include "pipelines/peer_rules.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using Packet = std::vector<std::uint8_t>;
constexpr base::Moment k_start{};

Packet rtp(std::uint32_t source, std::uint8_t type = 96, std::size_t size = 1000, bool marker = false) {
  Packet packet(size);
  packet[0] = 0x80;
  packet[1] = static_cast<std::uint8_t>(type | (marker ? 0x80 : 0));
  for (std::size_t i = 0; i < 4; ++i) packet[8 + i] = static_cast<std::uint8_t>(source >> (24 - 8 * i));
  return packet;
}
Packet receiver_report(std::uint8_t source) { return {0x80, 201, 0, 1, 0, 0, 0, source}; }
Packet data_on(std::uint8_t stream, std::uint8_t protocol, std::uint8_t first) {
  Packet packet(12, 0);
  packet.insert(packet.end(), {0, 3, 0, 17, 0, 0, 0, 1, 0, stream, 0, 0, 0, 0, 0, protocol, first, 0, 0, 0});
  return packet;
}
Packet key_frame(int width, int height) {
  return {0x10,
          0,
          0,
          0x9d,
          0x01,
          0x2a,
          static_cast<std::uint8_t>(width),
          static_cast<std::uint8_t>(width >> 8),
          static_cast<std::uint8_t>(height),
          static_cast<std::uint8_t>(height >> 8)};
}
StreamRules stream_rules() {
  StreamRules rules{PeerLimits{}};
  for (const unsigned type : {96U, 97U, 111U}) rules.allow_payload_type(type);
  return rules;
}

}  // namespace

TEST_CASE("A picture larger than was offered ends the peer before it is decoded", "[intake][picture]") {
  const auto verdict = [](int width, int height) {
    PictureRules rules{PeerLimits{}};
    return rules.judge_frame(VideoCodec::vp8, key_frame(width, height), k_start).verdict;
  };
  for (const auto& [width, height] :
       {std::pair{1920, 1080}, {1080, 1920}, {1280, 720}, {640, 360}, {16, 16}, {1, 1}})
    CHECK(verdict(width, height) == Verdict::pass);
  for (const auto& [width, height] : {std::pair{8192, 8192},
                                      {16000, 16000},
                                      {16383, 16383},
                                      {1920, 1440},
                                      {2560, 1440},
                                      {16383, 16},
                                      {16, 16383},
                                      {4096, 16}})
    CHECK(verdict(width, height) == Verdict::end);
  CHECK(verdict(0, 100) == Verdict::drop);
}

TEST_CASE("A picture without an end is not collected for ever", "[intake][picture]") {
  PictureRules rules{PeerLimits{}};
  for (int i = 0; i < 5'000; ++i)
    CHECK(rules.judge_packet(rtp(1, 96, 1200, i % 300 == 299)).verdict == Verdict::pass);
  PictureRules endless{PeerLimits{}};
  std::size_t taken = 0;
  while (endless.judge_packet(rtp(1, 96, 1200)).verdict == Verdict::pass) taken += 1200;
  CHECK(taken <= PeerLimits{}.picture_bytes);
}

TEST_CASE("A thousand pictures a second end the peer, sixty do not", "[intake][picture]") {
  PictureRules rules{PeerLimits{}};
  const Packet delta{0x11, 0, 0, 0};
  for (int i = 0; i < 600; ++i)
    CHECK(rules.judge_frame(VideoCodec::vp8, delta, k_start + 16ms * i).verdict == Verdict::pass);
  PictureRules flooded{PeerLimits{}};
  int passed = 0;
  while (flooded.judge_frame(VideoCodec::vp8, delta, k_start + 1ms * passed).verdict == Verdict::pass)
    ++passed;
  CHECK(passed < 300);
}

TEST_CASE("Sources of RTP are bounded before and after decryption", "[intake][rtp]") {
  DatagramRules outer{PeerLimits{}};
  StreamRules inner = stream_rules();
  std::uint32_t at_the_door = 0;
  std::uint32_t inside = 0;
  for (std::uint32_t source = 1; source <= 5'000; ++source) {
    const auto now = k_start + 1ms * source;
    if (outer.judge(rtp(source, 96, 100), now).verdict == Verdict::pass) ++at_the_door;
    if (inner.judge_rtp(rtp(source, 96, 100), now).verdict == Verdict::pass) ++inside;
  }
  CHECK(at_the_door == PeerLimits{}.claimed_sources);
  CHECK(inside == PeerLimits{}.sources);
  CHECK(inner.judge_rtp(rtp(99'999), k_start + 10s).verdict == Verdict::end);
  CHECK(inner.judge_rtp(rtp(1), k_start + 10s).verdict == Verdict::pass);
  CHECK(outer.judge(rtp(99'999), k_start + 10s).verdict ==
        Verdict::drop);  // nobody has proved to have sent it
  CHECK(outer.judge(rtp(1), k_start + 10s).verdict == Verdict::pass);
}

TEST_CASE("Sources that only RTCP or a contributor list names count as well", "[intake][rtp]") {
  StreamRules rules = stream_rules();
  Packet contributors = rtp(1);
  contributors[0] |= 15;
  for (std::uint8_t i = 0; i < 15; ++i)
    contributors[12 + 4 * std::size_t{i}] = static_cast<std::uint8_t>(100 + i);
  CHECK(rules.judge_rtp(contributors, k_start).verdict == Verdict::end);
  StreamRules fresh = stream_rules();
  int passed = 0;
  for (std::uint8_t source = 1; source < 100; ++source)
    passed +=
        fresh.judge_rtcp(receiver_report(source), k_start + 100ms * source).verdict == Verdict::pass ? 1 : 0;
  CHECK(passed == static_cast<int>(PeerLimits{}.sources));
}

TEST_CASE("What a 720p call sends passes, ten times as much does not", "[intake][rtp]") {
  StreamRules rules = stream_rules();
  DatagramRules outer{PeerLimits{}};
  // 3 Mbit/s of picture in packets of 1,200 bytes, sound each 20 ms, RTCP each 50 ms, for a minute, and a
  // second's worth at once after a gap.
  for (int ms = 0; ms < 60'000; ++ms) {
    const auto now = k_start + 1ms * ms;
    if (ms % 3 == 0) {
      REQUIRE(outer.judge(rtp(1, 96, 1200), now).verdict == Verdict::pass);
      REQUIRE(rules.judge_rtp(rtp(1, 96, 1200), now).verdict == Verdict::pass);
    }
    if (ms % 20 == 0) REQUIRE(rules.judge_rtp(rtp(2, 111, 100), now).verdict == Verdict::pass);
    if (ms % 50 == 0) REQUIRE(rules.judge_rtcp(receiver_report(1), now).verdict == Verdict::pass);
  }
  for (int i = 0; i < 400; ++i)
    REQUIRE(rules.judge_rtp(rtp(1, 96, 1200), k_start + 61s).verdict == Verdict::pass);

  StreamRules flooded = stream_rules();
  Verdict verdict = Verdict::pass;
  for (int i = 0; i < 30'000 && verdict == Verdict::pass; ++i)
    verdict = flooded.judge_rtp(rtp(1, 96, 1200), k_start + std::chrono::milliseconds(i / 4)).verdict;
  CHECK(verdict == Verdict::end);
  DatagramRules outside{PeerLimits{}};
  for (int i = 0; i < 100'000; ++i)
    verdict = outside.judge(rtp(1, 96, 1200), k_start + 1ms * (i / 100)).verdict;
  CHECK(verdict == Verdict::drop);
}

TEST_CASE("A flood of RTCP ends the peer, one of NACKs costs only the NACKs", "[intake][rtp]") {
  StreamRules rules = stream_rules();
  int passed = 0;
  while (rules.judge_rtcp(receiver_report(1), k_start + 1ms * passed).verdict == Verdict::pass) ++passed;
  CHECK(passed < 600);
  StreamRules greedy = stream_rules();
  Packet nack{0x81, 205, 0, 200, 0, 0, 0, 1, 0, 0, 0, 2};
  nack.resize(804, 0xff);
  CHECK(greedy.judge_rtcp(nack, k_start).verdict == Verdict::drop);
  CHECK(greedy.judge_rtcp(receiver_report(1), k_start).verdict == Verdict::pass);
}

TEST_CASE("A payload type that was not offered goes no further", "[intake][rtp]") {
  StreamRules rules = stream_rules();
  CHECK(rules.judge_rtp(rtp(1, 97), k_start).verdict == Verdict::pass);
  CHECK(rules.judge_rtp(rtp(1, 98), k_start).verdict == Verdict::drop);
}

TEST_CASE("No data channel is accepted beyond the two that are ours", "[intake][channels]") {
  for (const bool patient_is_client : {true, false}) {
    ChannelRules rules{PeerLimits{}};
    rules.set_patient_is_dtls_client(patient_is_client);
    const std::uint8_t ours = patient_is_client ? 1 : 0;
    for (const std::uint8_t stream : {ours, static_cast<std::uint8_t>(ours + 2)}) {
      CHECK(rules.judge(data_on(stream, 51, 'x'), k_start).verdict == Verdict::pass);
      CHECK(rules.judge(data_on(stream, 50, 2), k_start).verdict ==
            Verdict::pass);  // the answer to our opening
      CHECK(rules.judge(data_on(stream, 50, 3), k_start).verdict == Verdict::end);
    }
    for (const std::uint8_t stream :
         {static_cast<std::uint8_t>(1 - ours), static_cast<std::uint8_t>(ours + 4), std::uint8_t{200}})
      CHECK(rules.judge(data_on(stream, 51, 'x'), k_start).verdict == Verdict::end);
  }
}

TEST_CASE("Data after the end of SCTP goes no further", "[intake][channels]") {
  ChannelRules rules{PeerLimits{}};
  Packet shutdown(12, 0);
  shutdown.insert(shutdown.end(), {7, 0, 0, 8, 0, 0, 0, 0});
  CHECK(rules.judge(shutdown, k_start).verdict == Verdict::pass);
  CHECK(rules.judge(data_on(1, 51, 'x'), k_start).verdict == Verdict::drop);
  ChannelRules together{PeerLimits{}};
  Packet both = data_on(1, 51, 'x');
  both.insert(both.end(), {7, 0, 0, 8, 0, 0, 0, 0});
  CHECK(together.judge(both, k_start).verdict == Verdict::drop);
}

TEST_CASE("Streams are not reset for ever, and SCTP has a rate", "[intake][channels]") {
  Packet reset(12, 0);
  reset.insert(reset.end(), {130, 0, 0, 4});
  ChannelRules rules{PeerLimits{}};
  unsigned passed = 0;
  while (rules.judge(reset, k_start + 1s * passed).verdict == Verdict::pass) ++passed;
  CHECK(passed == PeerLimits{}.sctp_reconfigurations);
  ChannelRules flooded{PeerLimits{}};
  Verdict verdict = Verdict::pass;
  for (int i = 0; i < 3'000; ++i) verdict = flooded.judge(data_on(1, 51, 'x'), k_start).verdict;
  CHECK(verdict == Verdict::drop);
}

TEST_CASE("More sound than can be heard is not decoded", "[intake][sound]") {
  SoundRules rules{PeerLimits{}};
  const Packet packet{0x83, 48};  // 120 ms
  int passed = 0;
  for (int ms = 0; ms < 10'000; ++ms)
    passed += rules.judge(packet, k_start + 1ms * ms).verdict == Verdict::pass ? 1 : 0;
  CHECK(passed * 120 < 26'000);  // 10,000 packets: 20 minutes of sound
  SoundRules usual{PeerLimits{}};
  for (int i = 0; i < 3'000; ++i)
    REQUIRE(usual.judge(Packet{0x78, 1}, k_start + 20ms * i).verdict == Verdict::pass);
  CHECK(usual.judge(Packet{}, k_start).verdict == Verdict::drop);
}

}  // namespace sangdam::pipelines
