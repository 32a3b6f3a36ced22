#include "base/video_frame.hpp"

#include <utility>

#include "base/main_thread.hpp"

namespace sangdam::base {

void FrameSlot::put(VideoFrame frame) {
  // The replaced frame is released after the lock: its release may return a buffer to a pool and take time.
  std::optional<VideoFrame> replaced(std::move(frame));
  {
    const std::lock_guard lock(m_mutex);
    std::swap(m_frame, replaced);
    m_has_picture = true;
    ++m_frames;
  }
  request_wake();
}

void FrameSlot::clear() {
  std::optional<VideoFrame> dropped;
  {
    const std::lock_guard lock(m_mutex);
    std::swap(m_frame, dropped);
    m_has_picture = false;
  }
  request_wake();
}

std::optional<VideoFrame> FrameSlot::take() {
  assert_main_thread();
  const std::lock_guard lock(m_mutex);
  return std::exchange(m_frame, std::nullopt);
}

bool FrameSlot::has_picture() const {
  const std::lock_guard lock(m_mutex);
  return m_has_picture;
}

std::size_t FrameSlot::frames() const {
  const std::lock_guard lock(m_mutex);
  return m_frames;
}

void FrameSlot::want(PictureSize source, PictureSize painted) {
  assert_main_thread();
  const std::lock_guard lock(m_mutex);
  m_source = source;
  m_painted = painted;
}

PictureSize FrameSlot::wanted(PictureSize source) const {
  const std::lock_guard lock(m_mutex);
  // A picture of one column shrinks to none: a browser may send any shape, and no converter makes an empty
  // picture.
  if (source != m_source || m_painted.width <= 0 || m_painted.height <= 0) return source;
  return m_painted;
}

void FrameSlot::set_visible(bool visible) {
  assert_main_thread();
  const std::lock_guard lock(m_mutex);
  m_visible = visible;
}

bool FrameSlot::needs_frame() const {
  const std::lock_guard lock(m_mutex);
  return m_visible || !m_has_picture;
}

void FrameSlot::on_change(std::function<void()> wake) {
  assert_main_thread();
  m_wake = std::move(wake);
}

void FrameSlot::request_wake() {
  {
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_wake_queued, true)) return;
  }
  // One wake at most is queued, and it lets GTK paint first: at default priority 30 frames/s starve its
  // painting (measured: 3 to 20 of 30 painted).
  post_to_main_when_idle([weak = weak_from_this()] {
    if (const auto slot = weak.lock()) slot->run_wake();
  });
}

void FrameSlot::run_wake() {
  {
    const std::lock_guard lock(m_mutex);
    m_wake_queued = false;
  }
  const std::function<void()> wake = m_wake;  // a copy: it may replace m_wake while it runs
  if (wake) wake();
}

}  // namespace sangdam::base
