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
      "bytes-received=(guint64)1000, packets-received=(guint64)10, packets-lost=(gint64)1, "
      "jitter=(double)0.002");
  add(stats.get(), "in-video", GST_WEBRTC_STATS_INBOUND_RTP,
      "bytes-received=(guint64)9000, packets-received=(guint64)20, packets-lost=(gint64)-3, "
      "jitter=(double)0.007");
  add(stats.get(), "out", GST_WEBRTC_STATS_OUTBOUND_RTP, "bytes-sent=(guint64)5000");
  add(stats.get(), "remote-video", GST_WEBRTC_STATS_REMOTE_INBOUND_RTP,
      "kind=(string)video, round-trip-time=(double)0.08, fraction-lost=(double)0.25");
  add(stats.get(), "remote-audio", GST_WEBRTC_STATS_REMOTE_INBOUND_RTP,
      "kind=(string)audio, round-trip-time=(double)0.05, fraction-lost=(double)0.9");
  add(stats.get(), "local", GST_WEBRTC_STATS_LOCAL_CANDIDATE, "candidate-type=(string)relay");
  gst_structure_set(stats.get(), "noise", G_TYPE_INT, 3, nullptr);
  const PeerCounters counters = read_counters(*stats);
  CHECK(counters.bytes_received == 10'000);
  CHECK(counters.packets_received == 30);
  CHECK(counters.packets_lost_in == 1);
  CHECK(counters.bytes_sent == 5000);
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

TEST_CASE("Transport-wide feedback is read whole or not at all", "[statistics]") {
  const StructurePtr whole(gst_structure_from_string(
      "s, bitrate-sent=(uint)1200000, bitrate-recv=(uint)900000, packet-loss-pct=(double)3.5, "
      "avg-delta-of-delta=(gint64)2500000",
      nullptr));
  const auto feedback = read_feedback(*whole);
  REQUIRE(feedback.has_value());
  CHECK(feedback->sent_kbps == Approx(1200));
  CHECK(feedback->received_kbps == Approx(900));
  CHECK(feedback->loss_percent == Approx(3.5));
  CHECK(feedback->delay_gradient_ms == Approx(2.5));
  const StructurePtr part(gst_structure_from_string("s, bitrate-sent=(uint)1200000", nullptr));
  CHECK_FALSE(read_feedback(*part).has_value());
}

}  // namespace sangdam::pipelines
