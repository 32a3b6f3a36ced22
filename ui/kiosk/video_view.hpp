// A picture that moves: paints the newest frame of a base::FrameSlot, and nothing when there is none.
//
// A frame is taken when GTK is about to paint, so a slow screen skips frames instead of queueing them; a view
// that is not on the screen takes none, and says so to the slot. It also says in which size it paints, so
// that pictures come in that size. With a GPU a frame is a texture; without one it is
// an image that cairo copies. Main thread. Owns the one slot's on_change().
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <memory>

#include "base/video_frame.hpp"

namespace sangdam::ui {

/// How a picture of one size is laid into a rectangle of another.
struct Placement {
  double x, y, width, height;
};
/// Fills the area when that cuts off no more than a quarter of the picture (a PC's camera on a kiosk's
/// screen); otherwise shows all of it (a phone held upright).
[[nodiscard]] Placement place_picture(int width, int height, double area_width, double area_height);

class VideoView {
 public:
  explicit VideoView(std::shared_ptr<base::FrameSlot> slot, bool mirrored);
  ~VideoView();
  VideoView(const VideoView&) = delete;
  VideoView& operator=(const VideoView&) = delete;

  [[nodiscard]] GtkWidget* widget() const;
  [[nodiscard]] bool has_picture() const;
  /// Called when has_picture() changes.
  void on_picture(std::function<void()> listener);
  /// Frames painted since the start, and the time that laying them out took (for tests and the benchmark).
  [[nodiscard]] std::size_t painted() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> m_impl;
};

}  // namespace sangdam::ui
