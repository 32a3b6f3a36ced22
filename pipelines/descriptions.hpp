// Session descriptions (RFC 8829) and ICE candidates (RFC 8839) as text: what we send out, and whether what
// came back may be handed to webrtcbin, which trusts its caller. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pipelines/fingerprint.hpp"
#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

/// Ours, so they are constants (docs/protocol.md).
inline constexpr unsigned k_video_payload_type = 96;
inline constexpr unsigned k_audio_payload_type = 111;

/// How many kbit/s the browser's encoder is told to begin with, and its bounds. Without the hint Chromium
/// starts at 190 kbit/s and 320x180 (measured), with it 720p stands within 2 s. Firefox ignores it.
struct BitrateHint {
  int start_kbps = 2000;
  int min_kbps = 30;
  int max_kbps = 3000;
};

/// Our offer as the browser shall read it: webrtcbin's text plus the hint and the largest picture on VP8, and
/// in-band FEC on Opus.
/// From the browser's side our offer is the *remote* description, where it looks for x-google-*. webrtcbin
/// keeps its own text.
[[nodiscard]] std::string with_hints(const std::string& offer, const BitrateHint& hint);

/// An answer that passed every check.
struct CheckedAnswer {
  SdpPtr sdp;
  SectionFingerprints fingerprints;
  bool is_dtls_client;  // whoever answered, that is
};
/// Limits, all but the last checked before anything is parsed: 48 KiB, 500 lines of 4 KiB, as many media
/// sections as the offer, the same kinds and mids in the same order, none rejected, payload types that mean
/// what they were offered to mean, one BUNDLE group with all of them, DTLS active or passive, rtcp-mux, ICE
/// credentials of sane length. Fails with "answer-invalid" (the message says which rule, without quoting the
/// text) or a fingerprint code.
[[nodiscard]] base::Result<CheckedAnswer> check_answer(const std::string& written,
                                                       const GstSDPMessage& offer);

enum class CandidateVerdict : unsigned char { use, hidden, ignore, malformed };
/// `hidden`: has a name in the place of its address, to be looked up (local_names.hpp). `ignore`:
/// well-formed, but of no use to libnice: other names, TCP candidates (who comes by TCP becomes
/// peer-reflexive), a second component, or the empty end-of-candidates.
[[nodiscard]] CandidateVerdict judge_candidate(std::string_view candidate);
/// Of one that judge_candidate() has not found malformed, or empty: its address, or the name in its place.
[[nodiscard]] std::string_view address_of(std::string_view candidate);
[[nodiscard]] std::string with_address(std::string_view candidate, std::string_view address);

}  // namespace sangdam::pipelines
