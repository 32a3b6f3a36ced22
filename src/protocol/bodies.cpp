#include "protocol/bodies.hpp"

#include <algorithm>
#include <array>

namespace sangdam::protocol::detail {
namespace {

using nlohmann::json;

constexpr std::size_t k_max_ice_servers = 16;
constexpr std::size_t k_max_url_bytes = 512;
constexpr std::size_t k_max_credential_bytes = 256;

bool is_ice_url(std::string_view url) {
  static constexpr std::array<std::string_view, 4> k_schemes{"stun:", "stuns:", "turn:", "turns:"};
  return std::any_of(k_schemes.begin(), k_schemes.end(),
                     [url](std::string_view scheme) { return url.substr(0, scheme.size()) == scheme; });
}

}  // namespace
}  // namespace sangdam::protocol::detail

namespace sangdam::protocol {

Features own_features() {
  return {std::string(k_ignore_unknown),   std::string(k_chat_refused), std::string(k_expired),
          std::string(k_newcomer),         std::string(k_ended_line),   std::string(k_view_line),
          std::string(k_media_level_line), std::string(k_ice_servers)};
}

bool has_feature(const Features& features, std::string_view name) {
  return std::find(features.begin(), features.end(), name) != features.end();
}

}  // namespace sangdam::protocol

namespace sangdam::protocol::detail {

Candidate read_candidate(Reader& in) {
  return {.peer = in.number("peer", 1, k_max_peer),
          .mline = in.number("mline", 0, k_max_mline),
          .candidate = in.candidate("candidate")};
}

Status read_status(Reader& in, bool from_gateway) {
  Status status;
  // A kiosk cannot say that it is away: those two words are the gateway's own.
  status.state =
      from_gateway
          ? in.word("state", {"getting-ready", "waiting", "admitted", "declined", "ended", "refused",
                              "clinic-away", "clinic-back"})
          : in.word("state", {"getting-ready", "waiting", "admitted", "declined", "ended", "refused"});
  if (status.state == "ended") {
    status.outcome = in.word("outcome", k_endings, true);
  }
  return status;
}

Offer read_offer(Reader& in) { return {.peer = in.number("peer", 1, k_max_peer), .sdp = in.sdp("sdp")}; }

std::string read_language(Reader& in) { return in.word("language", {"ko", "en"}); }

std::vector<IceServer> read_ice_servers(Reader& in) {
  std::vector<IceServer> servers;
  const json* list = in.array("ice_servers", k_max_ice_servers);
  if (list == nullptr) return servers;
  for (const json& element : *list) {
    if (!element.is_object()) {
      in.fail("malformed", "ice_servers has an element that is not an object");
      return {};
    }
    Reader each(element, "ice server");
    auto server =
        each.result(IceServer{.url = each.token("urls", 1, k_max_url_bytes),
                              .username = each.token("username", 0, k_max_credential_bytes, true),
                              .credential = each.token("credential", 0, k_max_credential_bytes, true)});
    if (server && !is_ice_url(server->url))
      server = base::failure("malformed", "ice server: urls is not STUN or TURN");
    if (!server) {
      in.fail(server.error());
      return {};
    }
    servers.push_back(*std::move(server));
  }
  return servers;
}

Error read_error(Reader& in) {
  Error error;
  error.code = in.token("code", 1, 40);
  error.text = in.line("text", 0, 500);
  error.session = in.hex("session", k_session_hex, true);
  if (in.has("clinic")) error.clinic = in.line("clinic", 1, k_max_clinic_code_points);
  if (in.has("phone")) error.phone = in.line("phone", 0, k_max_phone_code_points);
  if (in.has("retry_after")) error.retry_after = in.number("retry_after", 0, 24 * 60 * 60);
  if (const json* challenge = in.object("challenge", true)) {
    Reader nested(*challenge, "challenge");
    auto read = nested.result(Challenge{.nonce = nested.token("nonce", 1, 128),
                                        .bits = nested.number("bits", 1, k_max_proof_bits)});
    if (read) {
      error.challenge = *std::move(read);
    } else {
      in.fail(read.error());
    }
  }
  return error;
}

base::Result<FromPatientBody> read_from_patient(const json& message) {
  const auto type = type_of(message);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "knock") {
    Reader in(message, "knock");
    return in.result<FromPatientBody>(Knock{.name = in.line("name", 1, k_max_name_code_points),
                                            .consent = in.token("consent", 1, 64),
                                            .camera = in.boolean("camera"),
                                            .microphone = in.boolean("microphone")});
  }
  if (*type == "answer") {
    Reader in(message, "answer");
    return in.result<FromPatientBody>(Answer{.peer = in.number("peer", 1, k_max_peer), .sdp = in.sdp("sdp")});
  }
  if (*type == "candidate") {
    Reader in(message, "candidate");
    return in.result<FromPatientBody>(read_candidate(in));
  }
  if (*type == "request-offer") {
    Reader in(message, "request-offer");
    return in.result<FromPatientBody>(RequestOffer{.peer = in.number("peer", 0, k_max_peer)});
  }
  if (*type == "leave") return FromPatientBody(Leave{});
  return tl::unexpected<base::Failure>(unexpected_type(*type));
}

base::Result<ToPatientBody> read_to_patient(const json& message, bool from_gateway) {
  const auto type = type_of(message);
  if (!type) return tl::unexpected<base::Failure>(type.error());
  if (*type == "status") {
    Reader in(message, "status");
    return in.result<ToPatientBody>(read_status(in, from_gateway));
  }
  if (*type == "offer") {
    Reader in(message, "offer");
    return in.result<ToPatientBody>(read_offer(in));
  }
  if (*type == "candidate") {
    Reader in(message, "candidate");
    return in.result<ToPatientBody>(read_candidate(in));
  }
  return tl::unexpected<base::Failure>(unexpected_type(*type));
}

}  // namespace sangdam::protocol::detail
