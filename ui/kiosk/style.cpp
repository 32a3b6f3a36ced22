#include "ui/kiosk/style.hpp"

#include <gtk/gtk.h>

#include <string>
#include <utility>

#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

namespace {

// GtkSettings: 1024 times the dots per inch; CSS takes 96 of them for letters of the usual size.
constexpr double k_usual_dpi = 96 * 1024;

}  // namespace

void set_text_scale(double scale) {
  g_object_set(gtk_settings_get_default(), "gtk-xft-dpi", static_cast<int>(k_usual_dpi * scale), nullptr);
}

double text_scale() {
  int dpi = 0;
  g_object_get(gtk_settings_get_default(), "gtk-xft-dpi", &dpi, nullptr);
  return dpi > 0 ? dpi / k_usual_dpi : 1.0;
}

void load_style() {
  static bool loaded = false;
  if (std::exchange(loaded, true)) return;
  GdkDisplay* display = gdk_display_get_default();
  // Two providers rather than @import: the colours must be known whichever file is read first.
  for (const char* file : {"tokens.css", "kiosk.css"}) {
    const auto provider = base::Ref<GtkCssProvider>::adopt(gtk_css_provider_new());
    gtk_css_provider_load_from_resource(provider.get(), (std::string(k_resource_path) + file).c_str());
    gtk_style_context_add_provider_for_display(display, GTK_STYLE_PROVIDER(provider.get()),
                                               GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  }
  gtk_icon_theme_add_resource_path(gtk_icon_theme_get_for_display(display),
                                   (std::string(k_resource_path) + "icons").c_str());
}

}  // namespace sangdam::ui
