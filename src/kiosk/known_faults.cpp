#include "kiosk/known_faults.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.hpp"

namespace sangdam::kiosk {
namespace {

constexpr std::array k_faults{
    // A certificate's subject overflows the stack of the DTLS plug-in, before anybody is let in.
    KnownFault{"gstreamer1.0-plugins-bad", "1.22.0-4", "+deb12u", 7, "CVE-2026-59692, CVE-2026-14935"},
    KnownFault{"gstreamer1.0-plugins-bad", "1.26.2-3", "+deb13u", 3, "CVE-2026-59692, CVE-2026-14935"},
    KnownFault{"gstreamer1.0-plugins-good", "1.22.0-5", "+deb12u", 3, "CVE-2026-3083, CVE-2026-3085"},
    KnownFault{"libgstreamer-plugins-base1.0-0", "1.22.0-3", "+deb12u", 6, "CVE-2026-18297, CVE-2026-85150"},
    KnownFault{"gstreamer1.0-plugins-good", "1.26.2-1", "+deb13u", 1, "CVE-2026-3083, CVE-2026-3085"},
    KnownFault{"libgstreamer-plugins-base1.0-0", "1.26.2-1", "+deb13u", 1, "CVE-2026-18297"},
    KnownFault{"libgstreamer1.0-0", "1.22.0-2", "+deb12u", 0, "CVE-2024-47606"},
    KnownFault{"libopenh264-7", "2.3.1+dfsg-3", "+deb12u", 0, "CVE-2025-27091"},
    KnownFault{"libvpx7", "1.12.0-1", "+deb12u", 4, "CVE-2026-2447"},
    KnownFault{"libvpx9", "1.15.0-2.1", "+deb13u", 0, "CVE-2026-2447"},
};

/// Which security update of a fault's version this is; nothing if it is another version.
std::optional<unsigned> update_number(std::string_view version, const KnownFault& fault) {
  if (!version.starts_with(fault.version)) return std::nullopt;
  version.remove_prefix(fault.version.size());
  if (version.empty()) return 0;
  if (!version.starts_with(fault.update)) return std::nullopt;
  version.remove_prefix(fault.update.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), number);
  if (error != std::errc() || end == version.data()) return std::nullopt;
  return number;
}

}  // namespace

std::span<const KnownFault> known_faults() { return k_faults; }

std::vector<Package> parse_packages(std::string_view listing) {
  std::vector<Package> packages;
  while (!listing.empty()) {
    const std::string_view line = listing.substr(0, listing.find('\n'));
    listing.remove_prefix(std::min(line.size() + 1, listing.size()));
    const auto tab = line.find('\t');
    // A package that was removed is still known, without a version.
    if (tab == 0 || tab == std::string_view::npos || tab + 1 == line.size()) continue;
    packages.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  }
  return packages;
}

const KnownFault* fault_of(const Package& package) {
  for (const KnownFault& fault : k_faults) {
    if (package.name != fault.package) continue;
    const auto update = update_number(package.version, fault);
    if (update && *update <= fault.last_faulty) return &fault;
  }
  return nullptr;
}

PackageCheck::PackageCheck(Listener on_fault) : m_on_fault(std::move(on_fault)) {
  std::vector<const char*> command{"dpkg-query", "-W", "-f", "${Package}\\t${Version}\\n"};
  for (const KnownFault& fault : k_faults) {
    if (std::find(command.begin(), command.end(), fault.package) == command.end())
      command.push_back(fault.package.data());
  }
  command.push_back(nullptr);
  base::ErrorPtr error;
  const auto dpkg = base::Ref<GSubprocess>::adopt(g_subprocess_newv(
      command.data(),
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE),
      base::out(error)));
  if (!dpkg) {
    base::log_info("kiosk", "known faults of packages are not looked for: {}", base::message_of(error));
    return;
  }
  using Weak = std::weak_ptr<PackageCheck>;
  g_subprocess_communicate_utf8_async(
      dpkg.get(), nullptr, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) noexcept {
        const std::unique_ptr<Weak> weak(static_cast<Weak*>(data));
        base::CharPtr listing;
        base::ErrorPtr failed;
        // A package that is not installed makes dpkg-query fail; what it found it says all the same.
        g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result,
                                             static_cast<char**>(base::out(listing)), nullptr,
                                             base::out(failed));
        const auto self = weak->lock();
        if (self && listing) self->on_listing(listing.get());
      },
      new Weak(m_anchor.weak()));
}

void PackageCheck::on_listing(std::string_view listing) const {
  for (const Package& package : parse_packages(listing)) {
    if (const KnownFault* fault = fault_of(package)) m_on_fault(package, *fault);
  }
}

}  // namespace sangdam::kiosk
