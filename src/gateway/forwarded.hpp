// Who a request is from when it came through a reverse proxy: X-Forwarded-For and Forwarded (RFC 7239), which
// anybody can write, are believed only as far as proxies named in the settings wrote them. Bounded parsing of
// outside bytes (fuzz target: forwarded-fuzz). Pure.
#pragma once

#include <gio/gio.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/handles.hpp"
#include "base/result.hpp"

namespace sangdam::gateway {

/// An address or a network in CIDR notation, "10.0.0.7" or "fd00:1::/64". Code "usage".
[[nodiscard]] base::Result<base::Ref<GInetAddressMask>> parse_network(const std::string& text);

class TrustedProxies {
 public:
  TrustedProxies() = default;
  explicit TrustedProxies(std::vector<base::Ref<GInetAddressMask>> networks)
      : m_networks(std::move(networks)) {}
  [[nodiscard]] bool empty() const { return m_networks.empty(); }
  /// An IPv4 address in IPv6 clothes counts as IPv4.
  [[nodiscard]] bool contain(std::string_view address) const;

 private:
  std::vector<base::Ref<GInetAddressMask>> m_networks;
};

/// What a request says of where it is from. Several headers of one name are joined with commas, as HTTP has
/// it; empty: there is none.
struct ForwardedHeaders {
  std::string_view x_forwarded_for;
  std::string_view forwarded;
};

/// The address that limits count for. `peer` is who opened the TCP connection. If that is a trusted proxy:
/// the rightmost hop that is not one. If what the proxy says cannot be understood, or its two headers differ
/// (it sets one and passes the client's own other on), the peer: whoever tampers shares one account with the
/// proxy, and takes nobody else's.
[[nodiscard]] std::string client_address(const std::string& peer, const ForwardedHeaders& headers,
                                         const TrustedProxies& proxies);

}  // namespace sangdam::gateway
