#include "pipelines/fingerprint.hpp"

#include <glib.h>
#include <gst/sdp/gstsdpmessage.h>

#include <algorithm>
#include <optional>

#include "base/handles.hpp"

namespace sangdam::pipelines {
namespace {

// A session has one; a browser that rolls certificates over may name a few. More is not a browser.
constexpr std::size_t k_max_fingerprints = 8;
// A self-signed WebRTC certificate is under 2 KiB; RSA-4096 with extensions stays under this.
constexpr std::size_t k_max_pem = 16UL * 1024;

std::optional<FingerprintHash> hash_named(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), g_ascii_tolower);
  if (lower == "sha-256") return FingerprintHash::sha256;
  if (lower == "sha-384") return FingerprintHash::sha384;
  if (lower == "sha-512") return FingerprintHash::sha512;
  return std::nullopt;
}

GChecksumType checksum_type(FingerprintHash hash) {
  switch (hash) {
    case FingerprintHash::sha256: return G_CHECKSUM_SHA256;
    case FingerprintHash::sha384: return G_CHECKSUM_SHA384;
    case FingerprintHash::sha512: return G_CHECKSUM_SHA512;
  }
  return G_CHECKSUM_SHA256;
}

std::vector<unsigned char> digest_of(const std::vector<unsigned char>& data, FingerprintHash hash) {
  using ChecksumPtr = base::FreePtr<GChecksum, g_checksum_free>;
  const ChecksumPtr checksum(g_checksum_new(checksum_type(hash)));
  g_checksum_update(checksum.get(), data.data(), static_cast<gssize>(data.size()));
  auto length = static_cast<gsize>(g_checksum_type_get_length(checksum_type(hash)));
  std::vector<unsigned char> digest(length);
  g_checksum_get_digest(checksum.get(), digest.data(), &length);
  return digest;
}

base::Result<std::vector<unsigned char>> parse_digest(std::string_view text) {
  const auto malformed = [] {
    return base::failure("fingerprint-malformed", "a fingerprint is not pairs of hex digits");
  };
  std::vector<unsigned char> digest;
  for (std::size_t i = 0;; i += 3) {
    if (i + 2 > text.size() || digest.size() >= 64) return malformed();
    const int high = g_ascii_xdigit_value(text[i]);
    const int low = g_ascii_xdigit_value(text[i + 1]);
    if (high < 0 || low < 0) return malformed();
    digest.push_back(static_cast<unsigned char>(high * 16 + low));
    if (i + 2 == text.size()) return digest;
    if (text[i + 2] != ':') return malformed();
  }
}

/// Collects the values of every "fingerprint" attribute that `next` gives until it gives null.
template <class Next>
base::Result<std::vector<Fingerprint>> collect(Next next) {
  std::vector<Fingerprint> found;
  std::size_t seen = 0;
  while (const char* value = next(static_cast<guint>(seen))) {
    if (++seen > k_max_fingerprints) return base::failure("fingerprint-malformed", "too many fingerprints");
    auto parsed = parse_fingerprint(value);
    if (!parsed) return tl::unexpected<base::Failure>(parsed.error());
    found.insert(found.end(), parsed->begin(), parsed->end());
  }
  return found;
}

}  // namespace

base::Result<std::vector<Fingerprint>> parse_fingerprint(std::string_view value) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos)
    return base::failure("fingerprint-malformed", "a fingerprint has no hash name");
  auto digest = parse_digest(value.substr(space + 1));
  if (!digest) return tl::unexpected<base::Failure>(digest.error());
  const auto hash = hash_named(value.substr(0, space));
  if (!hash) return std::vector<Fingerprint>{};
  if (digest->size() != static_cast<std::size_t>(g_checksum_type_get_length(checksum_type(*hash)))) {
    return base::failure("fingerprint-malformed", "a fingerprint has the wrong length for its hash");
  }
  return std::vector<Fingerprint>{{*hash, std::move(*digest)}};
}

base::Result<SectionFingerprints> fingerprints_of(const GstSDPMessage& sdp) {
  auto session =
      collect([&](guint n) { return gst_sdp_message_get_attribute_val_n(&sdp, "fingerprint", n); });
  if (!session) return tl::unexpected<base::Failure>(session.error());
  SectionFingerprints sections;
  for (guint i = 0; i < gst_sdp_message_medias_len(&sdp); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(&sdp, i);
    // "Has its own" is asked of the attribute, not of what counts: a section that names only sha-1 must not
    // silently fall back to the session's.
    const bool has_own = gst_sdp_media_get_attribute_val(media, "fingerprint") != nullptr;
    auto own = collect([&](guint n) { return gst_sdp_media_get_attribute_val_n(media, "fingerprint", n); });
    if (!own) return tl::unexpected<base::Failure>(own.error());
    sections.push_back(has_own ? std::move(*own) : *session);
    if (sections.back().empty()) {
      return base::failure("fingerprint-missing", "a media section has no fingerprint of SHA-256 or better");
    }
  }
  if (sections.empty()) return base::failure("fingerprint-missing", "the description has no media");
  return sections;
}

base::Result<std::vector<unsigned char>> der_of_pem(std::string_view pem) {
  constexpr std::string_view k_begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view k_end = "-----END CERTIFICATE-----";
  const auto malformed = [] {
    return base::failure("certificate-malformed", "the peer's certificate is not PEM");
  };
  if (pem.size() > k_max_pem) return malformed();
  const std::size_t begin = pem.find(k_begin);
  if (begin == std::string_view::npos) return malformed();
  const std::size_t body = begin + k_begin.size();
  const std::size_t end = pem.find(k_end, body);
  if (end == std::string_view::npos) return malformed();
  const std::string base64(pem.substr(body, end - body));
  gsize length = 0;
  const base::FreePtr<guchar, g_free> bytes(g_base64_decode(base64.c_str(), &length));
  if (!bytes || length == 0) return malformed();
  return std::vector<unsigned char>(bytes.get(), bytes.get() + length);
}

bool certificate_matches(const std::vector<unsigned char>& der, const SectionFingerprints& sections) {
  if (der.empty() || sections.empty()) return false;
  return std::all_of(sections.begin(), sections.end(), [&](const std::vector<Fingerprint>& section) {
    if (section.empty()) return false;
    const auto strongest = std::max_element(section.begin(), section.end(), [](const auto& a, const auto& b) {
                             return a.hash < b.hash;
                           })->hash;
    const Fingerprint actual{strongest, digest_of(der, strongest)};
    return std::find(section.begin(), section.end(), actual) != section.end();
  });
}

}  // namespace sangdam::pipelines
