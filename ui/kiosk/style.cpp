#include "ui/kiosk/style.hpp"

#include <gtk/gtk.h>

#include <string>
#include <utility>

#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

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
