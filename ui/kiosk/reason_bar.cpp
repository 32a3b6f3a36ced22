#include "ui/kiosk/reason_bar.hpp"

#include "base/text.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {

ReasonBar::ReasonBar(GtkBox* place)
    : m_place(GTK_WIDGET(place)),
      m_choices(new_box(GTK_ORIENTATION_VERTICAL, 8)),
      m_typing(new_box(GTK_ORIENTATION_VERTICAL, 8)),
      m_entry(gtk_entry_new()),
      m_back(new_button("sd-back-symbolic", tr("Back"), {}, tr("Back to the other reasons"))),
      m_note(new_button("sd-check-symbolic", tr("Note it"), {"primary"})) {
  const std::string question = tr("Why without a picture?");
  const std::string about = tr("This visit needs one. The reason goes into the log; the call goes on.");
  GtkWidget* words = new_box(GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_set_hexpand(words, TRUE);
  gtk_widget_set_valign(words, GTK_ALIGN_CENTER);
  gtk_box_append(GTK_BOX(words), new_paragraph(question, {"question"}));
  gtk_box_append(GTK_BOX(words), new_paragraph(about, {"small"}));
  set_accessible_name(m_place, question + " " + about);

  GtkWidget* first = new_box(GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget* second = new_box(GTK_ORIENTATION_HORIZONTAL, 8);
  add_choice(first, UnseenReason::line);
  add_choice(first, UnseenReason::camera);
  add_choice(second, UnseenReason::patient_wish);
  add_choice(second, UnseenReason::waived);
  add_choice(second, UnseenReason::other);
  for (GtkWidget* row : {first, second}) gtk_box_append(GTK_BOX(m_choices), row);

  gtk_widget_add_css_class(m_entry, "sd");
  gtk_entry_set_max_length(GTK_ENTRY(m_entry), consultation::k_max_reason_text);
  set_accessible_name(m_entry, tr("Other reason"));
  gtk_widget_set_size_request(m_entry, 400, -1);
  GtkWidget* row = new_box(GTK_ORIENTATION_HORIZONTAL, 8);
  for (const ActionButton* button : {&m_back, &m_note}) gtk_box_append(GTK_BOX(row), button->widget());
  for (GtkWidget* each : {m_entry, row}) gtk_box_append(GTK_BOX(m_typing), each);
  for (GtkWidget* each : {words, m_choices, m_typing}) gtk_box_append(place, each);
  for (GtkWidget* each : {m_choices, m_typing}) gtk_widget_set_valign(each, GTK_ALIGN_CENTER);

  m_signals.on(m_back.widget(), "clicked", [this] { show_typing(false); });
  m_signals.on(m_note.widget(), "clicked", [this] { give(UnseenReason::other); });
  m_signals.on(m_entry, "activate", [this] {
    if (!typed().empty()) give(UnseenReason::other);
  });
  m_signals.on(m_entry, "changed", [this] { draw_note_button(); });
  resume({});
  set_visible(m_place, false);
}

void ReasonBar::add_choice(GtkWidget* row, UnseenReason reason) {
  GtkWidget* button = gtk_button_new_with_label(words_of(reason).choice);
  gtk_widget_add_css_class(button, "sd");
  gtk_widget_set_hexpand(button, TRUE);
  gtk_label_set_wrap(GTK_LABEL(gtk_button_get_child(GTK_BUTTON(button))), TRUE);
  gtk_box_append(GTK_BOX(row), button);
  m_signals.on(button, "clicked", [this, reason] {
    if (reason == UnseenReason::other) {
      show_typing(true);
      gtk_widget_grab_focus(m_entry);
    } else {
      give(reason);
    }
  });
}

void ReasonBar::set(const CallModel& model) {
  if (model.consultation != m_consultation || !model.reason_owed) resume({});
  m_consultation = model.consultation;
  set_visible(m_place, model.reason_owed);
}

void ReasonBar::give(UnseenReason reason) {
  gtk_widget_activate_action(m_place, in_app(action::k_give_reason).c_str(), "(sss)", m_consultation.c_str(),
                             std::string(name_of(reason)).c_str(),
                             reason == UnseenReason::other ? typed().c_str() : "");
}

void ReasonBar::show_typing(bool typing) {
  set_visible(m_choices, !typing);
  set_visible(m_typing, typing);
}

void ReasonBar::draw_note_button() { gtk_widget_set_sensitive(m_note.widget(), !typed().empty()); }

std::string ReasonBar::typed() const {
  return base::single_line(gtk_editable_get_text(GTK_EDITABLE(m_entry)), consultation::k_max_reason_text);
}

ReasonBar::Unfinished ReasonBar::unfinished() const {
  return {gtk_widget_get_visible(m_typing) != FALSE, gtk_editable_get_text(GTK_EDITABLE(m_entry))};
}

void ReasonBar::resume(const Unfinished& unfinished) {
  show_typing(unfinished.typing);
  const char* text = gtk_editable_get_text(GTK_EDITABLE(m_entry));
  if (unfinished.text != text) gtk_editable_set_text(GTK_EDITABLE(m_entry), unfinished.text.c_str());
  draw_note_button();
}

}  // namespace sangdam::ui
