// Is the DTLS certificate of the peer the one its signalling promised? (RFC 8122, RFC 8827 section 6.5)
//
// webrtcbin before mid-2026 does not ask. Without the answer "yes" whoever sits on the media path can play
// the patient, so the peer shows and sends nothing before it.
//
// The rules, all of which must hold:
//   - A fingerprint counts if its hash is sha-256, sha-384 or sha-512; others (sha-1, md5, unknown) are
//   ignored.
//   - A media section's own fingerprints replace the session's; a section without its own uses the session's.
//   - Every media section must be left with at least one that counts, or the answer is refused.
//   - In each section only those of the strongest hash present are compared, and the certificate must match
//   one of
//     them (RFC 8122 section 5). With BUNDLE there is one certificate, which must therefore satisfy every
//     section.
//   - A malformed fingerprint refuses the whole answer.
// Plain functions without state; any thread.
#pragma once

#include <gst/sdp/gstsdpmessage.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sangdam::pipelines {

enum class FingerprintHash : unsigned char { sha256, sha384, sha512 };  // weakest first

struct Fingerprint {
  FingerprintHash hash = FingerprintHash::sha256;
  std::vector<unsigned char> digest;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// The fingerprints that count, per media section, inheritance already applied.
using SectionFingerprints = std::vector<std::vector<Fingerprint>>;

/// One attribute value, "sha-256 AB:CD:...". Empty vector: well-formed, but of a hash that does not count.
/// Fails with "fingerprint-malformed".
[[nodiscard]] base::Result<std::vector<Fingerprint>> parse_fingerprint(std::string_view value);

/// Fails with "fingerprint-malformed" or "fingerprint-missing".
[[nodiscard]] base::Result<SectionFingerprints> fingerprints_of(const GstSDPMessage& sdp);

/// The DER bytes of the first certificate in `pem`. Fails with "certificate-malformed".
[[nodiscard]] base::Result<std::vector<unsigned char>> der_of_pem(std::string_view pem);

[[nodiscard]] bool certificate_matches(const std::vector<unsigned char>& der,
                                       const SectionFingerprints& sections);

}  // namespace sangdam::pipelines
