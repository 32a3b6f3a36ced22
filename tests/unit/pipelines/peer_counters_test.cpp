#include "pipelines/peer_counters.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

void add(GstStructure* stats, const char* name, GstWebRTCStatsType type, const char* fields) {
  const StructurePtr part(gst_structure_from_string((std::string("part,") + fields).c_str(), nullptr));
  REQUIRE(part);
  gst_structure_set(part.get(), "type", GST_TYPE_WEBRTC_STATS_TYPE, type, nullptr);
  gst_structure_set(stats, name, GST_TYPE_STRUCTURE, part.get(), nullptr);
}

const bool k_initialised = [] {
  gst_init(nullptr, nullptr);
  return true;
}();

}  // namespace

TEST_CASE("Counters are read out of webrtcbin's statistics", "[statistics]") {
  REQUIRE(k_initialised);
  const StructurePtr stats(gst_structure_new_empty("stats"));
  add(stats.get(), "in-audio", GST_WEBRTC_STATS_INBOUND_RTP,
      "packets-received=(guint64)10, packets-lost=(gint64)1, "
      "jitter=(double)0.002");
  add(stats.get(), "in-video", GST_WEBRTC_STATS_INBOUND_RTP,
      "packets-received=(guint64)20, packets-lost=(gint64)-3, "
      "jitter=(double)0.007");
  add(stats.get(), "remote-video", GST_WEBRTC_STATS_REMOTE_INBOUND_RTP,
      "kind=(string)video, round-trip-time=(double)0.08, fraction-lost=(double)0.25");
  add(stats.get(), "remote-audio", GST_WEBRTC_STATS_REMOTE_INBOUND_RTP,
      "kind=(string)audio, round-trip-time=(double)0.05, fraction-lost=(double)0.9");
  add(stats.get(), "local", GST_WEBRTC_STATS_LOCAL_CANDIDATE, "candidate-type=(string)relay");
  gst_structure_set(stats.get(), "noise", G_TYPE_INT, 3, nullptr);
  const PeerCounters counters = read_counters(*stats);
  CHECK(counters.packets_received == 30);
  CHECK(counters.packets_lost_in == 1);
  CHECK(counters.round_trip_ms == Approx(80));
  CHECK(counters.lost_out_fraction == Approx(0.25));
  CHECK(counters.has_report);
  CHECK(counters.jitter_ms == Approx(7));
  CHECK(counters.relayed);
}

TEST_CASE("Rates are the difference of two moments", "[statistics]") {
  PeerCounters before, now;
  before.bytes_sent = 1000;
  now.bytes_sent = 126'000;
  before.packets_received = 100;
  now.packets_received = 190;
  now.packets_lost_in = 10;
  const auto statistics = between(before, now, 1s);
  CHECK(statistics.sent_kbps == Approx(1000));
  CHECK(statistics.lost_in_percent == Approx(10));
  CHECK(between(now, before, 1s).sent_kbps == 0);  // counters restarted
  CHECK(between(now, before, 1s).lost_in_percent == 0);
  CHECK(between(before, now, 0s).sent_kbps == 0);
}

namespace {

G_GNUC_BEGIN_IGNORE_DEPRECATIONS  // rtpsession's own type
                                  /// An event as rtpsession makes it, of packets in GStreamer's notation.
    StructurePtr
    feedback_of(const std::vector<const char*>& packets) {
  StructurePtr event(gst_structure_new_empty("RTPTWCCPackets"));
  GValueArray* array = g_value_array_new(0);
  for (const char* packet : packets) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value, gst_structure_from_string(packet, nullptr));
    g_value_array_append(array, &value);
    g_value_unset(&value);
  }
  GValue value = G_VALUE_INIT;
  g_value_init(&value, g_value_array_get_type());
  g_value_take_boxed(&value, array);
  gst_structure_take_value(event.get(), "packets", &value);
  return event;
}
G_GNUC_END_IGNORE_DEPRECATIONS

}  // namespace

TEST_CASE("Transport-wide feedback is read packet by packet", "[statistics]") {
  const auto event = feedback_of({
      "p, seqnum=(uint)1, local-ts=(guint64)5000000, remote-ts=(guint64)64000000, size=(uint)1200, "
      "lost=(boolean)false",
      "p, seqnum=(uint)2, local-ts=(guint64)6000000, remote-ts=(guint64)18446744073709551615, "
      "size=(uint)900, "
      "lost=(boolean)true",
  });
  const auto packets = read_feedback(*event);
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].sent_ms == Approx(5));
  CHECK(packets[0].arrived_ms.value() == Approx(64));
  CHECK(packets[0].bytes == 1200);
  CHECK_FALSE(packets[1].arrived_ms);
}

TEST_CASE("Packets that we do not know, and feedback of another form, are left out", "[statistics]") {
  CHECK(read_feedback(*feedback_of({
                          "p, seqnum=(uint)1",
                          "p, local-ts=(guint64)18446744073709551615, size=(uint)1, lost=(boolean)true",
                          "p, local-ts=(string)soon, size=(uint)1, lost=(boolean)true",
                      }))
            .empty());
  const StructurePtr other(gst_structure_from_string("RTPTWCCPackets, packets=(int)3", nullptr));
  CHECK(read_feedback(*other).empty());
  const StructurePtr none(gst_structure_from_string("RTPTWCCPackets", nullptr));
  CHECK(read_feedback(*none).empty());
}

}  // namespace sangdam::pipelines
