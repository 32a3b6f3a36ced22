// What the screens say: states, times and log entries in plain words of the language now set. Pure functions
// of their arguments, the language and the machine's time zone; no GTK. Main thread (gettext's language is
// global).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consultation/record.hpp"
#include "consultation/state.hpp"
#include "ui/kiosk/models.hpp"

namespace sangdam::ui {

/// The class of kiosk.css that gives a chip, a mark or a notice its colour.
enum class Tone : std::uint8_t { neutral, primary, good, warning, danger };
[[nodiscard]] const char* css_class(Tone tone) noexcept;
[[nodiscard]] Tone tone_of(Health health) noexcept;

/// Icon and word, never colour alone.
struct Chip {
  const char* icon;
  std::string text;
  Tone tone;
  friend bool operator==(const Chip&, const Chip&) = default;
};
[[nodiscard]] Chip chip_of(State state, std::optional<Outcome> outcome);
/// The same of a row of the day's list, which knows more: who has typed the code, and what is overdue.
[[nodiscard]] Chip chip_of(const TodayRow& row, Instant now);
[[nodiscard]] bool is_overdue(const TodayRow& row, Instant now);
[[nodiscard]] Chip chip_of(Quality quality);

/// What a line that is too weak for all of picture and sound leaves of them. Empty at "video".
[[nodiscard]] std::string words_of_incoming(MediaLevel from_patient);
[[nodiscard]] std::string words_of_outgoing(MediaLevel to_patient);
/// Where it is the same both ways.
[[nodiscard]] std::string words_of_both(MediaLevel level);

/// Why a visit that needs the picture goes on without one: on the button, and in the log.
struct ReasonWords {
  const char* choice;
  const char* sentence;
};
[[nodiscard]] ReasonWords words_of(UnseenReason reason);

/// The sign that something is sent; none while nothing is. `name` says it in full.
struct Sign {
  const char* icon;
  std::string text;
  std::string name;
};
[[nodiscard]] std::optional<Sign> sign_of(const OnAir& on_air);

/// "2:05 pm", "오후 2:05"
[[nodiscard]] std::string time_of_day(Instant time);
/// "2:05:09 pm", "오후 2:05:09"
[[nodiscard]] std::string exact_time(Instant time);
/// "Sunday, 22 November", "11월 22일 일요일"
[[nodiscard]] std::string long_date(Instant time);
/// "22 Nov 2026", "2026년 11월 22일"
[[nodiscard]] std::string short_date(Instant time);
/// "45 s", "3 min 20 s", "1 h 5 min"; never negative.
[[nodiscard]] std::string duration(std::chrono::milliseconds length);
/// "1:05", "12:05", "1:02:05"
[[nodiscard]] std::string timer(std::chrono::milliseconds length);
/// "Code ends in 906"; spelled: read digit by digit. Empty where there is none.
[[nodiscard]] std::string words_of_code_end(const std::string& digits, bool spelled);
/// The patient's name, or what stands for one nobody knows yet.
[[nodiscard]] std::string patient_or(std::string_view name);

/// One line of a consultation's timeline.
struct Moment {
  const char* icon;
  Tone tone;
  std::string sentence;
  std::string quote;    // a chat message, word by word
  bool is_raw = false;  // a kind this version does not know: shown as it is in the log
};
[[nodiscard]] Moment moment_of(const consultation::LogEntry& entry);

}  // namespace sangdam::ui
