#include "kiosk/gateway_link.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/random.hpp"

namespace sangdam::kiosk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An embedded gateway is back within a second of its own restart; a public one may take minutes, and a clinic
// with many kiosks must not knock in step, hence the jitter.
constexpr std::array k_backoff{milliseconds(250),  milliseconds(500),  milliseconds(1000),
                               milliseconds(2000), milliseconds(5000), milliseconds(15000)};
constexpr int k_jitter_percent = 20;
constexpr seconds k_connect_deadline{15};
constexpr seconds k_ping_interval{5};
constexpr seconds k_silence_allowed{15};  // the gateway's own limit (docs/protocol.md, Liveness)
constexpr std::size_t k_withdrawals_kept = 64;

struct Connecting {
  std::weak_ptr<GatewayLink> link;
};

std::string_view bytes_of(GBytes* bytes) {
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
  return {data, size};
}

}  // namespace

GatewayLink::GatewayLink(Config config, GatewayLinkListener& listener)
    : m_config(std::move(config)), m_listener(listener) {}

GatewayLink::~GatewayLink() {
  if (m_cancellable) g_cancellable_cancel(m_cancellable.get());
  if (m_connection && soup_websocket_connection_get_state(m_connection.get()) == SOUP_WEBSOCKET_STATE_OPEN) {
    m_on_closed.disconnect();
    soup_websocket_connection_close(m_connection.get(), SOUP_WEBSOCKET_CLOSE_GOING_AWAY, nullptr);
  }
}

void GatewayLink::start() { connect(); }

void GatewayLink::follow_network() {
  if (!m_retry.running() || m_state == LinkState::refused) return;
  m_attempts = 0;
  connect();
}

void GatewayLink::connect() {
  m_retry.stop();
  set_state(LinkState::connecting);
  m_request = base::Ref<SoupMessage>::adopt(soup_message_new(SOUP_METHOD_GET, m_config.url().c_str()));
  if (!m_request) {
    base::log_error("link", "the gateway's address is not a URL; expected wss://host:port/ws/kiosk");
    set_state(LinkState::unreachable);
    return;
  }
  // A session of its own per attempt: nothing of a broken connection is reused.
  m_session = base::Ref<SoupSession>::adopt(soup_session_new());
  m_cancellable = base::Ref<GCancellable>::adopt(g_cancellable_new());
  // Whoever accepts the connection and then says nothing must not hold us for ever.
  m_liveness.start_once(k_connect_deadline, [this] {
    g_cancellable_cancel(m_cancellable.get());
    base::log_warning("link", "the gateway accepts connections but does not answer");
    lose(LinkState::unreachable);
  });
  soup_message_headers_replace(soup_message_get_request_headers(m_request.get()), "Authorization",
                               ("Bearer " + m_config.token).c_str());
  if (m_config.pinned) {
    m_accept_certificate =
        base::SignalConnection(m_request.get(), "accept-certificate",
                               G_CALLBACK(+[](SoupMessage*, GTlsCertificate* shown, GTlsCertificateFlags,
                                              GatewayLink* self) -> gboolean {
                                 const auto expected = self->m_config.pinned();
                                 return expected && g_tls_certificate_is_same(shown, expected.get());
                               }),
                               this);
  }
  soup_session_websocket_connect_async(
      m_session.get(), m_request.get(), nullptr, nullptr, G_PRIORITY_DEFAULT, m_cancellable.get(),
      [](GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<Connecting> connecting(static_cast<Connecting*>(data));
        base::ErrorPtr error;
        const auto connection = base::Ref<SoupWebsocketConnection>::adopt(
            soup_session_websocket_connect_finish(SOUP_SESSION(source), result, base::out(error)));
        const auto self = connecting->link.lock();
        if (!self || (error && g_error_matches(error.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED))) return;
        if (connection) {
          self->on_connected(connection.get());
          return;
        }
        const guint status = soup_message_get_status(self->m_request.get());
        constexpr guint k_misdirected = 421;
        base::log_warning("link", "no connection to the gateway: {}",
                          status == k_misdirected
                              ? "it is not known by this name; set `gateway` to its public-address"
                              : base::message_of(error));
        self->lose(status == SOUP_STATUS_UNAUTHORIZED ? LinkState::refused : LinkState::unreachable);
      },
      new Connecting{m_anchor.weak()});
}

void GatewayLink::on_connected(SoupWebsocketConnection* connection) {
  m_connection = base::Ref<SoupWebsocketConnection>::share(connection);
  soup_websocket_connection_set_max_incoming_payload_size(connection, protocol::k_max_envelope_bytes);
  m_last_heard = std::chrono::steady_clock::now();
  m_on_message = base::SignalConnection(
      connection, "message",
      G_CALLBACK(+[](SoupWebsocketConnection*, int type, GBytes* message, GatewayLink* self) {
        self->m_last_heard = std::chrono::steady_clock::now();
        if (type == SOUP_WEBSOCKET_DATA_TEXT) self->on_text(bytes_of(message));
      }),
      this);
  m_on_closed = base::SignalConnection(
      connection, "closed",
      G_CALLBACK(+[](SoupWebsocketConnection*, GatewayLink* self) { self->on_closed(); }), this);
  m_liveness.start_repeating(k_ping_interval, [this] { check_liveness(); });
  send(protocol::Register{m_config.clinic, m_config.phone, protocol::own_features()});
}

void GatewayLink::check_liveness() {
  if (std::chrono::steady_clock::now() - m_last_heard > k_silence_allowed) {
    base::log_warning("link", "the gateway has been silent for {} s: connecting anew",
                      k_silence_allowed.count());
    lose(LinkState::unreachable);
    return;
  }
  send(protocol::Ping{});
}

void GatewayLink::on_text(std::string_view text) {
  const auto message = protocol::decode_gateway_to_kiosk(text);
  if (!message) {
    if (message.error().code == protocol::k_unknown_type &&
        m_unknown_types.ignore(base::SystemClock().moment()) && !m_unknown_types.is_first()) {
      return;
    }
    base::log_warning("link", "a message of the gateway was not understood: {}", message.error().message);
    return;
  }
  on_message(*message);
}

void GatewayLink::on_message(const protocol::GatewayToKiosk& message) {
  if (const auto* registered = std::get_if<protocol::Registered>(&message)) {
    m_attempts = 0;
    m_unknown_types = {};
    m_unknown_types.agree(protocol::has_feature(registered->features, protocol::k_ignore_unknown));
    m_published.clear();
    m_knows_expired = protocol::has_feature(registered->features, protocol::k_expired);
    m_knows_newcomers = protocol::has_feature(registered->features, protocol::k_newcomer);
    for (const auto& [session, ending] : m_withdrawn) close_session(session, ending);
    m_withdrawn.clear();
    for (const auto& voided : std::exchange(m_voided, {})) {
      if (m_knows_newcomers) send(voided);
    }
    set_state(LinkState::ready);
    m_listener.on_address(registered->address);
    m_listener.on_registered(registered->ice_servers);
  } else if (const auto* address = std::get_if<protocol::Address>(&message)) {
    m_listener.on_address(*address);
  } else if (const auto* servers = std::get_if<protocol::IceServers>(&message)) {
    m_listener.on_ice_servers(servers->ice_servers);
  } else if (const auto* opened = std::get_if<protocol::SessionOpened>(&message)) {
    m_published.insert(opened->session);
    m_listener.on_session_opened(opened->session);
  } else if (const auto* arrived = std::get_if<protocol::Arrived>(&message)) {
    m_listener.on_arrived(*arrived);
  } else if (const auto* returned = std::get_if<protocol::Returned>(&message)) {
    m_listener.on_returned(*returned);
  } else if (const auto* away = std::get_if<protocol::Away>(&message)) {
    m_listener.on_away(*away);
  } else if (const auto* from_patient = std::get_if<protocol::FromPatient>(&message)) {
    m_listener.on_from_patient(*from_patient);
  } else if (const auto* error = std::get_if<protocol::Error>(&message)) {
    on_error(*error);
  }
}

void GatewayLink::on_error(const protocol::Error& error) {
  if (error.code == "code-taken") {
    m_listener.on_code_taken(error.session);
    return;
  }
  base::log_warning("link", "the gateway reports {}: {}", error.code, error.text);
  // Another kiosk with our token took our place. Fighting over it would cut off both: try again slowly.
  if (error.code == "replaced") m_attempts = static_cast<int>(k_backoff.size());
}

void GatewayLink::on_closed() { lose(LinkState::unreachable); }

void GatewayLink::lose(LinkState why) {
  m_on_message.disconnect();
  m_on_closed.disconnect();
  m_liveness.stop();
  m_connection.reset();
  m_published.clear();
  set_state(why);
  const std::size_t step = std::min(static_cast<std::size_t>(m_attempts), k_backoff.size() - 1);
  ++m_attempts;
  const auto jitter = static_cast<int>(base::random_below(2 * k_jitter_percent + 1)) - k_jitter_percent;
  m_retry.start_once(k_backoff[step] * (100 + jitter) / 100, [this] { connect(); });
}

void GatewayLink::set_state(LinkState state) {
  if (std::exchange(m_state, state) == state) return;
  m_listener.on_link_state(state);
}

void GatewayLink::send(const protocol::KioskMessage& message) {
  if (!m_connection || soup_websocket_connection_get_state(m_connection.get()) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  soup_websocket_connection_send_text(m_connection.get(), protocol::encode(message).c_str());
}

// --- Signalling ---

void GatewayLink::publish(const consultation::ConsultationRecord& record) {
  if (m_state != LinkState::ready || record.code.empty()) return;
  seconds lifetime = protocol::k_max_code_lifetime;  // as long as the visit: its end closes the session
  if (record.code_expires) {
    const auto left = std::chrono::floor<seconds>(*record.code_expires - base::SystemClock().now());
    lifetime = std::clamp(left, seconds(0), protocol::k_max_code_lifetime);
  }
  // A new code is good, and shown as good, once the gateway has confirmed it.
  if (std::exchange(m_codes[record.id], record.code) != record.code) m_published.erase(record.id);
  protocol::SessionOpen open{record.id, record.code, lifetime, std::nullopt};
  if (record.seat) open.seat = protocol::SeatKey{record.seat->id, record.seat->token_hash};
  if (record.newcomer && m_knows_newcomers) {
    open.newcomer = protocol::SeatKey{record.newcomer->id, record.newcomer->token_hash};
  }
  send(open);
}

void GatewayLink::withdraw(const std::string& consultation, std::string_view ending) {
  m_published.erase(consultation);
  m_codes.erase(consultation);
  if (m_state == LinkState::ready) {
    close_session(consultation, std::string(ending));
  } else if (m_withdrawn.size() < k_withdrawals_kept) {
    m_withdrawn[consultation] = ending;
  }
}

void GatewayLink::close_session(const std::string& session, const std::string& ending) {
  const bool is_known = ending != protocol::k_expired || m_knows_expired;
  send(protocol::SessionClose{session, is_known ? ending : "no-show"});
}

// A gateway that knows no newcomers has given the place already, and its seats are not to be taken away.
void GatewayLink::give_seat(const std::string& consultation, const std::string& seat, Give give) {
  if (m_knows_newcomers) send(protocol::SeatGive{consultation, seat, give == Give::if_away});
}

void GatewayLink::void_seat(const std::string& consultation, const std::string& seat, Void why) {
  protocol::SeatVoid voided{consultation, seat, why == Void::declined ? "declined" : "lapsed"};
  if (m_state != LinkState::ready) {
    if (m_voided.size() < k_withdrawals_kept) m_voided.push_back(std::move(voided));
  } else if (m_knows_newcomers) {
    send(voided);
  } else {
    tell(consultation, seat, consultation::Notice::declined);
  }
}

void GatewayLink::tell(const std::string& consultation, const std::string& seat,
                       consultation::Notice notice) {
  send(protocol::ToPatient{consultation, seat, protocol::Status{std::string(name_of(notice)), {}}});
}

void GatewayLink::send_offer(const std::string& consultation, const std::string& seat, unsigned peer,
                             const std::string& sdp) {
  send(protocol::ToPatient{consultation, seat, protocol::Offer{peer, sdp}});
}

void GatewayLink::send_candidate(const std::string& consultation, const std::string& seat, unsigned peer,
                                 unsigned mline_index, const std::string& candidate) {
  send(protocol::ToPatient{consultation, seat, protocol::Candidate{peer, mline_index, candidate}});
}

}  // namespace sangdam::kiosk
