// The small mark beside the word of the microphone's button: that the microphone hears, and how much.
//
// Looks at the level some times a second while it is shown, and not at all otherwise. Main thread.
#pragma once

#include <memory>

#include "base/main_thread.hpp"
#include "base/sound_level.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

/// How many of the mark's four steps are lit for a peak of SoundLevel's. Pure.
[[nodiscard]] int steps_lit(int peak);

class LevelMark {
 public:
  LevelMark();
  LevelMark(const LevelMark&) = delete;
  LevelMark& operator=(const LevelMark&) = delete;

  [[nodiscard]] GtkWidget* widget() const { return m_bar.get(); }
  /// Null: there is nothing to look at.
  void watch(std::shared_ptr<base::SoundLevel> level);
  /// Whether staff can see it, were its screen in front.
  void set_shown(bool shown);

 private:
  void update();
  void look();

  base::Ref<GtkWidget> m_bar;
  std::shared_ptr<base::SoundLevel> m_level;
  bool m_shown = false;
  int m_lit = 0;
  base::Timer m_timer;
  Signals m_signals;
};

}  // namespace sangdam::ui
