// Tells systemd that the service is ready and alive: sd_notify(3)'s datagrams, written here because they are
// one line each and the library would be the only reason to link libsystemd. Without NOTIFY_SOCKET nothing
// happens. Main thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sangdam::base {

/// Somebody is there to start this program anew when it ends.
[[nodiscard]] bool has_service_manager() noexcept;
void notify_service_manager(std::string_view state) noexcept;

/// Who answers for the service: its main process, or (NotifyAccess=all) a child of it, as the kiosk inside
/// its compositor. A child inherits the main process's WATCHDOG_PID.
enum class Watched { main_process, child };
/// Half of WATCHDOG_USEC, as sd_watchdog_enabled(3) advises; nothing if systemd does not watch this process.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval(Watched who);

}  // namespace sangdam::base
