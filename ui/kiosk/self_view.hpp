// The clinician's own picture, mirrored, in a corner of the call: dragged by finger, or moved with the arrow
// keys; it always comes to rest in a corner, clear of the controls.
#pragma once

#include "ui/kiosk/video_view.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class SelfView {
 public:
  /// `stage` is the overlay it floats over; `video` outlives it.
  SelfView(GtkOverlay* stage, VideoView& video);
  ~SelfView();
  SelfView(const SelfView&) = delete;
  SelfView& operator=(const SelfView&) = delete;
  /// Nothing to see: says why.
  void set_camera_off(bool off);

 private:
  struct Corner {
    bool right, bottom;
  };
  [[nodiscard]] GdkRectangle place() const;
  void on_drag(double x, double y);
  void on_drop();
  bool on_key(guint key);
  void draw();

  GtkOverlay* m_stage;
  VideoView& m_video;
  bool m_camera_off = false;
  Corner m_corner{true, false};
  double m_drag_x = 0, m_drag_y = 0;
  bool m_dragging = false;
  base::Ref<GtkWidget> m_frame;
  GtkWidget* m_placeholder;
  base::Ref<GtkGesture> m_drag;
  base::Ref<GtkEventController> m_keys;
  base::SignalConnection m_on_position, m_on_update, m_on_end, m_on_key;
};

}  // namespace sangdam::ui
