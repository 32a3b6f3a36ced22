#include "integration/ui/layout_faults.hpp"

#include <cmath>
#include <iostream>
#include <string>

#include "base/handles.hpp"

namespace sangdam::tests {
namespace {

struct Box {
  double left, top, right, bottom;
};

Box box_of(GtkWidget* widget, GtkWidget* window) {
  graphene_rect_t bounds;
  if (!gtk_widget_compute_bounds(widget, window, &bounds)) return {0, 0, 0, 0};
  return {bounds.origin.x, bounds.origin.y, bounds.origin.x + bounds.size.width,
          bounds.origin.y + bounds.size.height};
}

std::string name_of(GtkWidget* widget) {
  if (GTK_IS_LABEL(widget)) return gtk_label_get_text(GTK_LABEL(widget));
  for (GtkWidget* child = gtk_widget_get_first_child(widget); child != nullptr;
       child = gtk_widget_get_next_sibling(child)) {
    if (const std::string name = name_of(child); !name.empty()) return name;
  }
  return {};
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

void fault(const char* what, GtkWidget* widget, const Box& box) {
  std::cout << "fault " << what << ": " << G_OBJECT_TYPE_NAME(widget) << " '" << one_line(name_of(widget))
            << "' at " << box.left << "," << box.top << " to " << box.right << "," << box.bottom << std::endl;
}

void check_control(GtkWidget* widget, GtkWidget* window) {
  constexpr double k_rounding = 1;
  Box room = box_of(window, window);
  const Box box = box_of(widget, window);
  bool is_scrolled = false;
  for (GtkWidget* up = gtk_widget_get_parent(widget); up != nullptr; up = gtk_widget_get_parent(up)) {
    if (!GTK_IS_SCROLLED_WINDOW(up)) continue;
    const Box view = box_of(up, window);
    is_scrolled = true;
    if (box.left < view.left - k_rounding || box.right > view.right + k_rounding)
      fault("outside", widget, box);
    if (view.bottom - view.top < 40) fault("no room to scroll", widget, view);
  }
  if (is_scrolled) return;
  if (box.left < -k_rounding || box.top < -k_rounding || box.right > room.right + k_rounding ||
      box.bottom > room.bottom + k_rounding) {
    return fault("outside", widget, box);
  }
  if (!gtk_widget_get_sensitive(widget)) return;
  // The controls of a call fade: the first touch brings them back.
  for (GtkWidget* up = widget; up != nullptr; up = gtk_widget_get_parent(up)) {
    if (!gtk_widget_get_can_target(up)) return;
  }
  GtkWidget* there =
      gtk_widget_pick(window, (box.left + box.right) / 2, (box.top + box.bottom) / 2, GTK_PICK_INSENSITIVE);
  if (there != nullptr && (there == widget || gtk_widget_is_ancestor(there, widget))) return;
  // A sheet covers what is behind it, and is meant to.
  for (GtkWidget* up = there; up != nullptr; up = gtk_widget_get_parent(up)) {
    if (gtk_widget_has_css_class(up, "scrim")) return;
  }
  fault("covered", widget, box);
}

void check_text(GtkLabel* label, GtkWidget* window) {
  const Box box = box_of(GTK_WIDGET(label), window);
  PangoLayout* layout = gtk_label_get_layout(label);
  if (pango_layout_is_ellipsized(layout) != FALSE) return fault("cut", GTK_WIDGET(label), box);
  const Box room = box_of(window, window);
  constexpr double k_rounding = 2;
  int width = 0;
  int height = 0;
  pango_layout_get_pixel_size(layout, &width, &height);
  if (width > gtk_widget_get_width(GTK_WIDGET(label)) + k_rounding ||
      height > gtk_widget_get_height(GTK_WIDGET(label)) + k_rounding || box.left < -k_rounding ||
      box.right > room.right + k_rounding) {
    return fault("cut", GTK_WIDGET(label), box);
  }
  for (GtkWidget* up = gtk_widget_get_parent(GTK_WIDGET(label)); up != nullptr;
       up = gtk_widget_get_parent(up)) {
    if (GTK_IS_SCROLLED_WINDOW(up)) return;
  }
  if (box.top < -k_rounding || box.bottom > room.bottom + k_rounding) fault("cut", GTK_WIDGET(label), box);
}

void check(GtkWidget* widget, GtkWidget* window) {
  if (gtk_widget_get_mapped(widget) == FALSE) return;
  const bool is_seen = gtk_widget_get_opacity(widget) > 0;
  if (is_seen && (GTK_IS_BUTTON(widget) || GTK_IS_ENTRY(widget) || GTK_IS_SCALE(widget)))
    check_control(widget, window);
  if (is_seen && GTK_IS_LABEL(widget)) check_text(GTK_LABEL(widget), window);
  for (GtkWidget* child = gtk_widget_get_first_child(widget); child != nullptr;
       child = gtk_widget_get_next_sibling(child))
    check(child, window);
}

}  // namespace

void say_layout_faults(GtkWindow* window) {
  GtkWidget* content = gtk_window_get_child(window);
  const GdkSurface* surface = gtk_native_get_surface(GTK_NATIVE(window));
  const auto monitor = base::Ref<GdkMonitor>::adopt(static_cast<GdkMonitor*>(
      g_list_model_get_item(gdk_display_get_monitors(gdk_display_get_default()), 0)));
  GdkRectangle screen{};
  gdk_monitor_get_geometry(monitor.get(), &screen);
  const int width = gdk_surface_get_width(const_cast<GdkSurface*>(surface));
  const int height = gdk_surface_get_height(const_cast<GdkSurface*>(surface));
  if (width > screen.width || height > screen.height) {
    std::cout << "fault too large: the window has " << width << "x" << height << ", the screen "
              << screen.width << "x" << screen.height << std::endl;
  }
  check(content, content);
}

}  // namespace sangdam::tests
