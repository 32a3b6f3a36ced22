// Spreads the packets of a picture over time, so that on a thin line speech does not wait behind all of it.
//
// It delays the streaming thread that encodes, so it is for pictures that come seldom: of those that come
// meanwhile the encoder's input keeps the newest. Setters: any thread.
#pragma once

#include <memory>

#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

class Pacer {
 public:
  /// Paces what leaves through `pad`, a source pad that stays as long as its element.
  explicit Pacer(GstPad* pad);
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;
  /// A thread that waits goes on within 10 ms; nothing is paced any more.
  ~Pacer();

  /// Not faster than this, packet by packet; 0: as fast as they come.
  void set_rate(double kbps);

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

}  // namespace sangdam::pipelines
