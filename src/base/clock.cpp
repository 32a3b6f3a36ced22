#include "base/clock.hpp"

#include <fmt/format.h>

#include "base/handles.hpp"

namespace sangdam::base {

using std::chrono::milliseconds;

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

Moment SystemClock::moment() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::steady_clock::now());
}

Instant wall_time(const Clock& clock, Moment moment) { return clock.now() + (moment - clock.moment()); }

std::string to_iso8601(Instant time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<milliseconds> clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Instant> from_iso8601(std::string_view text) {
  // GLib reads up to a NUL; what comes behind one was never checked.
  if (text.size() > 40 || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  // A null default zone makes GLib refuse a text without an offset: local time would be a guess.
  const auto parsed = Ref<GDateTime>::adopt(g_date_time_new_from_iso8601(copy.c_str(), nullptr));
  if (!parsed) return std::nullopt;
  return Instant(milliseconds(g_date_time_to_unix(parsed.get()) * 1000 +
                              g_date_time_get_microsecond(parsed.get()) / 1000));
}

}  // namespace sangdam::base
