#include "base/log.hpp"

#include <glib.h>

#include <string>

namespace sangdam::base {
namespace {

// GLib's default writer hides INFO unless asked; MESSAGE is its "always shown, nothing wrong" level.
GLogLevelFlags glib_level(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug: return G_LOG_LEVEL_DEBUG;
    case LogLevel::info: return G_LOG_LEVEL_MESSAGE;
    case LogLevel::warning: return G_LOG_LEVEL_WARNING;
    // GLib aborts on its own ERROR level; CRITICAL aborts under G_DEBUG=fatal-criticals, which the tests set
    // to catch misuse of libraries. A reported failure is neither, so errors go out as warnings with a mark.
    case LogLevel::error: return G_LOG_LEVEL_WARNING;
  }
  return G_LOG_LEVEL_WARNING;
}

}  // namespace

void start_log() noexcept { g_log_writer_default_set_use_stderr(TRUE); }

void write_log(LogLevel level, std::string_view area, std::string_view message) noexcept {
  const std::string domain = "sangdam-" + std::string(area);
  const std::string text = (level == LogLevel::error ? "error: " : "") + std::string(message);
  g_log_structured(domain.c_str(), glib_level(level), "MESSAGE", "%s", text.c_str());
}

}  // namespace sangdam::base
