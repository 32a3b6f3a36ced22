// Installed packages that take what strangers send, in versions that are known to be open to attack.
//
// A clinic's machine is updated when somebody remembers it. The kiosk says so where it is seen, with the
// package's name; it starts all the same, because a clinic that cannot open its kiosk helps nobody. The list
// is short, of what a caller can reach before or while talking: DTLS, RTP, the picture's codecs, and
// GStreamer under them. It was made on k_looked_up from the changelogs of Debian 12 and 13; it does not know
// what was found later.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.hpp"
#include "base/main_thread.hpp"

namespace sangdam::kiosk {

inline constexpr std::string_view k_looked_up = "2026-11-27";

struct KnownFault {
  std::string_view package;
  std::string_view version;  // of one Debian release, without its security updates
  std::string_view update;   // what the updates are called: this and a number
  unsigned last_faulty;      // the number of the last one that is known to be faulty; 0: the version itself
  std::string_view faults;   // their CVE numbers
};
[[nodiscard]] std::span<const KnownFault> known_faults();

struct Package {
  std::string name;
  std::string version;
  friend bool operator==(const Package&, const Package&) = default;
};
/// What `dpkg-query -W -f '${Package}\t${Version}\n'` says; lines that are anything else are left out. Pure.
[[nodiscard]] std::vector<Package> parse_packages(std::string_view listing);
/// The fault of an installed package; null if none is known. Pure.
[[nodiscard]] const KnownFault* fault_of(const Package& package);

/// Asks dpkg once, without waiting for it. Main thread. On a system without dpkg nothing is told.
class PackageCheck {
 public:
  using Listener = std::function<void(const Package&, const KnownFault&)>;
  /// `on_fault` is called for each faulty package.
  explicit PackageCheck(Listener on_fault);

 private:
  void on_listing(std::string_view listing) const;

  Listener m_on_fault;
  base::Anchor<PackageCheck> m_anchor{this};
};

}  // namespace sangdam::kiosk
