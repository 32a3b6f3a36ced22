#include <nlohmann/json.hpp>

#include "protocol/messages.hpp"
#include "protocol/writer.hpp"

namespace sangdam::protocol {
namespace {

using nlohmann::json;

json to_json(const std::vector<IceServer>& servers) {
  json list = json::array();
  for (const IceServer& server : servers) {
    json each{{"urls", server.url}};
    if (!server.username.empty()) each["username"] = server.username;
    if (!server.credential.empty()) each["credential"] = server.credential;
    list.push_back(std::move(each));
  }
  return list;
}

/// What a partner from before there were features reads: nothing.
json with(json message, const Features& features) {
  if (!features.empty()) message["features"] = features;
  return message;
}

json to_json(const Join& each) {
  json message{{"type", "join"}, {"v", k_version}, {"code", each.code}, {"language", each.language}};
  if (each.proof) message["proof"] = *each.proof;
  return with(std::move(message), each.features);
}
json to_json(const Resume& each) {
  json message{{"type", "resume"}, {"v", k_version}, {"token", each.token}, {"language", each.language}};
  if (each.peer != 0) message["peer"] = each.peer;
  return with(std::move(message), each.features);
}
json to_json(const Knock& each) {
  return {{"type", "knock"},
          {"name", each.name},
          {"consent", each.consent},
          {"camera", each.camera},
          {"microphone", each.microphone}};
}
json to_json(const Answer& each) { return {{"type", "answer"}, {"peer", each.peer}, {"sdp", each.sdp}}; }
json to_json(const Candidate& each) {
  return {{"type", "candidate"}, {"peer", each.peer}, {"mline", each.mline}, {"candidate", each.candidate}};
}
json to_json(const RequestOffer& each) { return {{"type", "request-offer"}, {"peer", each.peer}}; }
json to_json(const Leave&) { return {{"type", "leave"}}; }
json to_json(const Ping&) { return {{"type", "ping"}}; }

json to_json(const Joined& each) {
  return with({{"type", "joined"},
               {"v", k_version},
               {"token", each.token},
               {"resumed", each.resumed},
               {"clinic", each.clinic},
               {"phone", each.phone},
               {"ice_servers", to_json(each.ice_servers)}},
              each.features);
}
json to_json(const Status& each) {
  json message{{"type", "status"}, {"state", each.state}};
  if (!each.outcome.empty()) message["outcome"] = each.outcome;
  return message;
}
json to_json(const Offer& each) { return {{"type", "offer"}, {"peer", each.peer}, {"sdp", each.sdp}}; }
json to_json(const Pong&) { return {{"type", "pong"}}; }
json to_json(const Error& each) {
  json message{{"type", "error"}, {"code", each.code}, {"text", each.text}};
  if (!each.session.empty()) message["session"] = each.session;
  if (!each.clinic.empty()) message["clinic"] = each.clinic;
  if (!each.phone.empty()) message["phone"] = each.phone;
  if (each.retry_after) message["retry_after"] = *each.retry_after;
  if (each.challenge)
    message["challenge"] = {{"nonce", each.challenge->nonce}, {"bits", each.challenge->bits}};
  return message;
}

json to_json(const Register& each) {
  return with({{"type", "register"}, {"v", k_version}, {"clinic", each.clinic}, {"phone", each.phone}},
              each.features);
}
json to_json(const SeatKey& each) { return {{"seat", each.seat}, {"token_hash", each.token_hash}}; }
json to_json(const SessionOpen& each) {
  json message{{"type", "session-open"},
               {"session", each.session},
               {"code", each.code},
               {"lifetime", each.lifetime.count()}};
  if (each.seat) message["seat"] = to_json(*each.seat);
  if (each.newcomer) message["newcomer"] = to_json(*each.newcomer);
  return message;
}
json to_json(const SeatGive& each) {
  json message{{"type", "seat-give"}, {"session", each.session}, {"seat", each.seat}};
  if (each.if_away) message["if_away"] = true;
  return message;
}
json to_json(const SeatVoid& each) {
  return {{"type", "seat-void"}, {"session", each.session}, {"seat", each.seat}, {"outcome", each.outcome}};
}
json to_json(const SessionClose& each) {
  return {{"type", "session-close"}, {"session", each.session}, {"outcome", each.outcome}};
}
json to_json(const ToPatient& each) {
  return {{"type", "to-patient"},
          {"session", each.session},
          {"seat", each.seat},
          {"message", std::visit([](const auto& body) { return to_json(body); }, each.message)}};
}

void add(json& message, const Address& each) {
  message["address"] = each.address;
  if (!each.typed.empty()) message["typed"] = each.typed;
  if (each.local) message["local"] = true;
}
json to_json(const Registered& each) {
  json message{{"type", "registered"}, {"v", k_version}, {"ice_servers", to_json(each.ice_servers)}};
  add(message, each.address);
  return with(std::move(message), each.features);
}
json to_json(const Address& each) {
  json message{{"type", "address"}};
  add(message, each);
  return message;
}
json to_json(const IceServers& each) {
  return {{"type", "ice-servers"}, {"ice_servers", to_json(each.ice_servers)}};
}
json to_json(const SessionOpened& each) { return {{"type", "session-opened"}, {"session", each.session}}; }
json to_json(const Arrived& each) {
  return {{"type", "arrived"},
          {"session", each.session},
          {"seat", each.seat.seat},
          {"token_hash", each.seat.token_hash},
          {"language", each.language}};
}
json to_json(const Returned& each) {
  return {{"type", "returned"},
          {"session", each.session},
          {"seat", each.seat},
          {"language", each.language},
          {"peer", each.peer}};
}
json to_json(const Away& each) {
  json message{{"type", "away"}, {"session", each.session}, {"seat", each.seat}};
  if (each.restored) message["restored"] = true;
  return message;
}
json to_json(const FromPatient& each) {
  return {{"type", "from-patient"},
          {"session", each.session},
          {"seat", each.seat},
          {"message", std::visit([](const auto& body) { return to_json(body); }, each.message)}};
}

template <class Message>
std::string encode_each(const Message& message) {
  return detail::write(std::visit([](const auto& each) { return to_json(each); }, message));
}

}  // namespace

std::string encode(const PatientMessage& message) { return encode_each(message); }
std::string encode(const GatewayToPatient& message) { return encode_each(message); }
std::string encode(const KioskMessage& message) { return encode_each(message); }
std::string encode(const GatewayToKiosk& message) { return encode_each(message); }
std::string encode(const std::optional<Clinic>& clinic) {
  if (!clinic) return detail::write(json::object());
  return detail::write({{"clinic", clinic->clinic}, {"phone", clinic->phone}});
}

}  // namespace sangdam::protocol
