#include "pipelines/descriptions.hpp"

#include <functional>
#include <regex>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

const std::string k_digest =
    "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

std::string section(const std::string& kind, const std::string& formats, const std::string& mid,
                    const std::string& more) {
  const bool data = kind == "application";
  return "m=" + kind + " 9 " + (data ? "UDP/DTLS/SCTP " : "UDP/TLS/RTP/SAVPF ") + formats +
         "\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef012345\r\na=fingerprint:" +
         k_digest + "\r\na=setup:active\r\na=mid:" + mid + "\r\n" + (data ? "" : "a=rtcp-mux\r\n") + more;
}
std::string answer_text() {
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio0 video1 application2\r\n" +
         section("audio", "111", "audio0", "a=rtpmap:111 opus/48000/2\r\n") +
         section("video", "96 97 102 103 104", "video1",
                 "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
                 "a=rtpmap:102 H264/90000\r\na=fmtp:102 profile-level-id=42e01f;packetization-mode=1\r\n"
                 "a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n"
                 "a=rtpmap:104 H264/90000\r\na=fmtp:104 packetization-mode=0;profile-level-id=42e01f\r\n") +
         section("application", "webrtc-datachannel", "application2", "a=sctp-port:5000\r\n");
}
/// For the checks, an offer is what it has in sections, mids and formats.
SdpPtr offer() {
  GstSDPMessage* sdp = nullptr;
  REQUIRE(gst_sdp_message_new_from_text(answer_text().c_str(), &sdp) == GST_SDP_OK);
  return SdpPtr(sdp);
}
std::string replaced(const std::string& what, const std::string& with) {
  std::string text = answer_text();
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}
std::string code_of(const std::string& answer) {
  const auto result = check_answer(answer, *offer());
  return result ? "fine" : result.error().code;
}

}  // namespace

TEST_CASE("A browser's answer passes the checks", "[answer]") {
  const auto result = check_answer(answer_text(), *offer());
  REQUIRE(result.has_value());
  CHECK(gst_sdp_message_medias_len(result->sdp.get()) == 3);
  REQUIRE(result->fingerprints.size() == 3);
  CHECK(result->fingerprints[0] == *parse_fingerprint(k_digest));
  CHECK(result->is_dtls_client);
  CHECK(code_of(replaced("a=setup:active", "a=setup:passive")) == "fine");
}

TEST_CASE("The codec that an answer puts first is the one to send", "[answer]") {
  const auto types = [](const std::string& answer) {
    const auto result = check_answer(answer, *offer());
    REQUIRE(result.has_value());
    std::vector<unsigned> all;
    for (const VideoFormat& format : result->video) all.push_back(format.payload_type);
    return all;
  };
  CHECK(types(answer_text()) == std::vector{96U, 102U, 104U});
  CHECK(types(replaced("SAVPF 96 97 102 103 104", "SAVPF 103 102 104 96 97")) ==
        std::vector{102U, 104U, 96U});
  CHECK(types(replaced("SAVPF 96 97 102 103 104", "SAVPF 104")) == std::vector{104U});
  CHECK(code_of(replaced("SAVPF 96 97 102 103 104", "SAVPF 97 103")) == "answer-invalid");
}

TEST_CASE("A format that is answered as another variant than was offered is refused", "[answer]") {
  CHECK(code_of(replaced("apt=102", "apt=96")) == "answer-invalid");
  CHECK(code_of(replaced("a=fmtp:97 apt=96\r\n", "")) == "answer-invalid");
  CHECK(code_of(replaced("42e01f;packetization-mode=1", "42e01f; packetization-mode=1")) == "fine");
  CHECK(code_of(replaced("packetization-mode=1", "packetization-mode=0")) == "answer-invalid");
  CHECK(code_of(replaced(";packetization-mode=1", "")) == "answer-invalid");
  CHECK(code_of(replaced("packetization-mode=0;", "")) == "fine");  // which is what it means
  CHECK(code_of(replaced("profile-level-id=42e01f;packetization-mode=1",
                         "profile-level-id=42e034;packetization-mode=1")) == "fine");
  CHECK(code_of(replaced("a=rtpmap:102 H264/90000", "a=rtpmap:102 H265/90000")) == "answer-invalid");
}

TEST_CASE("The offer names each format with its retransmissions and its feedback", "[offer]") {
  const auto sdp = offer();
  const std::vector<VideoFormat> formats{k_video_formats[0], k_video_formats[1], k_video_formats[2]};
  offer_video_formats(*sdp, formats);
  const std::string text = base::CharPtr(gst_sdp_message_as_text(sdp.get())).get();
  CHECK(text.find("m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 98 99 108 110 109\r\n") != std::string::npos);
  CHECK(text.find("a=rtpmap:111 opus/48000/2\r\n") != std::string::npos);
  CHECK(text.find("104") == std::string::npos);
  for (const std::string type : {"96", "102", "98"}) {
    for (const std::string feedback : {"nack", "nack pli", "ccm fir", "transport-cc"})
      CHECK(text.find("a=rtcp-fb:" + type + " " + feedback + "\r\n") != std::string::npos);
  }
  for (const std::string line :
       {"a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtpmap:102 H264/90000",
        "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "a=fmtp:103 apt=102", "a=rtpmap:98 VP9/90000", "a=fmtp:98 profile-id=0", "a=fmtp:99 apt=98",
        "a=rtpmap:108 red/90000", "a=rtpmap:110 ulpfec/90000", "a=fmtp:109 apt=108"})
    CHECK(text.find(line + "\r\n") != std::string::npos);
  // Nothing of what was there before is there twice.
  CHECK(text.find("a=rtpmap:96 ") == text.rfind("a=rtpmap:96 "));
  // Each is bounded and hinted at.
  const std::string hinted = with_hints(text, {.start_kbps = 1, .min_kbps = 2, .max_kbps = 3});
  const std::string bounds =
      "max-fs=8160;max-fr=60;x-google-start-bitrate=1;x-google-min-bitrate=2;"
      "x-google-max-bitrate=3";
  CHECK(hinted.find("a=fmtp:96 " + bounds + "\r\n") != std::string::npos);
  CHECK(hinted.find("a=fmtp:102 " + bounds + ";level-asymmetry-allowed=1;") != std::string::npos);
  CHECK(hinted.find("a=fmtp:98 " + bounds + ";profile-id=0\r\n") != std::string::npos);
}

TEST_CASE("Repairs are sent to whoever answers with both RED and ULPFEC", "[answer]") {
  const auto offered = offer();
  offer_video_formats(*offered, k_video_formats);
  const std::string repairs = "a=rtpmap:108 red/90000\r\na=rtpmap:110 ulpfec/90000\r\n";
  const auto corrects = [&](const std::string& formats) {
    std::string answer = replaced("SAVPF 96 97 102 103 104", "SAVPF 96 97 " + formats);
    answer.insert(answer.find("a=rtpmap:96 "), repairs);
    const auto result = check_answer(answer, *offered);
    REQUIRE(result.has_value());
    CHECK(result->video.front().codec == VideoCodec::vp8);
    return result->corrects_errors;
  };
  CHECK(corrects("108 110"));
  CHECK_FALSE(corrects("108"));
  CHECK_FALSE(corrects("110"));
}

TEST_CASE("An offer names the source of its picture, and not twice which stream it belongs to", "[offer]") {
  const auto sdp = offer();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the message owns it and has no other accessor
  auto& video = const_cast<GstSDPMedia&>(*gst_sdp_message_get_media(sdp.get(), 1));
  gst_sdp_media_add_attribute(&video, "ssrc", "7 msid:user webrtctransceiver1");
  gst_sdp_media_add_attribute(&video, "ssrc", "7 cname:user");
  offer_video_formats(*sdp, k_video_formats);
  const std::string text = base::CharPtr(gst_sdp_message_as_text(sdp.get())).get();
  CHECK(text.find("msid:user") == std::string::npos);
  CHECK(text.find("a=ssrc:7 cname:user\r\n") != std::string::npos);
}

TEST_CASE("Candidates inside an answer do not get past the rules for candidates", "[answer][security]") {
  const std::string candidate = "a=candidate:1 1 TCP 1 10.0.0.1 22 typ host tcptype passive\r\n";
  const auto result =
      check_answer(replaced("a=setup:active\r\n", "a=setup:active\r\n" + candidate + candidate), *offer());
  REQUIRE(result.has_value());
  const base::CharPtr text(gst_sdp_message_as_text(result->sdp.get()));
  CHECK(std::string(text.get()).find("candidate") == std::string::npos);
  CHECK(std::string(text.get()).find("a=setup:active") != std::string::npos);
}

TEST_CASE("An answer that does not fit the offer is refused", "[answer]") {
  CHECK(code_of("") == "answer-invalid");
  CHECK(code_of("hello") == "answer-invalid");
  CHECK(code_of("v=0\r\n") == "answer-invalid");
  CHECK(code_of(std::string(60'000, 'v')) == "answer-invalid");
  CHECK(code_of(answer_text() + std::string(60'000, '\n')) == "answer-invalid");
  CHECK(code_of("v=0\r\n" + std::string(5'000, 'a')) == "answer-invalid");
  CHECK(code_of(replaced("s=-", std::string("s=\0", 3))) == "answer-invalid");
  CHECK(code_of(answer_text() + section("audio", "111", "extra", "")) == "answer-invalid");
  CHECK(code_of(replaced("m=video 9", "m=audio 9")) == "answer-invalid");
  CHECK(code_of(replaced("m=video 9", "m=video 0")) == "answer-invalid");
  CHECK(code_of(replaced("a=mid:video1", "a=mid:other")) == "answer-invalid");
  CHECK(code_of(replaced("BUNDLE audio0 video1 application2", "BUNDLE audio0 video1")) == "answer-invalid");
  CHECK(code_of(replaced("a=group:BUNDLE", "a=group:LS")) == "answer-invalid");
  CHECK(code_of(replaced("a=group:BUNDLE audio0", "a=group:BUNDLE audio0 audio0")) == "answer-invalid");
  CHECK(code_of(replaced("SAVPF 96 97", "SAVPF 96 98")) == "answer-invalid");
  CHECK(code_of(replaced("opus/48000/2", "OPUS/48000/2")) == "fine");
  CHECK(code_of(replaced("opus/48000/2", "multiopus/48000/200")) == "answer-invalid");
  CHECK(code_of(replaced("opus/48000/2", "opus/48000/255")) == "answer-invalid");
  CHECK(code_of(replaced("opus/48000/2", "opus/48000/64")) == "answer-invalid");
  CHECK(code_of(replaced("opus/48000/2", "multiopus/48000/64")) == "answer-invalid");
  CHECK(code_of(replaced("SAVPF 96 97", "SAVPF 98 97")) == "answer-invalid");  // VP9
  CHECK(code_of(replaced("a=rtpmap:96 VP8/90000", "a=rtpmap:96 H264/90000")) == "answer-invalid");
  CHECK(code_of(replaced("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8/90000\r\na=rtpmap:96 VP9/90000")) ==
        "answer-invalid");
  CHECK(code_of(replaced("a=rtpmap:96 VP8/90000\r\n", "")) == "answer-invalid");
  CHECK(code_of(replaced("UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111")) == "answer-invalid");
  CHECK(code_of(replaced("a=setup:active", "a=setup:actpass")) == "answer-invalid");
  CHECK(code_of(replaced("a=ice-ufrag:abcd", "a=ice-ufrag:a")) == "answer-invalid");
  CHECK(code_of(replaced("a=ice-pwd:0123456789abcdef012345", "a=ice-pwd:short")) == "answer-invalid");
  CHECK(code_of(replaced("a=rtcp-mux\r\n", "")) == "answer-invalid");
  CHECK(code_of(replaced("a=fingerprint:" + k_digest + "\r\n", "")) == "fingerprint-missing");
  CHECK(code_of(replaced("sha-256 00:11", "sha-256 00-11")) == "fingerprint-malformed");
}

TEST_CASE("An answer of thousands of lines or sections is refused before it is parsed", "[answer][limits]") {
  const auto repeated = [](const std::string& line, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += line;
    return text;
  };
  CHECK(code_of(answer_text() + repeated("a=x\r\n", 300)) == "fine");
  CHECK(code_of(answer_text() + repeated("a=x\r\n", 500)) == "answer-invalid");
  CHECK(code_of(answer_text() + repeated("m=x 9 X 1\r\n", 2)) == "answer-invalid");
  CHECK(code_of(answer_text() + "a=" + std::string(4'200, 'x') + "\r\n") == "answer-invalid");
}

TEST_CASE("Every truncation of an answer is refused or complete, never a crash", "[answer]") {
  const std::string text = answer_text();
  const auto whole = offer();
  for (std::size_t length = 0; length < text.size(); length += 7) {
    const auto result = check_answer(text.substr(0, length), *whole);
    if (result) CHECK(result->fingerprints.size() == 3);
  }
  SUCCEED();
}

TEST_CASE("The browser is told where to start, and nothing else changes", "[offer]") {
  const std::string before =
      "m=audio 9 X 111\r\na=rtpmap:111 OPUS/48000/2\r\na=fmtp:111 sprop-stereo=0\r\na=mid:audio0\r\n"
      "m=video 0 X 96\r\na=rtpmap:96 VP8/90000\r\na=mid:video1\r\n";
  const std::string after = with_hints(before, {.start_kbps = 2000, .min_kbps = 300, .max_kbps = 3000});
  CHECK(after ==
        "m=audio 9 X 111\r\na=rtpmap:111 OPUS/48000/2\r\na=fmtp:111 "
        "minptime=10;useinbandfec=1;sprop-stereo=0\r\n"
        "a=mid:audio0\r\na=msid:kiosk audio0\r\nm=video 0 X 96\r\na=rtpmap:96 VP8/90000\r\n"
        "a=fmtp:96 "
        "max-fs=8160;max-fr=60;x-google-start-bitrate=2000;x-google-min-bitrate=300;x-google-max-bitrate="
        "3000\r\n"
        "a=mid:video1\r\na=msid:kiosk video1\r\n");
  CHECK(with_hints("nothing to do", {}) == "nothing to do");
}

TEST_CASE("An address takes the place of the name that hid it, and nothing else changes", "[candidate]") {
  const std::string hidden =
      "candidate:7 1 udp 9 0a1b2c3d-1111-2222-3333-444455556666.local 5 typ host ufrag ab";
  CHECK(address_of(hidden) == "0a1b2c3d-1111-2222-3333-444455556666.local");
  const std::string found = with_address(hidden, "192.0.2.7");
  CHECK(found == "candidate:7 1 udp 9 192.0.2.7 5 typ host ufrag ab");
  CHECK(judge_candidate(found) == CandidateVerdict::use);
  CHECK(judge_candidate(with_address(hidden, "2001:db8::7")) == CandidateVerdict::use);
  CHECK(judge_candidate(with_address(hidden, "")) == CandidateVerdict::malformed);
}

TEST_CASE("Candidates are used, ignored or refused", "[candidate]") {
  const auto use = CandidateVerdict::use;
  const auto ignore = CandidateVerdict::ignore;
  const auto malformed = CandidateVerdict::malformed;
  CHECK(judge_candidate("candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host generation 0 ufrag abcd") ==
        use);
  CHECK(judge_candidate("candidate:a/+ 1 UDP 1 2001:db8::1 1 typ srflx raddr 0.0.0.0 rport 0") == use);
  CHECK(judge_candidate("candidate:1 1 udp 1 192.0.2.1 3478 typ relay raddr 1.2.3.4 rport 5") == use);
  CHECK(judge_candidate("") == ignore);
  CHECK(judge_candidate("candidate:1 1 udp 1 0a1b2c3d-1111-2222-3333-444455556666.local 5 typ host") ==
        CandidateVerdict::hidden);
  CHECK(judge_candidate("candidate:1 1 tcp 1 0a1b2c3d-1111-2222-3333-444455556666.local 9 typ host") ==
        ignore);
  for (const std::string name :
       {"printer.local", ".local", "0a1b2c3d-1111-2222-3333-44445555666g.local",
        "0a1b2c3d-1111-2222-3333-4444555566667.local", "x.0a1b2c3d-1111-2222-3333-444455556666.local"}) {
    INFO(name);
    CHECK(judge_candidate("candidate:1 1 udp 1 " + name + " 5 typ host") == ignore);
  }
  CHECK(judge_candidate("candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active") == ignore);
  CHECK(judge_candidate("candidate:1 2 udp 1 192.0.2.1 9 typ host") == ignore);
  for (const std::string bad :
       {"x", "candidate:", "candidate:1 1 udp 1 192.0.2.1 54321 typ",
        "candidate:1 1 udp 1 192.0.2.1 54321 type host", "candidate:1 0 udp 1 192.0.2.1 1 typ host",
        "candidate:1 1 udp -1 192.0.2.1 1 typ host", "candidate:1 1 udp 1 192.0.2.1 70000 typ host",
        "candidate:1 1 udp 1 example.org 1 typ host", "candidate:1 1 udp 1 192.0.2.1 1 typ strange",
        "candidate:1 1 udp 99999999999 192.0.2.1 1 typ host",
        "candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=evil"}) {
    INFO(bad);
    CHECK(judge_candidate(bad) == malformed);
  }
  CHECK(judge_candidate("candidate:1 1 udp 1 192.0.2.1 1 typ host " + std::string(600, 'x')) == malformed);
}

}  // namespace sangdam::pipelines
