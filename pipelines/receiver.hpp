// The receiving half of a peer: from webrtcbin's source pads to frames and sound, behind two doors.
//
//   1. A pad that appears is blocked at its first data until the peer has been verified: not one byte of an
//      impostor's stream reaches a decoder. Nothing is lost meanwhile, it waits in the jitter buffer.
//   2. What is decoded passes the gate only while the peer is presented.
//
// A decoder is made as soon as it is known what will come: making it takes a while, and somebody waits for
// the first picture. The browser says in its answer what it would like to have and mostly sends the same, but
// it may send whatever was agreed on and change in the call; that comes on a pad of its own, which waits
// until its decoder is there. One picture of each codec and one sound are decoded; the data of any further
// pad is dropped.
//
// Main thread; pads come on webrtcbin's threads, which share `Shared`.
#pragma once

#include <array>
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
#include "pipelines/video_decoder.hpp"

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
    std::mutex mutex;        // protects what follows
    bool verified = false;   // the first door
    bool closed = false;     // nothing is held any more: the pipeline ends later than its owner
    std::vector<Held> held;  // before it, or without a decoder yet
    std::array<Ref<GstPad>, k_video_codecs> video;  // the decoders' inputs; gone when taken
    std::array<bool, k_video_codecs> has_decoder{};
    Ref<GstPad> audio;
    std::function<void(VideoCodec)> on_needed;  // constant; called on a streaming thread with the lock held
  };

  /// `on_needed`: a picture has come that there is no decoder for; expect() it, on the main thread.
  Receiver(std::shared_ptr<base::FrameSlot> view, std::shared_ptr<Relay> sound,
           std::function<void(int width, int height)> on_first_frame,
           std::function<void(VideoCodec)> on_needed);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// Makes what is the same for all codecs, behind the intake's rules, and waits for webrtcbin's pads. The
  /// pipeline and the intake must live as long as this is used.
  base::Result<> build(Pipeline& pipeline, GstElement* webrtc, Intake& intake);
  /// Makes the decoder, if it is not there already.
  base::Result<> expect(const VideoDecoder& decoder);
  /// The factory of the decoder that this element is part of; empty if it is none. A depayloader is not: what
  /// it fails of is the stream.
  [[nodiscard]] std::string decoder_of(GstObject* element) const;
  /// Opens the first door.
  void allow();
  /// Pictures are decoded and shown this much after they arrived. Gaps in the packets' order that are filled
  /// within that time do not stop them.
  void set_picture_delay(std::chrono::milliseconds delay);
  /// The second door.
  void set_presented(bool presented);

  [[nodiscard]] const Shared& shared() const { return *m_shared; }

 private:
  void attach_held();

  std::shared_ptr<Shared> m_shared;
  Pipeline* m_pipeline = nullptr;
  Intake* m_intake = nullptr;
  Ref<GstElement> m_decoded;
  struct Chain {
    std::string factory;
    Ref<GstElement> bin, depayloader, pace;
  };
  std::vector<Chain> m_chains;
  std::chrono::milliseconds m_picture_delay{0};
};

}  // namespace sangdam::pipelines
