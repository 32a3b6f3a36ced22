#include "gateway/kiosk_connection.hpp"

#include "consultation/session_code.hpp"

namespace sangdam::gateway {

KioskConnection::KioskConnection(ConnectionId id, const base::Clock& clock,
                                 base::Ref<SoupWebsocketConnection> connection,
                                 std::shared_ptr<StreamMeter> meter, const ConnectionLimits& limits,
                                 std::string kiosk, Terms terms, Registry& registry)
    : WebSocket(clock, std::move(connection), std::move(meter),
                {.max_bytes = protocol::k_max_envelope_bytes,
                 .allowance = {limits.kiosk_bytes, limits.kiosk_messages, nullptr},
                 .ping_interval = limits.ping_interval,
                 .silence = limits.silence}),
      m_id(id),
      m_register_deadline(limits.join_deadline),
      m_kiosk(std::move(kiosk)),
      m_ice(std::move(terms.ice)),
      m_address(std::move(terms.address)),
      m_registry(registry),
      m_connected(clock.moment()) {
  settle();
}

void KioskConnection::on_time() {
  WebSocket::on_time();
  if (is_gone()) return;
  if (!m_registered) {
    if (moment() - m_connected >= m_register_deadline) fail({"idle", "the kiosk did not register"});
    return;
  }
  if (!m_ice.is_due(moment(), now())) return;
  if (auto servers = m_ice.take(moment(), now()); !servers.empty())
    tell(protocol::IceServers{std::move(servers)});
}

std::string KioskConnection::encode_error(const protocol::Error& error) const {
  return protocol::encode(protocol::GatewayToKiosk(error));
}

void KioskConnection::on_text(std::string_view text) {
  const auto message = protocol::decode_kiosk(text);
  if (!message) return not_understood(message.error());
  if (std::holds_alternative<protocol::Ping>(*message)) return tell(protocol::Pong{});
  const auto* registration = std::get_if<protocol::Register>(&*message);
  if ((registration != nullptr) == m_registered) {
    return fail(
        {"unexpected", m_registered ? "this connection is registered already" : "register comes first"});
  }
  if (registration != nullptr) return on_register(*registration);
  if (const auto* open = std::get_if<protocol::SessionOpen>(&*message)) {
    if (!consultation::is_well_formed_code(open->code)) {
      return fail({"malformed", "session-open: the code's check digit does not fit"});
    }
    return m_registry.open_session(m_id, *open);
  }
  if (const auto* close = std::get_if<protocol::SessionClose>(&*message))
    return m_registry.close_session(m_id, *close);
  if (const auto* give = std::get_if<protocol::SeatGive>(&*message)) return m_registry.give_seat(m_id, *give);
  if (const auto* voided = std::get_if<protocol::SeatVoid>(&*message))
    return m_registry.void_seat(m_id, *voided);
  if (const auto* envelope = std::get_if<protocol::ToPatient>(&*message))
    m_registry.to_patient(m_id, *envelope);
}

void KioskConnection::on_register(const protocol::Register& message) {
  m_registered = true;
  agree(message.features);
  m_registry.kiosk_registered(m_id, m_kiosk, message);
  tell(protocol::Registered{m_ice.take(moment(), now()), m_address(), protocol::own_features()});
}

void KioskConnection::tell_address() {
  if (m_registered && !is_gone()) tell(m_address());
}

}  // namespace sangdam::gateway
