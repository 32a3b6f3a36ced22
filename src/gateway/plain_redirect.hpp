// Plain HTTP on a port that speaks TLS: what a browser makes of an address typed without "https://". It is
// answered with a redirect to the same place over TLS, and with nothing else.
//
// A pure parser of outside bytes with limits (fuzz target: redirect-fuzz). RFC 9112, 3 and 5; RFC
// 9110, 15.4.8.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sangdam::gateway {

/// A request line and a browser's headers are under 2 KiB; a longer request is refused.
inline constexpr std::size_t k_max_plain_request_bytes = 4096;

/// The origin ("https://192.0.2.7:8443") that a request with this Host header belongs to; empty: to none, and
/// the request is refused. `host` is lower case and holds only what a host may.
using RedirectTo = std::function<std::string(const std::string& host)>;

/// The whole answer to what has come in so far, to be sent before closing; nothing while the request's head
/// is incomplete.
[[nodiscard]] std::optional<std::string> answer_plain_http(std::string_view request, const RedirectTo& to);

/// The Host header's value in lower case; empty if it holds what no host has or is longer than 255 bytes.
[[nodiscard]] std::string clean_host(std::string_view host);

}  // namespace sangdam::gateway
