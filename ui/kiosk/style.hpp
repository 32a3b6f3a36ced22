// The kiosk's colours, type and icons, from the program's resource. Main thread, with a display.
#pragma once

namespace sangdam::ui {

/// Loads them for every window of the display; the second call does nothing.
void load_style();

/// Letters so many times as large as usual, instead of as large as the desktop says.
void set_text_scale(double scale);
[[nodiscard]] double text_scale();

}  // namespace sangdam::ui
