#include <fmt/format.h>

#include <string>

#include "protocol/messages.hpp"
#include "support/catch.hpp"

namespace {

using namespace sangdam::protocol;

template <class Result>
std::string code_of(const Result& result) {
  return result ? "accepted" : result.error().code;
}
std::string patient(const std::string& text) { return code_of(decode_patient(text)); }
std::string kiosk(const std::string& text) { return code_of(decode_kiosk(text)); }
std::string page(const std::string& text) { return code_of(decode_gateway_to_patient(text)); }
std::string link(const std::string& text) { return code_of(decode_gateway_to_kiosk(text)); }

std::string knock(const std::string& name_json) {
  return fmt::format(R"({{"type":"knock","name":{},"consent":"1","camera":true,"microphone":true}})",
                     name_json);
}
std::string quoted(const std::string& text) { return '"' + text + '"'; }
std::string repeat(const std::string& piece, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += piece;
  return all;
}
const std::string k_session(32, 'a');
const std::string k_seat(16, 'b');

}  // namespace

TEST_CASE("a message may have 64 KiB and not a byte more", "[protocol][limits]") {
  const std::string empty = R"({"type":"ping","x":""})";
  const auto padded = [&](std::size_t size) {
    return fmt::format(R"({{"type":"ping","x":"{}"}})", std::string(size - empty.size(), 'x'));
  };
  CHECK(patient(padded(k_max_message_bytes)) == "accepted");
  CHECK(patient(padded(k_max_message_bytes + 1)) == "too-large");
  CHECK(kiosk(padded(k_max_envelope_bytes)) == "accepted");
  CHECK(kiosk(padded(k_max_envelope_bytes + 1)) == "too-large");
}

TEST_CASE("a patient's largest message fits into the envelope the kiosk accepts", "[protocol][limits]") {
  // Line ends double in JSON: this answer fills a message to the brim.
  const std::string head = R"({"type":"answer","peer":1,"sdp":")";
  const std::string full = head + repeat("\\n", (k_max_message_bytes - head.size() - 2) / 2) + "\"}";
  const auto read = decode_patient(full);
  REQUIRE(read);
  const FromPatient envelope{k_session, k_seat, std::get<Answer>(*read)};
  CHECK(link(encode(GatewayToKiosk(envelope))) == "accepted");
}

TEST_CASE("nesting ends at eight, also in members nobody reads", "[protocol][limits]") {
  const auto nested = [](std::size_t arrays) {
    return fmt::format(R"({{"type":"ping","x":{}{}}})", std::string(arrays, '['), std::string(arrays, ']'));
  };
  CHECK(patient(nested(k_max_depth - 1)) == "accepted");
  CHECK(patient(nested(k_max_depth)) == "malformed");
  CHECK(patient(nested(30'000)) == "malformed");
  CHECK(patient(std::string(60'000, '[')) == "malformed");
  CHECK(patient(repeat("{\"a\":", 10'000)) == "malformed");
  // Brackets inside strings are text, behind an escaped quote too.
  CHECK(patient(R"({"type":"ping","x":"[[[[[[[[[[\"[[[[{{{{"})") == "accepted");
}

TEST_CASE("every truncation of a message is an error and no crash", "[protocol][limits]") {
  const std::string whole = encode(PatientMessage(Knock{"홍길동", "1", true, true}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(patient(whole.substr(0, size)) == "malformed");
}

TEST_CASE("what is not a JSON object with a type is malformed", "[protocol][limits]") {
  for (const char* text :
       {"", " ", "null", "7", "\"ping\"", "[]", "[{\"type\":\"ping\"}]", "{}", "{\"type\":7}",
        "{\"type\":\"ping\"} x", "{'type':'ping'}", "{\"type\":\"ping\",\"n\":1e999}",
        "{\"type\":\"ping\",\"a\":\"\xC3\x28\"}", "{\"type\":\"ping\",\"a\":\"\xED\xA0\x80\"}",
        "{\"type\":\"ping\",\"a\":\"\\ud800\"}"}) {
    INFO(text);
    CHECK(patient(text) == "malformed");
  }
  CHECK(patient(std::string("{\"type\":\"ping\"}\0", 16)) == "malformed");
}

TEST_CASE("a type from the other direction is unexpected", "[protocol][limits]") {
  CHECK(patient(encode(KioskMessage(Register{"c", ""}))) == "unexpected");
  CHECK(patient(encode(GatewayToPatient(Offer{1, "v=0"}))) == "unexpected");
  CHECK(kiosk(encode(PatientMessage(Leave{}))) == "unexpected");
  CHECK(page(encode(PatientMessage(Leave{}))) == "unexpected");
  CHECK(link(encode(KioskMessage(Register{"c", ""}))) == "unexpected");
  CHECK(
      kiosk(fmt::format(R"({{"type":"to-patient","session":"{}","seat":"{}","message":{{"type":"leave"}}}})",
                        k_session, k_seat)) == "unexpected");
  CHECK(
      link(fmt::format(R"({{"type":"from-patient","session":"{}","seat":"{}","message":{{"type":"offer"}}}})",
                       k_session, k_seat)) == "unexpected");
}

TEST_CASE("a type from nowhere is unknown, on its own and in an envelope", "[protocol][limits]") {
  for (const char* text : {R"({"type":"raise-hand"})", R"({"type":"__proto__"})", R"({"type":""})"}) {
    INFO(text);
    for (const auto& read : {patient(text), kiosk(text), page(text), link(text), code_of(decode_chat(text)),
                             code_of(decode_control(text))}) {
      CHECK(read == "unknown-type");
    }
  }
  CHECK(kiosk(fmt::format(
            R"({{"type":"to-patient","session":"{}","seat":"{}","message":{{"type":"raise-hand"}}}})",
            k_session, k_seat)) == "unknown-type");
  CHECK(link(fmt::format(
            R"({{"type":"from-patient","session":"{}","seat":"{}","message":{{"type":"raise-hand"}}}})",
            k_session, k_seat)) == "unknown-type");
}

TEST_CASE("an unknown type is named only if it looks like a name", "[protocol][limits]") {
  const auto problem = [](const std::string& type) {
    return decode_patient(fmt::format(R"({{"type":"{}"}})", type)).error().message;
  };
  CHECK(problem("raise-hand") == R"(the type "raise-hand" is not known here)");
  for (const std::string& type : {std::string(33, 'a'), std::string("홍길동"), std::string("<b>")}) {
    CHECK(problem(type) == "the type of the message is not known here");
  }
}

TEST_CASE("what is too long is refused, not cut, also where it would be cut at white space",
          "[protocol][limits]") {
  CHECK(patient(knock(quoted(std::string(60, 'a')))) == "accepted");
  CHECK(patient(knock(quoted(std::string(60, 'a') + "  "))) == "accepted");
  CHECK(patient(knock(quoted(std::string(60, 'a') + " b"))) == "malformed");
  CHECK(patient(knock(quoted(std::string(61, 'a')))) == "malformed");
}

TEST_CASE("features are at most sixteen short names", "[protocol][limits]") {
  const auto with = [](const std::string& features) {
    return patient(
        fmt::format(R"({{"type":"join","v":1,"code":"482731906","language":"ko","features":{}}})", features));
  };
  const auto many = [](std::size_t count) { return R"(["a")" + repeat(R"(,"a")", count - 1) + "]"; };
  CHECK(with("[]") == "accepted");
  CHECK(with(many(16)) == "accepted");
  CHECK(with(many(17)) == "malformed");
  CHECK(with("[" + quoted(std::string(32, 'z')) + "]") == "accepted");
  CHECK(with("[" + quoted(std::string(33, 'z')) + "]") == "malformed");
  for (const char* bad :
       {"null", "{}", "\"ignore-unknown\"", "[1]", "[\"\"]", "[\"A\"]", "[\"a b\"]", "[null]", "[[\"a\"]]"}) {
    INFO(bad);
    CHECK(with(bad) == "malformed");
  }
}

TEST_CASE("only version 1 is spoken", "[protocol][limits]") {
  CHECK(patient(R"({"type":"join","v":2,"code":"482731906","language":"ko"})") == "version-unsupported");
  CHECK(patient(R"({"type":"join","v":-1,"code":"482731906","language":"ko"})") == "version-unsupported");
  CHECK(patient(R"({"type":"join","v":1.0,"code":"482731906","language":"ko"})") == "malformed");
  CHECK(patient(R"({"type":"join","v":"1","code":"482731906","language":"ko"})") == "malformed");
  CHECK(patient(R"({"type":"join","code":"482731906","language":"ko"})") == "malformed");
  // The version decides first: a later one may have other members.
  CHECK(patient(R"({"type":"join","v":2})") == "version-unsupported");
  CHECK(patient(R"({"type":"resume","v":2,"token":"","language":""})") == "version-unsupported");
  CHECK(kiosk(R"({"type":"register","v":2,"clinic":"c","phone":""})") == "version-unsupported");
  CHECK(page(R"({"type":"joined","v":2})") == "version-unsupported");
  CHECK(link(R"({"type":"registered","v":2})") == "version-unsupported");
}

TEST_CASE("a code is nine digits in a string", "[protocol][limits]") {
  const auto join = [](const std::string& code) {
    return patient(fmt::format(R"({{"type":"join","v":1,"code":{},"language":"ko"}})", code));
  };
  CHECK(join("\"482731906\"") == "accepted");
  for (const char* code : {"482731906", "\"48273190\"", "\"4827319060\"", "\"48273190a\"", "\"482 731 906\"",
                           "\"\"", "null", "\"４82731906\"", "[\"482731906\"]"}) {
    INFO(code);
    CHECK(join(code) == "malformed");
  }
}

TEST_CASE("proofs, languages, tokens and peers have their form", "[protocol][limits]") {
  const auto join = [](const std::string& rest) {
    return patient(R"({"type":"join","v":1,"code":"482731906",)" + rest + "}");
  };
  CHECK(join(R"("language":"en","proof":"0")") == "accepted");
  CHECK(join(R"("language":"en","proof":"")") == "malformed");
  CHECK(join(R"("language":"en","proof":"-1")") == "malformed");
  CHECK(join(R"("language":"en","proof":7)") == "malformed");
  CHECK(join(R"("language":"en","proof":"123456789012345678901")") == "malformed");
  CHECK(join(R"("language":"de")") == "malformed");
  CHECK(join(R"("language":"")") == "malformed");

  const auto resume = [](const std::string& token, const std::string& peer) {
    return patient(
        fmt::format(R"({{"type":"resume","v":1,"token":"{}","language":"ko","peer":{}}})", token, peer));
  };
  CHECK(resume(k_session, "1") == "accepted");
  CHECK(resume(k_session, "0") == "accepted");
  CHECK(resume(std::string(31, 'a'), "1") == "malformed");
  CHECK(resume(std::string(33, 'a'), "1") == "malformed");
  CHECK(resume(std::string(32, 'A'), "1") == "malformed");
  CHECK(resume(std::string(32, 'g'), "1") == "malformed");
  for (const char* peer : {"-1", "1.5", "1000001", "18446744073709551616", "\"1\"", "true", "null"}) {
    INFO(peer);
    CHECK(resume(k_session, peer) == "malformed");
  }
}

TEST_CASE("a name has 1 to 60 code points once it is cleaned", "[protocol][limits]") {
  CHECK(patient(knock(quoted(repeat("가", 60)))) == "accepted");
  CHECK(patient(knock(quoted(repeat("가", 61)))) == "malformed");
  CHECK(patient(knock(quoted(repeat("👵", 60)))) == "accepted");
  CHECK(patient(knock("\"\"")) == "malformed");
  CHECK(patient(knock("\"   \"")) == "malformed");
  CHECK(patient(knock("7")) == "malformed");
  // A NUL must not hide what follows from the counting.
  CHECK(patient(knock(quoted("a\\u0000" + std::string(61, 'b')))) == "malformed");
}

TEST_CASE("a name cannot carry control characters or reorder what staff read", "[protocol][limits]") {
  const auto read = decode_patient(knock(R"("  \u0007Kim\u0000\r\n\t\u202eYoung\u2066  ")"));
  REQUIRE(read);
  CHECK(std::get<Knock>(*read).name == "Kim Young");
}

TEST_CASE("a knock needs all its members with their types", "[protocol][limits]") {
  CHECK(patient(R"({"type":"knock","name":"a","consent":"1","camera":true,"microphone":true})") ==
        "accepted");
  CHECK(patient(R"({"type":"knock","name":"a","consent":"1","camera":true})") == "malformed");
  CHECK(patient(R"({"type":"knock","name":"a","consent":"1","camera":1,"microphone":true})") == "malformed");
  CHECK(patient(R"({"type":"knock","name":"a","consent":"","camera":true,"microphone":true})") ==
        "malformed");
  CHECK(patient(R"({"type":"knock","name":"a","consent":"a b","camera":true,"microphone":true})") ==
        "malformed");
  CHECK(patient(R"({"type":"knock","name":"a","consent":true,"camera":true,"microphone":true})") ==
        "malformed");
}

TEST_CASE("session descriptions and candidates are bounded and free of control characters",
          "[protocol][limits]") {
  const auto answer = [](const std::string& sdp) {
    return patient(fmt::format(R"({{"type":"answer","peer":1,"sdp":"{}"}})", sdp));
  };
  CHECK(answer(std::string(k_max_sdp_bytes, 'x')) == "accepted");
  CHECK(answer(std::string(k_max_sdp_bytes + 1, 'x')) == "malformed");
  CHECK(answer("") == "malformed");
  CHECK(answer("v=0\\r\\n\\ts") == "accepted");
  CHECK(answer("v=0\\u0000") == "malformed");
  CHECK(answer("v=0\\u001b") == "malformed");
  CHECK(patient(R"({"type":"answer","peer":0,"sdp":"v=0"})") == "malformed");

  const auto candidate = [](const std::string& mline, const std::string& text) {
    return patient(
        fmt::format(R"({{"type":"candidate","peer":1,"mline":{},"candidate":"{}"}})", mline, text));
  };
  CHECK(candidate("0", "") == "accepted");
  CHECK(candidate("31", std::string(k_max_candidate_bytes, 'x')) == "accepted");
  CHECK(candidate("32", "") == "malformed");
  CHECK(candidate("-1", "") == "malformed");
  CHECK(candidate("0", std::string(k_max_candidate_bytes + 1, 'x')) == "malformed");
  CHECK(candidate("0", "a\\nb") == "malformed");
}

TEST_CASE("only the gateway itself says that the clinic is away", "[protocol][limits]") {
  const auto status = [](const std::string& rest) {
    return kiosk(
        fmt::format(R"({{"type":"to-patient","session":"{}","seat":"{}","message":{{"type":"status",{}}}}})",
                    k_session, k_seat, rest));
  };
  CHECK(status(R"("state":"waiting")") == "accepted");
  CHECK(status(R"("state":"ended","outcome":"failed")") == "accepted");
  CHECK(status(R"("state":"clinic-away")") == "malformed");
  CHECK(status(R"("state":"asleep")") == "malformed");
  CHECK(status(R"("state":"ended","outcome":"fled")") == "malformed");
  CHECK(page(R"({"type":"status","state":"clinic-back"})") == "accepted");
}

TEST_CASE("a kiosk's members have their form", "[protocol][limits]") {
  CHECK(kiosk(R"({"type":"register","v":1,"clinic":"","phone":""})") == "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"register","v":1,"clinic":"{}","phone":""}})", std::string(81, 'c'))) ==
        "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"register","v":1,"clinic":"c","phone":"{}"}})",
                          std::string(41, '1'))) == "malformed");

  const auto open = [](const std::string& rest) {
    return kiosk(fmt::format(R"({{"type":"session-open","session":"{}",{}}})", k_session, rest));
  };
  CHECK(open(R"("code":"482731906","lifetime":0)") == "accepted");
  CHECK(open(R"("code":"482731906","lifetime":31622400)") == "accepted");
  CHECK(open(R"("code":"482731906","lifetime":31622401)") == "malformed");
  CHECK(open(R"("code":"482731906","lifetime":-1)") == "malformed");
  CHECK(open(R"("code":"482731906","lifetime":1.5)") == "malformed");
  CHECK(open(R"("code":"482731906","lifetime":"soon")") == "malformed");
  CHECK(open(R"("code":"482731906")") == "malformed");
  CHECK(open(R"("code":"482731906","lifetime":1800,"seat":[])") == "malformed");
  CHECK(open(R"("code":"482731906","lifetime":1800,"seat":{"seat":"00"})") == "malformed");
  CHECK(open(R"("code":"482731906","lifetime":1800,"newcomer":{"seat":"00"})") == "malformed");
  for (const char* type : {"seat-give", "seat-void"}) {
    const auto decide = [&](const std::string& session, const std::string& seat) {
      return kiosk(fmt::format(R"({{"type":"{}","session":"{}","seat":"{}","outcome":"lapsed"}})", type,
                               session, seat));
    };
    CHECK(decide(k_session, k_seat) == "accepted");
    CHECK(decide(k_session, "x") == "malformed");
    CHECK(decide("", k_seat) == "malformed");
    CHECK(kiosk(fmt::format(R"({{"type":"{}","session":"{}"}})", type, k_session)) == "malformed");
    CHECK(patient(fmt::format(R"({{"type":"{}","session":"{}","seat":"{}"}})", type, k_session, k_seat)) ==
          "unexpected");
  }
  CHECK(kiosk(fmt::format(R"({{"type":"seat-void","session":"{}","seat":"{}","outcome":"completed"}})",
                          k_session, k_seat)) == "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"seat-give","session":"{}","seat":"{}","if_away":1}})", k_session,
                          k_seat)) == "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"session-close","session":"{}","outcome":"moved"}})", k_session)) ==
        "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"session-close","session":"{}","outcome":"no-show"}})", k_session)) ==
        "accepted");
  CHECK(kiosk(fmt::format(R"({{"type":"session-close","session":"{}"}})", k_session)) == "malformed");
  CHECK(kiosk(R"({"type":"session-close","session":"x","outcome":"no-show"})") == "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"to-patient","session":"{}","seat":"{}"}})", k_session, k_seat)) ==
        "malformed");
  CHECK(kiosk(fmt::format(R"({{"type":"to-patient","session":"{}","seat":"{}","message":[]}})", k_session,
                          k_seat)) == "malformed");
}

TEST_CASE("a page takes only STUN and TURN servers, and not many", "[protocol][limits]") {
  const auto servers = [](const std::string& list) {
    return link(fmt::format(R"({{"type":"ice-servers","ice_servers":{}}})", list));
  };
  CHECK(servers("[]") == "accepted");
  CHECK(servers(R"([{"urls":"turns:t.example:443?transport=tcp","username":"u","credential":"c"}])") ==
        "accepted");
  CHECK(servers(R"([{"urls":"https://example.com"}])") == "malformed");
  CHECK(servers(R"([{"urls":["stun:a"]}])") == "malformed");
  CHECK(servers(R"([{"urls":"stun:a b"}])") == "malformed");
  CHECK(servers(R"(["stun:a"])") == "malformed");
  CHECK(servers(R"({"urls":"stun:a"})") == "malformed");
  std::string many = "[";
  for (int i = 0; i < 17; ++i) many += std::string(i == 0 ? "" : ",") + R"({"urls":"stun:a"})";
  CHECK(servers(many + "]") == "malformed");
  CHECK(link(R"({"type":"registered","v":1,"ice_servers":[],"address":"javascript:x"})") == "malformed");
  CHECK(link(R"({"type":"address","address":"javascript:x"})") == "malformed");
  CHECK(link(R"({"type":"address","address":"https://k.example","typed":"a b"})") == "malformed");
  CHECK(link(R"({"type":"address","address":"https://k.example","local":"yes"})") == "malformed");
}

TEST_CASE("errors are bounded too", "[protocol][limits]") {
  CHECK(page(R"({"type":"error","code":"x","text":"t","retry_after":86401})") == "malformed");
  CHECK(page(R"({"type":"error","code":"x","text":"t","challenge":{"nonce":"n","bits":21}})") == "malformed");
  CHECK(page(R"({"type":"error","code":"x","text":"t","challenge":"n"})") == "malformed");
  CHECK(page(R"({"type":"error","code":"","text":"t"})") == "malformed");
  CHECK(page(R"({"type":"error","code":"x"})") == "malformed");
}

TEST_CASE("a chat line may have any text, cleaned and uncut, in 16 KiB", "[protocol][limits][channel]") {
  const auto chat = [](const std::string& text) {
    return code_of(decode_chat(fmt::format(R"({{"type":"text","id":"{}","text":"{}"}})", k_session, text)));
  };
  CHECK(chat(repeat("약", 2000)) == "accepted");
  // What is empty or too long is refused by name, not malformed: see consultation::text_refusal().
  CHECK(chat(repeat("약", 2001)) == "accepted");
  CHECK(chat("") == "accepted");
  CHECK(chat(" \\n \u3164") == "accepted");
  const auto text = [](const std::string& json) {
    const auto line = decode_chat(fmt::format(R"({{"type":"text","id":"{}","text":"{}"}})", k_session, json));
    return line ? std::get<ChatText>(*line).text : line.error().code;
  };
  CHECK(text(repeat("약", 2001)) == repeat("약", 2001));
  CHECK(text(" \\n \u3164").empty());
  CHECK(chat(std::string(k_max_channel_bytes, 'x')) == "too-large");
  CHECK(code_of(decode_chat(R"({"type":"text","id":"1","text":"t"})")) == "malformed");
  // JavaScript writes half a character as an escape. UTF-8 cannot say it.
  CHECK(text(R"(a\ud800b)") == "a\uFFFDb");
  CHECK(text(R"(\ud83d)") == "\uFFFD");
  CHECK(text(R"(\udc00\ud83d\ud83d\ude0a)") == "\uFFFD\uFFFD😊");
  CHECK(text(R"(\\ud800 \\\ud800)") == "\\ud800 \\\uFFFD");
  CHECK(text(R"(\ud80)") == "malformed");
  CHECK(code_of(decode_chat(R"({"type":"media","microphone":true,"camera":true})")) == "unexpected");
  CHECK(code_of(decode_control(R"({"type":"quality","level":"superb"})")) == "malformed");
  CHECK(code_of(decode_control(R"({"type":"media","microphone":"yes","camera":true})")) == "malformed");
  CHECK(code_of(decode_control(R"({"type":"text"})")) == "unexpected");
}

TEST_CASE("an error's sentence names the member and never quotes its value", "[protocol][limits]") {
  const auto read = decode_patient(R"({"type":"join","v":1,"code":"secret","language":"ko"})");
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find("code") != std::string::npos);
  CHECK(read.error().message.find("secret") == std::string::npos);
}
