// A listening socket: accepts, counts, does the TLS handshake, and hands on streams that are ready for HTTP.
//
// Our own instead of libsoup's because connections are refused here before they cost anything, the backlog is
// large enough for a waiting room that reloads at once, and what follows reads through a StreamMeter.
//
// A connection that has said nothing costs a descriptor and a timer. Its first byte decides: a TLS record
// goes to a TlsSession (tls_session.hpp), which never blocks; plain HTTP on a TLS port gets a redirect
// (plain_redirect.hpp) and is closed. Handshakes take turns by address (fair_queue.hpp) and together get a
// bounded share of the main thread, so that neither a flood of them nor a silent half of one delays a patient
// or a picture.
//
// Main thread; owns the socket and the connections that are not handed on yet.
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/handles.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "base/token_bucket.hpp"
#include "gateway/connection_places.hpp"
#include "gateway/fair_queue.hpp"
#include "gateway/metered_stream.hpp"
#include "gateway/plain_redirect.hpp"
#include "gateway/tls_session.hpp"

namespace sangdam::gateway {

class Listener {
 public:
  struct Accepted {
    base::Ref<GIOStream> stream;
    base::Ref<GSocketAddress> local;
    base::Ref<GSocketAddress> remote;
    std::shared_ptr<StreamMeter> meter;
  };
  /// What is spoken on the port: TLS with `tls`, and a redirect for plain HTTP with `redirect`. With neither,
  /// plain HTTP is handed on; with a redirect alone nothing is.
  struct Service {
    std::shared_ptr<const TlsSettings> tls;
    RedirectTo redirect;
  };

  /// `places` may be shared with other listeners of the same server.
  Listener(const base::Clock& clock, std::shared_ptr<ConnectionPlaces> places,
           std::function<void(Accepted)> on_accepted);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// "port-in-use", "port-forbidden", "address-invalid", "address-unavailable".
  [[nodiscard]] base::Result<> start(const std::string& address, std::uint16_t port, Service service);
  /// New connections get these.
  void set_tls(std::shared_ptr<const TlsSettings> settings) { m_service.tls = std::move(settings); }
  [[nodiscard]] std::uint16_t port() const { return m_port; }

 private:
  struct Newcomer;

  void watch();
  void accept_waiting();
  void take(const base::Ref<GSocket>& socket);
  void wait_for(const std::shared_ptr<Newcomer>& newcomer, GIOCondition condition);
  void take_turns();
  void serve(const std::shared_ptr<Newcomer>& newcomer);
  void shake_hands(const std::shared_ptr<Newcomer>& newcomer);
  void redirect(const std::shared_ptr<Newcomer>& newcomer);
  void hand_on(const std::shared_ptr<Newcomer>& newcomer, GIOStream* stream);
  void drop(const std::shared_ptr<Newcomer>& newcomer);

  const base::Clock& m_clock;
  std::shared_ptr<ConnectionPlaces> m_places;
  std::function<void(Accepted)> m_on_accepted;
  Service m_service;
  base::Ref<GSocket> m_socket;
  GSource* m_source = nullptr;
  base::Timer m_retry;
  std::uint16_t m_port = 0;
  std::list<std::shared_ptr<Newcomer>> m_newcomers;
  FairQueue<std::weak_ptr<Newcomer>> m_ready;
  base::TokenBucket m_share;  // seconds of the main thread
  base::Timer m_turn;
};

/// The address part as text ("192.0.2.7"); empty if it has none.
[[nodiscard]] std::string address_text(GSocketAddress* address);

}  // namespace sangdam::gateway
