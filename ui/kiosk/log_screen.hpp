// Log: past visits at the left, searched by name, a page at a time; what happened in the chosen one at the
// right.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class LogScreen {
 public:
  LogScreen();
  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const LogModel& model);
  void set(const TimelineModel& model);
  /// Screen::log: the list alone. Screen::timeline: with the chosen visit.
  void show_timeline(bool shown);
  void set_room(const Room& room);

 private:
  void append(const consultation::LogRow& row);
  void append(const consultation::LogEntry& entry);
  void draw_empty();
  void mark_chosen();
  void search();
  void on_row_chosen();

  Ui m_ui;
  LogModel m_model;
  std::string m_chosen;  // consultation whose timeline is shown
  std::string m_asked;   // the search that was asked for last
  bool m_rebuilding = false;
  Room m_room;
  std::vector<GtkWidget*> m_lines;  // of the list's rows, which own them
  ChipView m_chip;
  ActionButton m_more, m_earlier;
  base::Timer m_search_pause;
  Signals m_signals;
};

}  // namespace sangdam::ui
