// The messages under the bar: what happened, what it means, what to do. Stay until the program drops them or
// staff dismiss them.
#pragma once

#include <vector>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class NoticesView {
 public:
  explicit NoticesView(GtkBox* place) : m_place(place) {}
  void set(const std::vector<NoticeBar>& notices);

 private:
  GtkBox* m_place;
};

}  // namespace sangdam::ui
