// How loud the patient is played: a button beside the name, and the steps below it once it is pressed. Main
// thread.
#pragma once

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class VolumeControl {
 public:
  /// Fills `steps`, which it shows and hides.
  VolumeControl(GtkButton* button, GtkBox* steps);
  void set(const CallModel& model);
  void close() { show(false); }

 private:
  void show(bool open);
  void step(int by);

  int m_percent = 100;
  GtkWidget* m_steps;
  GtkLabel* m_value;
  ActionButton m_button, m_less, m_more;
  Signals m_signals;
};

}  // namespace sangdam::ui
