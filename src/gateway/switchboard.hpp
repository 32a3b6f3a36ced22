// All connections of one event loop, and the state they share. The registry and the limiter know no
// connection, only numbers, so that several loops can later share them behind this same seam. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "gateway/kiosk_connection.hpp"
#include "gateway/patient_connection.hpp"

namespace sangdam::gateway {

class Switchboard final : public Outlet {
 public:
  Switchboard(const base::Clock& clock, const Config& config, std::function<protocol::Address()> address);
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;
  ~Switchboard() override;

  void add_patient(base::Ref<SoupWebsocketConnection> connection, std::shared_ptr<StreamMeter> meter,
                   std::string address);
  void add_kiosk(base::Ref<SoupWebsocketConnection> connection, std::shared_ptr<StreamMeter> meter,
                 std::string kiosk);
  void on_time();
  /// The address for people has changed: every kiosk is told.
  void tell_address();
  /// Tells everybody to reconnect elsewhere or later.
  void go_away();
  /// See Registry::only_clinic().
  [[nodiscard]] std::optional<protocol::Clinic> only_clinic(std::size_t kiosks) const {
    return m_registry.only_clinic(kiosks);
  }
  [[nodiscard]] std::size_t patients() const { return m_patients.size(); }
  [[nodiscard]] std::size_t kiosks() const { return m_kiosks.size(); }

 private:
  void send_to_patient(ConnectionId connection, const protocol::GatewayToPatient& message) override;
  void send_to_kiosk(ConnectionId connection, const protocol::GatewayToKiosk& message) override;
  void finish(ConnectionId connection) override;
  void replace(ConnectionId connection) override;
  /// Answers the tries whose turn it is.
  void serve_line();
  [[nodiscard]] IceTerms ice_terms() const;
  [[nodiscard]] WebSocket* find(ConnectionId connection) const;

  const base::Clock& m_clock;
  ConnectionLimits m_limits;
  IceConfig m_ice;
  std::function<protocol::Address()> m_address;  // for people to type
  GuessLimiter m_limiter;
  Registry m_registry;
  std::shared_ptr<base::TokenBucket> m_seatless_frames;
  base::Moment m_waits_told{};
  ConnectionId m_next_id = 1;
  std::unordered_map<ConnectionId, std::unique_ptr<PatientConnection>> m_patients;
  std::unordered_map<ConnectionId, std::unique_ptr<KioskConnection>> m_kiosks;
};

}  // namespace sangdam::gateway
