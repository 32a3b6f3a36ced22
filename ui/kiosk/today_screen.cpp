#include "ui/kiosk/today_screen.hpp"

#include <algorithm>
#include <set>

#include "ui/kiosk/appointment_sheet.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

/// What is going on, and what happens when the button is pressed.
const char* next_step(const TodayRow& row) {
  switch (row.state) {
    case State::scheduled:
      return tr(
          "Open the visit to get a code for the patient. Opening a little before the appointment leaves "
          "time to come in.");
    case State::open: return tr("The code is given out. Nobody has come in yet.");
    case State::waiting: return tr("The patient is waiting. Let them in when the clinician is ready.");
    case State::admitted: return tr("Picture and sound are being connected.");
    case State::in_call: return tr("The visit is going on.");
    case State::reconnecting:
      return tr("The connection broke off. The kiosk is trying to get the patient back.");
    case State::ended: return tr("This visit is over. The log shows what happened.");
  }
  return "";
}

}  // namespace

TodayScreen::Row::Row(const TodayRow& first) : widget(gtk_list_box_row_new()) {
  GtkWidget* line = new_box(GTK_ORIENTATION_HORIZONTAL, 16);
  gtk_widget_set_valign(line, GTK_ALIGN_CENTER);
  time = GTK_LABEL(new_label("", {"time", "tabular"}));
  gtk_label_set_width_chars(time, 9);
  GtkWidget* names = new_box(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_hexpand(names, TRUE);
  gtk_widget_set_valign(names, GTK_ALIGN_CENTER);
  patient = GTK_LABEL(new_label("", {"strong"}));
  clinician = GTK_LABEL(new_label("", {"secondary", "small"}));
  for (GtkLabel* label : {patient, clinician}) gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_END);
  needs_picture = new_icon("sd-seen-symbolic");
  set_accessible_name(needs_picture, tr("Needs the picture"));
  GtkWidget* who = new_box(GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_append(GTK_BOX(who), GTK_WIDGET(patient));
  gtk_box_append(GTK_BOX(who), needs_picture);
  gtk_box_append(GTK_BOX(names), who);
  gtk_box_append(GTK_BOX(names), GTK_WIDGET(clinician));
  GtkWidget* state = new_box(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_valign(state, GTK_ALIGN_CENTER);
  gtk_widget_set_halign(chip.widget(), GTK_ALIGN_END);
  waiting = GTK_LABEL(new_label("", {"small", "tabular", "secondary"}));
  gtk_label_set_xalign(waiting, 1);
  gtk_widget_set_margin_end(GTK_WIDGET(waiting), 16);
  gtk_box_append(GTK_BOX(state), chip.widget());
  gtk_box_append(GTK_BOX(state), GTK_WIDGET(waiting));
  gtk_box_append(GTK_BOX(line), GTK_WIDGET(time));
  gtk_box_append(GTK_BOX(line), names);
  gtk_box_append(GTK_BOX(line), state);
  gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(widget), line);
  set(first);
}

void TodayScreen::Row::set(const TodayRow& row) {
  model = row;
  set_text(time, time_of_day(row.time));
  set_text(patient, patient_or(row.patient));
  set_text(clinician, row.clinician);
  set_visible(clinician, !row.clinician.empty());
  const Chip state = chip_of(row.state, row.outcome);
  chip.set(state);
  set_visible(needs_picture, row.needs_picture);
  set_visible(waiting, row.waiting_since.has_value());
  set_class(widget, "past", row.state == State::ended);
  std::string name = time_of_day(row.time) + ", " + patient_or(row.patient) + ", " + state.text;
  if (!row.clinician.empty()) name += ", " + row.clinician;
  if (row.needs_picture) name += std::string(", ") + tr("Needs the picture");
  set_accessible_name(widget, name);
}

void TodayScreen::Row::tick(Instant now) {
  if (model.waiting_since) set_text(waiting, duration(now - *model.waiting_since));
}

TodayScreen::TodayScreen(Sheets& sheets)
    : m_sheets(sheets),
      m_ui("today.ui"),
      m_detail("today_detail.ui"),
      m_start(m_ui.button("start")),
      m_add(m_ui.button("add")),
      m_primary(m_detail.button("primary")),
      m_secondary(m_detail.button("secondary")),
      m_remove(m_detail.button("remove")) {
  m_start.set("sd-start-symbolic", tr("Start a session now"));
  m_start.bind(action::k_start_walk_in);
  m_add.set("sd-plus-symbolic", tr("Add appointment"));
  m_remove.set("sd-remove-symbolic", tr("Remove appointment"));
  gtk_box_append(m_ui.box("detail"), m_detail.widget("root"));
  gtk_box_append(m_detail.box("chip_place"), m_chip.widget());
  add_step(1, tr("You start a session and get a code of nine digits."));
  add_step(2, tr("The patient opens the address on a phone or computer, types the code and waits."));
  add_step(3, tr("You see who is waiting and let them in."));
  m_signals.on(m_add.widget(), "clicked", [this] { add_appointment(); });
  m_signals.on(m_remove.widget(), "clicked", [this] { ask_to_remove(); });
  m_signals.on(m_ui.list("rows"), "row-selected", [this] { on_row_chosen(); });
  set(TodayModel{});
}

void TodayScreen::add_step(int number, const char* text) {
  GtkWidget* line = new_box(GTK_ORIENTATION_HORIZONTAL, 16);
  for (const auto set_margin : {gtk_widget_set_margin_start, gtk_widget_set_margin_end}) set_margin(line, 32);
  gtk_widget_set_margin_top(line, 8);
  gtk_widget_set_margin_bottom(line, 8);
  GtkWidget* mark = new_label(std::to_string(number), {"step-number", "tabular"});
  gtk_label_set_xalign(GTK_LABEL(mark), 0.5F);
  gtk_widget_set_valign(mark, GTK_ALIGN_START);
  GtkWidget* words = new_paragraph(text);
  gtk_widget_set_hexpand(words, TRUE);
  gtk_box_append(GTK_BOX(line), mark);
  gtk_box_append(GTK_BOX(line), words);
  gtk_box_append(m_ui.box("steps"), line);
}

void TodayScreen::set(const TodayModel& model) {
  const bool same_rows =
      std::equal(model.rows.begin(), model.rows.end(), m_model.rows.begin(), m_model.rows.end(),
                 [](const TodayRow& a, const TodayRow& b) { return a.key == b.key; });
  m_model = model;
  if (same_rows) {
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
      if (m_rows[i]->model != model.rows[i]) m_rows[i]->set(model.rows[i]);
    }
  } else {
    rebuild_rows();
  }
  gtk_stack_set_visible_child_name(m_ui.stack("list_or_empty"), m_rows.empty() ? "empty" : "list");
  draw_detail();
  tick(m_now);
}

void TodayScreen::rebuild_rows() {
  GtkListBox* list = m_ui.list("rows");
  m_rebuilding = true;  // GTK chooses rows by itself while they come and go: that is nobody's choice
  while (GtkWidget* child = gtk_widget_get_first_child(GTK_WIDGET(list))) gtk_list_box_remove(list, child);
  m_rows.clear();
  for (const TodayRow& row : m_model.rows) {
    m_rows.push_back(std::make_unique<Row>(row));
    gtk_list_box_append(list, m_rows.back()->widget);
  }
  m_rebuilding = false;
  select_chosen();
}

void TodayScreen::choose(const std::string& key) {
  m_chosen = key;
  select_chosen();
  draw_detail();
}

void TodayScreen::select_chosen() {
  if (m_model.rows.empty()) {
    m_chosen.clear();
    return;
  }
  auto found = std::find_if(m_model.rows.begin(), m_model.rows.end(),
                            [this](const TodayRow& row) { return row.key == m_chosen; });
  if (found == m_model.rows.end()) {
    // The one to do something about: who waits, else who is connected, else who comes next.
    const auto urgency = [](const TodayRow& row) {
      switch (row.state) {
        case State::waiting: return 0;
        case State::reconnecting: return 1;
        case State::admitted:
        case State::in_call: return 2;
        case State::open: return 3;
        case State::scheduled: return 4;
        case State::ended: return 5;
      }
      return 5;
    };
    found = std::min_element(m_model.rows.begin(), m_model.rows.end(),
                             [&](const TodayRow& a, const TodayRow& b) { return urgency(a) < urgency(b); });
    m_chosen = found->key;
  }
  const auto index = static_cast<std::size_t>(found - m_model.rows.begin());
  m_rebuilding = true;
  gtk_list_box_select_row(m_ui.list("rows"), GTK_LIST_BOX_ROW(m_rows[index]->widget));
  m_rebuilding = false;
  // The list has its size only after GTK has laid it out.
  m_scroll.start_once(std::chrono::milliseconds(0), [this, row = m_rows[index]->widget] { scroll_to(row); });
}

void TodayScreen::scroll_to(GtkWidget* row) {
  graphene_rect_t place;
  if (gtk_widget_get_parent(row) == nullptr) return;
  GtkWidget* list = m_ui.widget("rows");
  if (!gtk_widget_compute_bounds(row, list, &place)) return;
  GtkAdjustment* at = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(m_ui.widget("scroll")));
  const auto top = static_cast<double>(place.origin.y);
  gtk_adjustment_clamp_page(at, top, top + static_cast<double>(place.size.height));
}

void TodayScreen::on_row_chosen() {
  if (m_rebuilding) return;
  GtkListBoxRow* selected = gtk_list_box_get_selected_row(m_ui.list("rows"));
  for (const auto& row : m_rows) {
    if (row->widget == GTK_WIDGET(selected)) m_chosen = row->model.key;
  }
  draw_detail();
}

const TodayRow* TodayScreen::chosen_row() const {
  const auto found = std::find_if(m_model.rows.begin(), m_model.rows.end(),
                                  [this](const TodayRow& row) { return row.key == m_chosen; });
  return found == m_model.rows.end() ? nullptr : &*found;
}

void TodayScreen::draw_detail() {
  const TodayRow* row = chosen_row();
  set_visible(m_ui.widget("detail"), row != nullptr);
  set_visible(m_ui.widget("steps"), row == nullptr);
  // One primary button at a time: with nothing to do in the list, starting is it.
  set_class(m_start.widget(), "primary", row == nullptr);
  set_class(m_start.widget(), "soft", row != nullptr);
  if (row == nullptr) return;
  m_chip.set(chip_of(row->state, row->outcome));
  set_text(m_detail.label("patient"), patient_or(row->patient));
  std::string facts = time_of_day(row->time);
  if (!row->clinician.empty()) facts += " · " + row->clinician;
  if (row->needs_picture) facts += std::string(" · ") + tr("Needs the picture");
  set_text(m_detail.label("facts"), facts);
  set_text(m_detail.label("next_step"), next_step(*row));
  set_detail_action(*row);
}

void TodayScreen::set_detail_action(const TodayRow& row) {
  set_visible(m_primary.widget(), row.state == State::scheduled || !row.consultation.empty());
  set_visible(m_secondary.widget(), row.state == State::waiting);
  set_visible(m_remove.widget(), row.state == State::scheduled && !row.appointment.empty());
  switch (row.state) {
    case State::scheduled:
      m_primary.set("sd-key-symbolic", tr("Open the visit"));
      m_primary.bind(action::k_open_appointment, row.appointment);
      return;
    case State::open:
      m_primary.set("sd-key-symbolic", tr("Show the code"));
      m_primary.bind(action::k_show_session, row.consultation);
      return;
    case State::waiting:
      // Another name than the list's has to be looked at before it is let in.
      if (!row.caller.empty() && !row.patient.empty() && row.caller != row.patient) {
        m_primary.set("sd-person-symbolic", tr("See who is waiting"));
        m_primary.bind(action::k_show_session, row.consultation);
        set_visible(m_secondary.widget(), false);
        return;
      }
      m_primary.set("sd-admit-symbolic", tr("Admit"));
      m_primary.bind(action::k_admit, row.consultation, row.knock);
      m_secondary.set("sd-person-symbolic", tr("See who is waiting"));
      m_secondary.bind(action::k_show_session, row.consultation);
      return;
    case State::admitted:
    case State::in_call:
    case State::reconnecting:
      m_primary.set("sd-call-symbolic", tr("Back to the call"));
      m_primary.bind(action::k_show_session, row.consultation);
      return;
    case State::ended:
      m_primary.set("sd-log-symbolic", tr("See what happened"));
      m_primary.bind(action::k_show_timeline, row.consultation);
      return;
  }
}

void TodayScreen::tick(Instant now) {
  m_now = now;
  set_text(m_ui.label("date"), long_date(now));
  std::size_t waiting = 0;
  for (const TodayRow& row : m_model.rows) waiting += row.state == State::waiting ? 1 : 0;
  const std::size_t count = m_model.rows.size();
  std::string summary = fill(trn("{count} visit", "{count} visits", count), fmt::arg("count", count));
  if (waiting > 0) {
    summary += " · " + fill(trn("{count} patient is waiting", "{count} patients are waiting", waiting),
                            fmt::arg("count", waiting));
  }
  set_text(m_ui.label("summary"), summary);
  set_visible(m_ui.label("summary"), count > 0);
  for (const auto& row : m_rows) row->tick(now);
}

void TodayScreen::add_appointment() {
  std::set<std::string> clinicians;
  for (const TodayRow& row : m_model.rows) {
    if (!row.clinician.empty()) clinicians.insert(row.clinician);
  }
  open_appointment_sheet(m_sheets, {clinicians.begin(), clinicians.end()}, m_now);
}

void TodayScreen::ask_to_remove() {
  const TodayRow* row = chosen_row();
  if (row == nullptr) return;
  m_sheets.ask(
      {.title = tr("Remove this appointment?"),
       .text = fill(tr("{time}, {patient}. It disappears from today's list. Nobody is told."),
                    fmt::arg("time", time_of_day(row->time)), fmt::arg("patient", patient_or(row->patient))),
       .keep = tr("Keep it"),
       .go = tr("Remove"),
       .icon = "sd-remove-symbolic",
       .action = action::k_remove_appointment,
       .target = row->appointment});
}

}  // namespace sangdam::ui
