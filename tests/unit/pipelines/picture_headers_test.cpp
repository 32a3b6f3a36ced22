#include "pipelines/picture_headers.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "pipelines/peer_rules.hpp"
#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using Packet = std::vector<std::uint8_t>;
constexpr base::Moment k_now{};

/// Writes bits from the highest down.
class Writer {
 public:
  Writer& bits(unsigned value, unsigned count) {
    while (count-- > 0) {
      if (m_free == 0) {
        m_bytes.push_back(0);
        m_free = 8;
      }
      m_bytes.back() = static_cast<std::uint8_t>(m_bytes.back() | (value >> count & 1U) << --m_free);
    }
    return *this;
  }
  Writer& exp_golomb(unsigned value) {
    unsigned length = 0;
    while ((value + 1) >> (length + 1) != 0) ++length;
    return bits(0, length).bits(value + 1, length + 1);
  }
  [[nodiscard]] const Packet& bytes() const { return m_bytes; }

 private:
  Packet m_bytes;
  unsigned m_free = 0;
};

Packet joined(std::initializer_list<Packet> parts) {
  Packet all;
  for (const Packet& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
/// With a start code, and with emulation prevention.
Packet unit(std::uint8_t first, const Packet& payload) {
  Packet result{0, 0, 0, 1, first};
  unsigned zeros = 0;
  for (const std::uint8_t byte : payload) {
    if (zeros >= 2 && byte <= 3) {
      result.push_back(3);
      zeros = 0;
    }
    result.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return result;
}
struct Parameters {
  unsigned across = 80, down = 45;  // macroblocks
  unsigned profile = 66;
  bool progressive = true;
  unsigned chroma = 1;
  unsigned order = 2;
  unsigned references = 1;
};
Packet parameters(const Parameters& of) {
  Writer writer;
  writer.bits(of.profile, 8).bits(0xe01f, 16).exp_golomb(0);
  if (of.profile == 100) writer.exp_golomb(of.chroma).exp_golomb(0).exp_golomb(0).bits(0, 2);
  writer.exp_golomb(4).exp_golomb(of.order);
  if (of.order == 0) writer.exp_golomb(4);
  if (of.order == 1) {
    writer.bits(0, 1).exp_golomb(0).exp_golomb(0).exp_golomb(3);
    for (int i = 0; i < 3; ++i) writer.exp_golomb(7);
  }
  writer.exp_golomb(of.references).bits(0, 1).exp_golomb(of.across - 1).exp_golomb(of.down - 1);
  writer.bits(of.progressive ? 1 : 0, 1).bits(0b1001, 4);
  return writer.bytes();
}
const Packet k_slice{0, 0, 1, 0x41, 0x9a, 0x24};
const Packet k_key_slice{0, 0, 1, 0x65, 0x88, 0x84};
Packet key_picture(const Parameters& of) {
  return joined({unit(0x67, parameters(of)), {0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80}, k_key_slice});
}
Verdict verdict_of(VideoCodec codec, const Packet& picture) {
  PictureRules rules{PeerLimits{}};
  return rules.judge_frame(codec, picture, k_now).verdict;
}

struct Vp9 {
  int width = 640, height = 360;
  unsigned profile = 0;
};
Packet vp9_key(const Vp9& of) {
  Writer writer;
  writer.bits(2, 2).bits(of.profile & 1U, 1).bits(of.profile >> 1U, 1).bits(0, 1);
  writer.bits(0, 1).bits(1, 1).bits(0, 1).bits(0x498342, 24).bits(2, 3).bits(0, 1);
  writer.bits(static_cast<unsigned>(of.width - 1), 16).bits(static_cast<unsigned>(of.height - 1), 16);
  return writer.bits(0, 16).bytes();
}
/// A frame that is made of others but has a size of its own.
Packet vp9_resized(int width, int height) {
  Writer writer;
  writer.bits(2, 2).bits(0, 3).bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 2).bits(1, 8).bits(0, 12).bits(0, 3);
  return writer.bits(static_cast<unsigned>(width - 1), 16)
      .bits(static_cast<unsigned>(height - 1), 16)
      .bits(0, 16)
      .bytes();
}
Packet vp9_intra_only(int width, int height) {
  Writer writer;
  writer.bits(2, 2).bits(0, 3).bits(1, 1).bits(0, 1).bits(0, 1).bits(1, 1).bits(0, 2).bits(0x498342, 24);
  return writer.bits(1, 8)
      .bits(static_cast<unsigned>(width - 1), 16)
      .bits(static_cast<unsigned>(height - 1), 16)
      .bits(0, 16)
      .bytes();
}
const Packet k_vp9_delta = Writer()
                               .bits(2, 2)
                               .bits(0, 3)
                               .bits(1, 1)
                               .bits(1, 1)
                               .bits(0, 1)
                               .bits(0, 2)
                               .bits(1, 8)
                               .bits(0, 12)
                               .bits(1, 1)
                               .bits(0, 20)
                               .bytes();
Packet superframe(const std::vector<Packet>& frames) {
  Packet all;
  for (const Packet& frame : frames) all.insert(all.end(), frame.begin(), frame.end());
  const auto marker = static_cast<std::uint8_t>(0xc0U | (frames.size() - 1));
  all.push_back(marker);
  for (const Packet& frame : frames) all.push_back(static_cast<std::uint8_t>(frame.size()));
  all.push_back(marker);
  return all;
}

}  // namespace

TEST_CASE("An H.264 access unit tells its size and whether it is a key frame", "[intake][h264]") {
  const auto key = read_picture(VideoCodec::h264, key_picture({}));
  REQUIRE(key.has_value());
  CHECK(key->is_key);
  CHECK(key->width == 1280);
  CHECK(key->height == 720);
  const auto delta = read_picture(VideoCodec::h264, k_slice);
  REQUIRE(delta.has_value());
  CHECK_FALSE(delta->is_key);
  CHECK(delta->width == 0);
  for (const Parameters& of : {Parameters{.order = 0}, Parameters{.order = 1}, Parameters{.profile = 77},
                               Parameters{.profile = 100}, Parameters{.across = 1, .down = 1}}) {
    const auto header = read_picture(VideoCodec::h264, key_picture(of));
    REQUIRE(header.has_value());
    CHECK(header->width == static_cast<int>(16 * of.across));
    CHECK(header->height == static_cast<int>(16 * of.down));
  }
}

TEST_CASE("Bytes that are only there to prevent a start code are no part of the size", "[intake][h264]") {
  // The level is 0 and the number of the set 127: two zero bytes, then a one.
  Writer writer;
  writer.bits(66, 8).bits(0, 16).exp_golomb(127).exp_golomb(4).exp_golomb(2).exp_golomb(1).bits(0, 1);
  writer.exp_golomb(79).exp_golomb(44).bits(1, 1).bits(0b1001, 4);
  const Packet escaped = unit(0x67, writer.bytes());
  REQUIRE(escaped.size() == writer.bytes().size() + 5 + 1);
  const auto header = read_h264_parameters(Bytes(escaped).subspan(5));
  REQUIRE(header.has_value());
  CHECK(header->width == 1280);
  CHECK(header->height == 720);
}

TEST_CASE("H.264 larger than was offered ends the peer before it is decoded", "[intake][h264]") {
  CHECK(verdict_of(VideoCodec::h264, key_picture({.across = 120, .down = 68})) == Verdict::pass);
  CHECK(verdict_of(VideoCodec::h264, key_picture({.across = 68, .down = 120})) == Verdict::pass);
  CHECK(verdict_of(VideoCodec::h264, key_picture({.across = 1000, .down = 1000})) == Verdict::end);
  CHECK(verdict_of(VideoCodec::h264, key_picture({.across = 240, .down = 135})) == Verdict::end);
  CHECK(verdict_of(VideoCodec::h264, key_picture({.across = 1000, .down = 1})) == Verdict::end);
  // A second set of parameters behind one that is fine, and one in front of a picture that is no key frame.
  CHECK(verdict_of(VideoCodec::h264,
                   joined({unit(0x67, parameters({})), unit(0x67, parameters({.across = 1000, .down = 1000})),
                           k_key_slice})) == Verdict::end);
  CHECK(verdict_of(VideoCodec::h264, joined({unit(0x67, parameters({.across = 1000, .down = 1000})),
                                             k_slice})) == Verdict::end);
}

TEST_CASE("H.264 of a kind that was not offered does not get to the decoder", "[intake][h264]") {
  const auto dropped = [](const Packet& picture) {
    return verdict_of(VideoCodec::h264, picture) == Verdict::drop;
  };
  CHECK(dropped({}));
  CHECK(dropped({0, 0, 0}));
  CHECK(dropped({0x65, 0x88, 0x84}));                   // no start code
  CHECK(dropped(joined({{0x41, 0x9a}, k_key_slice})));  // something before the first
  CHECK(dropped({0, 0, 1}));                            // an empty unit
  CHECK(dropped({0, 0, 1, 0xe5, 0x88}));                // the forbidden bit
  CHECK(dropped({0, 0, 1, 0x68, 0xce}));                // nothing but picture parameters
  CHECK(dropped(joined({unit(0x6f, parameters({.across = 1000, .down = 1000})), k_key_slice})));  // scalable
  CHECK(dropped(joined({k_key_slice, {0, 0, 1, 0x74, 0x88}})));  // its slices
  CHECK(dropped(key_picture({.profile = 110})));
  CHECK(dropped(key_picture({.profile = 100, .chroma = 3})));
  CHECK(dropped(key_picture({.progressive = false})));
  CHECK(dropped(key_picture({.references = 17})));
  CHECK(dropped(key_picture({.across = 2000})));
}

TEST_CASE("A VP9 frame tells its size and whether it is a key frame", "[intake][vp9]") {
  const auto key = read_picture(VideoCodec::vp9, vp9_key({}));
  REQUIRE(key.has_value());
  CHECK(key->is_key);
  CHECK(key->width == 640);
  CHECK(key->height == 360);
  const auto delta = read_picture(VideoCodec::vp9, k_vp9_delta);
  REQUIRE(delta.has_value());
  CHECK_FALSE(delta->is_key);
  CHECK(delta->width == 0);
  const auto resized = read_picture(VideoCodec::vp9, vp9_resized(320, 180));
  REQUIRE(resized.has_value());
  CHECK_FALSE(resized->is_key);
  CHECK(resized->width == 320);
  const auto hidden = read_picture(VideoCodec::vp9, vp9_intra_only(320, 180));
  REQUIRE(hidden.has_value());
  CHECK(hidden->height == 180);
  const auto both = read_picture(VideoCodec::vp9, superframe({vp9_key({}), k_vp9_delta}));
  REQUIRE(both.has_value());
  CHECK(both->is_key);
  CHECK(both->width == 640);
}

TEST_CASE("VP9 larger than was offered ends the peer, wherever it says so", "[intake][vp9]") {
  CHECK(verdict_of(VideoCodec::vp9, vp9_key({1920, 1080})) == Verdict::pass);
  CHECK(verdict_of(VideoCodec::vp9, vp9_key({65536, 65536})) == Verdict::end);
  CHECK(verdict_of(VideoCodec::vp9, vp9_key({16000, 16000})) == Verdict::end);
  CHECK(verdict_of(VideoCodec::vp9, vp9_resized(16000, 16000)) == Verdict::end);
  CHECK(verdict_of(VideoCodec::vp9, vp9_intra_only(16000, 16000)) == Verdict::end);
  CHECK(verdict_of(VideoCodec::vp9, superframe({vp9_key({}), vp9_resized(16000, 16000)})) == Verdict::end);
}

TEST_CASE("VP9 of a kind that was not offered does not get to the decoder", "[intake][vp9]") {
  const auto dropped = [](const Packet& picture) {
    return verdict_of(VideoCodec::vp9, picture) == Verdict::drop;
  };
  CHECK(dropped({}));
  CHECK(dropped({0x00, 1, 2, 3}));
  CHECK(dropped({0x82}));
  CHECK(dropped(vp9_key({.profile = 1})));
  CHECK(dropped(vp9_key({.profile = 2})));
  Packet no_sync = vp9_key({});
  no_sync[1] ^= 1U;
  CHECK(dropped(no_sync));
  // An index that names more than there is.
  Packet lying = superframe({vp9_key({}), k_vp9_delta});
  lying[lying.size() - 2] = 200;
  CHECK(dropped(lying));
}

TEST_CASE("What is behind a sealed VP9 frame is no frame", "[intake][vp9]") {
  for (const std::size_t size : {std::size_t{9}, std::size_t{255}, std::size_t{256}, std::size_t{70'000}}) {
    Packet frame = vp9_key({});
    frame.resize(size, 0x55);
    CHECK_FALSE(has_vp9_index(frame));
    const Vp9Index index = vp9_index(frame.size());
    frame.insert(frame.end(), index.bytes.begin(),
                 index.bytes.begin() + static_cast<std::ptrdiff_t>(index.size));
    CHECK(has_vp9_index(frame));
    CHECK(read_picture(VideoCodec::vp9, frame).has_value());
  }
}

TEST_CASE("Every truncation of a picture is read without reaching beyond its end", "[intake]") {
  for (const auto& [codec, whole] : {std::pair{VideoCodec::h264, key_picture({})},
                                     {VideoCodec::h264, key_picture({.profile = 100})},
                                     {VideoCodec::vp9, superframe({vp9_key({}), k_vp9_delta})},
                                     {VideoCodec::vp9, vp9_resized(320, 180)}}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      if (const auto header = read_picture(codec, cut)) CHECK(header->width <= 1280);
    }
  }
}

TEST_CASE("A decoder does not keep what it cannot decode for ever", "[intake][h264]") {
  PictureRules honest{PeerLimits{}};
  // One in a hundred is lost to it.
  for (std::uint64_t time = 0; time < 50'000; ++time) {
    CHECK(honest.judge_backlog(time, 5'000).verdict == Verdict::pass);
    if (time % 100 != 0) honest.on_decoded(time);
  }
  PictureRules many{PeerLimits{}};
  std::size_t taken = 0;
  while (many.judge_backlog(taken, 10).verdict == Verdict::pass) ++taken;
  CHECK(taken == PeerLimits{}.backlog);
  PictureRules large{PeerLimits{}};
  std::size_t bytes = 0;
  while (large.judge_backlog(bytes, 1'000'000).verdict == Verdict::pass) bytes += 1'000'000;
  CHECK(bytes <= PeerLimits{}.backlog_bytes);
}

}  // namespace sangdam::pipelines
