// The answer to a press: why it was refused, or what was done, beside what was pressed.
//
// It appears in the same moment, covers neither the button nor what was typed, and stays until something else
// is pressed; what was done needs no reading and goes by itself. Nothing pushes it behind anything: it lies
// over sheets, too. Main thread.
#pragma once

#include <string>

#include "base/main_thread.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class AnswerView {
 public:
  /// `overlay` fills the window, and outlives this.
  explicit AnswerView(GtkOverlay* overlay);
  ~AnswerView();
  AnswerView(const AnswerView&) = delete;
  AnswerView& operator=(const AnswerView&) = delete;

  /// False, and nothing is shown, if nothing was pressed just now: nobody would look for it there.
  bool say(Health health, const std::string& text);
  /// Whether what was pressed just now has been refused.
  [[nodiscard]] bool refused() const;
  /// Another screen is in front: an answer to an earlier press does not belong to it.
  void on_screen_changed();

 private:
  void hide();
  [[nodiscard]] GdkRectangle place() const;

  GtkOverlay* m_overlay;
  GtkWidget* m_bubble;
  GtkImage* m_icon;
  GtkLabel* m_text;
  unsigned m_answered = 0;  // the number of the press
  bool m_refused = false;
  base::Timer m_gone;
  gulong m_hook = 0;
  base::SignalConnection m_on_position;
  Signals m_signals;
};

}  // namespace sangdam::ui
