// How much later than they could be pictures are shown, so that a packet that has to be sent again is there
// in time.
//
// On a short way a repair takes less than a picture lasts, and nothing is held back. On a long one each lost
// packet would stop the picture for a round trip; held back by that much it moves on. The delay grows at once
// and goes back slowly.
//
// Plain state; one call a second.
#pragma once

namespace sangdam::pipelines {

class RepairDelay {
 public:
  /// `repaired_share`: of the last second's packets, those that were asked for again, 0 to 1. `repair_ms`:
  /// how long from asking to having, 0 if it is not known. Returns the delay.
  unsigned on_second(double repaired_share, double repair_ms);
  [[nodiscard]] unsigned milliseconds() const { return m_milliseconds; }

 private:
  unsigned m_milliseconds = 0;
  unsigned m_quiet_seconds = 0;
};

}  // namespace sangdam::pipelines
