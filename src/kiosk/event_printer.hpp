// `--print-events`: one JSON object per line on standard output, for scripts, demonstrations and tests.
//
//   {"event":"session-open","code":"482731906","url":"https://…","time":"2026-…Z","consultation":"…"}
//
// Codes appear here because handing them out is the point; the diagnostic log never has them. Main thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace sangdam::kiosk {

class EventPrinter {
 public:
  EventPrinter(bool enabled, const base::Clock& clock) : m_enabled(enabled), m_clock(clock) {}

  void print(std::string_view event, std::string_view consultation,
             const std::map<std::string, std::string>& details) const;
  /// Numbers of one second of a call.
  void print_numbers(std::string_view event, std::string_view consultation,
                     const std::map<std::string, double>& numbers) const;

 private:
  bool m_enabled;
  const base::Clock& m_clock;
};

}  // namespace sangdam::kiosk
