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

/// In pixels.
struct PictureSize {
  int width = 0;
  int height = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

/// Rows top to bottom; a pixel is four bytes: blue, green, red, 255. What cairo and GL take as it is.
struct VideoFrame {
  int width = 0;
  int height = 0;
  std::size_t stride = 0;  // bytes per row
  Ref<GBytes> pixels;      // keeps the pipeline's buffer mapped for as long as somebody looks at it
  PictureSize source;      // before the producer scaled it; zero: it did not
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
  /// Consumer, main thread: pictures of size `source` are painted in size `painted`. The producer may scale
  /// them to it, off the main thread; a renderer without a GPU scales at several times the cost.
  void want(PictureSize source, PictureSize painted);
  /// Producer, any thread: the size to deliver a picture of size `source` in; `source` itself if nobody said.
  [[nodiscard]] PictureSize wanted(PictureSize source) const;
  /// Consumer, main thread: whether anybody can see the picture. True at the start.
  void set_visible(bool visible);
  /// Producer, any thread: false while a frame would change nothing, to save its conversion: nobody can see
  /// it, and that there is a picture is known.
  [[nodiscard]] bool needs_frame() const;
  /// Consumer, main thread: `wake` runs on the main thread after put() or clear(); null stops that.
  void on_change(std::function<void()> wake);

 private:
  void request_wake();
  void run_wake();

  mutable std::mutex m_mutex;  // protects the seven members below
  std::optional<VideoFrame> m_frame;
  bool m_has_picture = false;
  bool m_wake_queued = false;
  std::size_t m_frames = 0;
  PictureSize m_source, m_painted;
  bool m_visible = true;

  std::function<void()> m_wake;  // main thread
};

}  // namespace sangdam::base
