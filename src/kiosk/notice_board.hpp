// What staff are to know just now: the sentences under the bar of every screen. It is there before the
// screens, so that what goes wrong while the kiosk starts is on them when they come. Main thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ui/kiosk/models.hpp"

namespace sangdam::kiosk {

class NoticeBoard {
 public:
  /// Looked up each time it is drawn: staff may change the language meanwhile.
  using Words = std::function<std::string()>;

  /// A sentence that stays until cleared or dismissed. The newest of an id replaces the older.
  void raise(const std::string& id, ui::Health health, Words words, bool dismissible = true);
  void clear(const std::string& id);
  /// In the order in which they were raised first.
  [[nodiscard]] std::vector<ui::NoticeBar> bars() const;
  /// Told after every change; whoever draws looks at bars().
  void on_change(std::function<void()> listener) { m_on_change = std::move(listener); }

 private:
  struct Entry {
    std::string id;
    ui::Health health;
    Words words;
    bool dismissible;
  };
  void changed() const {
    if (m_on_change) m_on_change();
  }

  std::vector<Entry> m_entries;
  std::function<void()> m_on_change;
};

}  // namespace sangdam::kiosk
