// What a gateway's two kinds of client read.
#include "protocol/bodies.hpp"
#include "protocol/messages.hpp"
#include "protocol/reader.hpp"

namespace sangdam::protocol {
namespace {

using detail::Reader;
using nlohmann::json;

constexpr std::size_t k_max_address_bytes = 256;

base::Result<GatewayToKiosk> read_arrived(const json& message) {
  Reader in(message, "arrived");
  return in.result<GatewayToKiosk>(
      Arrived{.session = in.hex("session", detail::k_session_hex),
              .seat = {.seat = in.hex("seat", detail::k_seat_hex),
                       .token_hash = in.hex("token_hash", detail::k_token_hash_hex)},
              .language = detail::read_language(in)});
}

base::Result<GatewayToKiosk> read_from_patient_envelope(const json& message) {
  Reader in(message, "from-patient");
  FromPatient envelope{.session = in.hex("session", detail::k_session_hex),
                       .seat = in.hex("seat", detail::k_seat_hex),
                       .message = Leave{}};
  if (const json* nested = in.object("message")) {
    auto body = detail::read_from_patient(*nested);
    if (body) {
      envelope.message = *std::move(body);
    } else {
      in.fail(body.error());
    }
  }
  return in.result<GatewayToKiosk>(std::move(envelope));
}

Address read_address(Reader& in) {
  Address address{.address = in.token("address", 1, k_max_address_bytes),
                  .typed = in.token("typed", 1, k_max_address_bytes, true),
                  .local = in.has("local") && in.boolean("local")};
  // http only ever comes from a gateway on the loopback interface (tests).
  if (in.ok() && !address.address.starts_with("https://") && !address.address.starts_with("http://"))
    in.fail("malformed", "address is not a web address");
  return address;
}

base::Result<GatewayToKiosk> read_registered(const json& message) {
  Reader in(message, "registered");
  in.version();
  Registered registered{.ice_servers = detail::read_ice_servers(in),
                        .address = read_address(in),
                        .features = in.features("features")};
  return in.result<GatewayToKiosk>(std::move(registered));
}

}  // namespace

base::Result<GatewayToPatient> decode_gateway_to_patient(std::string_view text) {
  const auto message = detail::parse_object(text, k_max_message_bytes);
  if (!message) return tl::unexpected<base::Failure>(message.error());
  const auto type = detail::type_of(*message);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "pong") return GatewayToPatient(Pong{});
  if (*type == "joined") {
    Reader in(*message, "joined");
    in.version();
    return in.result<GatewayToPatient>(Joined{.token = in.hex("token", detail::k_token_hex),
                                              .resumed = in.boolean("resumed"),
                                              .clinic = in.line("clinic", 1, k_max_clinic_code_points),
                                              .phone = in.line("phone", 0, k_max_phone_code_points),
                                              .ice_servers = detail::read_ice_servers(in),
                                              .features = in.features("features")});
  }
  if (*type == "ice-servers") {
    Reader in(*message, "ice-servers");
    return in.result<GatewayToPatient>(IceServers{.ice_servers = detail::read_ice_servers(in)});
  }
  if (*type == "error") {
    Reader in(*message, "error");
    return in.result<GatewayToPatient>(detail::read_error(in));
  }
  auto body = detail::read_to_patient(*message, true);
  if (!body) return tl::unexpected<base::Failure>(std::move(body).error());
  return std::visit([](auto&& each) { return GatewayToPatient(std::forward<decltype(each)>(each)); },
                    *std::move(body));
}

base::Result<GatewayToKiosk> decode_gateway_to_kiosk(std::string_view text) {
  const auto message = detail::parse_object(text, k_max_envelope_bytes);
  if (!message) return tl::unexpected<base::Failure>(message.error());
  const auto type = detail::type_of(*message);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "pong") return GatewayToKiosk(Pong{});
  if (*type == "registered") return read_registered(*message);
  if (*type == "arrived") return read_arrived(*message);
  if (*type == "from-patient") return read_from_patient_envelope(*message);
  if (*type == "address") {
    Reader in(*message, "address");
    return in.result<GatewayToKiosk>(read_address(in));
  }
  if (*type == "ice-servers") {
    Reader in(*message, "ice-servers");
    return in.result<GatewayToKiosk>(IceServers{.ice_servers = detail::read_ice_servers(in)});
  }
  if (*type == "session-opened") {
    Reader in(*message, "session-opened");
    return in.result<GatewayToKiosk>(SessionOpened{.session = in.hex("session", detail::k_session_hex)});
  }
  if (*type == "returned") {
    Reader in(*message, "returned");
    return in.result<GatewayToKiosk>(Returned{.session = in.hex("session", detail::k_session_hex),
                                              .seat = in.hex("seat", detail::k_seat_hex),
                                              .language = detail::read_language(in),
                                              .peer = in.number("peer", 0, detail::k_max_peer)});
  }
  if (*type == "away") {
    Reader in(*message, "away");
    return in.result<GatewayToKiosk>(Away{.session = in.hex("session", detail::k_session_hex),
                                          .seat = in.hex("seat", detail::k_seat_hex),
                                          .restored = in.has("restored") && in.boolean("restored")});
  }
  if (*type == "error") {
    Reader in(*message, "error");
    return in.result<GatewayToKiosk>(detail::read_error(in));
  }
  return tl::unexpected<base::Failure>(detail::unexpected_type(*type));
}

}  // namespace sangdam::protocol
