#include "gateway/turn_credentials.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <array>

#include "base/handles.hpp"

namespace sangdam::gateway {
namespace {

std::string hmac_sha1_base64(std::string_view secret, std::string_view text) {
  const base::FreePtr<GHmac, g_hmac_unref> hmac(
      g_hmac_new(G_CHECKSUM_SHA1, reinterpret_cast<const guchar*>(secret.data()), secret.size()));
  g_hmac_update(hmac.get(), reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  std::array<guint8, 20> digest{};
  gsize length = digest.size();
  g_hmac_get_digest(hmac.get(), digest.data(), &length);
  return base::CharPtr(g_base64_encode(digest.data(), length)).get();
}

}  // namespace

std::vector<protocol::IceServer> ice_servers_for(const IceConfig& config, std::string_view id,
                                                 base::Instant now) {
  std::vector<protocol::IceServer> servers;
  for (const std::string& url : config.stun_urls) servers.push_back({url, "", ""});
  if (config.turn_secret.empty()) return servers;
  const auto expiry = std::chrono::time_point_cast<std::chrono::seconds>(now + config.lifetime);
  const std::string username = fmt::format("{}:{}", expiry.time_since_epoch().count(), id);
  const std::string credential = hmac_sha1_base64(config.turn_secret, username);
  for (const std::string& url : config.turn_urls) servers.push_back({url, username, credential});
  return servers;
}

}  // namespace sangdam::gateway
