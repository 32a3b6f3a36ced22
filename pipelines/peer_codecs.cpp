// Which encoder and decoders a peer has, and what it does when one of them fails.
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "pipelines/peer.hpp"

namespace sangdam::pipelines {

using consultation::PeerFailure;

base::Result<> WebRtcPeer::choose_codec(const std::vector<VideoFormat>& answered) {
  const VideoFormat& format = answered.front();
  auto encoders = m_parts.codecs->encoders(format);
  const auto decoders = m_parts.codecs->decoders(format.codec);
  if (encoders.empty() || decoders.empty()) return base::failure("element-missing", name_of(format.codec));
  base::log_info("media", "the picture is {}, by {}", name_of(format.codec), encoders.front().factory);
  if (auto chosen = m_sender.choose(format, std::move(encoders)); !chosen) return chosen;
  return m_receiver.expect(decoders.front());
}

void WebRtcPeer::on_needed(VideoCodec codec) {
  if (m_phase == Phase::failed) return;
  const auto decoders = m_parts.codecs->decoders(codec);
  if (decoders.empty()) return;  // cannot be: it was offered
  base::log_info("media", "the picture comes as {}", name_of(codec));
  if (auto made = m_receiver.expect(decoders.front()); !made)
    fail(PeerFailure::pipeline_error, made.error().message);
}

bool WebRtcPeer::go_on_without(GstObject* failed) {
  const std::string encoder = m_sender.replace_encoder(failed);
  if (!encoder.empty()) {
    base::log_warning("media", "{} failed; another encoder goes on", encoder);
    m_parts.codecs->give_up(encoder);
    return true;
  }
  // Its stream is stopped as far as webrtcbin: only another peer can begin anew, and that one gets another.
  const std::string decoder = m_receiver.decoder_of(failed);
  if (!decoder.empty()) m_parts.codecs->give_up(decoder);
  return false;
}

}  // namespace sangdam::pipelines
