// libFuzzer target: what a patient's browser sends, as the kiosk reads it before anything is allocated.
// Whatever the bytes are, a reader stays inside of them, what it says is within its limits, and every rule
// comes to a verdict.
//
//   build-fuzz/tests/fuzz/packets-fuzz -max_total_time=60 -max_len=1500 new-corpus
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "pipelines/error_correction.hpp"
#include "pipelines/packets.hpp"
#include "pipelines/peer_rules.hpp"
#include "pipelines/picture_headers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sangdam::pipelines;
  const Bytes bytes(data, size);
  if (const auto rtp = read_rtp(bytes); rtp && (rtp->sources.count == 0 || rtp->payload_type > 127))
    std::abort();
  // A NACK of four bytes asks for 17 packets.
  if (const auto rtcp = read_rtcp(bytes); rtcp && rtcp->nacked > size / 4 * 17) std::abort();
  if (const auto sctp = read_sctp(bytes); sctp && sctp->streams.count > size / 16) std::abort();
  if (const auto frame = read_vp8(bytes); frame && (frame->width > 16383 || frame->height > 16383))
    std::abort();
  if (const auto sound = read_opus(bytes); sound && *sound > std::chrono::milliseconds(120)) std::abort();

  const PeerLimits limits;
  const sangdam::base::Moment now{};
  DatagramRules datagrams(limits);
  StreamRules streams(limits);
  ChannelRules channels(limits);
  PictureRules pictures(limits);
  SoundRules sounds(limits);
  streams.allow_payload_type(96);
  (void)datagrams.judge(bytes, now);
  (void)streams.judge_rtp(bytes, now);
  (void)streams.judge_rtcp(bytes, now);
  (void)channels.judge(bytes, now);
  (void)pictures.judge_packet(bytes);
  for (const VideoCodec codec : {VideoCodec::vp8, VideoCodec::h264, VideoCodec::vp9}) {
    const auto header = read_picture(codec, bytes);
    if (header &&
        (header->width < 0 || header->width > 65536 || header->height < 0 || header->height > 65536))
      std::abort();
    if (pictures.judge_frame(codec, bytes, now).verdict == Verdict::pass &&
        header->width * header->height > k_max_macroblocks * 256)
      std::abort();
  }
  // A sealed picture is a superframe of exactly what was there.
  if (!has_vp9_index(bytes)) {
    std::vector<std::uint8_t> sealed(data, data + size);
    const Vp9Index index = vp9_index(size);
    sealed.insert(sealed.end(), index.bytes.begin(),
                  index.bytes.begin() + static_cast<std::ptrdiff_t>(index.size));
    if (!has_vp9_index(sealed)) std::abort();
    if (size > 0 &&
        read_picture(VideoCodec::vp9, sealed).has_value() != read_picture(VideoCodec::vp9, bytes).has_value())
      std::abort();
  }
  (void)sounds.judge(bytes, now);

  // The input cut into packets, each behind its length: what is restored is a packet of the picture.
  PictureRepair repair;
  for (Bytes rest = bytes; rest.size() > 1;) {
    const Bytes packet = rest.subspan(1, std::min<std::size_t>(rest[0], rest.size() - 1));
    rest = rest.subspan(1 + packet.size());
    if (const auto inner = unwrap_red(packet); inner && inner->size() + 1 != packet.size()) std::abort();
    const auto repaired = repair.on_repair(packet);
    for (const auto& restored : {repair.on_packet(packet), repaired.value_or(std::vector<Packet>())}) {
      for (const Packet& one : restored) {
        if (one.size() < 12 || one.size() > PictureRepair::k_largest_packet) std::abort();
      }
    }
  }
  return 0;
}
