// One of our icons, drawn in the colour of the text around it.
//
// GtkImage's own named icons are not used: GTK loads them in a thread of its pool, and where that thread
// drops the last reference, GTK (4.8.3, icon_cache_lookup() in gtkicontheme.c) may hand out the dying icon
// once more. Here every icon is loaded when it is first painted and kept for the program's life: a few dozen
// names in a handful of sizes.
//
// In a .ui file: <property name="paintable"><object class="SdIcon"><property name="name">...
// Main thread, with a display; load_style() first.
#pragma once

#include <gtk/gtk.h>

#include "base/handles.hpp"

namespace sangdam::ui {

/// `name`: a file in icons/ without ".svg". A GtkImage gives it its size.
[[nodiscard]] base::Ref<GdkPaintable> make_icon(const char* name);
/// The name it was made with; null for any other paintable and for none.
[[nodiscard]] const char* icon_name(GdkPaintable* paintable);
/// Tells GtkBuilder of the class. Any number of times.
void register_icon_type();

}  // namespace sangdam::ui
