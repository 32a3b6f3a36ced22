// A patient's page: before it has a seat it may only join or resume, after that only what belongs to a visit.
// Main thread.
#pragma once

#include <optional>
#include <string>

#include "gateway/guess_limiter.hpp"
#include "gateway/ice_renewal.hpp"
#include "gateway/registry.hpp"
#include "gateway/web_socket.hpp"

namespace sangdam::gateway {

class PatientConnection final : public WebSocket {
 public:
  PatientConnection(ConnectionId id, const base::Clock& clock, base::Ref<SoupWebsocketConnection> connection,
                    std::shared_ptr<StreamMeter> meter, const ConnectionLimits& limits,
                    std::shared_ptr<base::TokenBucket> seatless_frames, std::string address, IceTerms ice,
                    Registry& registry, GuessLimiter& limiter);

  void tell(const protocol::GatewayToPatient& message) { send(protocol::encode(message)); }
  void on_time() override;
  /// Its try has waited in line and may be answered now.
  void answer_try();
  /// Its try waits in line for so much longer.
  void tell_wait(std::chrono::seconds left);
  /// Its try has waited for too long.
  void give_up_try();

 private:
  struct Challenge {
    std::string nonce;
    unsigned bits;
    base::Moment expires;
  };

  void on_text(std::string_view text) override;
  void on_gone() override {
    m_limiter.leave(m_id);
    m_registry.patient_gone(m_id);
  }
  [[nodiscard]] std::string encode_error(const protocol::Error& error) const override;

  /// False, and let go: it has tried too often.
  bool may_try_again();
  void renew_ice_servers();
  void take_seat(const protocol::Features& features);
  /// False: it comes too fast and is dropped.
  [[nodiscard]] bool may_pass(const base::Result<protocol::PatientMessage>& message);
  void on_join(const protocol::Join& join);
  void on_resume(const protocol::Resume& resume);
  /// The gateway lets the code be looked at.
  void look_up(const protocol::Join& join);
  /// The join carries the work it was asked for. A challenge is good for one try.
  bool is_proven(const protocol::Join& join);
  void refuse_for(std::chrono::seconds retry_after);
  void refuse(std::string code, std::string text);
  void ask_for_proof(unsigned bits);

  ConnectionId m_id;
  ConnectionLimits m_limits;
  std::string m_address;  // address_key()
  IceRenewal m_ice;
  Registry& m_registry;
  GuessLimiter& m_limiter;
  base::Moment m_connected;
  base::Moment m_last_try;
  unsigned m_tries = 0;
  bool m_seated = false;
  bool m_reads_ice_servers = false;
  SeatTraffic m_traffic;
  std::optional<Challenge> m_challenge;
  std::optional<protocol::Join> m_waiting;  // in line
};

}  // namespace sangdam::gateway
