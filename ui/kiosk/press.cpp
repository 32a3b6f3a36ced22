#include "ui/kiosk/press.hpp"

#include <cmath>
#include <optional>

#include "base/handles.hpp"
#include "base/main_thread.hpp"

namespace sangdam::ui {
namespace {

std::optional<GdkRectangle> place_of(GtkWidget* widget) {
  GtkRoot* root = gtk_widget_get_root(widget);
  graphene_rect_t bounds;
  if (root == nullptr || !gtk_widget_get_mapped(widget) ||
      !gtk_widget_compute_bounds(widget, GTK_WIDGET(root), &bounds)) {
    return std::nullopt;
  }
  const auto whole = [](float value) { return static_cast<int>(std::lround(value)); };
  return GdkRectangle{whole(bounds.origin.x), whole(bounds.origin.y), whole(bounds.size.width),
                      whole(bounds.size.height)};
}

struct State {
  Press press;
  GWeakRef widget{};
  State() { g_weak_ref_init(&widget, nullptr); }
};

State& state() {
  static State s_state;
  return s_state;
}

}  // namespace

void note_press(GtkWidget* widget) {
  base::assert_main_thread();
  State& now = state();
  ++now.press.number;
  now.press.is_now = true;
  now.press.place = place_of(widget).value_or(GdkRectangle{});
  g_weak_ref_set(&now.widget, widget);
  base::post_to_main([number = now.press.number] {
    if (state().press.number == number) state().press.is_now = false;
  });
}

Press last_press() {
  State& now = state();
  const auto widget = base::Ref<GtkWidget>::adopt(static_cast<GtkWidget*>(g_weak_ref_get(&now.widget)));
  if (widget) now.press.place = place_of(widget.get()).value_or(now.press.place);
  return now.press;
}

}  // namespace sangdam::ui
