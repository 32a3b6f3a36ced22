// Session: the code to hand out, and who stands at the door.
#pragma once

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/qr_view.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class SessionScreen {
 public:
  explicit SessionScreen(Sheets& sheets);
  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const SessionModel& model);
  void tick(Instant now);
  void set_room(const Room& room);

 private:
  void draw_code();
  void draw_door();
  void draw_door_text();
  void draw_buttons();
  void draw_expiry();
  void draw_renewal();
  void mark();
  void ask_to_cancel();
  void ask_nobody_came();

  Sheets& m_sheets;
  Ui m_ui;
  SessionModel m_model;
  Instant m_now{};
  bool m_ran_out = false;
  Room m_room;
  QrView m_qr;
  ChipView m_expiry, m_camera, m_microphone, m_language;
  ActionButton m_needs_picture, m_admit, m_decline, m_back, m_renew, m_fresh, m_name, m_no_show, m_cancel;
  Signals m_signals;
};

}  // namespace sangdam::ui
