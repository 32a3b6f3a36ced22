// The listening socket: accepts, counts, does the TLS handshake, and hands on streams that are ready for
// HTTP.
//
// Our own instead of libsoup's because connections are refused here before they cost a handshake, the backlog
// is large enough for a waiting room that reloads at once, and what follows reads through a StreamMeter. Main
// thread; owns the socket and unfinished handshakes.
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/handles.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "gateway/config.hpp"
#include "gateway/metered_stream.hpp"

namespace sangdam::gateway {

class Listener {
 public:
  struct Accepted {
    base::Ref<GIOStream> stream;
    base::Ref<GSocketAddress> local;
    base::Ref<GSocketAddress> remote;
    std::shared_ptr<StreamMeter> meter;
  };

  Listener(const base::Clock& clock, ConnectionLimits limits, std::function<void(Accepted)> on_accepted);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// "port-in-use", "port-forbidden", "address-invalid", "address-unavailable". A null certificate means
  /// plain HTTP.
  [[nodiscard]] base::Result<> start(const std::string& address, std::uint16_t port,
                                     base::Ref<GTlsCertificate> certificate);
  /// New connections get this certificate.
  void set_certificate(base::Ref<GTlsCertificate> certificate) { m_certificate = std::move(certificate); }
  [[nodiscard]] std::uint16_t port() const { return m_port; }
  /// Cuts connections that have stayed plain HTTP for too long. Call about once a second.
  void on_time();
  [[nodiscard]] std::size_t connections() const { return m_counts->total; }

 private:
  struct Counts {
    std::size_t total = 0;
    std::unordered_map<std::string, std::size_t> per_address;
  };
  struct Handshake;

  void watch();
  void accept_waiting();
  void take(const base::Ref<GSocket>& socket);
  std::shared_ptr<void> ticket_for(GSocketAddress* remote);
  void begin_handshake(Accepted accepted, GSocketConnection* connection);
  void hand_on(Accepted accepted, GIOStream* base);

  const base::Clock& m_clock;
  ConnectionLimits m_limits;
  std::function<void(Accepted)> m_on_accepted;
  base::Ref<GTlsCertificate> m_certificate;
  base::Ref<GSocket> m_socket;
  GSource* m_source = nullptr;
  base::Timer m_retry;
  std::uint16_t m_port = 0;
  std::shared_ptr<Counts> m_counts = std::make_shared<Counts>();  // tickets outlive the listener
  std::list<std::weak_ptr<StreamMeter>> m_streams;
  std::list<std::shared_ptr<Handshake>> m_handshakes;
  base::Anchor<Listener> m_anchor{this};
};

/// The address part as text ("192.0.2.7"); empty if it has none.
[[nodiscard]] std::string address_text(GSocketAddress* address);

}  // namespace sangdam::gateway
