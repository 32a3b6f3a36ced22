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

void FrameSlot::on_change(std::function<void()> wake) {
  assert_main_thread();
  m_wake = std::move(wake);
}

void FrameSlot::request_wake() {
  {
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_wake_queued, true)) return;
  }
  // Idle priority, and one source at most: at default priority 30 frames/s starve GTK's painting (measured:
  // 3 to 20 of 30 painted).
  GSource* source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        if (auto slot = static_cast<std::weak_ptr<FrameSlot>*>(data)->lock()) slot->run_wake();
        return G_SOURCE_REMOVE;
      },
      new std::weak_ptr<FrameSlot>(weak_from_this()),
      [](gpointer data) { delete static_cast<std::weak_ptr<FrameSlot>*>(data); });
  g_source_attach(source, nullptr);
  g_source_unref(source);
}

void FrameSlot::run_wake() {
  {
    const std::lock_guard lock(m_mutex);
    m_wake_queued = false;
  }
  if (m_wake) m_wake();
}

}  // namespace sangdam::base
