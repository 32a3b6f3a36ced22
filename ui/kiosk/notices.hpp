// The messages under the bar: what happened, what it means, what to do. Stay until the program drops them or
// staff dismiss them. One is in view, the newest of the
// gravest; the others unfold, so that trouble never pushes the code
// or the patient off the screen.
#pragma once

#include <vector>

#include "base/main_thread.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class NoticesView {
 public:
  explicit NoticesView(GtkBox* place) : m_place(place) {}
  void set(const std::vector<NoticeBar>& notices);
  void set_room(const Room& room);

 private:
  void draw();
  [[nodiscard]] GtkWidget* bar_of(const NoticeBar& notice, bool with_unfold);

  GtkBox* m_place;
  std::vector<NoticeBar> m_notices;  // the gravest first, of these the newest
  bool m_unfolded = false;
  bool m_compact = false;
  Signals m_signals;
  base::Anchor<NoticesView> m_anchor{this};
};

}  // namespace sangdam::ui
