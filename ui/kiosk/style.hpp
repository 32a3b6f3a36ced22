// The kiosk's colours, type and icons, from the program's resource. Main thread, with a display.
#pragma once

namespace sangdam::ui {

/// Loads them for every window of the display; the second call does nothing.
void load_style();

}  // namespace sangdam::ui
