// Addresses as administrators write them: checked strictly, and brought into the one form in which browsers
// and certificates name the same place. Pure; any thread.
//
// Every failure has the code "address-invalid" and a sentence that says what is wrong and shows a right one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sangdam::base {

/// A host in its one form: lower case, IDN as "xn--…", IPv4 dotted, IPv6 as RFC 5952 and without brackets.
/// Nothing if it is none.
[[nodiscard]] std::optional<std::string> normal_host(std::string_view text);
/// The host as URLs and the Host header have it: IPv6 in brackets.
[[nodiscard]] std::string host_in_url(const std::string& host);
[[nodiscard]] bool is_ip_address(const std::string& host);
/// "localhost", 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback_host(const std::string& host);

struct HostPort {
  std::string host;  // normal_host()
  std::uint16_t port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
/// "host", "host:port", "[v6]:port": the Host header, or the authority of a URL. Nothing if it is none, or if
/// it has no port and there is no default.
[[nodiscard]] std::optional<HostPort> parse_authority(std::string_view text,
                                                      std::optional<std::uint16_t> default_port);

/// Where to listen: an IP address and a port, "0.0.0.0:8443" or "[::]:8443"; port 0 means any free one.
[[nodiscard]] Result<HostPort> parse_listen(std::string_view text);

/// What people type: https, host, optional port, nothing more. Returns it in its one form, without the port
/// if that is 443 and without a slash at the end: paths are appended to it.
[[nodiscard]] Result<std::string> parse_public_address(std::string_view text);

/// A public gateway: "wss://host[:port]", or "ws://" on this machine. Returned like a public address. The
/// path "/ws/kiosk" may be there and is dropped.
[[nodiscard]] Result<std::string> parse_gateway_address(std::string_view text);

/// An ICE server (RFC 7064, RFC 7065).
struct IceAddress {
  std::string scheme;  // stun, turn, turns
  HostPort at;
  std::string transport;  // udp, tcp or empty; empty for stun
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] Result<IceAddress> parse_ice_address(std::string_view text);

}  // namespace sangdam::base
