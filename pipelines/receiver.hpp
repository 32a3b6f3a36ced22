// The receiving half of a peer: from webrtcbin's source pads to frames and sound, behind two doors.
//
//   1. A pad that appears is blocked at its first data until the peer has been verified: not one byte of an
//      impostor's stream reaches a decoder. Nothing is lost meanwhile, it waits in the jitter buffer.
//   2. What is decoded passes the gate only while the peer is presented.
//
// The decoders are made together with the peer, long before they are needed: making them takes 20 ms, and
// somebody waits for the first picture. One picture and one sound are decoded; the data of any further pad is
// dropped.
//
// Main thread; pads come on webrtcbin's threads, which share `Shared`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/video_frame.hpp"
#include "pipelines/freeze_meter.hpp"
#include "pipelines/intake.hpp"
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
    FreezeMeter freezes;  // the decoded pictures' thread
    std::atomic<std::int64_t> frozen_ms{0};
    std::function<void(int, int)> on_first_frame;  // constant; called on a streaming thread, once
    std::atomic<bool> first_frame_told{false};

    struct Held {
      Ref<GstPad> pad;
      gulong probe;
    };
    std::mutex mutex;          // protects what follows
    bool verified = false;     // the first door
    bool closed = false;       // nothing is held any more: the pipeline ends later than its owner
    std::vector<Held> held;    // before it
    Ref<GstPad> video, audio;  // the decoders' inputs; gone when taken
  };

  Receiver(std::shared_ptr<base::FrameSlot> view, std::shared_ptr<Relay> sound,
           std::function<void(int width, int height)> on_first_frame);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// Makes the decoders, behind the intake's rules, and waits for webrtcbin's pads.
  base::Result<> build(Pipeline& pipeline, GstElement* webrtc, Intake& intake);
  /// Opens the first door.
  void allow();
  /// Pictures are decoded and shown this much after they arrived. Gaps in the packets' order that are filled
  /// within that time do not stop them.
  void set_picture_delay(std::chrono::milliseconds delay);
  /// The second door.
  void set_presented(bool presented);

  [[nodiscard]] const Shared& shared() const { return *m_shared; }

 private:
  std::shared_ptr<Shared> m_shared;
  Ref<GstElement> m_pace;
};

}  // namespace sangdam::pipelines
