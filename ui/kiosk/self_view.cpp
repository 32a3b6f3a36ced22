#include "ui/kiosk/self_view.hpp"

#include <algorithm>

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_margin = 24;
constexpr int k_controls_height = 88 + 24;  // the bar at the bottom and its margin
constexpr int k_info_height = 176;          // the sign "on air", name, timer and quality at the top left

}  // namespace

SelfView::SelfView(GtkOverlay* stage, VideoView& video)
    : m_stage(stage),
      m_video(video),
      m_frame(base::Ref<GtkWidget>::sink(gtk_overlay_new())),
      m_placeholder(new_box(GTK_ORIENTATION_VERTICAL, 4)),
      m_drag(base::Ref<GtkGesture>::adopt(gtk_gesture_drag_new())),
      m_keys(base::Ref<GtkEventController>::adopt(gtk_event_controller_key_new())) {
  gtk_widget_add_css_class(m_frame.get(), "self");
  gtk_widget_set_overflow(m_frame.get(), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable(m_frame.get(), TRUE);
  set_accessible_name(m_frame.get(), tr("Your own picture; the arrow keys move it to another corner"));
  set_accessible_name(m_video.widget(), tr("Your own picture"));
  gtk_overlay_set_child(GTK_OVERLAY(m_frame.get()), m_video.widget());
  gtk_widget_set_halign(m_placeholder, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(m_placeholder, GTK_ALIGN_CENTER);
  gtk_box_append(GTK_BOX(m_placeholder), new_icon("sd-camera-off-symbolic"));
  gtk_box_append(GTK_BOX(m_placeholder), new_label(tr("Camera is off"), {"small"}));
  gtk_overlay_add_overlay(GTK_OVERLAY(m_frame.get()), m_placeholder);
  gtk_overlay_add_overlay(m_stage, m_frame.get());

  m_on_position = base::SignalConnection(
      m_stage, "get-child-position",
      G_CALLBACK(+[](GtkOverlay*, GtkWidget* child, GdkRectangle* place, gpointer self) noexcept -> gboolean {
        auto& view = *static_cast<SelfView*>(self);
        if (child != view.m_frame.get()) return FALSE;
        *place = view.place();
        return TRUE;
      }),
      this);
  m_on_update =
      base::SignalConnection(m_drag.get(), "drag-update",
                             G_CALLBACK(+[](GtkGestureDrag*, double x, double y, gpointer self) noexcept {
                               static_cast<SelfView*>(self)->on_drag(x, y);
                             }),
                             this);
  m_on_end = base::SignalConnection(m_drag.get(), "drag-end",
                                    G_CALLBACK(+[](GtkGestureDrag*, double, double, gpointer self) noexcept {
                                      static_cast<SelfView*>(self)->on_drop();
                                    }),
                                    this);
  m_on_key = base::SignalConnection(m_keys.get(), "key-pressed",
                                    G_CALLBACK(+[](GtkEventControllerKey*, guint key, guint, GdkModifierType,
                                                   gpointer self) noexcept -> gboolean {
                                      return static_cast<SelfView*>(self)->on_key(key) ? TRUE : FALSE;
                                    }),
                                    this);
  // The widget takes over the reference it is given; ours keep the connections alive.
  gtk_widget_add_controller(m_frame.get(), GTK_EVENT_CONTROLLER(g_object_ref(m_drag.get())));
  gtk_widget_add_controller(m_frame.get(), GTK_EVENT_CONTROLLER(g_object_ref(m_keys.get())));
  m_video.on_picture([this] { draw(); });
  draw();
}

SelfView::~SelfView() {
  m_video.on_picture({});
  gtk_overlay_set_child(GTK_OVERLAY(m_frame.get()), nullptr);  // the picture is not ours
  gtk_overlay_remove_overlay(m_stage, m_frame.get());
}

void SelfView::set_camera_off(bool off) {
  m_camera_off = off;
  draw();
}

void SelfView::draw() {
  const bool picture = m_video.has_picture() && !m_camera_off;
  gtk_widget_set_visible(m_placeholder, !picture);
  // Opacity, not visibility: the frame must keep its size.
  gtk_widget_set_opacity(m_video.widget(), picture ? 1 : 0);
}

GdkRectangle SelfView::place() const {
  const int stage_width = gtk_widget_get_width(GTK_WIDGET(m_stage));
  const int stage_height = gtk_widget_get_height(GTK_WIDGET(m_stage));
  const int width = std::clamp(stage_width / 5, 192, 352);
  const int height = width * 9 / 16;
  const int left = m_corner.right ? stage_width - width - k_margin : k_margin;
  const int clear = m_corner.right ? 0 : k_info_height;
  const int top = m_corner.bottom ? stage_height - height - k_margin - k_controls_height : k_margin + clear;
  const auto inside = [](double value, int room) {
    return std::clamp(static_cast<int>(value), 0, std::max(room, 0));
  };
  return {inside(left + m_drag_x, stage_width - width), inside(top + m_drag_y, stage_height - height), width,
          height};
}

void SelfView::on_drag(double x, double y) {
  // The gesture measures from the frame, and the frame moves with it.
  if (!m_dragging) {
    m_dragging = true;
    m_drag_x = m_drag_y = 0;
  }
  m_drag_x += x;
  m_drag_y += y;
  gtk_widget_queue_allocate(GTK_WIDGET(m_stage));
}

void SelfView::on_drop() {
  if (!m_dragging) return;
  const GdkRectangle at = place();
  m_corner.right = at.x + at.width / 2 > gtk_widget_get_width(GTK_WIDGET(m_stage)) / 2;
  m_corner.bottom = at.y + at.height / 2 > gtk_widget_get_height(GTK_WIDGET(m_stage)) / 2;
  m_dragging = false;
  m_drag_x = m_drag_y = 0;
  gtk_widget_queue_allocate(GTK_WIDGET(m_stage));
}

bool SelfView::on_key(guint key) {
  switch (key) {
    case GDK_KEY_Left: m_corner.right = false; break;
    case GDK_KEY_Right: m_corner.right = true; break;
    case GDK_KEY_Up: m_corner.bottom = false; break;
    case GDK_KEY_Down: m_corner.bottom = true; break;
    default: return false;
  }
  gtk_widget_queue_allocate(GTK_WIDGET(m_stage));
  return true;
}

}  // namespace sangdam::ui
