// In a call: somebody else gave the visit's code while the patient's page had lost the gateway, and waits for
// staff. Says who, and what either answer does; the call behind it goes on. Main thread.
#pragma once

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class DoorCard {
 public:
  /// Fills `place`, which it shows and hides.
  DoorCard(Sheets& sheets, GtkBox* place);
  void set(const CallModel& model);

 private:
  void ask_to_hand_over();

  Sheets& m_sheets;
  GtkWidget* m_place;
  GtkLabel *m_who, *m_about;
  ActionButton m_admit, m_decline;
  CallModel m_model;
  Signals m_signals;
};

}  // namespace sangdam::ui
