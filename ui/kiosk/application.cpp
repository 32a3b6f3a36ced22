#include "ui/kiosk/application.hpp"

#include <gtk/gtk.h>

namespace sangdam::ui {

base::Ref<GApplication> make_application(const char* id) {
  // The program has set its locale, before there were threads.
  gtk_disable_setlocale();
  // Asked here because GtkApplication would end the process with GTK's own words.
  if (!gtk_init_check()) return nullptr;
  return base::Ref<GApplication>::adopt(G_APPLICATION(gtk_application_new(id, G_APPLICATION_DEFAULT_FLAGS)));
}

}  // namespace sangdam::ui
