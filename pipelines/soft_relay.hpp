// One microphone after the other, and silence between them, into one relay: without a click where they meet.
//
// A source and the silence that stands in for it both run for a moment when one takes over from the other.
// Here only one of them passes. Any thread.
#pragma once

#include <memory>
#include <mutex>

#include "pipelines/relay.hpp"
#include "pipelines/soft_edges.hpp"

namespace sangdam::pipelines {

/// S16LE, 48 kHz, mono.
class SoftRelay {
 public:
  explicit SoftRelay(std::shared_ptr<Relay> relay) : m_relay(std::move(relay)) {}

  /// Sound of the source, which has the relay for itself from now on.
  void push(GstBuffer* sound);
  /// The stand-in's silence; dropped while there is a source.
  void push_silence(GstBuffer* silence);
  /// The source ends here: what makes its end soft is pushed before this returns.
  void end();

 private:
  void pass(GstBuffer* buffer);

  std::shared_ptr<Relay> m_relay;
  std::mutex m_mutex;
  SoftEdges m_edges;  // protected by the mutex, like the next two
  bool m_has_source = false;
  GstClockTime m_end = 0;  // of what was pushed last
};

}  // namespace sangdam::pipelines
