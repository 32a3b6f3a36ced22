// The headers that every answer carries, whatever it is: errors and redirects are pages to a browser too.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace sangdam::gateway {

/// The page itself gets a longer Content-Security-Policy, which lets it load its parts (http_front.cpp).
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 6> k_security_headers{
    {{"Content-Security-Policy",
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
     {"X-Content-Type-Options", "nosniff"},
     {"Referrer-Policy", "no-referrer"},
     {"Cross-Origin-Opener-Policy", "same-origin"},
     {"Cross-Origin-Resource-Policy", "same-origin"},
     {"Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"}}};

}  // namespace sangdam::gateway
