#include "gateway/switchboard.hpp"

#include "base/random.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::chrono::seconds k_tell_waits{3};

}  // namespace

Switchboard::Switchboard(const base::Clock& clock, const Config& config,
                         std::function<protocol::Address()> address)
    : m_clock(clock),
      m_limits(config.connections),
      m_ice(config.ice),
      m_address(std::move(address)),
      m_limiter(config.guesses),
      m_registry(
          *this, clock, [this](std::string_view id) { return ice_servers_for(m_ice, id, m_clock.now()); },
          config.registry),
      m_seatless_frames(std::make_shared<base::TokenBucket>(m_limits.all_seatless_messages)) {}

Switchboard::~Switchboard() = default;

void Switchboard::add_patient(base::Ref<SoupWebsocketConnection> connection,
                              std::shared_ptr<StreamMeter> meter, std::string address) {
  const ConnectionId id = m_next_id++;
  m_patients.emplace(id, std::make_unique<PatientConnection>(
                             id, m_clock, std::move(connection), std::move(meter), m_limits,
                             m_seatless_frames, std::move(address), ice_terms(), m_registry, m_limiter));
}

void Switchboard::add_kiosk(base::Ref<SoupWebsocketConnection> connection, std::shared_ptr<StreamMeter> meter,
                            std::string kiosk) {
  const ConnectionId id = m_next_id++;
  KioskConnection::Terms terms{.ice = ice_terms(), .address = m_address};
  m_kiosks.emplace(
      id, std::make_unique<KioskConnection>(id, m_clock, std::move(connection), std::move(meter), m_limits,
                                            std::move(kiosk), std::move(terms), m_registry));
}

IceTerms Switchboard::ice_terms() const {
  return {.servers = [this] { return ice_servers_for(m_ice, base::random_hex(8), m_clock.now()); },
          .lifetime = m_ice.lifetime};
}

void Switchboard::on_time() {
  m_registry.on_time();
  serve_line();
  for (const auto& [id, each] : m_patients) each->on_time();
  for (const auto& [id, each] : m_kiosks) each->on_time();
  // Here and not when they close: that happens inside of their own callbacks.
  std::erase_if(m_patients, [](const auto& each) { return each.second->is_closed(); });
  std::erase_if(m_kiosks, [](const auto& each) { return each.second->is_closed(); });
}

void Switchboard::tell_address() {
  for (const auto& [id, each] : m_kiosks) each->tell_address();
}

void Switchboard::serve_line() {
  const base::Moment now = m_clock.moment();
  while (const auto id = m_limiter.next(now)) m_patients.at(*id)->answer_try();
  while (const auto id = m_limiter.next_late(now)) m_patients.at(*id)->give_up_try();
  // Also so that the page hears that the connection lives.
  if (now - m_waits_told < k_tell_waits) return;
  m_waits_told = now;
  for (const auto& [id, left] : m_limiter.waits(now)) m_patients.at(id)->tell_wait(left);
}

void Switchboard::go_away() {
  for (const auto& [id, each] : m_patients) each->go_away();
  for (const auto& [id, each] : m_kiosks) each->go_away();
}

WebSocket* Switchboard::find(ConnectionId connection) const {
  if (const auto found = m_patients.find(connection); found != m_patients.end()) return found->second.get();
  if (const auto found = m_kiosks.find(connection); found != m_kiosks.end()) return found->second.get();
  return nullptr;
}

void Switchboard::send_to_patient(ConnectionId connection, const protocol::GatewayToPatient& message) {
  if (const auto found = m_patients.find(connection); found != m_patients.end()) found->second->tell(message);
}

void Switchboard::send_to_kiosk(ConnectionId connection, const protocol::GatewayToKiosk& message) {
  if (const auto found = m_kiosks.find(connection); found != m_kiosks.end()) found->second->tell(message);
}

void Switchboard::finish(ConnectionId connection) {
  if (WebSocket* socket = find(connection)) socket->finish();
}

void Switchboard::replace(ConnectionId connection) {
  if (WebSocket* socket = find(connection)) socket->fail({"replaced", "a newer connection took this place"});
}

}  // namespace sangdam::gateway
