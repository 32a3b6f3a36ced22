// What was pressed last, and where on the window: for the answer beside it. One for the process, as there is
// one pair of hands before the kiosk. Main thread.
#pragma once

#include <gtk/gtk.h>

namespace sangdam::ui {

/// `widget` asks for something now. Buttons say so by themselves once there is an AnswerView.
void note_press(GtkWidget* widget);

struct Press {
  unsigned number = 0;   // of the press, from 1; 0: nothing was pressed yet
  bool is_now = false;   // what it led to is still being done
  GdkRectangle place{};  // in the window, as it lies there now, or lay there when it was pressed
};
[[nodiscard]] Press last_press();

}  // namespace sangdam::ui
