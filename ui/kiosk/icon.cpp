#include "ui/kiosk/icon.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

struct SdIcon {
  GObject parent;
  char* name;
};
struct SdIconClass {
  GObjectClass parent_class;
};

namespace {

/// Of the display's sharpest screen: a paintable is not told which one it is painted for.
int scale_of(GdkDisplay* display) {
  GListModel* monitors = gdk_display_get_monitors(display);
  int scale = 1;
  for (guint i = 0; i < g_list_model_get_n_items(monitors); ++i) {
    const auto monitor =
        sangdam::base::Ref<GdkMonitor>::adopt(static_cast<GdkMonitor*>(g_list_model_get_item(monitors, i)));
    scale = std::max(scale, gdk_monitor_get_scale_factor(monitor.get()));
  }
  return scale;
}

/// Loaded as a whole by the first paint, in this thread.
GtkSymbolicPaintable* loaded(const char* name, int size) {
  GdkDisplay* display = gdk_display_get_default();
  const int scale = scale_of(display);
  using Key = std::tuple<std::string, int, int>;
  static std::map<Key, sangdam::base::Ref<GtkIconPaintable>> icons;
  auto& icon = icons[Key(name, size, scale)];
  if (!icon) {
    icon = sangdam::base::Ref<GtkIconPaintable>::adopt(
        gtk_icon_theme_lookup_icon(gtk_icon_theme_get_for_display(display), name, nullptr, size, scale,
                                   GTK_TEXT_DIR_LTR, static_cast<GtkIconLookupFlags>(0)));
  }
  return GTK_SYMBOLIC_PAINTABLE(icon.get());
}

void snapshot_symbolic(GtkSymbolicPaintable* self, GtkSnapshot* snapshot, double width, double height,
                       const GdkRGBA* colors, gsize n_colors) {
  const char* name = reinterpret_cast<SdIcon*>(self)->name;
  const auto size = static_cast<int>(std::lround(std::min(width, height)));
  if (name == nullptr || size <= 0) return;
  gtk_symbolic_paintable_snapshot_symbolic(loaded(name, size), snapshot, width, height, colors, n_colors);
}

void snapshot(GdkPaintable* self, GtkSnapshot* snapshot, double width, double height) {
  constexpr GdkRGBA k_black{0, 0, 0, 1};
  const std::array colors{k_black, k_black, k_black, k_black};
  snapshot_symbolic(GTK_SYMBOLIC_PAINTABLE(self), snapshot, width, height, colors.data(), colors.size());
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables,performance-no-int-to-ptr): GObject's
G_DEFINE_FINAL_TYPE_WITH_CODE(SdIcon, sd_icon, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(
                                  GDK_TYPE_PAINTABLE,
                                  +[](GdkPaintableInterface* interface) { interface->snapshot = snapshot; })
                                  G_IMPLEMENT_INTERFACE(
                                      GTK_TYPE_SYMBOLIC_PAINTABLE,
                                      +[](GtkSymbolicPaintableInterface* interface) {
                                        interface->snapshot_symbolic = snapshot_symbolic;
                                      }))
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables,performance-no-int-to-ptr)

static void sd_icon_init(SdIcon*) {}
static void sd_icon_class_init(SdIconClass* klass) {
  GObjectClass* object = G_OBJECT_CLASS(klass);
  object->set_property = [](GObject* self, guint, const GValue* value, GParamSpec*) {
    reinterpret_cast<SdIcon*>(self)->name =
        g_value_dup_string(value);  // once: the property is construct-only
  };
  object->finalize = [](GObject* self) {
    g_free(reinterpret_cast<SdIcon*>(self)->name);
    G_OBJECT_CLASS(sd_icon_parent_class)->finalize(self);
  };
  g_object_class_install_property(
      object, 1,
      g_param_spec_string("name", nullptr, nullptr, nullptr,
                          static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY)));
}

namespace sangdam::ui {

base::Ref<GdkPaintable> make_icon(const char* name) {
  return base::Ref<GdkPaintable>::adopt(
      GDK_PAINTABLE(g_object_new(sd_icon_get_type(), "name", name, nullptr)));
}

const char* icon_name(GdkPaintable* paintable) {
  if (paintable == nullptr || !G_TYPE_CHECK_INSTANCE_TYPE(paintable, sd_icon_get_type())) return nullptr;
  return reinterpret_cast<SdIcon*>(paintable)->name;
}

void register_icon_type() { g_type_ensure(sd_icon_get_type()); }

}  // namespace sangdam::ui
