// Under which names this gateway may be asked for. A page of somebody else's can make its own name point to
// this machine (DNS rebinding): then Host and Origin agree with each other, but not with this list. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sangdam::gateway {

/// One place at which browsers may be: what a Host header names, and with the scheme in front an Origin.
struct Site {
  std::string scheme;  // https or http
  std::string host;    // base::normal_host()
  std::uint16_t port = 0;
  /// "visit.example.org", "[2001:db8::1]:8443": without the port if it is the scheme's own.
  [[nodiscard]] std::string authority() const;
  friend bool operator==(const Site&, const Site&) = default;
};

struct SiteNames {
  std::string public_address;        // parse_public_address(), or empty
  std::string scheme;                // that this gateway itself speaks
  std::vector<std::uint16_t> ports;  // that it listens on
  std::string listened;              // the one address listened on; empty: all
  std::vector<std::string> own;      // this machine's addresses and names as they are now
};

/// With a public address: that (it comes first). Without: everything this machine is called. Loopback and the
/// one address listened on always: the kiosk's own link, a proxy and a health check on this machine come by
/// them, and no name that somebody else controls is among them.
[[nodiscard]] std::vector<Site> sites_of(const SiteNames& names);

/// "localhost", the machine's host name, that and "sangdam" in ".local", and its addresses.
[[nodiscard]] std::vector<std::string> own_names(const std::string& host_name,
                                                 const std::vector<std::string>& addresses);

class HostPolicy {
 public:
  void replace(std::vector<Site> sites) { m_sites = std::move(sites); }
  [[nodiscard]] const std::vector<Site>& sites() const { return m_sites; }
  /// The site that a Host header names; null: none of ours.
  [[nodiscard]] const Site* find_host(std::string_view header) const;
  /// The site of a host whatever the port: for redirects to it. `host` is as in a Host header, without a
  /// port.
  [[nodiscard]] const Site* find_name(std::string_view host) const;
  /// As find_host(), for an Origin header.
  [[nodiscard]] const Site* find_origin(std::string_view header) const;

 private:
  std::vector<Site> m_sites;
};

}  // namespace sangdam::gateway
