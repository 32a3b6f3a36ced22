// The signalling messages of docs/protocol.md as C++ values, with their JSON codec.
//
// encode() writes what decode_*() reads. Decoding never throws and never trusts: size, depth, UTF-8, every
// length and range is checked, and a failure carries one of the protocol's stable error codes ("malformed",
// "too-large", "version-unsupported", "unexpected") and a sentence that names what was wrong, without quoting
// the message. Plain values; any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace sangdam::protocol {

inline constexpr int k_version = 1;
inline constexpr std::size_t k_max_message_bytes = 64UL * 1024;
/// On a kiosk's connection, both ways: a patient's message of the full size still fits into its envelope.
inline constexpr std::size_t k_max_envelope_bytes = k_max_message_bytes + 1024;
inline constexpr std::size_t k_max_sdp_bytes = 48UL * 1024;
inline constexpr std::size_t k_max_candidate_bytes = 512;
inline constexpr std::size_t k_max_name_code_points = 60;
inline constexpr std::size_t k_max_clinic_code_points = 80;
inline constexpr std::chrono::seconds k_max_code_lifetime{366 * 24 * 60 * 60};
inline constexpr std::size_t k_max_phone_code_points = 40;
inline constexpr std::size_t k_max_depth = 8;
inline constexpr unsigned k_max_mline = 31;
/// The hardest proof of work there is: five seconds of a cheap phone, and twenty in one case of fifty. The
/// page has the same number (ui/patient/proof.js, MAX_BITS).
inline constexpr unsigned k_max_proof_bits = 20;
inline constexpr std::size_t k_max_features = 16;
inline constexpr std::size_t k_max_feature_bytes = 32;

/// The code of a failure to decode a message whose type is of no known protocol version, as against
/// "unexpected", a type that belongs elsewhere. Not sent: base::UnknownTypes decides what becomes of it.
inline constexpr std::string_view k_unknown_type = "unknown-type";

/// What a partner can do beyond version 1 of the protocol, by name. Names nobody knows are kept and ignored.
using Features = std::vector<std::string>;
/// Messages of unknown types are ignored once both sides have named this.
inline constexpr std::string_view k_ignore_unknown = "ignore-unknown";
/// On the chat channel: the line ChatRefused.
inline constexpr std::string_view k_chat_refused = "chat-refused";
/// A session may be closed, and a visit end, as "expired": both as a feature and as the outcome's word.
inline constexpr std::string_view k_expired = "expired";
/// Between gateway and kiosk: a browser that gives the code while the seat's own is away is a newcomer, for
/// whom the kiosk decides (SeatGive, SeatVoid).
inline constexpr std::string_view k_newcomer = "newcomer";
/// On the control channel: the line Ended.
inline constexpr std::string_view k_ended_line = "ended";
inline constexpr std::string_view k_view_line = "view";
inline constexpr std::string_view k_media_level_line = "media-level";
inline constexpr std::string_view k_ice_servers = "ice-servers";
[[nodiscard]] Features own_features();
[[nodiscard]] bool has_feature(const Features& features, std::string_view name);

// --- Patient -> gateway ---
struct Join {
  std::string code;  // nine digits; the check digit is the gateway's business
  std::string language;
  std::optional<std::string> proof;
  Features features{};  // empty: a page from before there were any
  bool operator==(const Join&) const = default;
};
struct Resume {
  std::string token;
  std::string language;
  unsigned peer = 0;  // 0: none
  Features features{};
  bool operator==(const Resume&) const = default;
};
struct Knock {
  std::string name;
  std::string consent;
  bool camera = false;
  bool microphone = false;
  bool operator==(const Knock&) const = default;
};
struct Answer {
  unsigned peer = 0;
  std::string sdp;
  bool operator==(const Answer&) const = default;
};
struct Candidate {
  unsigned peer = 0;
  unsigned mline = 0;
  std::string candidate;  // empty: no more
  bool operator==(const Candidate&) const = default;
};
struct RequestOffer {
  unsigned peer = 0;
  bool operator==(const RequestOffer&) const = default;
};
struct Leave {
  bool operator==(const Leave&) const = default;
};
struct Ping {
  bool operator==(const Ping&) const = default;
};

/// What the gateway passes on to the kiosk unchanged.
using FromPatientBody = std::variant<Knock, Answer, Candidate, RequestOffer, Leave>;
using PatientMessage = std::variant<Join, Resume, Knock, Answer, Candidate, RequestOffer, Leave, Ping>;

// --- Gateway -> patient ---
struct IceServer {
  std::string url;
  std::string username;    // empty for STUN
  std::string credential;  // empty for STUN
  bool operator==(const IceServer&) const = default;
};
struct Joined {
  std::string token;
  bool resumed = false;
  std::string clinic;
  std::string phone;
  std::vector<IceServer> ice_servers;
  Features features{};
  bool operator==(const Joined&) const = default;
};
struct Status {
  std::string state;
  std::string outcome;  // only with "ended"; otherwise empty. "moved": another browser has the place;
                        // "declined", "lapsed"
  bool operator==(const Status&) const = default;
};
struct Offer {
  unsigned peer = 0;
  std::string sdp;
  bool operator==(const Offer&) const = default;
};
struct IceServers {
  std::vector<IceServer> ice_servers;
  bool operator==(const IceServers&) const = default;
};
struct Pong {
  bool operator==(const Pong&) const = default;
};
struct Challenge {
  std::string nonce;
  unsigned bits = 0;
  bool operator==(const Challenge&) const = default;
};
struct Error {
  std::string code;
  std::string text;
  std::string session;                  // only to a kiosk
  std::optional<unsigned> retry_after;  // seconds
  std::optional<Challenge> challenge;
  std::string clinic, phone;  // only to a patient who gave a code that was right once: whom to call
  bool operator==(const Error&) const = default;
};

/// What a kiosk may send through the gateway.
using ToPatientBody = std::variant<Status, Offer, Candidate>;
using GatewayToPatient = std::variant<Joined, Status, Offer, Candidate, IceServers, Pong, Error>;

// --- Kiosk -> gateway ---
struct Register {
  std::string clinic;
  std::string phone;
  Features features{};
  bool operator==(const Register&) const = default;
};
struct SeatKey {
  std::string seat;
  std::string token_hash;
  bool operator==(const SeatKey&) const = default;
};
struct SessionOpen {
  std::string session;
  std::string code;
  std::chrono::seconds lifetime{};  // of the code, from now: the two machines' clocks need not agree
  std::optional<SeatKey> seat;
  std::optional<SeatKey> newcomer{};  // beside `seat`
  bool operator==(const SessionOpen&) const = default;
};
/// The newcomer takes the place; the seat that had it is void, and its page is told `ended` `moved`.
struct SeatGive {
  std::string session;
  std::string seat;
  bool if_away = false;  // only if the page of the seat that has the place is still away
  bool operator==(const SeatGive&) const = default;
};
/// The newcomer's seat is void, and its page is told `ended` with this outcome: "declined", "lapsed".
struct SeatVoid {
  std::string session;
  std::string seat;
  std::string outcome = "declined";
  bool operator==(const SeatVoid&) const = default;
};
struct SessionClose {
  std::string session;
  std::string outcome;
  bool operator==(const SessionClose&) const = default;
};
struct ToPatient {
  std::string session;
  std::string seat;
  ToPatientBody message;
  bool operator==(const ToPatient&) const = default;
};
using KioskMessage = std::variant<Register, SessionOpen, SessionClose, SeatGive, SeatVoid, ToPatient, Ping>;

// --- Gateway -> kiosk ---
/// How people reach the gateway.
struct Address {
  std::string address;  // "https://192.168.0.10:8443"
  std::string typed;    // what of it they have to type; empty: all but the scheme
  bool local = false;   // only the gateway's own machine can open it: that machine has no network
  bool operator==(const Address&) const = default;
};
struct Registered {
  std::vector<IceServer> ice_servers;
  Address address;
  Features features{};
  bool operator==(const Registered&) const = default;
};
struct SessionOpened {
  std::string session;
  bool operator==(const SessionOpened&) const = default;
};
struct Arrived {
  std::string session;
  SeatKey seat;
  std::string language;
  bool operator==(const Arrived&) const = default;
};
struct Returned {
  std::string session;
  std::string seat;
  std::string language;
  unsigned peer = 0;
  bool operator==(const Returned&) const = default;
};
struct Away {
  std::string session;
  std::string seat;
  bool restored =
      false;  // the gateway has the seat from the kiosk and has not seen its page: it was restarted
  bool operator==(const Away&) const = default;
};
struct FromPatient {
  std::string session;
  std::string seat;
  FromPatientBody message;
  bool operator==(const FromPatient&) const = default;
};
using GatewayToKiosk = std::variant<Registered, Address, IceServers, SessionOpened, Arrived, Returned, Away,
                                    FromPatient, Pong, Error>;

// --- Beside the WebSockets ---
/// What /clinic.json says: whom to call before a code has told it.
struct Clinic {
  std::string clinic;
  std::string phone;  // may be empty
  bool operator==(const Clinic&) const = default;
};

// --- Codec ---
[[nodiscard]] base::Result<PatientMessage> decode_patient(std::string_view text);
[[nodiscard]] base::Result<KioskMessage> decode_kiosk(std::string_view text);
[[nodiscard]] base::Result<GatewayToPatient> decode_gateway_to_patient(std::string_view text);
[[nodiscard]] base::Result<GatewayToKiosk> decode_gateway_to_kiosk(std::string_view text);

[[nodiscard]] std::string encode(const PatientMessage& message);
[[nodiscard]] std::string encode(const GatewayToPatient& message);
[[nodiscard]] std::string encode(const KioskMessage& message);
[[nodiscard]] std::string encode(const GatewayToKiosk& message);
/// An object without members if it is not known.
[[nodiscard]] std::string encode(const std::optional<Clinic>& clinic);

/// The lines of the two data channels (docs/protocol.md, "Between the two peers").
/// The text is clean; it may still be one to refuse: empty, or longer than k_max_chat_code_points.
struct ChatText {
  std::string id;
  std::string text;
  bool operator==(const ChatText&) const = default;
};
struct ChatReceived {
  std::string id;
  bool operator==(const ChatReceived&) const = default;
};
/// That text is not shown here, and need not be sent again.
struct ChatRefused {
  std::string id;
  std::string reason;  // "empty", "too-long", or one of a newer partner
  bool operator==(const ChatRefused&) const = default;
};
/// The first line on "control", both ways.
struct Hello {
  Features features;
  bool operator==(const Hello&) const = default;
};
struct MediaState {
  bool microphone = true;
  bool camera = true;
  bool operator==(const MediaState&) const = default;
};
struct QualityLevel {
  std::string level;
  bool operator==(const QualityLevel&) const = default;
};
/// The largest picture that is of use to the sender, in pixels.
struct ViewSize {
  unsigned width = 0;
  unsigned height = 0;
  bool operator==(const ViewSize&) const = default;
};
/// What of picture and sound the sender sends, as the line carries no more: video, stills, voice or text.
struct MediaLevel {
  std::string level;
  bool operator==(const MediaLevel&) const = default;
};
using ChatLine = std::variant<ChatText, ChatReceived, ChatRefused>;
/// The last line, of the kiosk: the visit is over for this browser. `outcome` as in Status.
struct Ended {
  std::string outcome;
  bool operator==(const Ended&) const = default;
};
using ControlLine = std::variant<Hello, MediaState, QualityLevel, ViewSize, MediaLevel, Ended>;
inline constexpr unsigned k_min_view_pixels = 16;
inline constexpr unsigned k_max_view_pixels = 16384;
inline constexpr std::size_t k_max_channel_bytes = 16UL * 1024;
inline constexpr std::size_t k_max_chat_code_points = 2000;

[[nodiscard]] base::Result<ChatLine> decode_chat(std::string_view text);
[[nodiscard]] base::Result<ControlLine> decode_control(std::string_view text);
[[nodiscard]] std::string encode(const ChatLine& line);
[[nodiscard]] std::string encode(const ControlLine& line);

}  // namespace sangdam::protocol
