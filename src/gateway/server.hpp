// The gateway: HTTPS for the patient page, WebSockets for patients and kiosks (docs/protocol.md).
//
//   gateway::Config config;
//   config.tls_certificate = files.certificate;  // e.g. from ensure_self_signed()
//   config.tls_key = files.key;
//   config.kiosk_tokens = {base::random_hex(32)};  // the embedding kiosk dials with this
//   auto server = gateway::Server(std::move(config));
//   if (const auto started = server.start(); !started) show(started.error().message);
//   dial(server.address());  // "https://192.168.0.10:8443", for people; server.port() for the kiosk itself
//
// Everything happens on the main thread in the default main context. Destroying the server cuts every
// connection; stop() first, and a turn of the loop, lets clients know that they should reconnect.
#pragma once

#include <gio/gio.h>

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/handles.hpp"
#include "base/result.hpp"
#include "gateway/config.hpp"

namespace sangdam::gateway {

class Server {
 public:
  explicit Server(Config config);
  /// With a clock of the caller's (tests); it outlives the server.
  Server(Config config, const base::Clock& clock);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Codes: "port-in-use", "port-forbidden", "address-invalid", "address-unavailable", "insecure-address",
  /// "certificate-…" (certificate.hpp), "page-missing", "page-unreadable".
  [[nodiscard]] base::Result<> start();
  /// Reads the certificate files again; new connections get the new one. A failure changes nothing.
  [[nodiscard]] base::Result<> reload_certificate();
  /// Accepts nothing more and tells everybody to reconnect.
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  /// For people to type: the configured public address, or one made from the address and port listened on; on
  /// "all addresses", the best one this machine has. After start().
  [[nodiscard]] const std::string& address() const;
  /// The machine's network has changed: looks its addresses up again, and tells every kiosk if the one for
  /// people is another now. A self-signed certificate for the new names is to be in place before.
  void follow_network();
  /// A name of this machine that the system does not know of itself: browsers may ask for it from now on.
  void set_local_name(const std::string& name);
  [[nodiscard]] std::size_t connections() const;
  /// The one new connections get, which may be older than the file; null without TLS or before start().
  [[nodiscard]] base::Ref<GTlsCertificate> certificate() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace sangdam::gateway
