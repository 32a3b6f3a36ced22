#include "ui/kiosk/waiting_card.hpp"

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_text_columns = 34;

}  // namespace

std::string words_of(const std::vector<Waiting>& waiting) {
  const std::size_t count = waiting.size();
  if (count == 1) return fill(tr("{name} is waiting"), fmt::arg("name", patient_or(waiting.front().name)));
  return fill(trn("{count} patient is waiting", "{count} patients are waiting", count),
              fmt::arg("count", count));
}

WaitingCard::WaitingCard(Sheets& sheets, GtkBox* place)
    : m_sheets(sheets),
      m_place(GTK_WIDGET(place)),
      m_who(GTK_LABEL(new_paragraph("", {"name"}))),
      m_about(GTK_LABEL(new_paragraph("", {"about", "tabular"}))),
      m_see(new_button("sd-person-symbolic", trc("waiting", "See"), {}, tr("See who is waiting"))),
      m_next(new_button("sd-admit-symbolic", tr("Admit next"), {"primary"})) {
  GtkWidget* texts = new_box(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_hexpand(texts, TRUE);
  gtk_widget_set_valign(texts, GTK_ALIGN_CENTER);
  for (GtkLabel* label : {m_who, m_about}) {
    gtk_label_set_max_width_chars(label, k_text_columns);
    gtk_box_append(GTK_BOX(texts), GTK_WIDGET(label));
  }
  GtkWidget* row = new_box(GTK_ORIENTATION_HORIZONTAL, 8);
  for (const ActionButton* button : {&m_next, &m_see}) gtk_box_append(GTK_BOX(row), button->widget());
  gtk_box_append(place, texts);
  gtk_box_append(place, row);
  m_signals.on(m_next.widget(), "clicked", [this] { ask_to_go_on(); });
  set_visible(m_place, false);
}

void WaitingCard::set(const std::vector<Waiting>& waiting, const std::string& in_call) {
  m_waiting = waiting;
  m_in_call = in_call;
  set_visible(m_place, !waiting.empty());
  if (waiting.empty()) return;
  const std::string who = fill(tr("{name} is waiting"), fmt::arg("name", patient_or(waiting.front().name)));
  set_text(m_who, who);
  set_accessible_name(m_place, words_of(waiting));
  m_see.bind(action::k_show_session, waiting.front().consultation);
  set_visible(m_next.widget(), !in_call.empty());
  tick(m_now);
}

void WaitingCard::set_room(const Room& room) {
  for (ActionButton* button : {&m_see, &m_next}) button->set_compact(room.tight);
}

void WaitingCard::tick(Instant now) {
  m_now = now;
  if (m_waiting.empty()) return;
  std::string about =
      fill(tr("for {duration}"), fmt::arg("duration", duration(now - m_waiting.front().since)));
  if (const std::size_t others = m_waiting.size() - 1; others > 0) {
    about += " · " + fill(trn("{count} more is waiting", "{count} more are waiting", others),
                          fmt::arg("count", others));
  }
  set_text(m_about, about);
}

// Asked: it ends the visit that goes on.
void WaitingCard::ask_to_go_on() {
  const Waiting& next = m_waiting.front();
  m_sheets.ask(
      {.title = fill(tr("End this visit and admit {name}?"), fmt::arg("name", patient_or(next.name))),
       .text = fill(tr("{patient} is disconnected and told that the visit is over. Then {name} is let "
                       "in."),
                    fmt::arg("patient", m_in_call), fmt::arg("name", patient_or(next.name))),
       .keep = tr("Keep talking"),
       .go = tr("End and admit next"),
       .icon = "sd-admit-symbolic",
       .action = action::k_admit_next,
       .target = next.consultation,
       .second = next.knock});
}

}  // namespace sangdam::ui
