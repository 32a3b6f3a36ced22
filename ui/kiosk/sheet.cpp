#include "ui/kiosk/sheet.hpp"

#include <utility>

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {

Sheets::Sheets(GtkOverlay* overlay, GtkWidget* behind, const AnswerView& answers)
    : m_overlay(overlay), m_behind(behind), m_answers(answers) {}
Sheets::~Sheets() { close(); }

void Sheets::ask(const Question& question) {
  GtkWidget* box = new_box(GTK_ORIENTATION_VERTICAL, 16);
  GtkWidget* title = new_paragraph(question.title, {"heading"});
  GtkWidget* text = new_paragraph(question.text, {"secondary"});
  for (GtkWidget* label : {title, text}) {
    gtk_label_set_max_width_chars(GTK_LABEL(label), 44);
    gtk_box_append(GTK_BOX(box), label);
  }
  GtkWidget* row = new_box(GTK_ORIENTATION_HORIZONTAL, 16);
  gtk_box_set_homogeneous(GTK_BOX(row), TRUE);
  ActionButton keep = new_button("sd-back-symbolic", question.keep, {});
  ActionButton go = new_button(question.icon, question.go, {question.dangerous ? "danger" : "primary"});
  if (question.second.empty()) {
    go.bind(question.action, question.target);
  } else {
    go.bind(question.action, question.target, question.second);
  }
  gtk_box_append(GTK_BOX(row), keep.widget());
  gtk_box_append(GTK_BOX(row), go.widget());
  // The harmless answer has the keyboard: a stray Enter ends no visit.
  open(box, row, question.title, keep.widget());
  m_target = question.target;
  m_signals->on(keep.widget(), "clicked", [this] { close(); });
  // A button activates its action in an "after" handler of its own: closed earlier, it would be out of the
  // window by then and reach no action.
  m_signals->after(go.widget(), "clicked", [this] { close_if_done(); });
}

void Sheets::open(GtkWidget* content, GtkWidget* buttons, const std::string& name, GtkWidget* focus,
                  std::function<void()> on_closed) {
  close();
  m_on_closed = std::move(on_closed);
  m_scrim = GTK_WIDGET(
      g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_DIALOG, "hexpand", TRUE, nullptr));
  gtk_widget_add_css_class(m_scrim, "scrim");
  set_accessible_name(m_scrim, name);
  gtk_accessible_update_property(GTK_ACCESSIBLE(m_scrim), GTK_ACCESSIBLE_PROPERTY_MODAL, TRUE, -1);
  GtkWidget* card = new_box(GTK_ORIENTATION_VERTICAL, 0, {"sheet"});
  gtk_widget_set_halign(card, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(card, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand(card, TRUE);
  set_margins(card, 8);
  GtkWidget* scrolled = gtk_scrolled_window_new();
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
  gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scrolled), TRUE);
  gtk_widget_add_css_class(scrolled, "sd");
  gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), content);
  gtk_widget_set_margin_top(buttons, 16);
  gtk_box_append(GTK_BOX(card), scrolled);
  gtk_box_append(GTK_BOX(card), buttons);
  gtk_box_append(GTK_BOX(m_scrim), card);

  GtkEventController* keys = gtk_event_controller_key_new();
  m_signals.emplace();
  g_signal_connect(keys, "key-pressed",
                   G_CALLBACK(+[](GtkEventControllerKey*, guint key, guint, GdkModifierType,
                                  gpointer data) noexcept -> gboolean {
                     if (key != GDK_KEY_Escape) return FALSE;
                     static_cast<Sheets*>(data)->close();
                     return TRUE;
                   }),
                   this);
  gtk_widget_add_controller(m_scrim, keys);  // takes the controller over; it dies with the scrim, before us

  GtkRoot* root = gtk_widget_get_root(GTK_WIDGET(m_overlay));
  m_focus_before = root ? base::Ref<GtkWidget>::share(gtk_root_get_focus(root)) : base::Ref<GtkWidget>();
  gtk_widget_set_can_focus(m_behind, FALSE);
  gtk_overlay_add_overlay(m_overlay, m_scrim);
  gtk_widget_grab_focus(focus);
}

void Sheets::close_if_done() {
  if (!m_answers.refused()) close();
}

void Sheets::close() {
  if (m_scrim == nullptr) return;
  m_target.clear();
  gtk_widget_set_can_focus(m_behind, TRUE);
  if (m_focus_before && gtk_widget_get_root(m_focus_before.get()))
    gtk_widget_grab_focus(m_focus_before.get());
  m_focus_before.reset();
  // We may be inside a handler of one of the sheet's own buttons: what runs now stays until it returns.
  GtkWidget* scrim = std::exchange(m_scrim, nullptr);
  const auto alive = base::Ref<GtkWidget>::share(scrim);
  gtk_overlay_remove_overlay(m_overlay, scrim);
  auto closed = std::exchange(m_on_closed, {});
  if (closed) closed();
}

}  // namespace sangdam::ui
