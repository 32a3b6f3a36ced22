#include "ui/kiosk/log_screen.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto k_search_pause = 250ms;  // after the last key, so that a name is searched once
constexpr std::size_t k_search_length = 60;

std::string facts_of(const consultation::LogRow& row) {
  std::string facts = short_date(row.started) + " · " + time_of_day(row.started);
  if (!row.clinician.empty()) facts += " · " + row.clinician;
  if (row.connected && row.ended) {
    facts += " · " +
             fill(tr("talked for {duration}"), fmt::arg("duration", duration(*row.ended - *row.connected)));
  }
  return facts;
}

/// Name and state above each other, where there is no room beside each other.
void stack(GtkWidget* line, bool stacked) {
  gtk_orientable_set_orientation(GTK_ORIENTABLE(line),
                                 stacked ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_spacing(GTK_BOX(line), stacked ? 4 : 16);
}

}  // namespace

LogScreen::LogScreen() : m_ui("log.ui"), m_more(m_ui.button("more")), m_earlier(m_ui.button("earlier")) {
  m_more.set("sd-plus-symbolic", tr("Show older visits"));
  m_more.bind(action::k_more_log);
  m_earlier.bind(action::k_show_earlier);
  gtk_box_append(m_ui.box("chip_place"), m_chip.widget());
  m_signals.on(m_ui.entry("search"), "changed", [this] {
    if (!m_rebuilding) m_search_pause.start_once(k_search_pause, [this] { search(); });
  });
  m_signals.on(m_ui.entry("search"), "activate", [this] { search(); });
  m_signals.on(m_ui.list("rows"), "row-selected", [this] { on_row_chosen(); });
  draw_empty();
}

void LogScreen::search() {
  m_search_pause.stop();
  const std::string text =
      base::single_line(gtk_editable_get_text(GTK_EDITABLE(m_ui.entry("search"))), k_search_length);
  if (text == m_model.search && text == m_asked) return;
  m_asked = text;
  activate(m_ui.entry("search"), action::k_search_log, text);
}

void LogScreen::set(const LogModel& model) {
  GtkListBox* list = m_ui.list("rows");
  const bool next_page = model.search == m_model.search && model.rows.size() >= m_model.rows.size() &&
                         std::equal(m_model.rows.begin(), m_model.rows.end(), model.rows.begin(),
                                    [](const consultation::LogRow& a, const consultation::LogRow& b) {
                                      return a.id == b.id && a.state == b.state && a.outcome == b.outcome &&
                                             a.ended == b.ended && a.patient_name == b.patient_name;
                                    });
  m_rebuilding = true;
  std::size_t known = m_model.rows.size();
  if (!next_page) {
    m_lines.clear();
    while (GtkWidget* child = gtk_widget_get_first_child(GTK_WIDGET(list))) gtk_list_box_remove(list, child);
    known = 0;
  }
  m_model = model;
  // The answer to what somebody typed leaves what they type now alone; another search than theirs is shown.
  if (model.search != m_asked)
    gtk_editable_set_text(GTK_EDITABLE(m_ui.entry("search")), model.search.c_str());
  m_asked = model.search;
  for (std::size_t i = known; i < model.rows.size(); ++i) append(model.rows[i]);
  m_rebuilding = false;
  set_visible(m_more.widget(), model.more);
  draw_empty();
  mark_chosen();
}

void LogScreen::draw_empty() {
  show_page(m_ui.stack("list_or_empty"), m_model.rows.empty() ? "empty" : "list");
  if (m_model.search.empty()) {
    set_text(m_ui.label("empty_title"), tr("No visits yet"));
    set_text(m_ui.label("empty_text"), tr("Every visit is noted here by itself, from the first code on."));
  } else {
    set_text(m_ui.label("empty_title"),
             fill(tr("Nothing found for “{text}”"), fmt::arg("text", m_model.search)));
    set_text(m_ui.label("empty_text"), tr("Try a part of the name, or clear the search."));
  }
}

void LogScreen::append(const consultation::LogRow& row) {
  GtkWidget* line = new_box(GTK_ORIENTATION_HORIZONTAL, 16);
  gtk_widget_set_valign(line, GTK_ALIGN_CENTER);
  GtkWidget* names = new_box(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_hexpand(names, TRUE);
  gtk_widget_set_valign(names, GTK_ALIGN_CENTER);
  GtkWidget* patient = new_label(patient_or(row.patient_name), {"strong"});
  std::string when = short_date(row.started) + " · " + time_of_day(row.started);
  if (!row.clinician.empty()) when += " · " + row.clinician;
  GtkWidget* facts = new_paragraph(when, {"secondary", "small"});
  fit_in_two_lines(GTK_LABEL(patient));
  for (GtkWidget* label : {patient, facts}) gtk_box_append(GTK_BOX(names), label);
  ChipView chip;
  const Chip state = chip_of(row.state, row.outcome);
  chip.set(state);
  gtk_box_append(GTK_BOX(line), names);
  gtk_box_append(GTK_BOX(line), chip.widget());
  stack(line, m_room.narrow);
  m_lines.push_back(line);
  GtkWidget* list_row = gtk_list_box_row_new();
  gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(list_row), line);
  set_accessible_name(list_row, patient_or(row.patient_name) + ", " + when + ", " + state.text);
  gtk_list_box_append(m_ui.list("rows"), list_row);
}

void LogScreen::on_row_chosen() {
  if (m_rebuilding) return;
  GtkListBoxRow* selected = gtk_list_box_get_selected_row(m_ui.list("rows"));
  if (selected == nullptr) return;
  const auto index = static_cast<std::size_t>(gtk_list_box_row_get_index(selected));
  if (index >= m_model.rows.size() || m_model.rows[index].id == m_chosen) return;
  activate(selected, action::k_show_timeline, m_model.rows[index].id);
}

void LogScreen::mark_chosen() {
  const auto found = std::find_if(m_model.rows.begin(), m_model.rows.end(),
                                  [this](const consultation::LogRow& row) { return row.id == m_chosen; });
  m_rebuilding = true;
  if (m_chosen.empty() || found == m_model.rows.end()) {
    gtk_list_box_unselect_all(m_ui.list("rows"));
    gtk_list_box_select_row(m_ui.list("rows"), nullptr);
  } else {
    const auto index = static_cast<int>(found - m_model.rows.begin());
    gtk_list_box_select_row(m_ui.list("rows"), gtk_list_box_get_row_at_index(m_ui.list("rows"), index));
  }
  m_rebuilding = false;
}

void LogScreen::set_room(const Room& room) {
  m_room = room;
  GtkWidget* grid = root();
  set_margins(grid, room.narrow ? 16 : 32);
  gtk_grid_set_column_spacing(GTK_GRID(grid), room.narrow ? 16 : 32);
  gtk_grid_set_row_spacing(GTK_GRID(grid), 16);
  gtk_grid_set_row_homogeneous(GTK_GRID(grid), room.portrait);
  GtkLayoutManager* layout = gtk_widget_get_layout_manager(grid);
  const auto put = [&](const char* id, int column, int row, int span) {
    g_object_set(gtk_layout_manager_get_layout_child(layout, m_ui.widget(id)), "column", column, "row", row,
                 "column-span", span, nullptr);
  };
  put("left", 0, 0, room.portrait ? 11 : 5);
  put("timeline_or_hint", room.portrait ? 0 : 5, room.portrait ? 1 : 0, room.portrait ? 11 : 6);
  set_margins(m_ui.widget("head"), room.narrow ? 16 : 24);
  stack(m_ui.widget("title"), room.narrow);
  set_visible(m_ui.widget("emblem"), !room.low);
  for (GtkWidget* line : m_lines) stack(line, room.narrow);
}

void LogScreen::show_timeline(bool shown) {
  if (!shown) m_chosen.clear();
  mark_chosen();
  show_page(m_ui.stack("timeline_or_hint"), shown ? "timeline" : "hint");
}

void LogScreen::set(const TimelineModel& model) {
  const bool another = m_chosen != model.row.id;
  m_chosen = model.row.id;
  set_text(m_ui.label("patient"), patient_or(model.row.patient_name));
  set_text(m_ui.label("facts"), facts_of(model.row));
  m_chip.set(chip_of(model.row.state, model.row.outcome));
  set_visible(m_earlier.widget(), model.earlier > 0);
  m_earlier.set("sd-plus-symbolic",
                fill(trn("Show {count} earlier entry", "Show {count} earlier entries", model.earlier),
                     fmt::arg("count", model.earlier)));
  remove_children(m_ui.widget("moments"));
  for (const consultation::LogEntry& entry : model.entries) append(entry);
  if (another) {
    gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(m_ui.widget("scroll"))),
                             0);
  }
  mark_chosen();
}

void LogScreen::append(const consultation::LogEntry& entry) {
  const Moment moment = moment_of(entry);
  GtkWidget* line = new_box(GTK_ORIENTATION_HORIZONTAL, 16);
  GtkWidget* mark = new_box(GTK_ORIENTATION_HORIZONTAL, 0, {"mark"});
  set_tone(mark, moment.tone);
  gtk_widget_set_hexpand(mark, FALSE);  // or the icon's wish to be centred would stretch it
  gtk_widget_set_valign(mark, GTK_ALIGN_START);
  GtkWidget* icon = new_icon(moment.icon);
  gtk_widget_set_hexpand(icon, TRUE);
  gtk_box_append(GTK_BOX(mark), icon);
  GtkWidget* texts = new_box(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_hexpand(texts, TRUE);
  GtkWidget* time = new_label(exact_time(entry.time), {"moment"});
  GtkWidget* sentence = new_paragraph(moment.sentence);
  if (moment.is_raw) gtk_widget_add_css_class(sentence, "raw");
  gtk_box_append(GTK_BOX(texts), time);
  gtk_box_append(GTK_BOX(texts), sentence);
  if (!moment.quote.empty()) {
    GtkWidget* quote = new_paragraph(moment.quote, {"quote"});
    gtk_widget_set_halign(quote, GTK_ALIGN_START);
    gtk_widget_set_margin_top(quote, 8);
    gtk_box_append(GTK_BOX(texts), quote);
  }
  gtk_box_append(GTK_BOX(line), mark);
  gtk_box_append(GTK_BOX(line), texts);
  gtk_box_append(m_ui.box("moments"), line);
}

}  // namespace sangdam::ui
