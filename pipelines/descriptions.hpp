// Session descriptions (RFC 8829) and ICE candidates (RFC 8839) as text: what we send out, and whether what
// came back may be handed to webrtcbin, which trusts its caller. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipelines/fingerprint.hpp"
#include "pipelines/gst_handles.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::pipelines {

/// Writes these formats into the picture's section of an offer, each with its retransmissions and with
/// feedback (RFC 4585, RFC 5104, transport-cc), and behind them RED and ULPFEC (error_correction.hpp).
/// webrtcbin writes only what its sink pad gets, and retransmissions for the first of them; what it takes and
/// sends follows the descriptions, whoever wrote them.
void offer_video_formats(GstSDPMessage& offer, std::span<const VideoFormat> formats);

/// How many kbit/s the browser's encoder is told to begin with, and its bounds. Without the hint Chromium
/// starts at 190 kbit/s and 320x180 (measured), with it 720p stands within 2 s. Firefox ignores it.
struct BitrateHint {
  int start_kbps = 2000;
  int min_kbps = 30;
  int max_kbps = 3000;
};

/// Adds those of these formats that an answer leaves out, behind its own. Chromium sends by the offer's
/// order, also what its answer does not name when a page has asked for that with setCodecPreferences()
/// (seen), and webrtcbin takes what the answer names.
void accept_video_formats(GstSDPMessage& answer, std::span<const VideoFormat> formats);

/// Our offer as the browser shall read it: webrtcbin's text plus the hint and the largest picture on each of
/// the picture's formats, and in-band FEC on Opus.
/// From the browser's side our offer is the *remote* description, where it looks for x-google-*. webrtcbin
/// keeps its own text.
[[nodiscard]] std::string with_hints(const std::string& offer, const BitrateHint& hint);

/// An answer that passed every check.
struct CheckedAnswer {
  SdpPtr sdp;
  SectionFingerprints fingerprints;
  bool is_dtls_client;             // whoever answered, that is
  std::vector<VideoFormat> video;  // of the picture, at least one: what it prefers to be sent comes first
  bool corrects_errors;            // it understands RED and ULPFEC
};
/// Limits, all but the last checked before anything is parsed: 48 KiB, 500 lines of 4 KiB, as many media
/// sections as the offer, the same kinds and mids in the same order, none rejected, payload types that mean
/// what they were offered to mean, one of the offered codecs for the picture, one BUNDLE group with all of
/// them, DTLS active or passive, rtcp-mux, ICE credentials of sane length. Fails with "answer-invalid" (the
/// message says which rule, without quoting the text) or a fingerprint code.
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
