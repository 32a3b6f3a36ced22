// A kiosk's link; its token was checked before the upgrade. Main thread.
#pragma once

#include <functional>
#include <string>

#include "gateway/ice_renewal.hpp"
#include "gateway/registry.hpp"
#include "gateway/web_socket.hpp"

namespace sangdam::gateway {

class KioskConnection final : public WebSocket {
 public:
  /// What a kiosk is told when it registers, and again before its TURN credentials end.
  struct Terms {
    IceTerms ice;
    std::function<protocol::Address()> address;
  };

  KioskConnection(ConnectionId id, const base::Clock& clock, base::Ref<SoupWebsocketConnection> connection,
                  std::shared_ptr<StreamMeter> meter, const ConnectionLimits& limits, std::string kiosk,
                  Terms terms, Registry& registry);

  void tell(const protocol::GatewayToKiosk& message) { send(protocol::encode(message)); }
  void on_time() override;
  /// The address for people has changed.
  void tell_address();

 private:
  void on_text(std::string_view text) override;
  void on_gone() override { m_registry.kiosk_gone(m_id); }
  [[nodiscard]] std::string encode_error(const protocol::Error& error) const override;
  void on_register(const protocol::Register& message);

  ConnectionId m_id;
  std::chrono::seconds m_register_deadline;
  std::string m_kiosk;  // the hash of its token
  IceRenewal m_ice;
  std::function<protocol::Address()> m_address;
  Registry& m_registry;
  base::Moment m_connected;
  bool m_registered = false;
};

}  // namespace sangdam::gateway
