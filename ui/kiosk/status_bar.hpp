// The bar on top of every screen but the call: clinic, where to go, health of the parts, language, clock.
#pragma once

#include <array>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class StatusBarView {
 public:
  StatusBarView();
  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const StatusBar& bar);
  void set_screen(Screen screen);
  /// How many patients wait: seen from every screen.
  void set_waiting(std::size_t count);
  void set_room(const Room& room);
  void tick(Instant now);

 private:
  struct Health {
    GtkWidget* box;
    GtkImage* icon;
    GtkImage* mark;
    GtkLabel* word;
  };
  static Health new_health(GtkBox* place, const char* icon, const char* word);
  static void set_health(const Health& view, const HealthItem& item, const char* word);

  void draw_words();

  Ui m_ui;
  Room m_room;
  ActionButton m_today, m_log, m_language, m_on_air;
  std::array<Health, 3> m_health;
};

}  // namespace sangdam::ui
