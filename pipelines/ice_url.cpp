#include "pipelines/ice_url.hpp"

#include <glib.h>

#include "base/handles.hpp"
#include "base/web_address.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::size_t k_max_secret = 512;

auto invalid(const std::string& why) {
  return base::failure("ice-url-invalid", "An ICE server is unusable: " + why);
}

std::string escaped(const std::string& text) {
  const base::CharPtr result(g_uri_escape_string(text.c_str(), nullptr, FALSE));
  return result.get();
}

}  // namespace

base::Result<IceUrl> to_webrtcbin_url(const consultation::IceServer& server) {
  if (server.username.size() > k_max_secret || server.credential.size() > k_max_secret)
    return invalid("its credential is too long.");
  const auto parsed = base::parse_ice_address(server.url);
  if (!parsed) return invalid(parsed.error().message + ".");
  const std::string address = base::host_in_url(parsed->at.host) + ":" + std::to_string(parsed->at.port);
  if (parsed->scheme == "stun") return IceUrl{IceUrlKind::stun, "stun://" + address};
  if (server.username.empty() || server.credential.empty())
    return invalid("a TURN server needs a user name and a credential.");
  return IceUrl{IceUrlKind::turn,
                parsed->scheme + "://" + escaped(server.username) + ":" + escaped(server.credential) + "@" +
                    address +
                    (parsed->transport.empty() ? std::string() : "?transport=" + parsed->transport)};
}

}  // namespace sangdam::pipelines
