// What a gateway reads: messages of patients and of kiosks.
#include "protocol/bodies.hpp"
#include "protocol/messages.hpp"
#include "protocol/reader.hpp"

namespace sangdam::protocol {
namespace {

using detail::Reader;
using nlohmann::json;

base::Result<PatientMessage> read_join(const json& message) {
  Reader in(message, "join");
  in.version();
  Join join{.code = in.digits("code", 9, 9), .language = detail::read_language(in), .proof = std::nullopt};
  if (in.has("proof")) join.proof = in.digits("proof", 1, 20);
  join.features = in.features("features");
  return in.result<PatientMessage>(std::move(join));
}

base::Result<PatientMessage> read_resume(const json& message) {
  Reader in(message, "resume");
  in.version();
  Resume resume{
      .token = in.hex("token", detail::k_token_hex), .language = detail::read_language(in), .peer = 0};
  if (in.has("peer")) resume.peer = in.number("peer", 0, detail::k_max_peer);
  resume.features = in.features("features");
  return in.result<PatientMessage>(std::move(resume));
}

base::Result<KioskMessage> read_register(const json& message) {
  Reader in(message, "register");
  in.version();
  return in.result<KioskMessage>(Register{.clinic = in.line("clinic", 1, k_max_clinic_code_points),
                                          .phone = in.line("phone", 0, k_max_phone_code_points),
                                          .features = in.features("features")});
}

std::optional<SeatKey> read_seat_key(Reader& in, const char* member) {
  const json* seat = in.object(member, true);
  if (seat == nullptr) return std::nullopt;
  Reader nested(*seat, member);
  auto key = nested.result(SeatKey{.seat = nested.hex("seat", detail::k_seat_hex),
                                   .token_hash = nested.hex("token_hash", detail::k_token_hash_hex)});
  if (key) return *std::move(key);
  in.fail(key.error());
  return std::nullopt;
}

base::Result<KioskMessage> read_session_open(const json& message) {
  Reader in(message, "session-open");
  SessionOpen open{.session = in.hex("session", detail::k_session_hex),
                   .code = in.digits("code", 9, 9),
                   .lifetime = std::chrono::seconds(
                       in.number("lifetime", 0, static_cast<unsigned>(k_max_code_lifetime.count()))),
                   .seat = read_seat_key(in, "seat"),
                   .newcomer = read_seat_key(in, "newcomer")};
  return in.result<KioskMessage>(std::move(open));
}

base::Result<KioskMessage> read_to_patient_envelope(const json& message) {
  Reader in(message, "to-patient");
  ToPatient envelope{.session = in.hex("session", detail::k_session_hex),
                     .seat = in.hex("seat", detail::k_seat_hex),
                     .message = Status{}};
  if (const json* nested = in.object("message")) {
    auto body = detail::read_to_patient(*nested, false);
    if (body) {
      envelope.message = *std::move(body);
    } else {
      in.fail(body.error());
    }
  }
  return in.result<KioskMessage>(std::move(envelope));
}

}  // namespace

base::Result<PatientMessage> decode_patient(std::string_view text) {
  const auto message = detail::parse_object(text, k_max_message_bytes);
  if (!message) return tl::unexpected<base::Failure>(message.error());
  const auto type = detail::type_of(*message);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "join") return read_join(*message);
  if (*type == "resume") return read_resume(*message);
  if (*type == "ping") return PatientMessage(Ping{});
  auto body = detail::read_from_patient(*message);
  if (!body) return tl::unexpected<base::Failure>(std::move(body).error());
  return std::visit([](auto&& each) { return PatientMessage(std::forward<decltype(each)>(each)); },
                    *std::move(body));
}

base::Result<KioskMessage> decode_kiosk(std::string_view text) {
  const auto message = detail::parse_object(text, k_max_envelope_bytes);
  if (!message) return tl::unexpected<base::Failure>(message.error());
  const auto type = detail::type_of(*message);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "register") return read_register(*message);
  if (*type == "session-open") return read_session_open(*message);
  if (*type == "to-patient") return read_to_patient_envelope(*message);
  if (*type == "ping") return KioskMessage(Ping{});
  if (*type == "seat-give") {
    Reader in(*message, "seat-give");
    return in.result<KioskMessage>(SeatGive{.session = in.hex("session", detail::k_session_hex),
                                            .seat = in.hex("seat", detail::k_seat_hex),
                                            .if_away = in.has("if_away") && in.boolean("if_away")});
  }
  if (*type == "seat-void") {
    Reader in(*message, "seat-void");
    return in.result<KioskMessage>(SeatVoid{.session = in.hex("session", detail::k_session_hex),
                                            .seat = in.hex("seat", detail::k_seat_hex),
                                            .outcome = in.word("outcome", {"declined", "lapsed"})});
  }
  if (*type == "session-close") {
    Reader in(*message, "session-close");
    return in.result<KioskMessage>(SessionClose{
        .session = in.hex("session", detail::k_session_hex),
        .outcome = in.word("outcome", {"completed", "no-show", "cancelled", "failed", "expired"})});
  }
  return tl::unexpected<base::Failure>(detail::unexpected_type(*type));
}

}  // namespace sangdam::protocol
