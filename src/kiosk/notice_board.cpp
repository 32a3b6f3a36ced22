#include "kiosk/notice_board.hpp"

#include <algorithm>
#include <utility>

namespace sangdam::kiosk {

void NoticeBoard::raise(const std::string& id, ui::Health health, Words words, bool dismissible) {
  Entry fresh{id, health, std::move(words), dismissible};
  const auto old =
      std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& each) { return each.id == id; });
  if (old != m_entries.end()) {
    *old = std::move(fresh);
  } else {
    m_entries.push_back(std::move(fresh));
  }
  changed();
}

void NoticeBoard::clear(const std::string& id) {
  if (std::erase_if(m_entries, [&](const Entry& each) { return each.id == id; }) > 0) changed();
}

std::vector<ui::NoticeBar> NoticeBoard::bars() const {
  std::vector<ui::NoticeBar> bars;
  for (const Entry& each : m_entries) bars.push_back({each.id, each.health, each.words(), each.dismissible});
  return bars;
}

}  // namespace sangdam::kiosk
