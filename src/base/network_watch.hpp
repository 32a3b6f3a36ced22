// Tells when this machine's network changes: an address comes or goes (a lease, a cable, the Wi-Fi), a link
// goes up or down, a route changes. What the network is now is for the listener to read. Main thread.
#pragma once

#include <glib.h>

#include <functional>

#include "base/main_thread.hpp"

namespace sangdam::base {

class NetworkWatch {
 public:
  /// `on_change` runs at most five times a second: a new lease alone is several messages of the kernel.
  explicit NetworkWatch(std::function<void()> on_change);
  ~NetworkWatch();
  NetworkWatch(const NetworkWatch&) = delete;
  NetworkWatch& operator=(const NetworkWatch&) = delete;

  /// False if the kernel refused: then no change is ever told.
  [[nodiscard]] bool is_watching() const { return m_source != nullptr; }

 private:
  void on_readable();
  void stop();

  std::function<void()> m_on_change;
  int m_socket = -1;
  GSource* m_source = nullptr;
  Timer m_settle;
};

}  // namespace sangdam::base
