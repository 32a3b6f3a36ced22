#include "pipelines/packets.hpp"

#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;
using Packet = std::vector<std::uint8_t>;

/// Every truncation of a packet is read without reaching beyond its end (run under AddressSanitizer).
template <class Read>
void check_truncations(const Packet& whole, Read read) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    (void)read(cut);
  }
}

}  // namespace

TEST_CASE("Datagrams are told apart by their first bytes", "[intake]") {
  CHECK(kind_of_datagram(Packet{22, 254, 253}) == DatagramKind::dtls);
  CHECK(kind_of_datagram(Packet{0x80, 96}) == DatagramKind::rtp);
  CHECK(kind_of_datagram(Packet{0x80, 0x80 | 111}) == DatagramKind::rtp);
  CHECK(kind_of_datagram(Packet{0x81, 200}) == DatagramKind::rtcp);
  for (const Packet& other : {Packet{}, Packet{0, 1}, Packet{0x80}, Packet{200, 96}, Packet{64, 0}})
    CHECK(kind_of_datagram(other) == DatagramKind::other);
}

TEST_CASE("An RTP header gives its type, marker and every source", "[intake]") {
  Packet packet{0x82, 0x80 | 96, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 0, 0, 0, 5, 0, 0, 0, 6, 9};
  const auto header = read_rtp(packet);
  REQUIRE(header.has_value());
  CHECK(header->payload_type == 96);
  CHECK(header->marker);
  const auto sources = header->sources.all();
  CHECK(std::vector(sources.begin(), sources.end()) == std::vector<std::uint32_t>{0x01020304, 5, 6});
  packet[0] = 0x8f;  // fifteen contributors, of which two are there
  CHECK_FALSE(read_rtp(packet).has_value());
  packet[0] = 0x42;
  CHECK_FALSE(read_rtp(packet).has_value());
  check_truncations(Packet{0x81, 96, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 0, 0, 0, 5}, read_rtp);
}

TEST_CASE("RTCP gives whoever it says is speaking, and what is asked for again", "[intake]") {
  const Packet compound{
      0x80, 201, 0, 1, 0, 0, 0, 1,                                        // receiver report
      0x81, 202, 0, 3, 0, 0, 0, 2, 1, 4, 'n', 'a', 'm', 'e', 0,    0,     // source description
      0x81, 205, 0, 3, 0, 0, 0, 3, 0, 0, 0,   9,   0,   7,   0xff, 0xff,  // generic NACK: 17 packets
      0x8f, 205, 0, 4, 0, 0, 0, 3, 0, 0, 0,   9,   0,   7,   0xff, 0xff,
      0,    0,   0, 0  // transport-wide feedback
  };
  const auto packet = read_rtcp(compound);
  REQUIRE(packet.has_value());
  CHECK(packet->nacked == 17);
  const auto sources = packet->sources.all();
  CHECK(std::vector(sources.begin(), sources.end()) == std::vector<std::uint32_t>{1, 2, 3});
  check_truncations(compound, read_rtcp);
  CHECK_FALSE(read_rtcp(Packet{}).has_value());
  CHECK_FALSE(read_rtcp(Packet{0x80, 201, 0, 2, 0, 0, 0, 1}).has_value());                // too long
  CHECK_FALSE(read_rtcp(Packet{0x82, 202, 0, 2, 0, 0, 0, 2, 1, 1, 'n', 0}).has_value());  // one is missing
  CHECK_FALSE(read_rtcp(Packet{0x81, 202, 0, 2, 0, 0, 0, 2, 1, 200, 'n', 'a'}).has_value());  // runs over
  CHECK(read_rtcp(Packet{0x81, 203, 0, 1, 0, 0, 0, 2})->sources.all().front() == 2);
  const auto goodbye_of_31 = [](unsigned first, unsigned step) {
    Packet goodbye{0x80 | 31, 203, 0, 31};
    goodbye.resize(128, 1);
    for (unsigned i = 0; i < 31; ++i) goodbye[7 + 4 * i] = static_cast<std::uint8_t>(first + step * i);
    return goodbye;
  };
  Packet two = goodbye_of_31(1, 1);
  const Packet others = goodbye_of_31(100, 1);
  two.insert(two.end(), others.begin(), others.end());
  CHECK(read_rtcp(two)->sources.overflowed);
  // A browser names the same source in each report, request and feedback of a compound.
  const Packet one = goodbye_of_31(1, 0);
  Packet same = one;
  for (int i = 0; i < 3; ++i) same.insert(same.end(), one.begin(), one.end());
  CHECK(read_rtcp(same)->sources.count == 1);
  CHECK_FALSE(read_rtcp(same)->sources.overflowed);
}

TEST_CASE("SCTP gives the streams of its data, channels that are opened, and its end", "[intake]") {
  const Packet header(12, 0);
  const auto with = [&](Packet chunks) {
    chunks.insert(chunks.begin(), header.begin(), header.end());
    return chunks;
  };
  const Packet text = with({0, 3, 0, 17, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 51, 'x', 0, 0, 0});
  const auto plain = read_sctp(text);
  REQUIRE(plain.has_value());
  CHECK(plain->streams.all().front() == 3);
  CHECK_FALSE(plain->opens_channel);
  CHECK(read_sctp(with({0, 3, 0, 17, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 50, 3}))->opens_channel);
  CHECK_FALSE(read_sctp(with({0, 3, 0, 17, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 50, 2}))->opens_channel);  // ACK
  // A later fragment has no protocol of its own to go by.
  CHECK_FALSE(read_sctp(with({0, 1, 0, 17, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 50, 3}))->opens_channel);
  CHECK(read_sctp(with({64, 3, 0, 21, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 3}))->opens_channel);
  CHECK(read_sctp(with({7, 0, 0, 8, 0, 0, 0, 0}))->ends);
  CHECK(read_sctp(with({6, 0, 0, 4}))->ends);
  CHECK(read_sctp(with({130, 0, 0, 4, 130, 0, 0, 4}))->reconfigurations == 2);
  CHECK_FALSE(read_sctp(with({0, 3, 0, 3})).has_value());
  CHECK_FALSE(read_sctp(with({0, 3, 0, 15, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0})).has_value());
  CHECK_FALSE(read_sctp(with({0, 3, 0xff, 0xff})).has_value());
  check_truncations(text, read_sctp);
}

TEST_CASE("Many small texts in one SCTP packet are of as many streams as they are", "[intake]") {
  // What a browser sends again after a loss: as many chunks as fit.
  const auto packet_of = [](std::size_t chunks, std::size_t streams) {
    Packet packet(12, 0);
    for (std::size_t i = 0; i < chunks; ++i) {
      const auto stream = static_cast<std::uint8_t>(i % streams);
      packet.insert(packet.end(), {0, 3, 0, 17, 0, 0, 0, 1, 0, stream, 0, 0, 0, 0, 0, 51, 'x', 0, 0, 0});
    }
    return packet;
  };
  const auto two = read_sctp(packet_of(58, 2));
  REQUIRE(two);
  CHECK(two->streams.count == 2);
  CHECK_FALSE(two->streams.overflowed);
  CHECK_FALSE(read_sctp(packet_of(58, 32))->streams.overflowed);
  CHECK(read_sctp(packet_of(58, 33))->streams.overflowed);
}

TEST_CASE("A VP8 key frame says its size before anybody decodes it", "[intake]") {
  const Packet key{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x3e, 0x80, 0x3e, 0};
  const auto frame = read_vp8(key);
  REQUIRE(frame.has_value());
  CHECK(frame->is_key);
  CHECK(frame->width == 16000);
  CHECK(frame->height == 16000);
  Packet scaled = key;
  scaled[7] |= 0xc0;
  CHECK(read_vp8(scaled)->width == 16000);
  Packet strange = key;
  strange[3] = 0;
  CHECK_FALSE(read_vp8(strange).has_value());
  Packet empty = key;
  empty[6] = empty[7] = 0;
  CHECK_FALSE(read_vp8(empty).has_value());
  CHECK_FALSE(read_vp8(Packet{0x11, 0, 0})->is_key);
  CHECK_FALSE(read_vp8(Packet{0x11, 0}).has_value());
  check_truncations(key, read_vp8);
}

TEST_CASE("An Opus packet says how long it sounds", "[intake]") {
  CHECK(read_opus(Packet{0x78}) == 20ms);          // hybrid, one frame
  CHECK(read_opus(Packet{0x18 | 1, 0}) == 120ms);  // SILK, 60 ms, two
  CHECK(read_opus(Packet{0x80, 0}) == 2500us);
  CHECK(read_opus(Packet{0x83, 48}) == 120ms);
  CHECK_FALSE(read_opus(Packet{0x83, 49}).has_value());
  CHECK_FALSE(read_opus(Packet{0x83, 0}).has_value());
  CHECK_FALSE(read_opus(Packet{0x83}).has_value());
  CHECK_FALSE(read_opus(Packet{}).has_value());
  CHECK_FALSE(read_opus(Packet{0x1b, 3}).has_value());  // 180 ms
}

}  // namespace sangdam::pipelines
