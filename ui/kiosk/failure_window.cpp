#include "ui/kiosk/failure_window.hpp"

#include <gtk/gtk.h>

#include <utility>

#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/style.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_width = 1280;
constexpr int k_height = 800;
constexpr int k_column = 640;

}  // namespace

struct FailureWindow::Impl {
  base::Ref<GtkWindow> window;
  Actions actions;
  GtkWidget* sentence = nullptr;  // owned by the window, as all below
  GtkWidget* code = nullptr;
  GtkWidget* detail = nullptr;
  GtkWidget* left = nullptr;
  ActionButton try_again, set_aside;
  Signals signals;
  ~Impl() { gtk_window_destroy(window.get()); }

  GtkWidget* build();
};

GtkWidget* FailureWindow::Impl::build() {
  // An alert: screen readers speak what is in it when it appears.
  auto* column = GTK_WIDGET(g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT,
                                         "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 24, nullptr));
  gtk_widget_set_halign(column, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(column, GTK_ALIGN_CENTER);
  for (const auto set_margin : {gtk_widget_set_margin_start, gtk_widget_set_margin_end,
                                gtk_widget_set_margin_top, gtk_widget_set_margin_bottom}) {
    set_margin(column, 32);
  }
  GtkWidget* title = new_paragraph(tr("The kiosk cannot start"), {"title"});
  sentence = new_paragraph("");
  gtk_label_set_max_width_chars(GTK_LABEL(sentence), 60);
  gtk_widget_set_size_request(sentence, k_column, -1);
  code = new_paragraph("", {"secondary"});
  detail = new_paragraph("", {"secondary", "small"});
  gtk_label_set_max_width_chars(GTK_LABEL(detail), 60);
  left = new_paragraph("", {"secondary", "tabular"});

  GtkWidget* buttons = new_box(GTK_ORIENTATION_VERTICAL, 16);
  try_again = new_button("sd-connecting-symbolic", tr("Try again now"), {"primary"});
  set_aside = new_button("sd-log-symbolic", tr("Keep the damaged log aside and begin a new one"), {});
  for (const ActionButton* each : {&try_again, &set_aside})
    gtk_widget_set_halign(each->widget(), GTK_ALIGN_START);
  signals.on(try_again.widget(), "clicked", actions.try_again);
  signals.on(set_aside.widget(), "clicked", actions.begin_new_log);
  gtk_box_append(GTK_BOX(buttons), try_again.widget());
  gtk_box_append(GTK_BOX(buttons), set_aside.widget());

  for (GtkWidget* each : {title, sentence, code, detail, left, buttons})
    gtk_box_append(GTK_BOX(column), each);
  // Everything can be reached on a small screen with large text.
  GtkWidget* scrolled = gtk_scrolled_window_new();
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), column);
  return scrolled;
}

FailureWindow::FailureWindow(GApplication* application, bool fullscreen, Actions actions)
    : m_impl(std::make_unique<Impl>()) {
  load_style();
  m_impl->actions = std::move(actions);
  m_impl->window =
      base::Ref<GtkWindow>::share(GTK_WINDOW(gtk_application_window_new(GTK_APPLICATION(application))));
  GtkWindow* window = m_impl->window.get();
  gtk_window_set_title(window, tr("Sangdam cannot start"));
  // No larger than the screen: under a bare X server nobody would make it fit.
  const auto monitor = base::Ref<GdkMonitor>::adopt(static_cast<GdkMonitor*>(
      g_list_model_get_item(gdk_display_get_monitors(gdk_display_get_default()), 0)));
  GdkRectangle area{0, 0, k_width, k_height};
  if (monitor) gdk_monitor_get_geometry(monitor.get(), &area);
  gtk_window_set_default_size(window, area.width, area.height);
  gtk_window_set_decorated(window, FALSE);
  if (fullscreen) gtk_window_fullscreen(window);
  gtk_widget_add_css_class(GTK_WIDGET(window), "sd");
  gtk_window_set_child(window, m_impl->build());
  gtk_window_set_focus(window, m_impl->try_again.widget());
  gtk_window_present(window);
}

FailureWindow::~FailureWindow() = default;

void FailureWindow::set(const Failure& failure) {
  set_text(GTK_LABEL(m_impl->sentence), failure.sentence);
  set_text(GTK_LABEL(m_impl->code),
           fill(tr("In the operations manual this is called: {code}"), fmt::arg("code", failure.code)));
  set_visible(m_impl->detail, !failure.detail.empty());
  set_text(GTK_LABEL(m_impl->detail),
           fill(tr("For the administrator: {detail}"), fmt::arg("detail", failure.detail)));
  set_visible(m_impl->set_aside.widget(), failure.can_set_aside);
}

void FailureWindow::set_time_left(std::chrono::seconds left) {
  const bool trying = left <= std::chrono::seconds::zero();
  set_text(GTK_LABEL(m_impl->left),
           trying ? std::string(tr("Trying again…"))
                  : fill(tr("It tries again by itself in {seconds} s."), fmt::arg("seconds", left.count())));
  gtk_widget_set_sensitive(m_impl->try_again.widget(), !trying);
}

}  // namespace sangdam::ui
