#include <string>

#include "protocol/messages.hpp"
#include "support/catch.hpp"

namespace {

using namespace sangdam::protocol;

const std::string k_session(32, 'a');
const std::string k_seat(16, 'b');
const std::string k_token(32, 'c');
const std::string k_hash(64, 'd');
const std::vector<IceServer> k_servers{
    {"stun:stun.example:3478", "", ""},
    {"turn:turn.example:3478?transport=udp", "1764000000:k1", "c2VjcmV0PQ=="}};

template <class Variant, class Decode>
void check_round_trip(const Variant& message, Decode decode) {
  const auto read = decode(encode(message));
  INFO(encode(message));
  if (!read) FAIL(read.error().message);
  CHECK(*read == message);
}

}  // namespace

TEST_CASE("every message of a patient reads as it was written", "[protocol]") {
  for (const PatientMessage& message : std::vector<PatientMessage>{
           Join{"482731906", "ko", std::nullopt},
           Join{"482731906", "en", "18446744073709551615"},
           Resume{k_token, "ko", 0},
           Resume{k_token, "en", 3},
           Join{"482731906", "ko", std::nullopt, {"ignore-unknown", "x-9"}},
           Resume{k_token, "ko", 0, own_features()},
           Knock{"홍길동 👵🏽", "2026-11", true, false},
           Answer{1, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"},
           Candidate{1, 31, "candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host"},
           Candidate{2, 0, ""},
           RequestOffer{0},
           Leave{},
           Ping{},
       }) {
    check_round_trip(message, decode_patient);
  }
}

TEST_CASE("every message to a patient reads as it was written", "[protocol]") {
  for (const GatewayToPatient& message : std::vector<GatewayToPatient>{
           Joined{k_token, true, "서울의원", "+82 2 123 4567", k_servers},
           Joined{k_token, false, "Clinic", "", {}},
           Joined{k_token, false, "Clinic", "", {}, own_features()},
           Status{"waiting", ""},
           Status{"ended", "no-show"},
           Status{"ended", ""},
           Status{"clinic-away", ""},
           Offer{7, "v=0\r\n"},
           Candidate{7, 0, "candidate:1"},
           IceServers{k_servers},
           IceServers{{}},
           Pong{},
           Error{"code-wrong", "no open session has this code", "", std::nullopt, std::nullopt},
           Error{"too-many-tries", "wait", "", 30, std::nullopt},
           Error{"proof-needed", "solve it", "", std::nullopt, Challenge{"1764000000.abcdef", 20}},
       }) {
    check_round_trip(message, decode_gateway_to_patient);
  }
}

TEST_CASE("every message of a kiosk reads as it was written", "[protocol]") {
  for (const KioskMessage& message : std::vector<KioskMessage>{
           Register{"서울의원", ""},
           Register{"서울의원", "", own_features()},
           SessionOpen{k_session, "482731906", std::chrono::minutes(30), std::nullopt},
           SessionOpen{k_session, "482731906", std::chrono::minutes(30), SeatKey{k_seat, k_hash}},
           SessionOpen{k_session, "482731906", std::chrono::minutes(30), SeatKey{k_seat, k_hash},
                       SeatKey{k_seat, k_hash}},
           SeatGive{k_session, k_seat},
           SeatGive{k_session, k_seat, true},
           SeatVoid{k_session, k_seat},
           SeatVoid{k_session, k_seat, "lapsed"},
           SessionClose{k_session, "completed"},
           ToPatient{k_session, k_seat, Status{"admitted", ""}},
           ToPatient{k_session, k_seat, Offer{1, "v=0\r\n"}},
           ToPatient{k_session, k_seat, Candidate{1, 0, ""}},
           Ping{},
       }) {
    check_round_trip(message, decode_kiosk);
  }
}

TEST_CASE("every message to a kiosk reads as it was written", "[protocol]") {
  for (const GatewayToKiosk& message : std::vector<GatewayToKiosk>{
           Registered{k_servers, {"https://192.0.2.7:8443"}},
           Registered{k_servers, {"https://192.0.2.7:8443"}, own_features()},
           Registered{k_servers, {"https://127.0.0.1:8443", "", true}},
           Address{"https://192.0.2.7:8443"},
           Address{"https://192.0.2.7:8443", "192.0.2.7", false},
           IceServers{k_servers},
           IceServers{{}},
           SessionOpened{k_session},
           Arrived{k_session, {k_seat, k_hash}, "ko"},
           Returned{k_session, k_seat, "en", 0},
           Returned{k_session, k_seat, "en", 4},
           Away{k_session, k_seat},
           Away{k_session, k_seat, true},
           FromPatient{k_session, k_seat, Knock{"김영희", "2026-11", false, false}},
           FromPatient{k_session, k_seat, Answer{1, "v=0\r\n"}},
           FromPatient{k_session, k_seat, Candidate{1, 0, "candidate:1"}},
           FromPatient{k_session, k_seat, RequestOffer{2}},
           FromPatient{k_session, k_seat, Leave{}},
           Pong{},
           Error{"code-taken", "draw a new one", k_session, std::nullopt, std::nullopt},
       }) {
    check_round_trip(message, decode_gateway_to_kiosk);
  }
}

TEST_CASE("the lines of the data channels read as they were written", "[protocol][channel]") {
  for (const ChatLine& line : std::vector<ChatLine>{
           ChatText{k_token, "약은 하루 세 번 💊\n물과 함께"},
           ChatText{k_token, "가족 👨‍👩‍👧"},
           ChatReceived{k_token},
           ChatRefused{k_token, "empty"},
           ChatText{k_token, ""},
       }) {
    check_round_trip(line, decode_chat);
  }
  for (const ControlLine& line : std::vector<ControlLine>{
           Hello{own_features()},
           Hello{{}},
           MediaState{true, false},
           MediaState{false, true},
           QualityLevel{"poor"},
           ViewSize{1280, 720},
           MediaLevel{"voice"},
           Ended{"moved"},
           Ended{""},
       }) {
    check_round_trip(line, decode_control);
  }
}

TEST_CASE("members nobody knows are ignored", "[protocol]") {
  const auto read = decode_patient(R"({"type":"ping","later":{"a":[1,2]}})");
  REQUIRE(read);
  CHECK(std::holds_alternative<Ping>(*read));
}

TEST_CASE("text that is not UTF-8 is written with replacement characters, never thrown", "[protocol]") {
  CHECK(encode(GatewayToPatient(Error{"malformed", "\xFF", "", std::nullopt, std::nullopt}))
            .find("\xEF\xBF\xBD") != std::string::npos);
}
