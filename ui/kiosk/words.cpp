#include "ui/kiosk/words.hpp"

#include <algorithm>
#include <array>

#include "base/handles.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

base::Ref<GDateTime> local(Instant time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  auto date = base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(seconds));
  // Out of GDateTime's years 1 to 9999: nothing sensible can be shown, but nothing may crash either.
  return date ? date : base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_utc(0));
}

const char* month_name(int month) {
  static constexpr std::array k_months{"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
  return trc("month", k_months.at(static_cast<std::size_t>(month - 1)));
}

const char* short_month_name(int month) {
  static constexpr std::array k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return trc("short month", k_months.at(static_cast<std::size_t>(month - 1)));
}

const char* weekday_name(int weekday) {
  static constexpr std::array k_days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};
  return trc("weekday", k_days.at(static_cast<std::size_t>(weekday - 1)));
}

// The names above stand in arrays, where xgettext does not see a call: named here once for the catalogue.
[[maybe_unused]] void names_for_the_catalogue() {
  (void)trc("month", "January"), (void)trc("month", "February"), (void)trc("month", "March");
  (void)trc("month", "April"), (void)trc("month", "May"), (void)trc("month", "June");
  (void)trc("month", "July"), (void)trc("month", "August"), (void)trc("month", "September");
  (void)trc("month", "October"), (void)trc("month", "November"), (void)trc("month", "December");
  (void)trc("short month", "Jan"), (void)trc("short month", "Feb"), (void)trc("short month", "Mar");
  (void)trc("short month", "Apr"), (void)trc("short month", "May"), (void)trc("short month", "Jun");
  (void)trc("short month", "Jul"), (void)trc("short month", "Aug"), (void)trc("short month", "Sep");
  (void)trc("short month", "Oct"), (void)trc("short month", "Nov"), (void)trc("short month", "Dec");
  (void)trc("weekday", "Monday"), (void)trc("weekday", "Tuesday"), (void)trc("weekday", "Wednesday");
  (void)trc("weekday", "Thursday"), (void)trc("weekday", "Friday"), (void)trc("weekday", "Saturday");
  (void)trc("weekday", "Sunday");
}

constexpr std::chrono::minutes k_overdue_after{5};  // of an appointment's time

int twelve_hour(int hour) { return hour % 12 == 0 ? 12 : hour % 12; }

}  // namespace

const char* css_class(Tone tone) noexcept {
  switch (tone) {
    case Tone::neutral: return "neutral";
    case Tone::primary: return "primary";
    case Tone::good: return "good";
    case Tone::warning: return "warning";
    case Tone::danger: return "danger";
  }
  return "neutral";
}

Tone tone_of(Health health) noexcept {
  switch (health) {
    case Health::unknown: return Tone::neutral;
    case Health::good: return Tone::good;
    case Health::warning: return Tone::warning;
    case Health::bad: return Tone::danger;
  }
  return Tone::neutral;
}

Chip chip_of(State state, std::optional<Outcome> outcome) {
  switch (state) {
    case State::scheduled: return {"sd-calendar-symbolic", trc("state", "Planned"), Tone::neutral};
    case State::open: return {"sd-key-symbolic", trc("state", "Code given out"), Tone::primary};
    case State::waiting: return {"sd-waiting-symbolic", trc("state", "Waiting"), Tone::warning};
    case State::admitted: return {"sd-connecting-symbolic", trc("state", "Connecting"), Tone::primary};
    case State::in_call: return {"sd-call-symbolic", trc("state", "In the call"), Tone::good};
    case State::reconnecting:
      return {"sd-connecting-symbolic", trc("state", "Connection lost"), Tone::warning};
    case State::ended: break;
  }
  if (!outcome) return {"sd-check-symbolic", trc("state", "Ended"), Tone::neutral};
  switch (*outcome) {
    case Outcome::completed: return {"sd-check-symbolic", trc("state", "Done"), Tone::good};
    case Outcome::no_show: return {"sd-person-symbolic", trc("state", "Did not come"), Tone::neutral};
    case Outcome::cancelled: return {"sd-cross-symbolic", trc("state", "Cancelled"), Tone::neutral};
    case Outcome::failed: return {"sd-warning-symbolic", trc("state", "Did not work"), Tone::danger};
  }
  return {"sd-check-symbolic", trc("state", "Ended"), Tone::neutral};
}

bool is_overdue(const TodayRow& row, Instant now) {
  return row.state == State::scheduled && row.time + k_overdue_after <= now;
}

Chip chip_of(const TodayRow& row, Instant now) {
  if (row.state == State::open && row.arrived)
    return {"sd-person-symbolic", trc("state", "Coming in"), Tone::primary};
  if (is_overdue(row, now)) return {"sd-clock-symbolic", trc("state", "Overdue"), Tone::warning};
  return chip_of(row.state, row.outcome);
}

Chip chip_of(Quality quality) {
  switch (quality) {
    case Quality::unknown: return {"sd-connecting-symbolic", tr("Checking the connection"), Tone::neutral};
    case Quality::good: return {"sd-signal-good-symbolic", tr("Good connection"), Tone::good};
    case Quality::fair: return {"sd-signal-fair-symbolic", tr("Fair connection"), Tone::neutral};
    case Quality::poor:
      return {"sd-signal-poor-symbolic", tr("Poor connection: the picture may stop"), Tone::warning};
  }
  return {"sd-connecting-symbolic", tr("Checking the connection"), Tone::neutral};
}

std::string words_of_incoming(MediaLevel from_patient) {
  switch (from_patient) {
    case MediaLevel::video: break;
    case MediaLevel::stills:
      return tr(
          "The line is too weak for moving pictures: you see a new picture of the patient every few "
          "seconds.");
    case MediaLevel::voice:
      return tr(
          "The line is too weak for the patient's picture. You hear the patient; the picture comes back by "
          "itself.");
    case MediaLevel::text:
      return tr(
          "The line is too weak for the patient's sound. Write messages; sound and picture come back by "
          "themselves.");
  }
  return {};
}

std::string words_of_outgoing(MediaLevel to_patient) {
  switch (to_patient) {
    case MediaLevel::video: break;
    case MediaLevel::stills:
      return tr("The patient sees a new picture of you every few seconds: the line is too weak for more.");
    case MediaLevel::voice:
      return tr("The patient hears you and does not see you: the line is too weak for your picture.");
    case MediaLevel::text:
      return tr("The patient neither sees nor hears you: the line is too weak. Write messages.");
  }
  return {};
}

std::string words_of_both(MediaLevel level) {
  switch (level) {
    case MediaLevel::video: break;
    case MediaLevel::stills:
      return tr("The line is too weak for moving pictures: both sides see a new picture every few seconds.");
    case MediaLevel::voice:
      return tr(
          "The line is too weak for pictures. You hear each other; the pictures come back by themselves.");
    case MediaLevel::text:
      return tr(
          "The line is too weak for sound. Write to each other; sound and picture come back by themselves.");
  }
  return {};
}

ReasonWords words_of(UnseenReason reason) {
  switch (reason) {
    case UnseenReason::line:
      return {tr("Line too weak"), tr("Staff gave the reason for no picture: the line does not carry one.")};
    case UnseenReason::camera:
      return {tr("Camera does not work"),
              tr("Staff gave the reason for no picture: a camera does not work.")};
    case UnseenReason::patient_wish:
      return {tr("Patient's wish"), tr("Staff gave the reason for no picture: the patient wishes it.")};
    case UnseenReason::waived:
      return {tr("No longer needed"),
              tr("Staff noted that the picture is not needed for the rest of the visit.")};
    case UnseenReason::other: return {trc("reason", "Other"), tr("Staff gave the reason for no picture:")};
  }
  return {"", ""};
}

std::optional<Sign> sign_of(const OnAir& on_air) {
  constexpr const char* k_icon = "sd-on-air-symbolic";
  if (on_air.camera && on_air.microphone) {
    return Sign{k_icon, tr("On air"), tr("On air: the patient sees and hears you")};
  }
  if (on_air.camera) {
    return Sign{k_icon, tr("On air, no sound"), tr("On air: the patient sees you and does not hear you")};
  }
  if (on_air.microphone) {
    return Sign{k_icon, tr("On air, sound only"), tr("On air: the patient hears you and does not see you")};
  }
  return std::nullopt;
}

std::string time_of_day(Instant time) {
  const auto date = local(time);
  const int hour = g_date_time_get_hour(date.get());
  const char* pattern = hour < 12 ? tr("{hour}:{minute:02} am") : tr("{hour}:{minute:02} pm");
  return fill(pattern, fmt::arg("hour", twelve_hour(hour)),
              fmt::arg("minute", g_date_time_get_minute(date.get())));
}

std::string exact_time(Instant time) {
  const auto date = local(time);
  const int hour = g_date_time_get_hour(date.get());
  const char* pattern =
      hour < 12 ? tr("{hour}:{minute:02}:{second:02} am") : tr("{hour}:{minute:02}:{second:02} pm");
  return fill(pattern, fmt::arg("hour", twelve_hour(hour)),
              fmt::arg("minute", g_date_time_get_minute(date.get())),
              fmt::arg("second", g_date_time_get_second(date.get())));
}

std::string long_date(Instant time) {
  const auto date = local(time);
  return fill(tr("{weekday}, {day} {month}"),
              fmt::arg("weekday", weekday_name(g_date_time_get_day_of_week(date.get()))),
              fmt::arg("day", g_date_time_get_day_of_month(date.get())),
              fmt::arg("month", month_name(g_date_time_get_month(date.get()))));
}

std::string short_date(Instant time) {
  const auto date = local(time);
  return fill(tr("{day} {month} {year}"), fmt::arg("day", g_date_time_get_day_of_month(date.get())),
              fmt::arg("month", short_month_name(g_date_time_get_month(date.get()))),
              fmt::arg("year", g_date_time_get_year(date.get())));
}

std::string duration(std::chrono::milliseconds length) {
  const auto seconds = std::max<long long>(0, std::chrono::floor<std::chrono::seconds>(length).count());
  if (seconds < 60) return fill(tr("{seconds} s"), fmt::arg("seconds", seconds));
  if (seconds < 3600) {
    return fill(tr("{minutes} min {seconds} s"), fmt::arg("minutes", seconds / 60),
                fmt::arg("seconds", seconds % 60));
  }
  return fill(tr("{hours} h {minutes} min"), fmt::arg("hours", seconds / 3600),
              fmt::arg("minutes", seconds / 60 % 60));
}

std::string timer(std::chrono::milliseconds length) {
  const auto seconds = std::max<long long>(0, std::chrono::floor<std::chrono::seconds>(length).count());
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string words_of_code_end(const std::string& digits, bool spelled) {
  if (digits.empty()) return {};
  std::string apart;
  for (const char digit : digits) apart += std::string(apart.empty() ? "" : " ") + digit;
  return fill(tr("Code ends in {digits}"), fmt::arg("digits", spelled ? apart : digits));
}

std::string patient_or(std::string_view name) {
  return name.empty() ? std::string(tr("Visit without appointment")) : std::string(name);
}

}  // namespace sangdam::ui
