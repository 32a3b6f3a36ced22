// From the ICE servers of the browser's world to the URLs webrtcbin takes. Pure; any thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "consultation/media.hpp"

namespace sangdam::pipelines {

enum class IceUrlKind : unsigned char { stun, turn };

struct IceUrl {
  IceUrlKind kind = IceUrlKind::stun;
  std::string url;  // "stun://host:port" or "turn(s)://user:password@host:port?transport=udp"
  friend bool operator==(const IceUrl&, const IceUrl&) = default;
};

/// "stun:h[:p]", "turn:h[:p][?transport=udp|tcp]", "turns:..." (RFC 7064, RFC 7065) with user name and
/// credential. The two are percent-escaped: time-limited credentials (timestamp:name, base64) hold ':', '/',
/// '+' and '='. Fails with "ice-url-invalid"; the message never quotes the credential.
[[nodiscard]] base::Result<IceUrl> to_webrtcbin_url(const consultation::IceServer& server);

}  // namespace sangdam::pipelines
