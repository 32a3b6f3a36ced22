// The jitter buffers of a peer: how long each waits for a packet that is missing.
//
// Nothing waits while the packets come in order, because nothing behind them waits for the pipeline's
// latency (Pipeline::skip_latency). A picture therefore gets as long as a retransmission takes on this line,
// or what is repaired would come too late and the picture stand still until a new key frame. Sound is not
// sent again and waits for what was overtaken only.
//
// Main thread; buffers are made on streaming threads.
#pragma once

#include <memory>

#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

/// How long a missing packet of a picture is waited for at least.
inline constexpr unsigned k_jitter_buffer_ms = 100;
/// The same of sound, which is not sent again: it may only have been overtaken. What comes behind it is late
/// by as much, and the playback waits for it.
inline constexpr unsigned k_sound_wait_ms = 60;

class JitterBuffers {
 public:
  JitterBuffers();
  ~JitterBuffers();
  JitterBuffers(const JitterBuffers&) = delete;
  JitterBuffers& operator=(const JitterBuffers&) = delete;

  /// Before the first packet comes.
  void watch(GstElement* rtpbin);
  /// Once a second. 0: the round trip is not known.
  void on_round_trip(double milliseconds);
  struct Repairs {
    double share = 0;         // of the packets since the last call, those that were asked for again
    double milliseconds = 0;  // from asking to having; 0: not known
  };
  [[nodiscard]] Repairs take_repairs();

 private:
  struct Shared;
  std::shared_ptr<Shared> m_shared;
  guint64 m_pushed = 0, m_requested = 0;
};

/// For how long a missing packet of a picture is waited for.
[[nodiscard]] unsigned picture_wait_ms(double round_trip_ms);
/// When it is asked for again.
[[nodiscard]] unsigned retry_after_ms(double round_trip_ms);

}  // namespace sangdam::pipelines
