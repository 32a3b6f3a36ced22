// Who is where: kiosks, their sessions, the seats in them, and the connections that hold them.
//
// Pure: it knows connections by number and speaks through an Outlet, so that it is tested without a socket,
// and so that one registry can later serve several event loops (the Outlet then hands messages over to the
// loop that owns the connection). One thread at a time.
//
// Life of a seat: join() with a good code makes it and voids an earlier one; its token (of which only the
// SHA-256 is kept) lets the same browser take it again with resume(). The newest connection of a seat wins. A
// code is occupied while its seat's connection lives. Another browser that gives it afterwards is a newcomer:
// it gets a seat of its own beside the first, whose token stays good, and the kiosk decides which of the two
// has the place (give_seat(), void_seat()). The code that is good now displaces at the door who came with an
// older one. For a kiosk that does not know newcomers the new seat takes the
// place at once.
//
// When a kiosk's connection ends: sessions nobody sits in are dropped after `kiosk_grace`, those with a seat
// after `seat_grace` (the call may well go on, peer to peer). A kiosk that comes back opens its sessions
// again; those it has not named within `kiosk_grace` are dropped.
//
// A kiosk may bring new codes only at a small rate (CodeLimits); what comes faster waits for its turn,
// whether the code is free or not.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/token_bucket.hpp"
#include "protocol/messages.hpp"

namespace sangdam::gateway {

using ConnectionId = std::uint64_t;

/// Where the registry's messages go. Calls for a connection that is gone are ignored.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void send_to_patient(ConnectionId connection, const protocol::GatewayToPatient& message) = 0;
  virtual void send_to_kiosk(ConnectionId connection, const protocol::GatewayToKiosk& message) = 0;
  /// Closes 1000 after what was sent.
  virtual void finish(ConnectionId connection) = 0;
  /// Sends `replaced` and closes 4000.
  virtual void replace(ConnectionId connection) = 0;
};

/// What a kiosk's token may find out about the codes of others. Opening a session with a code tells whether
/// that code is out already, so a code that is new to the kiosk costs; one that it opened within a day does
/// not, and a kiosk that comes back after a failure waits for nothing.
struct CodeLimits {
  std::chrono::seconds spacing{1};  // between new codes
  std::size_t unspaced = 256;       // first codes of sessions, once: a gateway that restarted knows none
  base::Rate new_codes{500, 60.0 / 3600};  // in all
  base::Rate taken{10, 6.0 / 3600};        // answers `code-taken`; without any left no new code is looked at
  std::chrono::seconds taken_delay{2};
  std::chrono::seconds memory{24 * 60 * 60};  // of the kiosk's own codes
};

struct RegistryLimits {
  std::chrono::seconds kiosk_grace{60};
  std::chrono::seconds seat_grace{30 * 60};
  std::chrono::seconds restart_grace{60};  // after the start, tokens not known yet may still be restored
  std::chrono::seconds used_code_memory{24 * 60 * 60};
  std::size_t max_sessions_per_kiosk = 256;
  std::size_t max_used_codes = 100'000;
  CodeLimits codes;
};

/// Why join() gives no seat. `wrong` is the only one that counts as a guess: the others are told to somebody
/// who has (had) the code.
enum class JoinRefusal : std::uint8_t { wrong, expired, renewed, used, occupied, clinic_away };
[[nodiscard]] std::string_view code_of(JoinRefusal refusal) noexcept;

struct RefusedJoin {
  JoinRefusal why;
  std::string clinic, phone;  // whom to call; empty for `wrong`
};

class Registry {
 public:
  /// Makes the ICE servers of one seat or kiosk; the argument is a fresh anonymous id.
  using IceServers = std::function<std::vector<protocol::IceServer>(std::string_view id)>;

  Registry(Outlet& outlet, const base::Clock& clock, IceServers ice_servers, RegistryLimits limits = {});

  // Kiosks. `name` tells one kiosk from another: the hash of its token.
  void kiosk_registered(ConnectionId connection, const std::string& name, const protocol::Register& message);
  void kiosk_gone(ConnectionId connection);
  void open_session(ConnectionId connection, const protocol::SessionOpen& message);
  void close_session(ConnectionId connection, const protocol::SessionClose& message);
  /// The newcomer takes the place; the other seat is void. Nothing if it has the place already.
  void give_seat(ConnectionId connection, const protocol::SeatGive& message);
  /// The newcomer's seat is void; never the seat that has the place.
  void void_seat(ConnectionId connection, const protocol::SeatVoid& message);
  void to_patient(ConnectionId connection, const protocol::ToPatient& message);

  // Patients.
  [[nodiscard]] tl::expected<void, RefusedJoin> join(ConnectionId connection, const protocol::Join& message);
  /// False: the token is not known.
  [[nodiscard]] bool resume(ConnectionId connection, const protocol::Resume& message);
  /// The gateway started a moment ago, and kiosks may not have restored their seats yet.
  [[nodiscard]] bool may_be_restored() const { return m_clock.moment() - m_started < m_limits.restart_grace; }
  void from_patient(ConnectionId connection, const protocol::FromPatientBody& message);
  void patient_gone(ConnectionId connection);

  /// The clinic, if `kiosks` of them have registered since the start and all are of the same one: then
  /// whoever opens the page can only want that one.
  [[nodiscard]] std::optional<protocol::Clinic> only_clinic(std::size_t kiosks) const;

  /// Drops what is past its time. Call about once a second.
  void on_time();

  [[nodiscard]] std::size_t sessions() const { return m_sessions.size(); }
  [[nodiscard]] std::size_t used_codes() const { return m_used_codes.size(); }

 private:
  struct Kiosk {
    std::optional<ConnectionId> connection;
    std::string clinic;
    std::string phone;
    bool knows_newcomers = false;
    base::Moment since;  // registered, or gone
    std::size_t sessions = 0;
    // Its codes; they outlast its connections.
    base::TokenBucket new_codes;
    base::TokenBucket taken;
    std::size_t unspaced = 0;  // used up
    base::Moment next_code{};
    std::unordered_map<std::string, base::Moment> own_codes;  // salted hash -> when to forget
    std::deque<protocol::SessionOpen> waiting;                // one per session
  };
  /// What must not get lost while the kiosk is away. Offers and candidates do: a new offer follows anyway.
  struct Waiting {
    std::optional<protocol::Knock> knock;
    std::optional<protocol::RequestOffer> request;
    bool left = false;
  };
  struct Seat {
    std::string id;
    std::string token_hash;
    std::string code;  // the one it was given for: a newer one of the session is stronger
    std::string language;
    std::optional<ConnectionId> connection;
    unsigned peer = 0;      // the newest peer the browser spoke of
    bool restored = false;  // from the kiosk's memory; its browser was not seen yet
    Waiting waiting;
  };
  struct Session {
    std::string kiosk;
    std::string code;
    base::Moment expires;                      // not on the wall clock, which the kiosk's need not agree with
    std::optional<ConnectionId> confirmed_by;  // the kiosk connection that opened it last
    std::optional<Seat> seat;                  // has the place
    std::optional<Seat> newcomer;              // gave the code while the connection of `seat` was away
  };

  Kiosk* kiosk_of(ConnectionId connection);
  [[nodiscard]] std::string hash_of(const std::string& code) const;
  /// False: the code must wait. True takes what it costs.
  [[nodiscard]] bool may_look_up(Kiosk& kiosk, const protocol::SessionOpen& message);
  void open_now(ConnectionId connection, Kiosk& kiosk, const protocol::SessionOpen& message);
  void open_waiting();
  void forget_waiting(Kiosk& kiosk, const std::string& session);
  void tell_taken();
  std::optional<ConnectionId> kiosk_connection(const Session& session) const;
  Session* own_session(ConnectionId connection, const std::string& id);
  void set_seat(const std::string& id, std::optional<Seat>& place, Seat seat);
  void clear_seat(std::optional<Seat>& place);
  /// Tells the page how the visit ended for it, and voids its seat.
  void end_seat(std::optional<Seat>& place, const std::string& outcome);
  void give(Session& session);
  /// Somebody is there who gave the code that is good now.
  static bool is_occupied(const std::optional<Seat>& place, const Session& session);
  static Seat* seat_held_by(Session& session, ConnectionId connection);
  void welcome(ConnectionId connection, const Session& session, const std::string& token, bool resumed);
  static void keep_waiting(Seat& seat, const protocol::FromPatientBody& message);
  void tell_seat_state(ConnectionId connection, const std::string& id, Seat& seat, bool known);
  /// A code that was good: what became of it is told to who still has it, and no other session gets it.
  void remember_used(const Session& session, JoinRefusal fate);
  /// Ends `status` to the patient, if there is one, and forgets the session.
  void drop(const std::string& id, const std::string& outcome);

  Outlet& m_outlet;
  const base::Clock& m_clock;
  IceServers m_ice_servers;
  RegistryLimits m_limits;
  base::Moment m_started;
  std::unordered_map<std::string, Kiosk> m_kiosks;  // as many as there are tokens
  std::unordered_map<ConnectionId, std::string> m_kiosk_connections;
  std::unordered_map<std::string, Session> m_sessions;
  std::unordered_map<std::string, std::string> m_by_code;
  std::unordered_map<std::string, std::string> m_by_token_hash;
  std::unordered_map<ConnectionId, std::string> m_by_patient;
  struct UsedCode {
    JoinRefusal fate;    // expired, renewed or used
    const Kiosk* kiosk;  // kiosks are never forgotten
  };
  std::unordered_map<std::string, UsedCode> m_used_codes;  // by salted hash
  std::multimap<base::Moment, std::string> m_used_codes_by_time;
  struct Taken {
    ConnectionId connection;
    std::string session;
  };
  std::multimap<base::Moment, Taken> m_taken;  // answers that are held back
  std::string m_salt;                          // 10^8 codes would be found from their bare hashes in a second
};

}  // namespace sangdam::gateway
