// The kiosk's WebSocket connection to its gateway, embedded or remote: one path for both (docs/protocol.md).
//
// Registers, publishes the desk's open sessions, passes messages both ways, and reconnects with growing delay
// for as long as it lives. While it is down nothing is queued but withdrawals: after the next registration
// every open encounter publishes itself again. Main thread.
#pragma once

#include <libsoup/soup.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/handles.hpp"
#include "base/main_thread.hpp"
#include "base/signal.hpp"
#include "base/unknown_types.hpp"
#include "consultation/signalling.hpp"
#include "protocol/messages.hpp"

namespace sangdam::kiosk {

enum class LinkState : std::uint8_t { connecting, ready, refused, unreachable };

/// Hears what the gateway says. Session messages are decoded and checked; the session may be unknown to the
/// desk.
class GatewayLinkListener {
 public:
  virtual ~GatewayLinkListener() = default;
  virtual void on_link_state(LinkState state) = 0;
  virtual void on_registered(const std::vector<protocol::IceServer>& servers) = 0;
  /// How people reach the gateway: after each registration, and whenever it changes.
  virtual void on_address(const protocol::Address& address) = 0;
  virtual void on_ice_servers(const std::vector<protocol::IceServer>& servers) = 0;
  virtual void on_session_opened(const std::string& session) = 0;
  virtual void on_code_taken(const std::string& session) = 0;
  virtual void on_arrived(const protocol::Arrived& arrived) = 0;
  virtual void on_returned(const protocol::Returned& returned) = 0;
  virtual void on_away(const protocol::Away& away) = 0;
  virtual void on_from_patient(const protocol::FromPatient& message) = 0;
};

class GatewayLink final : public consultation::Signalling {
 public:
  struct Config {
    /// "wss://host:port/ws/kiosk"; asked at each try, as an embedded gateway may get another port.
    std::function<std::string()> url;
    std::string token;  // of this kiosk, from a file or made for the embedded gateway
    std::string clinic;
    std::string phone;
    /// The certificate of the embedded gateway just now (it is renewed while the kiosk runs): the connection
    /// must show this very one. Without it the system's authorities judge.
    std::function<base::Ref<GTlsCertificate>()> pinned;
  };
  GatewayLink(Config config, GatewayLinkListener& listener);
  ~GatewayLink() override;
  GatewayLink(const GatewayLink&) = delete;
  GatewayLink& operator=(const GatewayLink&) = delete;

  void start();
  /// This machine's network has changed: a connection that waits for its next try need not wait any longer.
  void follow_network();
  [[nodiscard]] LinkState state() const { return m_state; }
  /// The gateway confirmed the session's code.
  [[nodiscard]] bool is_published(const std::string& consultation) const {
    return m_published.contains(consultation);
  }

  void publish(const consultation::ConsultationRecord& record) override;
  void withdraw(const std::string& consultation, std::string_view ending) override;
  void give_seat(const std::string& consultation, const std::string& seat, Give give) override;
  void void_seat(const std::string& consultation, const std::string& seat, Void why) override;
  void tell(const std::string& consultation, const std::string& seat, consultation::Notice notice) override;
  void send_offer(const std::string& consultation, const std::string& seat, unsigned peer,
                  const std::string& sdp) override;
  void send_candidate(const std::string& consultation, const std::string& seat, unsigned peer,
                      unsigned mline_index, const std::string& candidate) override;

 private:
  void connect();
  void on_connected(SoupWebsocketConnection* connection);
  void on_text(std::string_view text);
  void on_message(const protocol::GatewayToKiosk& message);
  void on_error(const protocol::Error& error);
  void on_closed();
  void lose(LinkState why);
  void send(const protocol::KioskMessage& message);
  void close_session(const std::string& session, const std::string& ending);
  void set_state(LinkState state);
  void check_liveness();

  Config m_config;
  GatewayLinkListener& m_listener;
  LinkState m_state = LinkState::connecting;
  base::Ref<SoupSession> m_session;
  base::Ref<GCancellable> m_cancellable;
  base::Ref<SoupMessage> m_request;
  base::Ref<SoupWebsocketConnection> m_connection;
  std::set<std::string> m_published;
  std::map<std::string, std::string> m_codes;      // of each session, as published last
  std::map<std::string, std::string> m_withdrawn;  // told again after a reconnection
  std::vector<protocol::SeatVoid> m_voided;        // the same
  bool m_knows_expired = false;                    // the gateway; an older one would refuse the word
  bool m_knows_newcomers = false;
  base::UnknownTypes m_unknown_types;
  int m_attempts = 0;
  std::chrono::steady_clock::time_point m_last_heard;
  base::Timer m_retry;
  base::Timer m_liveness;
  base::SignalConnection m_accept_certificate;
  base::SignalConnection m_on_message;
  base::SignalConnection m_on_closed;
  base::Anchor<GatewayLink> m_anchor{this};
};

}  // namespace sangdam::kiosk
