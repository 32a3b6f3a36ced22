// The receiving half of a peer: from webrtcbin's source pads to frames and sound, behind two doors.
//
//   1. A pad that appears is blocked on the spot, and a decoder attached only when the peer has been
//   verified: not
//      one byte of an impostor's stream reaches a decoder. Nothing is lost meanwhile, it waits in the jitter
//      buffer.
//   2. What is decoded passes the gate only while the peer is presented.
//
// Main thread, except where `Shared` says otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/video_frame.hpp"
#include "pipelines/pipeline.hpp"
#include "pipelines/relay.hpp"

namespace sangdam::pipelines {

class Receiver {
 public:
  /// What streaming threads use; it lives until the last of their closures is gone.
  struct Shared {
    Gate presented;
    std::shared_ptr<base::FrameSlot> view;
    std::shared_ptr<Relay> sound;
    std::atomic<unsigned> frames{0};
    std::atomic<int> width{0}, height{0};
    std::function<void(int, int)> on_first_frame;  // constant; called on a streaming thread, once
    std::atomic<bool> first_frame_told{false};
  };

  Receiver(std::shared_ptr<base::FrameSlot> view, std::shared_ptr<Relay> sound,
           std::function<void(int width, int height)> on_first_frame);

  /// Streaming thread: lets no data through the pad. `on_blocked(probe)` is called there once, when the first
  /// data waits; by then the pad's caps say what it is. Give the probe to add_pad().
  static void hold(GstPad& pad, std::function<void(gulong probe)> on_blocked);
  /// A held pad; decoded at once if verified.
  void add_pad(Pipeline& pipeline, Ref<GstPad> pad, gulong probe);
  /// Opens the first door.
  void allow(Pipeline& pipeline);
  /// The second door.
  void set_presented(bool presented);

  [[nodiscard]] const Shared& shared() const { return *m_shared; }

 private:
  struct Held {
    Ref<GstPad> pad;
    gulong probe;
  };
  void attach(Pipeline& pipeline, const Held& held);
  base::Result<Ref<GstElement>> decoder_for(Pipeline& pipeline, GstPad& pad);

  std::shared_ptr<Shared> m_shared;
  std::vector<Held> m_held;
  bool m_allowed = false;
  bool m_has_video = false, m_has_audio = false;
};

}  // namespace sangdam::pipelines
