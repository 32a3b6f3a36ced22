// Who waits while the screen shows something else, another patient's call above all: who, for how long, and
// the ways to them. Main thread.
#pragma once

#include <string>
#include <vector>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class WaitingCard {
 public:
  /// Fills `place`, which it shows and hides.
  WaitingCard(Sheets& sheets, GtkBox* place);
  /// `in_call` is the patient of the call in front; empty where there is none: then nobody has to leave for
  /// the next.
  void set(const std::vector<Waiting>& waiting, const std::string& in_call);
  void tick(Instant now);
  void set_room(const Room& room);

 private:
  void ask_to_go_on();

  Sheets& m_sheets;
  GtkWidget* m_place;
  GtkLabel *m_who, *m_about;
  ActionButton m_see, m_next;
  std::vector<Waiting> m_waiting;  // the first has waited longest
  std::string m_in_call;
  Instant m_now{};
  Signals m_signals;
};

/// "김영희 is waiting", or how many are.
[[nodiscard]] std::string words_of(const std::vector<Waiting>& waiting);

}  // namespace sangdam::ui
