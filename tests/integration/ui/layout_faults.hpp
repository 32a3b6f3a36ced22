// What a layout must never do to a person before the screen: written as lines "fault …" on standard output.
#pragma once

#include <gtk/gtk.h>

namespace sangdam::tests {

/// For everything that is mapped in the window: a control that lies outside the window, or outside the width
/// of what it scrolls in; one that something else covers; a text that is cut off.
void say_layout_faults(GtkWindow* window);

}  // namespace sangdam::tests
