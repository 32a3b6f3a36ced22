#include "gateway/forwarded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace sangdam::gateway {
namespace {

constexpr std::size_t k_max_header_bytes = 8192;
constexpr std::size_t k_max_hop_bytes = 256;
constexpr std::size_t k_max_address_bytes = 45;  // ::ffff:255.255.255.255 written out in full
constexpr int k_max_hops = 16;

using Address = base::Ref<GInetAddress>;

/// IPv4 in IPv6 (::ffff:192.0.2.7) as IPv4. Null: no address.
Address parse_address(std::string_view text) {
  if (text.empty() || text.size() > k_max_address_bytes) return {};
  auto address = Address::adopt(g_inet_address_new_from_string(std::string(text).c_str()));
  if (!address || g_inet_address_get_family(address.get()) != G_SOCKET_FAMILY_IPV6) return address;
  const guint8* bytes = g_inet_address_to_bytes(address.get());
  constexpr std::array<guint8, 12> k_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (!std::equal(k_mapped.begin(), k_mapped.end(), bytes)) return address;
  return Address::adopt(g_inet_address_new_from_bytes(bytes + k_mapped.size(), G_SOCKET_FAMILY_IPV4));
}

std::string text_of(const Address& address) {
  const base::CharPtr text(g_inet_address_to_string(address.get()));
  return text.get();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "192.0.2.7", "192.0.2.7:4711", "2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:4711".
Address parse_node(std::string_view node) {
  std::string_view port;
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos) return {};
    port = node.substr(end + 1);
    node = node.substr(1, end - 1);
    if (node.find(':') == std::string_view::npos) return {};
  } else if (std::count(node.begin(), node.end(), ':') == 1) {
    port = node.substr(node.find(':'));
    node = node.substr(0, node.find(':'));
  }
  if (!port.empty()) {
    const bool good =
        port.size() > 1 && port.size() <= 6 && port.front() == ':' &&
        std::all_of(port.begin() + 1, port.end(), [](char c) { return g_ascii_isdigit(c) != FALSE; });
    if (!good) return {};
  }
  return parse_address(node);
}

/// The node of one element of Forwarded: `for=192.0.2.7;proto=https`, `For="[2001:db8::7]:4711"`. Nothing if
/// the element is malformed, or has no `for` or more than one.
std::optional<std::string_view> node_of(std::string_view element) {
  std::optional<std::string_view> node;
  while (true) {
    const std::size_t equals = element.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trim(element.substr(0, equals));
    element = trim(element.substr(equals + 1));
    std::string_view value;
    if (element.starts_with('"')) {
      const std::size_t end = element.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      value = element.substr(1, end - 1);
      element = trim(element.substr(end + 1));
      if (!element.empty() && element.front() != ';') return std::nullopt;
    } else {
      const std::size_t end = std::min(element.find(';'), element.size());
      value = trim(element.substr(0, end));
      element = element.substr(end);
    }
    if (name.size() == 3 && g_ascii_strncasecmp(name.data(), "for", 3) == 0) {
      if (node) return std::nullopt;
      node = value;
    }
    if (element.empty()) return node;
    element = trim(element.substr(1));
    if (element.empty()) return node;  // a semicolon at the end
  }
}

/// The rightmost hop that is no trusted proxy, or the leftmost of all if every one is. Null: malformed.
Address client_in(std::string_view list, bool in_elements, const TrustedProxies& proxies) {
  if (list.size() > k_max_header_bytes) return {};
  // From the right: what stands there was added by the proxy; what stands further left anybody may have
  // written, and may be as malformed as it likes.
  for (int hop = 0; hop < k_max_hops; ++hop) {
    const std::size_t comma = list.rfind(',');
    const std::string_view text = trim(comma == std::string_view::npos ? list : list.substr(comma + 1));
    if (text.size() > k_max_hop_bytes) return {};
    const auto node = in_elements ? node_of(text) : std::optional(text);
    Address address = node ? parse_node(*node) : Address();
    if (!address) return {};
    if (comma == std::string_view::npos || !proxies.contain(text_of(address))) return address;
    list = list.substr(0, comma);
  }
  return {};
}

}  // namespace

// No owner of proxies has more: 10.0.0.0/8, fd00::/8.
constexpr guint k_widest_ipv4 = 8;
constexpr guint k_widest_ipv6 = 8;

base::Result<base::Ref<GInetAddressMask>> parse_network(const std::string& text) {
  base::ErrorPtr error;
  auto mask =
      base::Ref<GInetAddressMask>::adopt(g_inet_address_mask_new_from_string(text.c_str(), base::out(error)));
  if (!mask) {
    return base::failure(
        "usage",
        "it is not an address or a network. Write it like 127.0.0.1, 10.0.0.0/28 or fd00:1::/64, "
        "with zeros after the network's part");
  }
  const bool is_ipv4 = g_inet_address_mask_get_family(mask.get()) == G_SOCKET_FAMILY_IPV4;
  if (g_inet_address_mask_get_length(mask.get()) < (is_ipv4 ? k_widest_ipv4 : k_widest_ipv6)) {
    return base::failure(
        "usage",
        "it is half the Internet or more than one owner's network: whoever is in it could choose the address "
        "that limits count for. Write the proxy's own address, like 127.0.0.1");
  }
  return mask;
}

bool TrustedProxies::contain(std::string_view address) const {
  if (m_networks.empty()) return false;
  const Address parsed = parse_address(address);
  return parsed && std::any_of(m_networks.begin(), m_networks.end(), [&](const auto& network) {
           return g_inet_address_mask_matches(network.get(), parsed.get()) != FALSE;
         });
}

std::string client_address(const std::string& peer, const ForwardedHeaders& headers,
                           const TrustedProxies& proxies) {
  if (!proxies.contain(peer)) return peer;
  const bool has_x = !headers.x_forwarded_for.empty();
  const bool has_standard = !headers.forwarded.empty();
  const Address by_x = has_x ? client_in(headers.x_forwarded_for, false, proxies) : Address();
  const Address by_standard = has_standard ? client_in(headers.forwarded, true, proxies) : Address();
  const bool good = has_x || has_standard ? (!has_x || by_x) && (!has_standard || by_standard) : false;
  if (!good) return peer;
  if (has_x && has_standard && g_inet_address_equal(by_x.get(), by_standard.get()) == FALSE) return peer;
  return text_of(has_x ? by_x : by_standard);
}

}  // namespace sangdam::gateway
