// Addresses behind the names that browsers give to addresses they hide: "<UUID>.local"
// (draft-ietf-mmusic-mdns-ice-candidates), looked up where Avahi runs.
//
// Browsers hide them from pages that may use neither camera nor microphone. Most calls connect without: the
// browser finds the kiosk, and is answered where it came from. A kiosk behind a firewall that lets nothing in
// has to send first.
//
// Avahi is asked over the system bus, and not started if it does not run. Main thread.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <string>
#include <string_view>

#include "base/handles.hpp"
#include "base/main_thread.hpp"

namespace sangdam::pipelines {

/// A name as browsers make them, and nothing else: whoever chooses names could have any machine of the
/// network asked for.
[[nodiscard]] bool is_hidden_address(std::string_view name);

class LocalNames {
 public:
  LocalNames();
  ~LocalNames();
  LocalNames(const LocalNames&) = delete;
  LocalNames& operator=(const LocalNames&) = delete;

  /// Tells the address, "192.168.0.7" or "fe80::1"; nothing is told if nobody knows it, or this is gone.
  /// Takes some 5 s at most.
  void look_up(const std::string& name, std::function<void(const std::string& address)> on_address);

 private:
  void ask(const std::string& name, std::function<void(const std::string& address)> on_address);

  base::Ref<GDBusConnection> m_bus;
  base::Ref<GCancellable> m_cancel;
};

}  // namespace sangdam::pipelines
