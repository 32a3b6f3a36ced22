// How many packets may be sent again, so that repairing a bad second does not fill the line for the next ten.
//
// A browser asks for each packet that it misses, and for a retransmission that it misses too. On a line that
// was too thin for what we sent, GStreamer's rtprtxsend answers all of it: 35 Mbit/s were sent into a line of
// 300 kbit/s (measured), and nothing else came through. Here a share of what the video may spend is for
// repairs, and a packet is not sent again before the last try could have been missed.
//
// on_rate() on the main thread, allow() on the one thread that delivers RTCP.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace sangdam::pipelines {

class RetransmissionBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// What the video encoder may spend, and the round trip if it is known (0: it is not).
  void on_rate(double target_kbps, double round_trip_ms);
  /// Whether a request for packet `sequence` of a source is answered.
  [[nodiscard]] bool allow(Time now, std::uint32_t source, std::uint16_t sequence);

 private:
  struct Sent {
    std::uint32_t source;
    std::uint16_t sequence;
    Time time;
  };

  std::atomic<double> m_packets_per_second{20};
  std::atomic<double> m_round_trip_ms{0};
  double m_tokens = 0;
  std::optional<Time> m_filled;
  std::array<std::optional<Sent>, 128> m_sent;  // a ring
  std::size_t m_next = 0;
};

}  // namespace sangdam::pipelines
