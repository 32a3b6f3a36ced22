#include "ui/kiosk/door_card.hpp"

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_text_columns = 34;

/// Somebody is in the call, or about to be: letting another in ends that.
bool is_occupied(const CallModel& model) { return model.state != State::reconnecting; }

std::string about(const CallModel& model) {
  const std::string patient = patient_or(model.patient);
  if (model.door->name.empty()) {
    return fill(tr("They have the code of this visit and are giving their name. {patient} keeps the place "
                   "until you decide."),
                fmt::arg("patient", patient));
  }
  if (!model.door->present) return tr("Their connection is lost just now. They may come back by themselves.");
  if (is_occupied(model)) {
    return fill(tr("They have the code of this visit. {patient} stays in the call until you decide."),
                fmt::arg("patient", patient));
  }
  return fill(tr("They have the code of this visit. This may be {patient} on another device or page."),
              fmt::arg("patient", patient));
}

}  // namespace

DoorCard::DoorCard(Sheets& sheets, GtkBox* place)
    : m_sheets(sheets),
      m_place(GTK_WIDGET(place)),
      m_who(GTK_LABEL(new_paragraph("", {"name"}))),
      m_about(GTK_LABEL(new_paragraph("", {"about"}))),
      m_admit(new_button("sd-admit-symbolic", tr("Let in"), {"primary"})),
      m_decline(new_button("sd-cross-symbolic", tr("Turn away"), {},
                           tr("Turn away: they are told, and the call goes on"))) {
  for (GtkLabel* label : {m_who, m_about}) gtk_label_set_max_width_chars(label, k_text_columns);
  GtkWidget* row = new_box(GTK_ORIENTATION_HORIZONTAL, 8);
  for (const ActionButton* button : {&m_admit, &m_decline}) gtk_box_append(GTK_BOX(row), button->widget());
  for (GtkWidget* each : {GTK_WIDGET(m_who), GTK_WIDGET(m_about), row}) gtk_box_append(place, each);
  m_signals.on(m_admit.widget(), "clicked", [this] { ask_to_hand_over(); });
  set_visible(m_place, false);
}

void DoorCard::set(const CallModel& model) {
  m_model = model;
  set_visible(m_place, model.door.has_value());
  if (!model.door) return;
  const bool named = !model.door->name.empty();
  const std::string who = named ? fill(tr("{name} is at the door"), fmt::arg("name", model.door->name))
                                : std::string(tr("Someone else has typed the code"));
  set_text(m_who, who);
  set_text(m_about, about(model));
  set_accessible_name(m_place, who);
  set_visible(m_admit.widget(), named && model.door->present);
  m_admit.set("sd-admit-symbolic", is_occupied(model) ? tr("Let in instead") : tr("Let in"));
  m_decline.bind(action::k_decline, model.consultation, model.door->knock);
}

// Always asked: a broken call may be back in the moment of the tap, and would be cut off.
void DoorCard::ask_to_hand_over() {
  const std::string patient = patient_or(m_model.patient);
  const bool occupied = is_occupied(m_model);
  m_sheets.ask(
      {.title = fill(occupied ? tr("Let {name} in instead?") : tr("Let {name} in?"),
                     fmt::arg("name", m_model.door->name)),
       .text =
           fill(occupied ? tr("{patient} is disconnected and told that the visit goes on with another "
                              "device. Do this only if you know who is at the door.")
                         : tr("The page that {patient} used before stops working. Do this only if you know "
                              "who is at the door."),
                fmt::arg("patient", patient)),
       .keep = fill(occupied ? tr("Stay with {patient}") : tr("Wait for {patient}"),
                    fmt::arg("patient", patient)),
       .go = occupied ? tr("Let in instead") : tr("Let in"),
       .icon = "sd-admit-symbolic",
       .action = action::k_admit,
       .target = m_model.consultation,
       .second = m_model.door->knock,
       .dangerous = occupied});
}

}  // namespace sangdam::ui
