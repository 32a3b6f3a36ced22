// Members that several messages share, decoded once. Internal to src/protocol.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/reader.hpp"

namespace sangdam::protocol::detail {

inline constexpr unsigned k_max_peer = 1'000'000;  // peers of one session; a new one every second for 11 days
inline constexpr std::size_t k_session_hex = 32;
inline constexpr std::size_t k_seat_hex = 16;
inline constexpr std::size_t k_token_hex = 32;
inline constexpr std::size_t k_token_hash_hex = 64;
/// How the visit ends for a browser: the outcomes, and what is no outcome of the visit.
inline constexpr std::array<std::string_view, 8> k_endings{"completed", "no-show", "cancelled", "failed",
                                                           "expired",   "moved",   "declined",  "lapsed"};

[[nodiscard]] Candidate read_candidate(Reader& in);
[[nodiscard]] Status read_status(Reader& in, bool from_gateway);
[[nodiscard]] Offer read_offer(Reader& in);
[[nodiscard]] std::string read_language(Reader& in);
[[nodiscard]] std::vector<IceServer> read_ice_servers(Reader& in);
[[nodiscard]] Error read_error(Reader& in);
/// The messages a gateway passes on, by their type; `unexpected` for any other.
[[nodiscard]] base::Result<FromPatientBody> read_from_patient(const nlohmann::json& message);
[[nodiscard]] base::Result<ToPatientBody> read_to_patient(const nlohmann::json& message, bool from_gateway);

}  // namespace sangdam::protocol::detail
