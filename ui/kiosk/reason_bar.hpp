// In a call that goes on without the picture that the visit needs: asks staff for the reason, above the
// picture and the controls and over neither. One touch answers; the talk goes on beside it. Main thread.
#pragma once

#include <string>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class ReasonBar {
 public:
  /// Fills `place`, which it shows and hides.
  explicit ReasonBar(GtkBox* place);
  void set(const CallModel& model);

  /// What is being typed as another reason: kept when the screens are built anew.
  struct Unfinished {
    bool typing = false;
    std::string text;
  };
  [[nodiscard]] Unfinished unfinished() const;
  void resume(const Unfinished& unfinished);

 private:
  void add_choice(GtkWidget* row, UnseenReason reason);
  void give(UnseenReason reason);
  void show_typing(bool typing);
  void draw_note_button();
  [[nodiscard]] std::string typed() const;

  GtkWidget* m_place;
  GtkWidget *m_choices, *m_typing, *m_entry;
  ActionButton m_back, m_note;
  std::string m_consultation;
  Signals m_signals;
};

}  // namespace sangdam::ui
