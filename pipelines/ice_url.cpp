#include "pipelines/ice_url.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/handles.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::size_t k_max_url = 512;
constexpr std::size_t k_max_secret = 512;

auto invalid(const char* why) {
  return base::failure("ice-url-invalid", std::string("An ICE server is unusable: ") + why);
}

std::string escaped(const std::string& text) {
  const base::CharPtr result(g_uri_escape_string(text.c_str(), nullptr, FALSE));
  return result.get();
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  if (host.front() == '[') {
    return host.size() > 3 && host.back() == ']' && std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
             return g_ascii_isxdigit(c) || c == ':' || c == '.';
           });
  }
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_'; });
}

}  // namespace

base::Result<IceUrl> to_webrtcbin_url(const consultation::IceServer& server) {
  if (server.url.size() > k_max_url || server.username.size() > k_max_secret ||
      server.credential.size() > k_max_secret) {
    return invalid("it is too long.");
  }
  std::string_view rest = server.url;
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return invalid("it has no scheme.");
  const std::string scheme(rest.substr(0, colon));
  if (scheme != "stun" && scheme != "turn" && scheme != "turns")
    return invalid("its scheme is not stun, turn or turns.");
  rest.remove_prefix(colon + 1);

  std::string query;
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    query = rest.substr(mark);
    rest = rest.substr(0, mark);
    if (scheme == "stun" || (query != "?transport=udp" && query != "?transport=tcp"))
      return invalid("its query is unknown.");
  }

  std::string_view host = rest;
  std::string_view port;
  const std::size_t bracket = rest.find(']');
  const std::size_t port_colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port_colon != std::string_view::npos) {
    host = rest.substr(0, port_colon);
    port = rest.substr(port_colon + 1);
  }
  if (!is_host(host)) return invalid("its host is malformed.");
  unsigned number = scheme == "turns" ? 5349 : 3478;
  if (port_colon != std::string_view::npos) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535) {
      return invalid("its port is not a number from 1 to 65535.");
    }
  }

  const std::string address = std::string(host) + ":" + std::to_string(number);
  if (scheme == "stun") return IceUrl{IceUrlKind::stun, "stun://" + address};
  if (server.username.empty() || server.credential.empty())
    return invalid("a TURN server needs a user name and a credential.");
  return IceUrl{IceUrlKind::turn, scheme + "://" + escaped(server.username) + ":" +
                                      escaped(server.credential) + "@" + address + query};
}

}  // namespace sangdam::pipelines
