// The GTK application, for programs that do not name GTK themselves. Main thread.
#pragma once

#include <gio/gio.h>

#include "base/handles.hpp"

namespace sangdam::ui {

/// Null if there is no display to show anything on. One instance per session bus.
[[nodiscard]] base::Ref<GApplication> make_application(const char* id);

}  // namespace sangdam::ui
