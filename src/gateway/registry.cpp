#include "gateway/registry.hpp"

#include <utility>

#include "base/random.hpp"
#include "consultation/session_code.hpp"

namespace sangdam::gateway {
namespace {

using protocol::GatewayToKiosk;
using protocol::GatewayToPatient;

constexpr std::size_t k_seat_bytes = 8;
constexpr std::size_t k_token_bytes = 16;
constexpr std::size_t k_turn_id_bytes = 8;

GatewayToKiosk kiosk_error(std::string code, std::string text, std::string session) {
  return protocol::Error{.code = std::move(code),
                         .text = std::move(text),
                         .session = std::move(session),
                         .retry_after = std::nullopt,
                         .challenge = std::nullopt};
}

GatewayToPatient status(std::string state, std::string outcome = {}) {
  return protocol::Status{.state = std::move(state), .outcome = std::move(outcome)};
}

}  // namespace

std::string_view code_of(JoinRefusal refusal) noexcept {
  switch (refusal) {
    case JoinRefusal::wrong: return "code-wrong";
    case JoinRefusal::expired: return "code-expired";
    case JoinRefusal::renewed: return "code-renewed";
    case JoinRefusal::used: return "code-used";
    case JoinRefusal::occupied: return "code-occupied";
    case JoinRefusal::clinic_away: return "clinic-away";
  }
  return "";
}

Registry::Registry(Outlet& outlet, const base::Clock& clock, IceServers ice_servers, RegistryLimits limits)
    : m_outlet(outlet),
      m_clock(clock),
      m_ice_servers(std::move(ice_servers)),
      m_limits(limits),
      m_started(clock.moment()),
      m_salt(base::random_hex(16)) {}

// --- Kiosks ---

void Registry::kiosk_registered(ConnectionId connection, const std::string& name,
                                const protocol::Register& message) {
  Kiosk& kiosk = m_kiosks
                     .try_emplace(name, Kiosk{.connection = std::nullopt,
                                              .clinic = {},
                                              .phone = {},
                                              .since = {},
                                              .new_codes = base::TokenBucket(m_limits.codes.new_codes),
                                              .taken = base::TokenBucket(m_limits.codes.taken),
                                              .own_codes = {},
                                              .waiting = {}})
                     .first->second;
  kiosk.waiting.clear();  // of an older connection
  if (kiosk.connection) {
    const ConnectionId old = *kiosk.connection;
    m_kiosk_connections.erase(old);
    m_outlet.replace(old);
  }
  kiosk.connection = connection;
  kiosk.clinic = message.clinic;
  kiosk.phone = message.phone;
  kiosk.knows_newcomers = protocol::has_feature(message.features, protocol::k_newcomer);
  kiosk.since = m_clock.moment();
  m_kiosk_connections[connection] = name;
}

std::optional<protocol::Clinic> Registry::only_clinic(std::size_t kiosks) const {
  if (kiosks == 0 || m_kiosks.size() != kiosks) return std::nullopt;
  const Kiosk& first = m_kiosks.begin()->second;
  for (const auto& [name, each] : m_kiosks) {
    if (each.clinic != first.clinic || each.phone != first.phone) return std::nullopt;
  }
  return protocol::Clinic{first.clinic, first.phone};
}

void Registry::kiosk_gone(ConnectionId connection) {
  Kiosk* kiosk = kiosk_of(connection);
  if (kiosk == nullptr) return;
  const std::string name = m_kiosk_connections[connection];
  m_kiosk_connections.erase(connection);
  kiosk->connection.reset();
  kiosk->waiting.clear();
  kiosk->since = m_clock.moment();
  for (auto& [id, session] : m_sessions) {
    if (session.kiosk != name) continue;
    session.confirmed_by.reset();
    for (const auto* place : {&session.seat, &session.newcomer}) {
      if (*place && (*place)->connection)
        m_outlet.send_to_patient(*(*place)->connection, status("clinic-away"));
    }
  }
}

void Registry::open_session(ConnectionId connection, const protocol::SessionOpen& message) {
  Kiosk* kiosk = kiosk_of(connection);
  if (kiosk == nullptr) return;
  forget_waiting(*kiosk, message.session);  // the newest counts
  // The old code stops now, even if the new one has to wait for its turn.
  const auto found = m_sessions.find(message.session);
  if (found != m_sessions.end() && found->second.kiosk == m_kiosk_connections[connection] &&
      found->second.code != message.code && !found->second.code.empty()) {
    remember_used(found->second, JoinRefusal::renewed);
    m_by_code.erase(std::exchange(found->second.code, {}));
  }
  if (may_look_up(*kiosk, message)) return open_now(connection, *kiosk, message);
  if (kiosk->waiting.size() >= m_limits.max_sessions_per_kiosk) {
    m_outlet.send_to_kiosk(
        connection, kiosk_error("too-many-sessions", "too many new codes at once: wait", message.session));
    return;
  }
  kiosk->waiting.push_back(message);
}

bool Registry::may_look_up(Kiosk& kiosk, const protocol::SessionOpen& message) {
  const base::Moment now = m_clock.moment();
  if (kiosk.taken.ready_at(now) > now) return false;
  const auto own = kiosk.own_codes.find(hash_of(message.code));
  if (own != kiosk.own_codes.end() && now < own->second) return true;
  const bool spaced = m_sessions.contains(message.session) || kiosk.unspaced >= m_limits.codes.unspaced;
  if (spaced && now < kiosk.next_code) return false;
  if (!kiosk.new_codes.take(now)) return false;
  if (spaced) {
    kiosk.next_code = now + m_limits.codes.spacing;
  } else {
    ++kiosk.unspaced;
  }
  return true;
}

void Registry::open_waiting() {
  for (auto& [name, kiosk] : m_kiosks) {
    while (kiosk.connection && !kiosk.waiting.empty() && may_look_up(kiosk, kiosk.waiting.front())) {
      const protocol::SessionOpen message = std::move(kiosk.waiting.front());
      kiosk.waiting.pop_front();
      open_now(*kiosk.connection, kiosk, message);
    }
  }
}

void Registry::forget_waiting(Kiosk& kiosk, const std::string& session) {
  std::erase_if(kiosk.waiting, [&](const auto& each) { return each.session == session; });
  std::erase_if(m_taken, [&](const auto& each) {
    return each.second.connection == kiosk.connection && each.second.session == session;
  });
}

void Registry::tell_taken() {
  while (!m_taken.empty() && m_taken.begin()->first <= m_clock.moment()) {
    const Taken taken = m_taken.begin()->second;
    m_taken.erase(m_taken.begin());
    m_outlet.send_to_kiosk(
        taken.connection,
        kiosk_error("code-taken", "another session has or had this code: draw a new one", taken.session));
  }
}

void Registry::open_now(ConnectionId connection, Kiosk& kiosk, const protocol::SessionOpen& message) {
  const auto refuse = [&](const char* code, const char* text) {
    m_outlet.send_to_kiosk(connection, kiosk_error(code, text, message.session));
  };
  const base::Moment now = m_clock.moment();
  const std::string hash = hash_of(message.code);
  const auto holder = m_by_code.find(message.code);
  const bool held_by_another = holder != m_by_code.end() && holder->second != message.session;
  if (held_by_another || m_used_codes.contains(hash)) {
    static_cast<void>(kiosk.taken.take(now));  // there was one, or it would not have been looked up
    m_taken.emplace(now + m_limits.codes.taken_delay, Taken{connection, message.session});
    return;
  }
  auto found = m_sessions.find(message.session);
  if (found != m_sessions.end() && found->second.kiosk != m_kiosk_connections[connection]) {
    return refuse("session-unknown", "this session belongs to another kiosk");
  }
  const bool is_new = found == m_sessions.end();
  if (is_new) {
    if (kiosk.sessions >= m_limits.max_sessions_per_kiosk) {
      return refuse("too-many-sessions", "this kiosk has too many open sessions: close some first");
    }
    ++kiosk.sessions;
    found = m_sessions.try_emplace(message.session).first;
    found->second.kiosk = m_kiosk_connections[connection];
  }
  Session& session = found->second;
  session.code = message.code;
  m_by_code[session.code] = message.session;
  kiosk.own_codes[hash] = now + m_limits.codes.memory;
  session.expires = now + message.lifetime;
  const bool is_first_of_connection = session.confirmed_by != connection;
  session.confirmed_by = connection;
  // The word that gave the place to the newcomer may have been lost with the kiosk's connection.
  if (message.seat && session.newcomer && session.newcomer->id == message.seat->seat) give(session);
  // A seat this gateway knows is newer than one the kiosk remembers: seats are only given here.
  const auto restore = [&](std::optional<Seat>& place, const std::optional<protocol::SeatKey>& key) {
    if (place || !key || m_by_token_hash.contains(key->token_hash)) return;
    set_seat(message.session, place,
             Seat{.id = key->seat,
                  .token_hash = key->token_hash,
                  .code = session.code,
                  .language = "ko",
                  .connection = std::nullopt,
                  .peer = 0,
                  .restored = true,
                  .waiting = {}});
  };
  restore(session.seat, message.seat);
  if (session.seat) restore(session.newcomer, message.newcomer);
  m_outlet.send_to_kiosk(connection, protocol::SessionOpened{message.session});
  if (!is_first_of_connection) return;
  for (auto* place : {&session.seat, &session.newcomer}) {
    if (!*place) continue;
    const std::string& seat = (*place)->id;
    tell_seat_state(
        connection, message.session, **place,
        (message.seat && message.seat->seat == seat) || (message.newcomer && message.newcomer->seat == seat));
  }
}

void Registry::tell_seat_state(ConnectionId connection, const std::string& id, Seat& seat, bool known) {
  // What was on its way when the kiosk's connection broke may be lost: the kiosk learns how things stand now.
  if (!known) {
    m_outlet.send_to_kiosk(connection, protocol::Arrived{id, {seat.id, seat.token_hash}, seat.language});
    if (!seat.connection) m_outlet.send_to_kiosk(connection, protocol::Away{id, seat.id, seat.restored});
  } else if (seat.connection) {
    m_outlet.send_to_kiosk(connection, protocol::Returned{id, seat.id, seat.language, seat.peer});
  } else {
    m_outlet.send_to_kiosk(connection, protocol::Away{id, seat.id, seat.restored});
  }
  const Waiting waiting = std::exchange(seat.waiting, {});
  if (waiting.knock) m_outlet.send_to_kiosk(connection, protocol::FromPatient{id, seat.id, *waiting.knock});
  if (waiting.left) {
    m_outlet.send_to_kiosk(connection, protocol::FromPatient{id, seat.id, protocol::Leave{}});
  } else if (waiting.request) {
    m_outlet.send_to_kiosk(connection, protocol::FromPatient{id, seat.id, *waiting.request});
  }
  if (seat.connection) m_outlet.send_to_patient(*seat.connection, status("clinic-back"));
}

void Registry::close_session(ConnectionId connection, const protocol::SessionClose& message) {
  if (Kiosk* kiosk = kiosk_of(connection)) {
    const std::size_t waiting = kiosk->waiting.size();
    forget_waiting(*kiosk, message.session);
    if (waiting != kiosk->waiting.size() && !m_sessions.contains(message.session)) return;  // never opened
  }
  Session* session = own_session(connection, message.session);
  if (session == nullptr) return;
  remember_used(*session, message.outcome == "expired" ? JoinRefusal::expired : JoinRefusal::used);
  drop(message.session, message.outcome);
}

void Registry::to_patient(ConnectionId connection, const protocol::ToPatient& message) {
  Session* session = own_session(connection, message.session);
  if (session == nullptr) return;
  // A message for a seat that was just taken over, or whose browser is away, is late, not wrong.
  for (const auto* place : {&session->seat, &session->newcomer}) {
    if (!*place || (*place)->id != message.seat || !(*place)->connection) continue;
    m_outlet.send_to_patient(
        *(*place)->connection,
        std::visit([](const auto& body) { return GatewayToPatient(body); }, message.message));
  }
}

void Registry::give_seat(ConnectionId connection, const protocol::SeatGive& message) {
  Session* session = own_session(connection, message.session);
  if (session == nullptr || !session->newcomer || session->newcomer->id != message.seat) return;
  // Nobody let the newcomer in, and who was there first is back already: it keeps the place.
  if (message.if_away && is_occupied(session->seat, *session)) {
    end_seat(session->newcomer, "moved");
    const Seat& seat = *session->seat;
    m_outlet.send_to_kiosk(connection,
                           protocol::Arrived{message.session, {seat.id, seat.token_hash}, seat.language});
    return;
  }
  give(*session);
}

void Registry::void_seat(ConnectionId connection, const protocol::SeatVoid& message) {
  Session* session = own_session(connection, message.session);
  if (session == nullptr || !session->newcomer || session->newcomer->id != message.seat) return;
  end_seat(session->newcomer, message.outcome);
}

void Registry::give(Session& session) {
  end_seat(session.seat, "moved");
  session.seat = std::exchange(session.newcomer, std::nullopt);
}

// --- Patients ---

tl::expected<void, RefusedJoin> Registry::join(ConnectionId connection, const protocol::Join& message) {
  const auto refuse = [](JoinRefusal why, const Kiosk& clinic) {
    return tl::make_unexpected(RefusedJoin{why, clinic.clinic, clinic.phone});
  };
  const auto holder = m_by_code.find(message.code);
  if (holder == m_by_code.end()) {
    const auto used = m_used_codes.find(hash_of(message.code));
    if (used != m_used_codes.end()) return refuse(used->second.fate, *used->second.kiosk);
    // A gateway that has just started knows no code before the first kiosk is back.
    const bool knows_nobody = may_be_restored() && m_kiosk_connections.empty();
    return tl::make_unexpected(
        RefusedJoin{knows_nobody ? JoinRefusal::clinic_away : JoinRefusal::wrong, {}, {}});
  }
  const std::string id = holder->second;
  Session& session = m_sessions.at(id);
  const Kiosk& clinic = m_kiosks.at(session.kiosk);
  if (session.expires <= m_clock.moment()) return refuse(JoinRefusal::expired, clinic);
  if (is_occupied(session.seat, session)) return refuse(JoinRefusal::occupied, clinic);
  const auto kiosk = kiosk_connection(session);
  if (!kiosk) return refuse(JoinRefusal::clinic_away, clinic);
  if (is_occupied(session.newcomer, session)) return refuse(JoinRefusal::occupied, clinic);

  const std::string token = base::random_hex(k_token_bytes);
  std::optional<Seat>& place = session.seat && clinic.knows_newcomers ? session.newcomer : session.seat;
  end_seat(place, "moved");
  set_seat(id, place,
           Seat{.id = base::random_hex(k_seat_bytes),
                .token_hash = base::sha256_hex(token),
                .code = message.code,
                .language = message.language,
                .connection = connection,
                .peer = 0,
                .waiting = {}});
  m_by_patient[connection] = id;
  const Seat& seat = *place;
  welcome(connection, session, token, false);
  m_outlet.send_to_kiosk(*kiosk, protocol::Arrived{id, {seat.id, seat.token_hash}, seat.language});
  return {};
}

bool Registry::resume(ConnectionId connection, const protocol::Resume& message) {
  const auto holder = m_by_token_hash.find(base::sha256_hex(message.token));
  if (holder == m_by_token_hash.end()) return false;
  const std::string id = holder->second;
  Session& session = m_sessions.at(id);
  const bool is_newcomer = session.newcomer && session.newcomer->token_hash == holder->first;
  Seat& seat = is_newcomer ? *session.newcomer : *session.seat;
  if (seat.connection) {
    const ConnectionId old = *seat.connection;
    m_by_patient.erase(old);
    m_outlet.replace(old);
  }
  seat.connection = connection;
  seat.language = message.language;
  seat.peer = message.peer;
  seat.restored = false;
  seat.waiting.left = false;  // whoever is back has not left
  m_by_patient[connection] = id;
  welcome(connection, session, message.token, true);
  if (const auto kiosk = kiosk_connection(session)) {
    m_outlet.send_to_kiosk(*kiosk, protocol::Returned{id, seat.id, seat.language, seat.peer});
  } else {
    m_outlet.send_to_patient(connection, status("clinic-away"));
  }
  return true;
}

void Registry::from_patient(ConnectionId connection, const protocol::FromPatientBody& message) {
  const auto found = m_by_patient.find(connection);
  if (found == m_by_patient.end()) return;
  Session& session = m_sessions.at(found->second);
  Seat& seat = *seat_held_by(session, connection);
  // Not the highest number but the last: a restarted kiosk counts from one again.
  if (const auto* answer = std::get_if<protocol::Answer>(&message)) seat.peer = answer->peer;
  if (const auto kiosk = kiosk_connection(session)) {
    m_outlet.send_to_kiosk(*kiosk, protocol::FromPatient{found->second, seat.id, message});
  } else {
    keep_waiting(seat, message);
  }
}

void Registry::keep_waiting(Seat& seat, const protocol::FromPatientBody& message) {
  if (const auto* knock = std::get_if<protocol::Knock>(&message)) {
    seat.waiting.knock = *knock;
    seat.waiting.left = false;
  } else if (std::holds_alternative<protocol::Leave>(message)) {
    seat.waiting.left = true;
  } else if (const auto* request = std::get_if<protocol::RequestOffer>(&message)) {
    seat.waiting.request = *request;
  } else {
    // An answer or a candidate got lost, so that negotiation cannot succeed: ask for a new one.
    seat.waiting.request = protocol::RequestOffer{seat.peer};
  }
}

void Registry::patient_gone(ConnectionId connection) {
  const auto found = m_by_patient.find(connection);
  if (found == m_by_patient.end()) return;
  const std::string id = found->second;
  m_by_patient.erase(found);
  Session& session = m_sessions.at(id);
  Seat& seat = *seat_held_by(session, connection);
  seat.connection.reset();
  if (const auto kiosk = kiosk_connection(session)) {
    m_outlet.send_to_kiosk(*kiosk, protocol::Away{id, seat.id});
  }
}

// --- Time ---

void Registry::on_time() {
  const base::Moment now = m_clock.moment();
  std::vector<std::string> late;
  for (const auto& [id, session] : m_sessions) {
    const Kiosk& kiosk = m_kiosks.at(session.kiosk);
    if (kiosk.connection && session.confirmed_by == kiosk.connection) continue;
    // A kiosk that is back and does not name a session any more has closed it meanwhile.
    const auto grace = !kiosk.connection && session.seat ? m_limits.seat_grace : m_limits.kiosk_grace;
    if (now - kiosk.since >= grace) late.push_back(id);
  }
  for (const std::string& id : late) drop(id, "");
  open_waiting();
  tell_taken();
  for (auto& [name, kiosk] : m_kiosks) {
    std::erase_if(kiosk.own_codes, [&](const auto& each) { return each.second <= now; });
  }
  while (!m_used_codes_by_time.empty() && (m_used_codes_by_time.begin()->first <= now ||
                                           m_used_codes_by_time.size() > m_limits.max_used_codes)) {
    m_used_codes.erase(m_used_codes_by_time.begin()->second);
    m_used_codes_by_time.erase(m_used_codes_by_time.begin());
  }
}

// --- Inside ---

std::string Registry::hash_of(const std::string& code) const { return base::sha256_hex(m_salt + code); }

Registry::Kiosk* Registry::kiosk_of(ConnectionId connection) {
  const auto found = m_kiosk_connections.find(connection);
  return found == m_kiosk_connections.end() ? nullptr : &m_kiosks.at(found->second);
}

/// Set only once the kiosk, after it came back, has opened this session again.
std::optional<ConnectionId> Registry::kiosk_connection(const Session& session) const {
  const auto& connection = m_kiosks.at(session.kiosk).connection;
  return connection == session.confirmed_by ? connection : std::nullopt;
}

Registry::Session* Registry::own_session(ConnectionId connection, const std::string& id) {
  const auto name = m_kiosk_connections.find(connection);
  if (name == m_kiosk_connections.end()) return nullptr;
  const auto found = m_sessions.find(id);
  if (found != m_sessions.end() && found->second.kiosk == name->second) return &found->second;
  m_outlet.send_to_kiosk(connection, kiosk_error("session-unknown", "no such session is open here", id));
  return nullptr;
}

bool Registry::is_occupied(const std::optional<Seat>& place, const Session& session) {
  return place && place->connection && place->code == session.code;
}

Registry::Seat* Registry::seat_held_by(Session& session, ConnectionId connection) {
  return session.newcomer && session.newcomer->connection == connection ? &*session.newcomer : &*session.seat;
}

void Registry::set_seat(const std::string& id, std::optional<Seat>& place, Seat seat) {
  clear_seat(place);
  m_by_token_hash[seat.token_hash] = id;
  place = std::move(seat);
}

void Registry::clear_seat(std::optional<Seat>& place) {
  if (!place) return;
  m_by_token_hash.erase(place->token_hash);
  if (place->connection) m_by_patient.erase(*place->connection);
  place.reset();
}

void Registry::end_seat(std::optional<Seat>& place, const std::string& outcome) {
  if (!place) return;
  const std::optional<ConnectionId> patient = place->connection;
  clear_seat(place);  // first: its connection goes because the seat ends, and the kiosk knows that
  if (!patient) return;
  m_outlet.send_to_patient(*patient, status("ended", outcome));
  m_outlet.finish(*patient);
}

void Registry::welcome(ConnectionId connection, const Session& session, const std::string& token,
                       bool resumed) {
  const Kiosk& kiosk = m_kiosks.at(session.kiosk);
  m_outlet.send_to_patient(connection,
                           protocol::Joined{.token = token,
                                            .resumed = resumed,
                                            .clinic = kiosk.clinic,
                                            .phone = kiosk.phone,
                                            .ice_servers = m_ice_servers(base::random_hex(k_turn_id_bytes)),
                                            .features = protocol::own_features()});
}

void Registry::remember_used(const Session& session, JoinRefusal fate) {
  if (session.code.empty()) return;
  const std::string hash = hash_of(session.code);
  const base::Moment until = m_clock.moment() + m_limits.used_code_memory;
  const bool is_new = m_used_codes.try_emplace(hash, UsedCode{fate, &m_kiosks.at(session.kiosk)}).second;
  if (is_new) m_used_codes_by_time.emplace(until, hash);
}

void Registry::drop(const std::string& id, const std::string& outcome) {
  const auto found = m_sessions.find(id);
  Session& session = found->second;
  end_seat(session.seat, outcome);
  end_seat(session.newcomer, outcome);
  m_by_code.erase(session.code);
  Kiosk& kiosk = m_kiosks.at(session.kiosk);
  --kiosk.sessions;
  m_sessions.erase(found);
}

}  // namespace sangdam::gateway
