#include "pipelines/peer_counters.hpp"

#include <algorithm>
#include <cstring>

namespace sangdam::pipelines {
namespace {

std::uint64_t unsigned_field(const GstStructure* s, const char* name) {
  guint64 value = 0;
  gst_structure_get_uint64(s, name, &value);
  return value;
}

bool is_video(const GstStructure* s) {
  const char* kind = gst_structure_get_string(s, "kind");
  return kind != nullptr && std::strcmp(kind, "video") == 0;
}

void add_one(PeerCounters& counters, const GstStructure* s) {
  GstWebRTCStatsType type{};
  if (!gst_structure_get(s, "type", GST_TYPE_WEBRTC_STATS_TYPE, &type, nullptr)) return;
  switch (type) {
    case GST_WEBRTC_STATS_INBOUND_RTP: {
      counters.bytes_received += unsigned_field(s, "bytes-received");
      counters.packets_received += unsigned_field(s, "packets-received");
      gint64 lost = 0;
      if (gst_structure_get_int64(s, "packets-lost", &lost))
        counters.packets_lost_in += std::max<gint64>(lost, 0);
      double jitter = 0;
      if (gst_structure_get_double(s, "jitter", &jitter))
        counters.jitter_ms = std::max(counters.jitter_ms, jitter * 1000);
      break;
    }
    case GST_WEBRTC_STATS_OUTBOUND_RTP: counters.bytes_sent += unsigned_field(s, "bytes-sent"); break;
    case GST_WEBRTC_STATS_REMOTE_INBOUND_RTP: {
      double value = 0;
      if (gst_structure_get_double(s, "round-trip-time", &value)) {
        counters.round_trip_ms = std::max(counters.round_trip_ms, value * 1000);
      }
      if (is_video(s) && gst_structure_get_double(s, "fraction-lost", &value)) {
        counters.lost_out_fraction = value;
        counters.has_report = true;
      }
      break;
    }
    case GST_WEBRTC_STATS_LOCAL_CANDIDATE:
    case GST_WEBRTC_STATS_REMOTE_CANDIDATE: {
      const char* candidate = gst_structure_get_string(s, "candidate-type");
      if (candidate != nullptr && std::strstr(candidate, "relay") != nullptr) counters.relayed = true;
      break;
    }
    case GST_WEBRTC_STATS_CODEC:
    case GST_WEBRTC_STATS_REMOTE_OUTBOUND_RTP:
    case GST_WEBRTC_STATS_CSRC:
    case GST_WEBRTC_STATS_PEER_CONNECTION:
    case GST_WEBRTC_STATS_DATA_CHANNEL:
    case GST_WEBRTC_STATS_STREAM:
    case GST_WEBRTC_STATS_TRANSPORT:
    case GST_WEBRTC_STATS_CANDIDATE_PAIR:
    case GST_WEBRTC_STATS_CERTIFICATE: break;
  }
}

double kbps(std::uint64_t before, std::uint64_t now, std::chrono::milliseconds elapsed) {
  if (now <= before || elapsed.count() <= 0) return 0;
  return static_cast<double>(now - before) * 8.0 / static_cast<double>(elapsed.count());
}

}  // namespace

PeerCounters read_counters(const GstStructure& stats) {
  PeerCounters counters;
  gst_structure_foreach(
      &stats,
      [](GQuark, const GValue* value, gpointer data) -> gboolean {
        if (GST_VALUE_HOLDS_STRUCTURE(value))
          add_one(*static_cast<PeerCounters*>(data), gst_value_get_structure(value));
        return TRUE;
      },
      &counters);
  return counters;
}

std::optional<TransportFeedback> read_feedback(const GstStructure& stats) {
  guint sent = 0;
  guint received = 0;
  double loss = 0;
  gint64 delta_of_delta = 0;
  if (!gst_structure_get_uint(&stats, "bitrate-sent", &sent) ||
      !gst_structure_get_uint(&stats, "bitrate-recv", &received) ||
      !gst_structure_get_double(&stats, "packet-loss-pct", &loss) ||
      !gst_structure_get_int64(&stats, "avg-delta-of-delta", &delta_of_delta)) {
    return std::nullopt;
  }
  return TransportFeedback{sent / 1000.0, received / 1000.0, std::clamp(loss, 0.0, 100.0),
                           static_cast<double>(delta_of_delta) / 1e6};
}

consultation::PeerStatistics between(const PeerCounters& before, const PeerCounters& now,
                                     std::chrono::milliseconds elapsed) {
  consultation::PeerStatistics statistics;
  statistics.round_trip_ms = now.round_trip_ms;
  statistics.jitter_ms = now.jitter_ms;
  statistics.relayed = now.relayed;
  statistics.sent_kbps = kbps(before.bytes_sent, now.bytes_sent, elapsed);
  statistics.received_kbps = kbps(before.bytes_received, now.bytes_received, elapsed);
  statistics.lost_out_percent = 100.0 * now.lost_out_fraction;
  // A new stream (the other side reloaded) restarts its counters: then there is no difference to speak of.
  if (now.packets_received >= before.packets_received && now.packets_lost_in >= before.packets_lost_in) {
    const auto lost = static_cast<double>(now.packets_lost_in - before.packets_lost_in);
    const auto expected = lost + static_cast<double>(now.packets_received - before.packets_received);
    if (expected > 0) statistics.lost_in_percent = 100.0 * lost / expected;
  }
  return statistics;
}

}  // namespace sangdam::pipelines
