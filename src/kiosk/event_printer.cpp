#include "kiosk/event_printer.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace sangdam::kiosk {
namespace {

template <class Values>
void print_line(std::string_view event, std::string_view consultation, const base::Clock& clock,
                const Values& values) {
  nlohmann::ordered_json line;
  line["event"] = event;
  line["time"] = base::to_iso8601(clock.now());
  if (!consultation.empty()) line["consultation"] = consultation;
  for (const auto& [name, value] : values) line[name] = value;
  const std::string text = line.dump() + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);  // a reader acts on each line as it comes
}

}  // namespace

void EventPrinter::print(std::string_view event, std::string_view consultation,
                         const std::map<std::string, std::string>& details) const {
  if (m_enabled) print_line(event, consultation, m_clock, details);
}

void EventPrinter::print_numbers(std::string_view event, std::string_view consultation,
                                 const std::map<std::string, double>& numbers) const {
  if (m_enabled) print_line(event, consultation, m_clock, numbers);
}

}  // namespace sangdam::kiosk
