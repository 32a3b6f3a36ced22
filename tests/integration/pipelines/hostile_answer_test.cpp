// A patient whose answer or certificate is not what a browser's would be: who is let in.
#include <gio/gio.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/pipelines/hostile.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;

/// A certificate and its key in PEM.
std::string certificate_of(const std::string& subject) {
  base::ErrorPtr error;
  const auto openssl = base::Ref<GSubprocess>::adopt(g_subprocess_new(
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE),
      base::out(error), "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
      subject.c_str(), "-keyout", "-", "-out", "-", nullptr));
  REQUIRE(openssl);
  base::CharPtr pem;
  REQUIRE(g_subprocess_communicate_utf8(openssl.get(), nullptr, nullptr, static_cast<char**>(base::out(pem)),
                                        nullptr, base::out(error)));
  REQUIRE(g_subprocess_get_successful(openssl.get()));
  return pem.get();
}

/// As an answer names it: RFC 8122.
std::string fingerprint_of(const std::string& pem) {
  const std::string begin = "-----BEGIN CERTIFICATE-----";
  const std::size_t from = pem.find(begin) + begin.size();
  gsize size = 0;
  const std::unique_ptr<guchar, decltype(&g_free)> der(
      g_base64_decode(pem.substr(from, pem.find("-----END", from) - from).c_str(), &size), g_free);
  const base::CharPtr hash(g_compute_checksum_for_data(G_CHECKSUM_SHA256, der.get(), size));
  std::string text;
  for (const char* digit = hash.get(); *digit != '\0'; ++digit) {
    if (!text.empty() && (digit - hash.get()) % 2 == 0) text += ':';
    text += g_ascii_toupper(*digit);
  }
  return text;
}

const std::string k_name = "a=fingerprint:";

/// Each line that names a fingerprint, in whichever section, becomes what `edit` makes of it.
std::string with_fingerprints(const std::string& sdp,
                              const std::function<std::string(const std::string&, int)>& edit) {
  std::string result;
  int section = -1;
  for (std::size_t at = 0; at < sdp.size();) {
    const std::size_t end = std::min(sdp.find('\n', at), sdp.size() - 1) + 1;
    const std::string line = sdp.substr(at, end - at);
    if (line.starts_with("m=")) ++section;
    result += line.starts_with(k_name) ? edit(line, section) : line;
    at = end;
  }
  return result;
}
/// The same hash of another certificate.
std::string wrong(std::string line) {
  char& digit = line[line.find(' ') + 1];
  digit = digit == '0' ? '1' : '0';
  return line;
}
std::string of_another(const char* hash, int bytes) {
  std::string line = k_name + hash + " 00";
  for (int i = 1; i < bytes; ++i) line += ":00";
  return line + "\r\n";
}
std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

/// How a call ends whose answer is edited so: nothing if it connects.
std::optional<PeerFailure> outcome_of(const Call::Edit& edit) {
  const Call call(shared_engine(), {}, {}, edit);
  REQUIRE(run_until([&] { return call.listener.first_frames == 1 || has_ended(call); }, 20s));
  if (has_ended(call)) CHECK(call.listener.connected == 0);
  return has_ended(call) ? std::optional(call.listener.failures.front()) : std::nullopt;
}

}  // namespace

TEST_CASE("Only the certificate that an answer names is let in", "[hostile][certificate]") {
  using Line = const std::string&;
  const auto outcome = [](const std::function<std::string(Line, int)>& edit) {
    return outcome_of([edit](const std::string& sdp) { return with_fingerprints(sdp, edit); });
  };
  // As a browser may.
  CHECK(outcome([](Line line, int) { return wrong(line) + line; }) == std::nullopt);
  CHECK(outcome([](Line line, int) { return of_another("sha-1", 20) + line; }) == std::nullopt);
  // None at all; none that counts; none in a section.
  CHECK(outcome([](Line, int) { return std::string(); }) == PeerFailure::answer_invalid);
  CHECK(outcome([](Line, int) { return of_another("sha-1", 20); }) == PeerFailure::answer_invalid);
  CHECK(outcome([](Line line, int section) { return section == 1 ? std::string() : line; }) ==
        PeerFailure::answer_invalid);
  // Another one: in all, of a stronger hash, or in one section.
  CHECK(outcome([](Line line, int) { return wrong(line); }) == PeerFailure::fingerprint_mismatch);
  // webrtcbin itself wants the same in all sections, the session's included.
  CHECK(outcome([](Line line, int section) { return section == 2 ? wrong(line) : line; }) ==
        PeerFailure::answer_invalid);
  CHECK(outcome([](Line line, int) { return line + of_another("sha-512", 64); }) ==
        PeerFailure::fingerprint_mismatch);
}

TEST_CASE("A fingerprint of the session counts for its sections", "[hostile][certificate]") {
  const auto of_session = [](const std::string& sdp, bool right, bool keeps_own) {
    std::string line;
    const std::string rest = with_fingerprints(sdp, [&](const std::string& own, int) {
      line = own;
      return keeps_own ? own : std::string();
    });
    return replaced(rest, "t=0 0\r\n", "t=0 0\r\n" + (right ? line : wrong(line)));
  };
  CHECK(outcome_of([&](const std::string& sdp) { return of_session(sdp, true, false); }) == std::nullopt);
  CHECK(outcome_of([&](const std::string& sdp) { return of_session(sdp, true, true); }) == std::nullopt);
  CHECK(outcome_of([&](const std::string& sdp) { return of_session(sdp, false, true); }) ==
        PeerFailure::answer_invalid);
  CHECK(outcome_of([&](const std::string& sdp) { return of_session(sdp, false, false); }) ==
        PeerFailure::fingerprint_mismatch);
}

TEST_CASE("A second answer changes nothing", "[hostile][certificate]") {
  const auto tampered = [](const std::string& sdp) {
    return with_fingerprints(sdp, [](const std::string& line, int) { return wrong(line); });
  };
  SECTION("another fingerprint after the right one") {
    Call call(shared_engine());
    std::string answer;
    call.edit_answer = [&](const std::string& sdp) { return answer = sdp; };
    REQUIRE(run_until([&] { return !answer.empty(); }));
    call.peer->set_answer(tampered(answer));
    connect(call);
    call.peer->set_answer(tampered(answer));
    const unsigned frames = call.patient.seen().frames;
    CHECK(run_until([&] { return call.patient.seen().frames > frames + 10; }));
    CHECK(call.listener.failures.empty());
  }
  SECTION("the right one after another") {
    Call call(shared_engine());
    std::string answer;
    call.edit_answer = [&](const std::string& sdp) { return tampered(answer = sdp); };
    REQUIRE(run_until([&] { return !answer.empty(); }));
    call.peer->set_answer(answer);
    REQUIRE(run_until([&] { return has_ended(call); }, 20s));
    CHECK(call.listener.failures == std::vector{PeerFailure::fingerprint_mismatch});
    CHECK(call.listener.connected == 0);
  }
}

TEST_CASE("Sound of 64 channels is refused before anything is made for it", "[hostile][rtp]") {
  for (const char* meaning : {"opus/48000/64", "multiopus/48000/64", "multiopus/48000/2", "opus/48000/255"}) {
    INFO(meaning);
    CHECK(outcome_of([&](std::string sdp) {
            for (const char* offered : {"OPUS/48000/2", "opus/48000/2"}) {
              if (const std::size_t at = sdp.find(offered); at != std::string::npos)
                sdp.replace(at, std::string_view(offered).size(), meaning);
            }
            return sdp;
          }) == PeerFailure::answer_invalid);
  }
}

TEST_CASE("A certificate with a long subject harms nothing", "[hostile][certificate]") {
  const auto call_with = [](const std::string& subject) {
    TestPatient::Options options;
    options.certificate = certificate_of(subject);
    return std::make_unique<Call>(shared_engine(), std::vector<consultation::IceServer>{}, options,
                                  [fingerprint = fingerprint_of(options.certificate)](std::string sdp) {
                                    const std::string name = "a=fingerprint:sha-256 ";
                                    for (std::size_t at = sdp.find(name); at != std::string::npos;
                                         at = sdp.find(name, at + 1))
                                      sdp.replace(at + name.size(), fingerprint.size(), fingerprint);
                                    return sdp;
                                  });
  };
  SECTION("longer than 2 KiB when it is printed: Debian 13's DTLS plug-in overflows (CVE-2026-59692)") {
    std::string subject = "/CN=patient";
    for (int i = 0; i < 75; ++i) subject += "/OU=x";
    const auto call = call_with(subject);
    connect(*call);
    CHECK(call->listener.failures.empty());
  }
  SECTION("of 4 KiB: GStreamer tells only the certificate's beginning, so it proves nothing") {
    std::string subject = "/CN=patient";
    while (subject.size() < 4096) subject += "/OU=" + std::string(60, 'x');
    const auto call = call_with(subject);
    REQUIRE(run_until([&] { return has_ended(*call); }, 20s));
    CHECK(call->listener.failures == std::vector{PeerFailure::fingerprint_mismatch});
    CHECK(call->listener.connected == 0);
  }
}

}  // namespace sangdam::tests
