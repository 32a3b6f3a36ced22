// Tells webrtcbin's RTP session the clock rate of each stream before its first packet.
//
// A bundle goes through rtpfunnel, which strips the caps that say it. The session then looks the rate up
// while it writes its first sender report, and in GStreamer before 1.22.3 it lets go of its lock for that in
// the middle of walking its table of sources: a packet from a new source at that moment changes the table
// under it (fixed upstream by 6675ed9aaebd). Under load one call in some hundred met that, with
// a crash in the worst case.
#pragma once

#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

/// For a webrtcbin with bundle policy max-bundle, before its first offer or answer. What is sent must carry
/// its `ssrc` and `clock-rate` in its caps, as what payloaders put out does.
void announce_stream_rates(GstElement* webrtc);

}  // namespace sangdam::pipelines
