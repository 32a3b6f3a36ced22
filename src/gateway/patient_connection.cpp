#include "gateway/patient_connection.hpp"

#include "base/log.hpp"
#include "base/random.hpp"
#include "consultation/session_code.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::chrono::minutes k_challenge_lifetime{10};  // an old phone takes its time

protocol::Error error_of(std::string code, std::string text) {
  return {.code = std::move(code),
          .text = std::move(text),
          .session = {},
          .retry_after = std::nullopt,
          .challenge = std::nullopt};
}

std::string_view text_of(JoinRefusal refusal) noexcept {
  switch (refusal) {
    case JoinRefusal::wrong: return "no open session has this code";
    case JoinRefusal::expired: return "the session's code has expired";
    case JoinRefusal::renewed: return "the clinic has given out another code for this visit";
    case JoinRefusal::used: return "that visit has ended";
    case JoinRefusal::occupied: return "another browser is connected with this code";
    case JoinRefusal::clinic_away: return "the clinic is not connected just now";
  }
  return "";
}

}  // namespace

PatientConnection::PatientConnection(ConnectionId id, const base::Clock& clock,
                                     base::Ref<SoupWebsocketConnection> connection,
                                     std::shared_ptr<StreamMeter> meter, const ConnectionLimits& limits,
                                     std::shared_ptr<base::TokenBucket> seatless_frames, std::string address,
                                     IceTerms ice, Registry& registry, GuessLimiter& limiter)
    : WebSocket(clock, std::move(connection), std::move(meter),
                {.max_bytes = protocol::k_max_message_bytes,
                 .allowance = {limits.seatless_bytes, limits.seatless_messages, std::move(seatless_frames)},
                 .ping_interval = limits.ping_interval,
                 .silence = limits.silence}),
      m_id(id),
      m_limits(limits),
      m_address(std::move(address)),
      m_ice(std::move(ice)),
      m_registry(registry),
      m_limiter(limiter),
      m_connected(clock.moment()),
      m_last_try(clock.moment()),
      m_traffic(limits.seat) {}

void PatientConnection::on_time() {
  WebSocket::on_time();
  // Whoever was given work is given the time for it: the challenge ends with this connection.
  const std::chrono::seconds patience = m_challenge ? k_challenge_lifetime : m_limits.join_deadline;
  if (is_gone() || m_waiting) return;  // the limiter ends the wait
  if (m_seated) return renew_ice_servers();
  if (moment() - m_last_try < patience && moment() - m_connected < m_limits.seatless_lifetime) return;
  fail({"idle", "no code was given for a long time: connect again when there is one"});
}

void PatientConnection::renew_ice_servers() {
  if (!m_reads_ice_servers || !m_ice.is_due(moment(), now())) return;
  if (auto servers = m_ice.take(moment(), now()); !servers.empty())
    tell(protocol::IceServers{std::move(servers)});
}

bool PatientConnection::may_try_again() {
  m_last_try = moment();
  if (++m_tries <= m_limits.max_tries) return true;
  fail({"too-fast", "too many tries on one connection: connect again"});
  return false;
}

void PatientConnection::take_seat(const protocol::Features& features) {
  m_seated = true;
  m_ice.note_given(moment(), now());  // with "joined"
  m_reads_ice_servers = protocol::has_feature(features, protocol::k_ice_servers);
  settle();
  agree(features);
  allow({m_limits.patient_bytes, m_limits.seat.flood, nullptr});
}

std::string PatientConnection::encode_error(const protocol::Error& error) const {
  return protocol::encode(protocol::GatewayToPatient(error));
}

void PatientConnection::on_text(std::string_view text) {
  const auto message = protocol::decode_patient(text);
  if (m_seated && !may_pass(message)) return;
  if (!message) return not_understood(message.error());
  if (std::holds_alternative<protocol::Ping>(*message)) return tell(protocol::Pong{});
  const auto* join = std::get_if<protocol::Join>(&*message);
  const auto* resume = std::get_if<protocol::Resume>(&*message);
  const bool asks_for_seat = join != nullptr || resume != nullptr;
  if (asks_for_seat == m_seated) {
    return fail(
        {"unexpected", m_seated ? "this connection has its seat already" : "join or resume comes first"});
  }
  if (asks_for_seat && m_waiting) return fail({"unexpected", "the join before this one waits in line"});
  if (asks_for_seat && !may_try_again()) return;
  if (join != nullptr) return on_join(*join);
  if (resume != nullptr) return on_resume(*resume);
  std::visit(
      [this](const auto& each) {
        if constexpr (std::is_constructible_v<protocol::FromPatientBody, decltype(each)>) {
          m_registry.from_patient(m_id, each);
        }
      },
      *message);
}

bool PatientConnection::may_pass(const base::Result<protocol::PatientMessage>& message) {
  if (!message && message.error().code != protocol::k_unknown_type)
    return true;  // an error, not a matter of rates
  const bool is_candidate = message && std::holds_alternative<protocol::Candidate>(*message);
  if (m_traffic.take(is_candidate, moment())) return true;
  if (m_traffic.is_first()) base::log_info("gateway", "a patient's messages come too fast: some are dropped");
  return false;
}

void PatientConnection::on_join(const protocol::Join& join) {
  if (!consultation::is_well_formed_code(join.code)) {
    return refuse("code-mistyped", "the check digit does not fit: a digit is wrong");
  }
  // Asked before the code is looked at: a refusal must not tell whether the code would have been right.
  const TryVerdict verdict = m_limiter.check(m_id, m_address, is_proven(join), moment());
  if (const auto* soon = std::get_if<TryTooSoon>(&verdict)) return refuse_for(soon->retry_after);
  if (const auto* proof = std::get_if<TryNeedsProof>(&verdict)) return ask_for_proof(proof->bits);
  if (std::holds_alternative<TryAllowed>(verdict)) return look_up(join);
  m_waiting = join;
}

void PatientConnection::answer_try() {
  m_last_try = moment();
  if (const auto join = std::exchange(m_waiting, std::nullopt); join && !is_gone()) look_up(*join);
}

void PatientConnection::tell_wait(std::chrono::seconds left) {
  auto error = error_of("in-line", "many wrong codes: this try waits for its turn and is answered by itself");
  error.retry_after = static_cast<unsigned>(std::clamp<long>(left.count(), 1, 24L * 60 * 60));
  tell(error);
}

void PatientConnection::give_up_try() {
  m_last_try = moment();
  m_waiting.reset();
  refuse_for(k_challenge_lifetime);
}

void PatientConnection::look_up(const protocol::Join& join) {
  const auto joined = m_registry.join(m_id, join);
  if (joined) return take_seat(join.features);
  const RefusedJoin& refused = joined.error();
  // Of a code that no clinic stands behind it is not known that it is right.
  if (refused.clinic.empty()) m_limiter.failed(m_address, moment());
  auto error = error_of(std::string(code_of(refused.why)), std::string(text_of(refused.why)));
  // Whoever has, or had, the code is told the same after it let them in.
  error.clinic = refused.clinic;
  error.phone = refused.phone;
  tell(error);
}

void PatientConnection::on_resume(const protocol::Resume& resume) {
  if (m_registry.resume(m_id, resume)) {
    take_seat(resume.features);
  } else if (m_registry.may_be_restored()) {
    // A patient in a running call must not be sent back to the code because the page was faster than the
    // kiosk.
    refuse("clinic-away",
           "the gateway has just started and the clinic is not back yet: try again in a moment");
  } else {
    refuse("resume-unknown", "this token is not known (any more): ask for the code");
  }
}

bool PatientConnection::is_proven(const protocol::Join& join) {
  const auto challenge = std::exchange(m_challenge, std::nullopt);
  return challenge && join.proof && moment() < challenge->expires &&
         proof_holds(challenge->nonce, join.code, *join.proof, challenge->bits);
}

void PatientConnection::refuse_for(std::chrono::seconds retry_after) {
  auto error = error_of("too-many-tries", "too many wrong codes: wait");
  error.retry_after = static_cast<unsigned>(std::min<long>(retry_after.count(), 24L * 60 * 60));
  tell(error);
}

void PatientConnection::refuse(std::string code, std::string text) {
  tell(error_of(std::move(code), std::move(text)));
}

void PatientConnection::ask_for_proof(unsigned bits) {
  m_challenge =
      Challenge{.nonce = base::random_hex(16), .bits = bits, .expires = moment() + k_challenge_lifetime};
  auto error = error_of("proof-needed", "many wrong codes: solve the challenge");
  error.challenge = protocol::Challenge{m_challenge->nonce, bits};
  tell(error);
}

}  // namespace sangdam::gateway
