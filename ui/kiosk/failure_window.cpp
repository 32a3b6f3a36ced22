#include "ui/kiosk/failure_window.hpp"

#include <gtk/gtk.h>

#include <utility>

#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/style.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

struct FailureWindow::Impl {
  base::Ref<GtkWindow> window;
  Signals signals;
  ~Impl() { gtk_window_destroy(window.get()); }
};

FailureWindow::FailureWindow(GApplication* application, const std::string& sentence,
                             std::function<void()> begin_new_log)
    : m_impl(std::make_unique<Impl>()) {
  load_style();
  m_impl->window =
      base::Ref<GtkWindow>::share(GTK_WINDOW(gtk_application_window_new(GTK_APPLICATION(application))));
  GtkWindow* window = m_impl->window.get();
  gtk_window_set_title(window, tr("Sangdam cannot start"));
  gtk_window_set_default_size(window, 1280, 800);
  gtk_widget_add_css_class(GTK_WIDGET(window), "sd");

  GtkWidget* column = new_box(GTK_ORIENTATION_VERTICAL, 24);
  gtk_widget_set_halign(column, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(column, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request(column, 720, -1);
  GtkWidget* title = new_label(tr("The kiosk cannot start"), {"title"});
  GtkWidget* text = new_label(sentence);
  gtk_label_set_wrap(GTK_LABEL(text), TRUE);
  gtk_label_set_max_width_chars(GTK_LABEL(text), 60);
  gtk_label_set_xalign(GTK_LABEL(title), 0);
  gtk_label_set_xalign(GTK_LABEL(text), 0);
  gtk_box_append(GTK_BOX(column), title);
  gtk_box_append(GTK_BOX(column), text);
  if (begin_new_log) {
    const ActionButton button = new_button("document-save-symbolic",
                                           tr("Keep the damaged log aside and begin a new one"), {"primary"});
    gtk_widget_set_halign(button.widget(), GTK_ALIGN_START);
    m_impl->signals.on(button.widget(), "clicked", std::move(begin_new_log));
    gtk_box_append(GTK_BOX(column), button.widget());
  }
  gtk_window_set_child(window, column);
  gtk_window_present(window);
}

FailureWindow::~FailureWindow() = default;

}  // namespace sangdam::ui
