#include "base/web_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gio/gio.h>
#include <glib.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/handles.hpp"
#include "base/text.hpp"

namespace sangdam::base {
namespace {

constexpr std::size_t k_max_address_bytes = 512;
constexpr std::size_t k_max_host_bytes = 253;
constexpr std::size_t k_max_label_bytes = 63;

tl::unexpected<Failure> invalid(std::string message) {
  return failure("address-invalid", std::move(message));
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = g_ascii_tolower(c);
  return result;
}

std::optional<std::string> normal_v4(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET_ADDRSTRLEN> out{};
  inet_ntop(AF_INET, &address, out.data(), out.size());
  return out.data();
}

std::optional<std::string> normal_v6(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> out{};
  inet_ntop(AF_INET6, &address, out.data(), out.size());
  return out.data();
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= k_max_label_bytes && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return g_ascii_isalnum(c) != FALSE || c == '-' || c == '_'; });
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > k_max_host_bytes) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

/// Browsers take a host whose last part is a number for an IPv4 address: 10.1 is 10.0.0.1 to them.
bool ends_in_a_number(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.starts_with("0x")) return true;
  return std::all_of(last.begin(), last.end(), [](char c) { return g_ascii_isdigit(c) != FALSE; });
}

/// Outside of ASCII a host has letters, digits and marks, and the full stops of East Asian keyboards; no
/// quotes, dashes and blanks of a word processor, out of which IDN would make a host all the same.
bool has_only_letters(const std::string& text) {
  for (const char* at = text.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    const bool is_stop = c == 0x3002 || c == 0xFF0E || c == 0xFF61;
    if (c >= 0x80 && g_unichar_isalnum(c) == FALSE && g_unichar_ismark(c) == FALSE && !is_stop) return false;
  }
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view text, std::uint64_t least) {
  guint64 port = 0;
  const std::string copy(text);
  if (copy.empty() || copy.size() > 5 ||
      !std::all_of(copy.begin(), copy.end(), [](char c) { return g_ascii_isdigit(c) != FALSE; }) ||
      g_ascii_string_to_unsigned(copy.c_str(), 10, least, 65535, &port, nullptr) == FALSE) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(port);
}

/// Host and port of an authority as they stand there; the port's colon tells whether there is one.
struct Parts {
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};
std::optional<Parts> split(std::string_view text) {
  Parts parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    parts.host = text.substr(1, bracket - 1);
    parts.bracketed = true;
    rest = text.substr(bracket + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
  } else {
    const std::size_t colon = text.find(':');
    parts.host = text.substr(0, colon);
    rest = text.substr(parts.host.size());
  }
  if (!rest.empty()) parts.port = rest.substr(1);
  return parts;
}

/// Characters that no address has, wherever they stand; what an editor or a word processor slips in.
bool has_strange_characters(std::string_view text) {
  return text.size() > k_max_address_bytes || !is_valid_utf8(text) ||
         std::any_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == 0x7F ||
                  std::strchr("\"'<>\\^`{|}", c) != nullptr;
         });
}

/// Scheme and authority of "scheme://authority"; why there is none in a sentence.
struct Web {
  std::string scheme;
  HostPort at;
};
Result<Web> parse_web(std::string_view text, std::string_view allowed_path, std::uint16_t default_port,
                      const std::string& example) {
  const auto bad = [&](const std::string& why) {
    return invalid(fmt::format("it {}. Write it like {}", why, example));
  };
  if (has_strange_characters(text))
    return bad("has a blank, a quote or another character that no address has");
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos)
    return bad("does not begin with " + example.substr(0, example.find("//") + 2));
  Web web{.scheme = lower(text.substr(0, mark)), .at = {}};
  std::string_view rest = text.substr(mark + 3);
  if (rest.find_first_of("?#") != std::string_view::npos) return bad("has a ? or a # in it");
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty() && path != allowed_path) return bad("has a path: it must end after the host or the port");
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return bad("has a user name in it");
  if (authority.empty()) return bad("has no host");
  const auto parts = split(authority);
  if (!parts || (parts->bracketed && !normal_v6(std::string(parts->host)))) {
    return bad("has brackets without an IPv6 address in them");
  }
  if (!parts->bracketed && std::count(authority.begin(), authority.end(), ':') > 1)
    return bad("has an IPv6 address without brackets around it, as in [2001:db8::1]");
  const auto host = normal_host(parts->host);
  if (!host) return bad("has a host that is neither a name nor an IP address");
  if (*host == "0.0.0.0" || *host == "::")
    return bad("has an address that means \"everywhere\", which nobody can open");
  web.at = {*host, default_port};
  if (parts->port) {
    const auto port = parse_port(*parts->port, 1);
    if (!port) return bad("has a port that is not a number from 1 to 65535");
    web.at.port = *port;
  }
  return web;
}

std::string web_text(const Web& web, std::uint16_t default_port) {
  return web.scheme + "://" + host_in_url(web.at.host) +
         (web.at.port == default_port ? std::string() : ":" + std::to_string(web.at.port));
}

}  // namespace

std::optional<std::string> normal_host(std::string_view text) {
  if (text.empty() || text.size() > k_max_address_bytes || !is_valid_utf8(text) ||
      text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string copy(text);
  if (copy.find(':') != std::string::npos) return normal_v6(copy);
  if (!has_only_letters(copy)) return std::nullopt;
  const CharPtr ascii(g_hostname_to_ascii(copy.c_str()));
  if (!ascii) return std::nullopt;
  std::string host = lower(ascii.get());
  if (host.ends_with('.')) host.pop_back();  // the root, which browsers and certificates do not name
  if (!is_name(host)) return std::nullopt;
  return ends_in_a_number(host) ? normal_v4(host) : std::optional(host);
}

std::string host_in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool is_ip_address(const std::string& host) { return normal_v4(host) || normal_v6(host); }

bool is_loopback_host(const std::string& host) {
  if (host == "localhost") return true;
  const auto address = Ref<GInetAddress>::adopt(g_inet_address_new_from_string(host.c_str()));
  return address && g_inet_address_get_is_loopback(address.get()) != FALSE;
}

std::optional<HostPort> parse_authority(std::string_view text, std::optional<std::uint16_t> default_port) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  auto host = parts->bracketed ? normal_v6(std::string(parts->host)) : normal_host(parts->host);
  if (!host) return std::nullopt;
  const auto port = parts->port ? parse_port(*parts->port, 1) : default_port;
  if (!port) return std::nullopt;
  return HostPort{*std::move(host), *port};
}

Result<HostPort> parse_listen(std::string_view text) {
  const auto bad = [] {
    return invalid(
        "it is not ADDRESS:PORT with an IP address of this machine. Write it like 0.0.0.0:8443 (all "
        "of IPv4), [::]:8443 (all) or 192.168.0.10:8443");
  };
  const auto parts = split(text);
  if (!parts || !parts->port) return bad();
  const std::string host(parts->host);
  const auto address = parts->bracketed ? normal_v6(host) : normal_v4(host);
  const auto port = parse_port(*parts->port, 0);
  if (!address || !port) return bad();
  return HostPort{*address, *port};
}

Result<std::string> parse_public_address(std::string_view text) {
  constexpr std::uint16_t k_port = 443;
  const std::string example = "https://visit.example.org or https://192.168.0.10:8443";
  const auto web = parse_web(text, "", k_port, example);
  if (!web) return tl::unexpected<Failure>(web.error());
  if (web->scheme != "https") {
    return invalid(
        fmt::format("it does not begin with https://, without which browsers give no camera. Write it "
                    "like {}",
                    example));
  }
  return web_text(*web, k_port);
}

Result<std::string> parse_gateway_address(std::string_view text) {
  const std::string example = "wss://visit.example.org or wss://visit.example.org:8443";
  const bool plain = lower(text.substr(0, 5)) == "ws://";
  const std::uint16_t port = plain ? 80 : 443;
  const auto web = parse_web(text, "/ws/kiosk", port, example);
  if (!web) return tl::unexpected<Failure>(web.error());
  if (plain && !is_loopback_host(web->at.host)) {
    return invalid(
        fmt::format("it begins with ws://, which is not encrypted and only for this machine itself. "
                    "Write it like {}",
                    example));
  }
  if (!plain && web->scheme != "wss")
    return invalid(fmt::format("it does not begin with wss://. Write it like {}", example));
  return web_text(*web, port);
}

std::string IceAddress::text() const {
  return fmt::format("{}:{}:{}{}", scheme, host_in_url(at.host), at.port,
                     transport.empty() ? std::string() : "?transport=" + transport);
}

Result<IceAddress> parse_ice_address(std::string_view text) {
  const auto bad = [](const std::string& why) {
    return invalid(
        fmt::format("it {}. Write it like stun:stun.example.org:3478 or "
                    "turn:turn.example.org:3478?transport=udp",
                    why));
  };
  if (has_strange_characters(text))
    return bad("has a blank, a quote or another character that no address has");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return bad("has no stun:, turn: or turns: in front");
  IceAddress ice{.scheme = lower(text.substr(0, colon)), .at = {}, .transport = {}};
  if (ice.scheme != "stun" && ice.scheme != "turn" && ice.scheme != "turns")
    return bad("does not begin with stun:, turn: or turns:");
  std::string_view rest = text.substr(colon + 1);
  if (rest.starts_with("//")) return bad("has // after its scheme, where none belongs");
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    const std::string query = lower(rest.substr(mark + 1));
    if (ice.scheme == "stun" || (query != "transport=udp" && query != "transport=tcp")) {
      return bad("has something else than transport=udp or transport=tcp after the ?, which only TURN has");
    }
    ice.transport = query.substr(query.find('=') + 1);
    rest = rest.substr(0, mark);
  }
  if (rest.find('@') != std::string_view::npos) {
    return bad("has a user name in it, which does not belong there");
  }
  if (rest.find_first_of("/#") != std::string_view::npos)
    return bad("has something after the host and the port");
  const auto parts = split(rest);
  if (!parts || (!parts->bracketed && std::count(rest.begin(), rest.end(), ':') > 1))
    return bad("has an IPv6 address without brackets around it, as in stun:[2001:db8::1]:3478");
  if (parts->port && !parse_port(*parts->port, 1))
    return bad("has a port that is not a number from 1 to 65535");
  const auto at = parse_authority(rest, ice.scheme == "turns" ? 5349 : 3478);
  if (!at) return bad("has a host that is neither a name nor an IP address");
  ice.at = *at;
  return ice;
}

}  // namespace sangdam::base
