#include "base/service_notify.hpp"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <unistd.h>

#include <string>

#include "base/handles.hpp"

namespace sangdam::base {

bool has_service_manager() noexcept { return g_getenv("NOTIFY_SOCKET") != nullptr; }

void notify_service_manager(std::string_view state) noexcept {
  const char* path = g_getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  const bool is_abstract = path[0] == '@';
  const auto address = base::Ref<GSocketAddress>::adopt(g_unix_socket_address_new_with_type(
      is_abstract ? path + 1 : path, -1,
      is_abstract ? G_UNIX_SOCKET_ADDRESS_ABSTRACT : G_UNIX_SOCKET_ADDRESS_PATH));
  const auto socket = base::Ref<GSocket>::adopt(
      g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, nullptr));
  if (!socket) return;
  g_socket_set_blocking(socket.get(), FALSE);
  g_socket_send_to(socket.get(), address.get(), state.data(), state.size(), nullptr, nullptr);
}

std::optional<std::chrono::milliseconds> watchdog_interval(Watched who) {
  const char* micros = g_getenv("WATCHDOG_USEC");
  const char* pid = g_getenv("WATCHDOG_PID");
  if (micros == nullptr) return std::nullopt;
  if (who == Watched::main_process && pid != nullptr && pid != std::to_string(getpid())) return std::nullopt;
  const guint64 value = g_ascii_strtoull(micros, nullptr, 10);
  if (value == 0) return std::nullopt;
  return std::chrono::milliseconds(value / 2000);
}

}  // namespace sangdam::base
