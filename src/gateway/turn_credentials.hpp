// Time-limited TURN credentials (draft-uberti-behave-turn-rest-00, coturn's use-auth-secret): the name is
// "<expiry in Unix seconds>:<id>", the password base64(HMAC-SHA1(secret, name)). coturn checks the expiry
// when an allocation is made; a running one goes on. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "protocol/messages.hpp"

namespace sangdam::gateway {

struct IceConfig {
  std::vector<std::string> stun_urls;      // "stun:host:port"
  std::vector<std::string> turn_urls;      // "turn:host:port?transport=udp"
  std::string turn_secret;                 // static-auth-secret; empty: TURN urls are not handed out
  std::chrono::seconds lifetime{15 * 60};  // given anew before they end
};

/// The servers for one client. `id` must not tell who it is: coturn logs it.
[[nodiscard]] std::vector<protocol::IceServer> ice_servers_for(const IceConfig& config, std::string_view id,
                                                               base::Instant now);

}  // namespace sangdam::gateway
