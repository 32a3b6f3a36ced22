// When a kiosk that could not start tries again, and when only a new process can help. Pure.
#pragma once

#include <chrono>
#include <string_view>

namespace sangdam::kiosk {

/// The pause before the next try, growing: what is wrong is being mended by somebody, or will not be for
/// long.
[[nodiscard]] std::chrono::seconds pause_before_try(int failed_tries);

/// Whether to end and let the service manager start a new process: at once if this process cannot notice that
/// it was mended (GStreamer looks for its plugins once, a newer version is another program), as long as the
/// sentence has been on the screen long enough to be read; and after ten minutes whatever it is.
[[nodiscard]] bool needs_new_process(std::string_view code, std::chrono::seconds failing_for);

/// The shortest time a failure is shown before the process ends for it.
inline constexpr std::chrono::seconds k_time_to_read{20};

}  // namespace sangdam::kiosk
