// How much speech goes into a packet: 20 ms, and 40 or 60 where that is worth what it costs.
//
// The headers of a packet take some 60 bytes: 24 kbit/s at 50 packets a second, as much as the speech itself
// on a thin line. A longer packet makes speech as much later, and more of a word is lost with it. Where the
// round trip is long already 20 ms more are not noticed. Plain state; not thread-safe.
#pragma once

namespace sangdam::pipelines {

class SpeechFrame {
 public:
  /// `picture_kbps`: what the picture gets on this line; `round_trip_ms`: 0 until it is known. Returns the
  /// milliseconds; they change only when the line has changed for certain.
  int on_line(double picture_kbps, double round_trip_ms);
  [[nodiscard]] int milliseconds() const { return m_milliseconds; }

 private:
  int m_milliseconds = 20;
};

}  // namespace sangdam::pipelines
