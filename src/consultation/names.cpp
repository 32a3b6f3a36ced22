// The words under which the enums of this folder appear in the log and on the wire.
#include "consultation/media.hpp"
#include "consultation/record.hpp"
#include "consultation/signalling.hpp"

namespace sangdam::consultation {

std::string knock_of(const Seat& seat) { return seat.id + "-" + std::to_string(seat.knock); }

std::string_view name_of(Actor actor) noexcept {
  switch (actor) {
    case Actor::staff: return "staff";
    case Actor::patient: return "patient";
    case Actor::system: return "system";
  }
  return "";
}

std::optional<Actor> actor_named(std::string_view name) noexcept {
  for (const Actor actor : {Actor::staff, Actor::patient, Actor::system}) {
    if (name_of(actor) == name) return actor;
  }
  return std::nullopt;
}

std::string_view name_of(PeerFailure failure) noexcept {
  switch (failure) {
    case PeerFailure::offer_failed: return "offer-failed";
    case PeerFailure::answer_invalid: return "answer-invalid";
    case PeerFailure::connect_timeout: return "connect-timeout";
    case PeerFailure::connection_lost: return "connection-lost";
    case PeerFailure::fingerprint_mismatch: return "fingerprint-mismatch";
    case PeerFailure::pipeline_error: return "pipeline-error";
    case PeerFailure::protocol_violation: return "protocol-violation";
  }
  return "";
}

std::string_view name_of(MediaLevel level) noexcept {
  switch (level) {
    case MediaLevel::video: return "video";
    case MediaLevel::stills: return "stills";
    case MediaLevel::voice: return "voice";
    case MediaLevel::text: return "text";
  }
  return "";
}

std::string_view name_of(Notice notice) noexcept {
  switch (notice) {
    case Notice::getting_ready: return "getting-ready";
    case Notice::waiting: return "waiting";
    case Notice::admitted: return "admitted";
    case Notice::declined: return "declined";
    case Notice::ended: return "ended";
    case Notice::refused: return "refused";
  }
  return "";
}

}  // namespace sangdam::consultation
