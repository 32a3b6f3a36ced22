// Today: the day's visits at the left, what to do next with the chosen one at the right. The list begins with
// what is not over; the rest is folded away, and a line marks the time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class TodayScreen {
 public:
  explicit TodayScreen(Sheets& sheets);
  ~TodayScreen();
  TodayScreen(const TodayScreen&) = delete;
  TodayScreen& operator=(const TodayScreen&) = delete;
  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const TodayModel& model);
  void tick(Instant now);
  void set_room(const Room& room);

  /// Which row is chosen: kept when the screen is built anew in another language.
  [[nodiscard]] const std::string& chosen() const { return m_chosen; }
  void choose(const std::string& key);

 private:
  struct Row {
    explicit Row(const TodayRow& first);
    void set(const TodayRow& row);
    void tick(Instant at);
    void draw_state();
    /// What is side by side elsewhere.
    void set_stacked(bool stacked) const;
    TodayRow model;
    Instant now{};
    GtkWidget *widget, *line;
    GtkLabel *time, *patient, *clinician, *waiting;
    std::string accessible;
    GtkWidget* needs_picture;
    ChipView chip;
  };
  void add_step(int number, const char* text);
  void rebuild_rows();
  void scroll_to(GtkWidget* row, bool is_now);
  void draw_fold();
  void draw_now_line();
  [[nodiscard]] std::size_t next_row() const;
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
  bool m_unfolded = false;  // visits that are over are listed, too
  std::size_t m_next = 0;   // index of the first row that is still to come
  Instant m_now{};
  Room m_room;
  std::vector<std::unique_ptr<Row>> m_rows;
  ChipView m_chip;
  ActionButton m_start, m_add, m_fold, m_primary, m_secondary, m_remove;
  base::Timer m_scroll;
  std::function<void()> m_scroll_again;  // once the list has been laid out anew
  Signals m_signals;
};

}  // namespace sangdam::ui
