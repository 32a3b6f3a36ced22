// libFuzzer target: Host, Origin, X-Forwarded-For and Forwarded of a request. Whatever they hold, a host or
// an origin is accepted only if it is one of the sites, and the client is an address, and the peer's where no
// proxy is trusted.
//
//   build-fuzz/tests/fuzz/request-fuzz -max_total_time=60 -max_len=2000
#include <gio/gio.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/web_address.hpp"
#include "gateway/forwarded.hpp"
#include "gateway/host_policy.hpp"

namespace {

void check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sangdam;
  using namespace sangdam::gateway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::string_view second =
      first.size() == text.size() ? std::string_view() : text.substr(first.size() + 1);

  HostPolicy policy;
  policy.replace(sites_of({.public_address = "https://visit.example.org",
                           .scheme = "https",
                           .ports = {8443},
                           .listened = "192.0.2.7",
                           .own = {}}));
  if (const Site* site = policy.find_host(first)) {
    const auto at = base::parse_authority(first, 443);
    check(at && at->host == site->host);
  }
  if (const Site* site = policy.find_origin(first)) check(first.find("://") == site->scheme.size());

  static const TrustedProxies k_proxies({*parse_network("10.0.0.0/28")});
  const ForwardedHeaders headers{.x_forwarded_for = first, .forwarded = second};
  check(client_address("192.0.2.1", headers, k_proxies) == "192.0.2.1");
  check(base::is_ip_address(client_address("10.0.0.1", headers, k_proxies)));
  // Whatever a client writes in front of what the proxy adds changes nothing.
  if (first.size() < 4000 && second.empty()) {
    const std::string joined = std::string(first) + ", 203.0.113.7";
    check(client_address("10.0.0.1", {.x_forwarded_for = joined, .forwarded = {}}, k_proxies) ==
          "203.0.113.7");
    const std::string elements = std::string(first) + ", for=203.0.113.7";
    check(client_address("10.0.0.1", {.x_forwarded_for = {}, .forwarded = elements}, k_proxies) ==
          "203.0.113.7");
  }
  return 0;
}
