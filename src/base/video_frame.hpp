// One decoded picture on its way from a pipeline to a screen, and the slot in which only the newest one
// waits.
//
// Pipelines put frames in from a streaming thread; a screen takes them on the main thread when it is about to
// paint. A slow screen therefore skips frames instead of queueing them: a queue of video is delay.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/handles.hpp"

namespace sangdam::base {

/// 24-bit RGB, rows top to bottom. RGB because GTK 4.8 paints it at half the cost of its 32-bit formats.
struct VideoFrame {
  int width = 0;
  int height = 0;
  std::size_t stride = 0;  // bytes per row
  Ref<GBytes> pixels;      // keeps the pipeline's buffer mapped for as long as somebody looks at it
};

/// Shared by one producer and one consumer: make it with std::make_shared.
class FrameSlot : public std::enable_shared_from_this<FrameSlot> {
 public:
  /// Producer, any thread: replaces the frame that waits.
  void put(VideoFrame frame);
  /// Producer, any thread: there is no picture any more (camera off, patient gone).
  void clear();
  /// Consumer, main thread: the newest frame; nothing if it was taken already.
  [[nodiscard]] std::optional<VideoFrame> take();
  /// False after clear() and before the first frame: the screen shows a placeholder. Any thread.
  [[nodiscard]] bool has_picture() const;
  /// Frames put in since the start, for tests and statistics. Any thread.
  [[nodiscard]] std::size_t frames() const;
  /// Consumer, main thread: `wake` runs on the main thread after put() or clear(); null stops that.
  void on_change(std::function<void()> wake);

 private:
  void request_wake();
  void run_wake();

  mutable std::mutex m_mutex;  // protects the four members below
  std::optional<VideoFrame> m_frame;
  bool m_has_picture = false;
  bool m_wake_queued = false;
  std::size_t m_frames = 0;

  std::function<void()> m_wake;  // main thread
};

}  // namespace sangdam::base
