// From webrtcbin's "get-stats" and rtpsession's RTPTWCCPackets to the numbers of one second. Pure; any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "consultation/media.hpp"
#include "pipelines/bitrate_controller.hpp"
#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

/// Running totals at one moment; fields that the statistics did not name stay 0.
struct PeerCounters {
  std::uint64_t bytes_sent = 0, bytes_received = 0;  // the caller's to fill in
  std::uint64_t packets_received = 0;
  std::int64_t packets_lost_in = 0;  // by us, of what the patient sent
  double lost_out_fraction = 0;      // by the patient, of what we sent, in the last report (video)
  bool has_report = false;           // the patient's receiver report on our video was in it
  double round_trip_ms = 0;
  double jitter_ms = 0;
  bool relayed = false;
};

/// `stats` is the reply of get-stats.
[[nodiscard]] PeerCounters read_counters(const GstStructure& stats);
/// The packets of one feedback message, of which rtpsession tells in an event RTPTWCCPackets. Those that
/// cannot be read, or that we do not remember sending, are left out.
[[nodiscard]] std::vector<PacketReport> read_feedback(const GstStructure& event);

/// The rates between two moments; target, level, picture size and frame rate are the caller's to fill in.
[[nodiscard]] consultation::PeerStatistics between(const PeerCounters& before, const PeerCounters& now,
                                                   std::chrono::milliseconds elapsed);

}  // namespace sangdam::pipelines
