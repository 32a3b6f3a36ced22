// How much room the window gives, and what follows for the screens. Widths count in letters: twice as large
// letters leave as much room as half the window. Pure.
#pragma once

namespace sangdam::ui {

struct Room {
  int width = 1280, height = 800;  // logical pixels
  bool wide = false;               // for every word, and a larger code
  bool narrow = false;             // for two columns, but not for what is generous
  bool tight = false;              // icons without their words
  bool low = false;                // margins and padding go first
  bool portrait = false;           // what lies side by side elsewhere lies one above the other
  friend bool operator==(const Room&, const Room&) = default;
};

/// `text_scale` is 1 at letters of the usual size.
[[nodiscard]] constexpr Room room_of(int width, int height, double text_scale) {
  const double across = width / text_scale;
  const double down = height / text_scale;
  return {.width = width,
          .height = height,
          .wide = across >= 1680 && down >= 900,
          .narrow = across < 1180,
          .tight = across < 760,
          .low = down<720, .portrait = height> width};
}

}  // namespace sangdam::ui
