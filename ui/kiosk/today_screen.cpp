#include "ui/kiosk/today_screen.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "ui/kiosk/appointment_sheet.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

/// What is going on, and what happens when the button is pressed.
const char* next_step(const TodayRow& row, Instant now) {
  if (is_overdue(row, now)) {
    return tr(
        "The time of this appointment has passed. Open the visit if the patient is still to come, or remove "
        "the appointment.");
  }
  switch (row.state) {
    case State::scheduled:
      return tr(
          "Open the visit to get a code for the patient. Opening a little before the appointment leaves "
          "time to come in.");
    case State::open:
      return row.arrived ? tr("Somebody has typed the code, and is giving their name and checking camera and "
                              "microphone. They will wait in a moment.")
                         : tr("The code is given out. Nobody has come in yet.");
    case State::waiting: return tr("The patient is waiting. Let them in when the clinician is ready.");
    case State::admitted: return tr("Picture and sound are being connected.");
    case State::in_call: return tr("The visit is going on.");
    case State::reconnecting:
      return tr("The connection broke off. The kiosk is trying to get the patient back.");
    case State::ended: return tr("This visit is over. The log shows what happened.");
  }
  return "";
}

constexpr std::size_t k_fold_from = 3;            // fewer visits that are over are not in the way
constexpr std::chrono::minutes k_still_next{15};  // late patients come
/// A row has no room for time, names and state beside each other.
bool is_stacked(const Room& room) { return room.portrait ? room.tight : room.narrow; }

constexpr double k_above_now = 0.3;  // of the list's height

}  // namespace

TodayScreen::Row::Row(const TodayRow& first)
    : widget(gtk_list_box_row_new()), line(new_box(GTK_ORIENTATION_HORIZONTAL, 16)) {
  gtk_widget_set_valign(line, GTK_ALIGN_CENTER);
  time = GTK_LABEL(new_label("", {"time", "tabular"}));
  gtk_label_set_width_chars(time, 9);
  GtkWidget* names = new_box(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_hexpand(names, TRUE);
  gtk_widget_set_valign(names, GTK_ALIGN_CENTER);
  patient = GTK_LABEL(new_label("", {"strong"}));
  clinician = GTK_LABEL(new_label("", {"secondary", "small"}));
  for (GtkLabel* label : {patient, clinician}) fit_in_two_lines(label);
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
  const std::string second = row.clinician.empty() ? words_of_code_end(row.code_end, false) : row.clinician;
  set_text(clinician, second);
  set_visible(clinician, !second.empty());
  set_visible(needs_picture, row.needs_picture);
  set_visible(waiting, row.waiting_since.has_value());
  set_class(widget, "past", row.state == State::ended);
  draw_state();
}

void TodayScreen::Row::set_stacked(bool stacked) const {
  gtk_orientable_set_orientation(GTK_ORIENTABLE(line),
                                 stacked ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing(GTK_BOX(line), stacked ? 0 : 16);
  gtk_widget_set_halign(chip.widget(), stacked ? GTK_ALIGN_START : GTK_ALIGN_END);
  gtk_label_set_xalign(waiting, stacked ? 0 : 1);
}

void TodayScreen::Row::draw_state() {
  const Chip state = chip_of(model, now);
  chip.set(state);
  std::string name = time_of_day(model.time) + ", " + patient_or(model.patient) + ", " + state.text;
  for (const std::string& more : {words_of_code_end(model.code_end, true), model.clinician}) {
    if (!more.empty()) name += ", " + more;
  }
  if (model.needs_picture) name += std::string(", ") + tr("Needs the picture");
  if (std::exchange(accessible, name) != name) set_accessible_name(widget, name);
}

void TodayScreen::Row::tick(Instant at) {
  now = at;
  if (model.waiting_since) set_text(waiting, duration(now - *model.waiting_since));
  draw_state();
}

TodayScreen::TodayScreen(Sheets& sheets)
    : m_sheets(sheets),
      m_ui("today.ui"),
      m_detail("today_detail.ui"),
      m_start(m_ui.button("start")),
      m_add(m_ui.button("add")),
      m_fold(m_ui.button("fold")),
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
  m_signals.on(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(m_ui.widget("scroll"))), "changed",
               [this] {
                 if (auto again = std::exchange(m_scroll_again, nullptr))
                   m_scroll.start_once(std::chrono::milliseconds(0), std::move(again));
               });
  m_signals.on(m_fold.widget(), "clicked", [this] {
    m_scroll_again = nullptr;
    m_unfolded = !m_unfolded;
    draw_fold();
  });
  gtk_list_box_set_header_func(
      m_ui.list("rows"),
      +[](GtkListBoxRow* row, GtkListBoxRow*, gpointer data) noexcept {
        const auto& self = *static_cast<TodayScreen*>(data);
        const bool is_next =
            self.m_next > 0 && gtk_list_box_row_get_index(row) == static_cast<int>(self.m_next);
        GtkWidget* line = nullptr;
        if (is_next) {
          const std::string now = fill(tr("Now, {time}"), fmt::arg("time", time_of_day(self.m_now)));
          line = new_label(now, {"now-line", "small", "tabular"});
        }
        gtk_list_box_row_set_header(row, line);
      },
      this, nullptr);
  set(TodayModel{});
}

TodayScreen::~TodayScreen() { gtk_list_box_set_header_func(m_ui.list("rows"), nullptr, nullptr, nullptr); }

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
  show_page(m_ui.stack("list_or_empty"), m_rows.empty() ? "empty" : "list");
  draw_fold();
  draw_detail();
  tick(m_now);
}

void TodayScreen::rebuild_rows() {
  GtkListBox* list = m_ui.list("rows");
  m_rebuilding = true;  // GTK chooses rows by itself while they come and go: that is nobody's choice
  m_scroll.stop();
  m_scroll_again = nullptr;
  while (GtkWidget* child = gtk_widget_get_first_child(GTK_WIDGET(list))) gtk_list_box_remove(list, child);
  m_rows.clear();
  for (const TodayRow& row : m_model.rows) {
    m_rows.push_back(std::make_unique<Row>(row));
    m_rows.back()->set_stacked(is_stacked(m_room));
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
  const bool is_ours = found == m_model.rows.end();
  if (is_ours) {
    // The one to do something about: who waits, else who is connected, else who comes next.
    const auto urgency = [this](const TodayRow& row) {
      switch (row.state) {
        case State::waiting: return 0;
        case State::reconnecting: return 1;
        case State::admitted:
        case State::in_call: return 2;
        case State::open: return 3;
        case State::scheduled: return row.time + k_still_next >= m_now ? 4 : 5;
        case State::ended: return 6;
      }
      return 6;
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
  m_scroll_again = [this, row = m_rows[index]->widget, is_ours] { scroll_to(row, is_ours); };
  m_scroll.start_once(std::chrono::milliseconds(0), m_scroll_again);
}

void TodayScreen::draw_fold() {
  const auto is_over = [](const auto& row) { return row->model.state == State::ended; };
  const auto over = static_cast<std::size_t>(std::count_if(m_rows.begin(), m_rows.end(), is_over));
  const bool can_fold = over >= k_fold_from;
  for (const auto& row : m_rows) {
    const bool folded = can_fold && !m_unfolded && is_over(row) && row->model.key != m_chosen;
    set_visible(row->widget, !folded);
  }
  set_visible(m_fold.widget(), can_fold);
  m_fold.set(m_unfolded ? "sd-minus-symbolic" : "sd-plus-symbolic",
             m_unfolded
                 ? std::string(tr("Hide visits that are over"))
                 : fill(trn("Show {count} visit that is over", "Show {count} visits that are over", over),
                        fmt::arg("count", over)));
}

std::size_t TodayScreen::next_row() const {
  const auto found = std::find_if(m_model.rows.begin(), m_model.rows.end(), [this](const TodayRow& row) {
    return row.time > m_now && row.state != State::ended;
  });
  return static_cast<std::size_t>(found - m_model.rows.begin());
}

void TodayScreen::draw_now_line() {
  m_next = next_row();
  gtk_list_box_invalidate_headers(m_ui.list("rows"));
}

void TodayScreen::scroll_to(GtkWidget* row, bool is_now) {
  graphene_rect_t place;
  if (gtk_widget_get_parent(row) == nullptr) return;
  GtkWidget* list = m_ui.widget("list_column");
  if (!gtk_widget_compute_bounds(row, list, &place)) return;
  GtkAdjustment* at = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(m_ui.widget("scroll")));
  const auto top = static_cast<double>(place.origin.y);
  // With some of what came before it: who is overdue, and who is in the call.
  if (is_now) return gtk_adjustment_set_value(at, top - k_above_now * gtk_adjustment_get_page_size(at));
  gtk_adjustment_clamp_page(at, top, top + static_cast<double>(place.size.height));
}

void TodayScreen::on_row_chosen() {
  if (m_rebuilding) return;
  m_scroll_again = nullptr;
  GtkListBoxRow* selected = gtk_list_box_get_selected_row(m_ui.list("rows"));
  for (const auto& row : m_rows) {
    if (row->widget == GTK_WIDGET(selected)) m_chosen = row->model.key;
  }
  draw_detail();
  draw_fold();
}

const TodayRow* TodayScreen::chosen_row() const {
  const auto found = std::find_if(m_model.rows.begin(), m_model.rows.end(),
                                  [this](const TodayRow& row) { return row.key == m_chosen; });
  return found == m_model.rows.end() ? nullptr : &*found;
}

void TodayScreen::draw_detail() {
  const TodayRow* row = chosen_row();
  set_visible(m_ui.widget("detail"), row != nullptr);
  set_visible(m_ui.widget("steps_scroll"), row == nullptr);
  // One primary button at a time: with nothing to do in the list, starting is it.
  set_class(m_start.widget(), "primary", row == nullptr);
  set_class(m_start.widget(), "soft", row != nullptr);
  if (row == nullptr) return;
  m_chip.set(chip_of(*row, m_now));
  set_text(m_detail.label("patient"), patient_or(row->patient));
  std::string facts = time_of_day(row->time);
  for (const std::string& more : {row->clinician, words_of_code_end(row->code_end, false)}) {
    if (!more.empty()) facts += " · " + more;
  }
  if (row->needs_picture) facts += std::string(" · ") + tr("Needs the picture");
  set_text(m_detail.label("facts"), facts);
  set_text(m_detail.label("next_step"), next_step(*row, m_now));
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
  const auto minute = [](Instant time) { return std::chrono::floor<std::chrono::minutes>(time); };
  const bool another_minute = minute(now) != minute(m_now);
  m_now = now;
  if (another_minute || next_row() != m_next) {
    draw_now_line();
    draw_detail();
  }
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

void TodayScreen::set_room(const Room& room) {
  m_room = room;
  GtkWidget* grid = root();
  set_margins(grid, room.narrow ? 16 : 32);
  gtk_grid_set_column_spacing(GTK_GRID(grid), room.narrow ? 16 : 32);
  gtk_grid_set_row_spacing(GTK_GRID(grid), 16);
  GtkLayoutManager* layout = gtk_widget_get_layout_manager(grid);
  const auto put = [&](const char* id, int column, int row, int span) {
    g_object_set(gtk_layout_manager_get_layout_child(layout, m_ui.widget(id)), "column", column, "row", row,
                 "column-span", span, nullptr);
  };
  put("left", 0, 0, room.portrait ? 9 : room.narrow ? 5 : 6);
  put("right",
      room.portrait ? 0
      : room.narrow ? 5
                    : 6,
      room.portrait ? 1 : 0,
      room.portrait ? 9
      : room.narrow ? 4
                    : 3);
  for (const char* id : {"detail", "steps_scroll"}) gtk_widget_set_vexpand(m_ui.widget(id), !room.portrait);
  set_margins(m_detail.widget("root"), room.narrow ? 16 : 32);
  gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(m_detail.widget("scroll")),
                                             room.portrait ? 200 : -1);
  set_visible(m_ui.widget("emblem"), !room.low);
  m_add.set_compact(room.narrow);
  for (const auto& row : m_rows) row->set_stacked(is_stacked(room));
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
