// Wall-clock time as the record keeps it: milliseconds, UTC, ISO 8601.
// Elapsed time (latency, deadlines inside one process) uses std::chrono::steady_clock directly.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sangdam::base {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// The seam that lets tests hold time still. Main thread unless an implementation says more.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

/// "2026-11-22T07:31:05.123Z"
[[nodiscard]] std::string to_iso8601(Instant time);
/// Accepts what to_iso8601 writes, and any ISO 8601 date and time with an offset; nothing else.
[[nodiscard]] std::optional<Instant> from_iso8601(std::string_view text);

}  // namespace sangdam::base
