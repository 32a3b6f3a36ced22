// What a gateway needs to know. Secrets are values here; where they are kept (files, memory) is the caller's
// choice.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/token_bucket.hpp"
#include "gateway/forwarded.hpp"
#include "gateway/guess_limiter.hpp"
#include "gateway/registry.hpp"
#include "gateway/seat_traffic.hpp"
#include "gateway/turn_credentials.hpp"

namespace sangdam::gateway {

struct ConnectionLimits {
  std::size_t total = 2000;
  // A clinic, or a carrier's NAT, is one address: 30 phones that load the page at once open six connections
  // each. This host itself is not limited.
  std::size_t per_address = 256;
  base::Rate opened{200, 20};  // connections of one address
  // Their connections count for whom they speak for, once that is known.
  TrustedProxies trusted_proxies;
  // A connection on a descriptor of this number or above is refused. Set by fit_to_machine().
  int highest_descriptor = std::numeric_limits<int>::max();
  std::chrono::seconds handshake{10};
  std::chrono::seconds http_lifetime{120};  // a connection that has not become a WebSocket by then is closed
  std::chrono::seconds join_deadline{120};  // since the last try to join: people look for their glasses
  std::chrono::seconds seatless_lifetime{30 * 60};  // however often it tries; a wait in line is on top
  unsigned max_tries = 20;                          // of one connection
  std::chrono::seconds ping_interval{5};
  std::chrono::seconds silence{15};
  // Frames of any kind: messages, fragments, pings, pongs.
  SeatRates seat;
  base::Rate kiosk_messages{400, 200};
  // Before it has a seat: a join or two, and a pong every five seconds. What goes beyond comes out of one
  // budget for all such clients, so that together they send at most total * 0.5 + 100 frames a second.
  base::Rate seatless_messages{10, 0.5};
  base::Rate all_seatless_messages{200, 100};
  base::Rate seatless_bytes{16.0 * 1024, 512};
  base::Rate http_bytes{64.0 * 1024, 16.0 * 1024};
  base::Rate patient_bytes{512.0 * 1024, 64.0 * 1024};
  base::Rate kiosk_bytes{16.0 * 1024 * 1024, 4.0 * 1024 * 1024};
};

struct Config {
  std::string address = "::";  // all, IPv4 as well; on a machine without IPv6, all of IPv4
  std::uint16_t port = 8443;   // 0: any free one, told by Server::port()
  // Plain HTTP on this port is redirected to `port` (80, where it can be had). 0: none.
  std::uint16_t redirect_port = 0;
  std::string tls_certificate;  // PEM files
  std::string tls_key;
  /// The certificate is one that browsers trust: answers carry HSTS. Not for self-signed ones: HSTS would
  /// lock visitors out of an address they were only let into by hand.
  bool trusted_certificate = false;
  bool insecure_http = false;  // tests, behind a proxy; refused unless the address is a loopback one
  std::vector<std::string> kiosk_tokens;  // only their hashes are kept
  /// "https://…" for people to type, and what Host and Origin may be (base::parse_public_address()). Empty:
  /// made from address and port; Host and Origin may then be any of this machine's addresses and names.
  std::string public_address;
  /// This machine's addresses and names; empty: asked of the system. A seam for tests.
  std::function<std::vector<std::string>()> own_names;
  std::string web_directory;  // development: page files from here instead of the program's resource
  IceConfig ice;
  GuessLimits guesses;
  RegistryLimits registry;
  ConnectionLimits connections;
};

}  // namespace sangdam::gateway
