// Waiting for events in tests: runs the default main context until a condition holds. Never a sleep.
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>

namespace sangdam::tests {

/// True as soon as `condition` holds; false when `deadline` passes first.
inline bool run_until(const std::function<bool()>& condition,
                      std::chrono::milliseconds deadline = std::chrono::seconds(10)) {
  bool late = false;
  GSource* timeout = g_timeout_source_new(static_cast<guint>(deadline.count()));
  g_source_set_callback(
      timeout,
      [](gpointer data) -> gboolean {
        *static_cast<bool*>(data) = true;
        return G_SOURCE_REMOVE;
      },
      &late, nullptr);
  g_source_attach(timeout, nullptr);
  bool holds = condition();
  while (!holds && !late) {
    g_main_context_iteration(nullptr, TRUE);
    holds = condition();
  }
  g_source_destroy(timeout);
  g_source_unref(timeout);
  return holds;
}

}  // namespace sangdam::tests
