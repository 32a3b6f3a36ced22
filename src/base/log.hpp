// The program's diagnostic log: to stderr, or to the journal when started by systemd.
//
// Log once, at the edge that decides. Never a session code, a name, a credential, an address of a patient or
// an SDP: this log leaves the clinic with every bug report. What happened in a consultation goes to the
// record (consultation/record.hpp), not here. Any thread.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace sangdam::base {

enum class LogLevel { debug, info, warning, error };

/// Sends every level to stderr (standard output belongs to --print-events). Call once in main().
void start_log() noexcept;

void write_log(LogLevel level, std::string_view area, std::string_view message) noexcept;

template <class... Args>
void log_debug(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::debug, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_info(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::info, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::warning, area, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(std::string_view area, fmt::format_string<Args...> format, Args&&... args) {
  write_log(LogLevel::error, area, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sangdam::base
