// What the machine's fonts can show. Main thread; needs no display.
#pragma once

namespace sangdam::ui {

/// Whether there is a font with Korean letters: without one they are boxes, and nothing else says so.
[[nodiscard]] bool can_show_hangul();

}  // namespace sangdam::ui
