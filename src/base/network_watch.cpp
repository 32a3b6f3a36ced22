#include "base/network_watch.hpp"

#include <glib-unix.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/log.hpp"

namespace sangdam::base {
namespace {

constexpr std::chrono::milliseconds k_settle{200};
constexpr unsigned k_groups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

}  // namespace

NetworkWatch::NetworkWatch(std::function<void()> on_change)
    : m_on_change(std::move(on_change)),
      m_socket(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = k_groups;
  if (m_socket < 0 || bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    log_warning("base", "changes of the network cannot be followed: {}", g_strerror(errno));
    return;
  }
  m_source = g_unix_fd_source_new(m_socket, G_IO_IN);
  const GUnixFDSourceFunc on_ready = [](gint, GIOCondition, gpointer self) noexcept -> gboolean {
    static_cast<NetworkWatch*>(self)->on_readable();
    return G_SOURCE_CONTINUE;
  };
  g_source_set_callback(m_source, reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(on_ready)), this,
                        nullptr);
  g_source_attach(m_source, nullptr);
}

NetworkWatch::~NetworkWatch() {
  stop();
  if (m_socket >= 0) close(m_socket);
}

void NetworkWatch::stop() {
  if (m_source == nullptr) return;
  g_source_destroy(m_source);
  g_source_unref(std::exchange(m_source, nullptr));
}

void NetworkWatch::on_readable() {
  // What the messages say does not matter: that there are any does. ENOBUFS means that some were dropped, and
  // so that there were some.
  std::array<char, 8192> messages{};
  ssize_t size = 0;
  do {
    size = recv(m_socket, messages.data(), messages.size(), 0);
  } while (size > 0 || (size < 0 && (errno == EINTR || errno == ENOBUFS)));
  if (size == 0 || errno != EAGAIN) {
    log_warning("base", "changes of the network cannot be followed any more");
    return stop();
  }
  // From the first message, not from the last: a flapping link must not put it off for ever.
  if (!m_settle.running()) m_settle.start_once(k_settle, [this] { m_on_change(); });
}

}  // namespace sangdam::base
