// Today: the day's visits at the left, what to do next with the chosen one at the right.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class TodayScreen {
 public:
  explicit TodayScreen(Sheets& sheets);
  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const TodayModel& model);
  void tick(Instant now);

  /// Which row is chosen: kept when the screen is built anew in another language.
  [[nodiscard]] const std::string& chosen() const { return m_chosen; }
  void choose(const std::string& key);

 private:
  struct Row {
    explicit Row(const TodayRow& first);
    void set(const TodayRow& row);
    void tick(Instant now);
    TodayRow model;
    GtkWidget* widget;
    GtkLabel *time, *patient, *clinician, *waiting;
    GtkWidget* needs_picture;
    ChipView chip;
  };
  void add_step(int number, const char* text);
  void rebuild_rows();
  void scroll_to(GtkWidget* row);
  void on_row_chosen();
  void select_chosen();
  [[nodiscard]] const TodayRow* chosen_row() const;
  void draw_detail();
  void set_detail_action(const TodayRow& row);
  void add_appointment();
  void ask_to_remove();

  Sheets& m_sheets;
  Ui m_ui, m_detail;
  TodayModel m_model;
  std::string m_chosen;
  bool m_rebuilding = false;
  Instant m_now{};
  std::vector<std::unique_ptr<Row>> m_rows;
  ChipView m_chip;
  ActionButton m_start, m_add, m_primary, m_secondary, m_remove;
  base::Timer m_scroll;
  Signals m_signals;
};

}  // namespace sangdam::ui
