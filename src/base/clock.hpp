// Two kinds of time. An Instant is wall-clock time as the record keeps it and as people are promised it:
// milliseconds, UTC, ISO 8601. It jumps when the machine's clock is set. A Moment only measures how long
// something takes inside this process, and never jumps. They are different types: one cannot be compared with
// the other.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sangdam::base {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Moment = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

/// The seam that lets tests hold time still. Main thread unless an implementation says more.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual Moment moment() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Moment moment() const override;
};

/// When a moment is, or was, by the wall clock as it is set now.
[[nodiscard]] Instant wall_time(const Clock& clock, Moment moment);

/// "2026-11-22T07:31:05.123Z"
[[nodiscard]] std::string to_iso8601(Instant time);
/// Accepts what to_iso8601 writes, and any ISO 8601 date and time with an offset; nothing else.
[[nodiscard]] std::optional<Instant> from_iso8601(std::string_view text);

}  // namespace sangdam::base
