#include "pipelines/peer_counters.hpp"

#include <algorithm>
#include <cstring>

namespace sangdam::pipelines {
namespace {

// A browser sends feedback ten times a second or more; at our rates that is some thirty packets.
constexpr guint k_max_packets_in_feedback = 2000;

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
      counters.packets_received += unsigned_field(s, "packets-received");
      gint64 lost = 0;
      if (gst_structure_get_int64(s, "packets-lost", &lost))
        counters.packets_lost_in += std::max<gint64>(lost, 0);
      double jitter = 0;
      if (gst_structure_get_double(s, "jitter", &jitter))
        counters.jitter_ms = std::max(counters.jitter_ms, jitter * 1000);
      break;
    }
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
    case GST_WEBRTC_STATS_OUTBOUND_RTP:
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

std::vector<PacketReport> read_feedback(const GstStructure& event) {
  std::vector<PacketReport> reports;
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS  // rtpsession reports in a GValueArray
      const GValue* packets = gst_structure_get_value(&event, "packets");
  if (packets == nullptr || !G_VALUE_HOLDS(packets, g_value_array_get_type())) return reports;
  const auto* array = static_cast<const GValueArray*>(g_value_get_boxed(packets));
  if (array == nullptr) return reports;
  const guint count = std::min<guint>(array->n_values, k_max_packets_in_feedback);
  reports.reserve(count);
  for (guint i = 0; i < count; ++i) {
    const GValue* value = &array->values[i];
    if (!GST_VALUE_HOLDS_STRUCTURE(value)) continue;
    const GstStructure* packet = gst_value_get_structure(value);
    guint64 sent = GST_CLOCK_TIME_NONE;
    guint64 arrived = GST_CLOCK_TIME_NONE;
    guint size = 0;
    gboolean lost = FALSE;
    if (!gst_structure_get_uint64(packet, "local-ts", &sent) || !GST_CLOCK_TIME_IS_VALID(sent) ||
        !gst_structure_get_uint(packet, "size", &size) || !gst_structure_get_boolean(packet, "lost", &lost))
      continue;
    PacketReport report{.sent_ms = static_cast<double>(sent) / 1e6, .arrived_ms = {}, .bytes = size};
    if (lost == FALSE && gst_structure_get_uint64(packet, "remote-ts", &arrived) &&
        GST_CLOCK_TIME_IS_VALID(arrived))
      report.arrived_ms = static_cast<double>(arrived) / 1e6;
    reports.push_back(report);
  }
  G_GNUC_END_IGNORE_DEPRECATIONS
  return reports;
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
