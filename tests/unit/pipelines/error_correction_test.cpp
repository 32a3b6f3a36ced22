#include "pipelines/error_correction.hpp"

#include <algorithm>

#include "pipelines/video_formats.hpp"
#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::uint8_t k_vp8 = 96;

/// A packet of VP8 with a picture id of 15 bits and a header extension, as Chromium sends it.
Packet media(std::uint16_t sequence, unsigned picture, bool is_first, bool is_last, std::size_t size = 20) {
  Packet packet{0x90,
                static_cast<std::uint8_t>((is_last ? 0x80U : 0U) | k_vp8),
                static_cast<std::uint8_t>(sequence >> 8U),
                static_cast<std::uint8_t>(sequence),
                0,
                0,
                static_cast<std::uint8_t>(picture),
                7,  // timestamp
                1,
                2,
                3,
                4,  // SSRC
                0xbe,
                0xde,
                0,
                1,
                0x11,
                static_cast<std::uint8_t>(sequence),
                0,
                0};
  packet.insert(packet.end(),
                {static_cast<std::uint8_t>(is_first ? 0x90 : 0x80), 0x80,
                 static_cast<std::uint8_t>(0x80U | picture >> 8U), static_cast<std::uint8_t>(picture)});
  for (std::size_t i = 0; i < size; ++i)
    packet.push_back(static_cast<std::uint8_t>(sequence * 31U + i * picture));
  return packet;
}

/// RFC 5109, section 7: what protects these.
Packet repair(std::uint16_t sequence, const std::vector<Packet>& packets) {
  const auto number = [](const Packet& packet) {
    return static_cast<std::uint16_t>(packet[2] << 8U | packet[3]);
  };
  const std::uint16_t base = number(packets.front());
  std::size_t longest = 0;
  for (const Packet& packet : packets) longest = std::max(longest, packet.size() - 12);
  Packet bits(10 + longest);
  std::uint16_t mask = 0;
  for (const Packet& packet : packets) {
    for (std::size_t i : {0U, 1U, 4U, 5U, 6U, 7U}) bits[i] ^= packet[i];
    const std::size_t body = packet.size() - 12;
    bits[8] ^= static_cast<std::uint8_t>(body >> 8U);
    bits[9] ^= static_cast<std::uint8_t>(body);
    for (std::size_t i = 0; i < body; ++i) bits[10 + i] ^= packet[12 + i];
    mask = static_cast<std::uint16_t>(mask | 0x8000U >> (number(packet) - base));
  }
  Packet result{0x80,
                k_ulpfec_type,
                static_cast<std::uint8_t>(sequence >> 8U),
                static_cast<std::uint8_t>(sequence),
                0,
                0,
                0,
                0,
                1,
                2,
                3,
                4};
  bits[0] &= 0x3f;
  bits[2] = static_cast<std::uint8_t>(base >> 8U);
  bits[3] = static_cast<std::uint8_t>(base);
  result.insert(result.end(), bits.begin(), bits.begin() + 10);
  result.insert(result.end(), {static_cast<std::uint8_t>(longest >> 8U), static_cast<std::uint8_t>(longest),
                               static_cast<std::uint8_t>(mask >> 8U), static_cast<std::uint8_t>(mask)});
  result.insert(result.end(), bits.begin() + 10, bits.end());
  return result;
}

std::uint16_t sequence_of(const Packet& packet) {
  return static_cast<std::uint16_t>(packet[2] << 8U | packet[3]);
}

}  // namespace

TEST_CASE("What is in a RED packet keeps its header and its extensions", "[red]") {
  const Packet inner = media(65535, 9, true, true);
  Packet red = inner;
  red[1] = 0x80 | k_red_type;
  red.insert(red.begin() + 20, k_vp8);
  CHECK(unwrap_red(red) == inner);
}

TEST_CASE("A RED packet that is cut or has more blocks is none", "[red]") {
  Packet red = media(1, 9, true, true);
  red.insert(red.begin() + 20, 0x80 | k_vp8);
  CHECK_FALSE(unwrap_red(red));
  for (std::size_t size = 0; size <= 20; ++size) CHECK_FALSE(unwrap_red(Bytes(red).first(size)));
}

TEST_CASE("Whichever packet is lost, the repair packet brings it back as it was", "[repair]") {
  for (const std::uint16_t first : {std::uint16_t{100}, std::uint16_t{65533}}) {
    std::vector<Packet> sent;
    for (unsigned i = 0; i < 5; ++i)
      sent.push_back(media(static_cast<std::uint16_t>(first + i), 3, i == 0, i == 4, 10 + 7 * i));
    for (std::size_t lost = 0; lost < sent.size(); ++lost) {
      CAPTURE(first, lost);
      PictureRepair stream;
      for (std::size_t i = 0; i < sent.size(); ++i) {
        if (i != lost) CHECK(stream.on_packet(sent[i]).empty());
      }
      const auto restored = stream.on_repair(repair(static_cast<std::uint16_t>(first + 5), sent));
      REQUIRE(restored);
      REQUIRE(restored->size() == 1);
      CHECK(restored->front() == sent[lost]);
    }
  }
}

TEST_CASE("Of two lost packets one comes back when the other does", "[repair]") {
  std::vector<Packet> sent;
  for (std::uint16_t i = 0; i < 4; ++i) sent.push_back(media(i, 3, i == 0, i == 3));
  PictureRepair stream;
  CHECK(stream.on_packet(sent[0]).empty());
  CHECK(stream.on_packet(sent[3]).empty());
  CHECK(stream.on_repair(repair(4, sent))->empty());
  CHECK(stream.on_packet(sent[2]) == std::vector<Packet>{sent[1]});
}

TEST_CASE("A repair packet that cannot be one is refused, and one that lies restores nothing of use",
          "[repair]") {
  const std::vector<Packet> sent{media(1, 3, true, false), media(2, 3, false, true)};
  const Packet good = repair(3, sent);
  PictureRepair stream;
  for (std::size_t size = 13; size < good.size(); ++size)
    CHECK_FALSE(stream.on_repair(Bytes(good).first(size)));
  Packet extended = good;
  extended[12] |= 0x80;
  CHECK_FALSE(stream.on_repair(extended));
  Packet protects_nothing = good;
  protects_nothing[24] = protects_nothing[25] = 0;
  CHECK_FALSE(stream.on_repair(protects_nothing));

  PictureRepair other;
  CHECK(other.on_packet(sent[0]).empty());
  Packet too_long = good;
  too_long[20] ^= 0xff;  // the length
  CHECK(other.on_repair(too_long)->empty());
  Packet of_another_kind = good;
  of_another_kind[13] ^= 0x0f;  // the payload type
  CHECK(other.on_repair(of_another_kind)->empty());
}

TEST_CASE("A gap between two pictures is a lost repair packet and is filled", "[gap]") {
  PictureRepair stream;
  CHECK(stream.on_packet(media(65534, 127, true, true)).empty());
  const auto filled = stream.on_packet(media(1, 128, true, true));
  REQUIRE(filled.size() == 2);
  CHECK(sequence_of(filled[0]) == 0);
  CHECK(sequence_of(filled[1]) == 65535);
  for (const Packet& filler : filled) {
    CHECK(filler.size() == 12);
    CHECK((filler[1] & 0x7f) == k_ulpfec_type);
    CHECK(stream.on_repair(filler)->empty());
  }
}

TEST_CASE("A gap that may be a picture's is left to be sent again", "[gap]") {
  struct Case {
    const char* what;
    Packet before, after;
  };
  for (const Case& one :
       {Case{"within a picture", media(1, 5, true, false), media(3, 5, false, true)},
        Case{"the picture has no end", media(1, 5, true, false), media(3, 6, true, true)},
        Case{"the next has no beginning", media(1, 5, true, true), media(3, 6, false, true)},
        Case{"a picture is missing", media(1, 5, true, true), media(3, 7, true, true)}}) {
    CAPTURE(one.what);
    PictureRepair stream;
    CHECK(stream.on_packet(one.before).empty());
    CHECK(stream.on_packet(one.after).empty());
  }
}

TEST_CASE("A gap is filled as well when the packet in front of it comes late", "[gap]") {
  PictureRepair stream;
  CHECK(stream.on_packet(media(1, 5, true, true)).empty());
  CHECK(stream.on_packet(media(5, 7, true, true)).empty());
  const auto filled = stream.on_packet(media(3, 6, true, true));
  REQUIRE(filled.size() == 2);
  CHECK(sequence_of(filled[0]) == 2);
  CHECK(sequence_of(filled[1]) == 4);
}

TEST_CASE("Repairs are sent where the way is long and lossy, and no others", "[share]") {
  const auto after_some_seconds = [](double lost, double round_trip) {
    CorrectionShare share;
    for (int i = 0; i < 20; ++i) (void)share.on_second(lost, round_trip);
    return share.percent();
  };
  CHECK(after_some_seconds(0, 300) == 0);
  CHECK(after_some_seconds(5, 30) == 0);
  CHECK(after_some_seconds(5, 0) == 0);
  CHECK(after_some_seconds(2, 300) == 20);
  CHECK(after_some_seconds(5, 300) == 30);
  CHECK(after_some_seconds(60, 300) == 50);
}

TEST_CASE("Repairs go on while a line is about as bad as when they began", "[share]") {
  CorrectionShare share;
  for (int i = 0; i < 20; ++i) (void)share.on_second(3, 130);
  CHECK(share.percent() > 0);
  CHECK(share.on_second(1, 100) > 0);
  for (int i = 0; i < 20; ++i) (void)share.on_second(0, 130);
  CHECK(share.percent() == 0);
}

}  // namespace sangdam::pipelines
