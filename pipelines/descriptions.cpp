#include "pipelines/descriptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <vector>

#include "pipelines/local_names.hpp"
#include "pipelines/peer_rules.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::size_t k_max_sdp = 48UL * 1024;  // docs/protocol.md
constexpr std::size_t k_max_candidate = 512;    // docs/protocol.md
constexpr std::size_t k_max_lines = 500;        // answers to our offer have about 100
constexpr std::size_t k_max_line = 4096;

auto invalid(const char* why) { return base::failure("answer-invalid", why); }

std::string_view text_or_empty(const char* text) {
  return text ? std::string_view(text) : std::string_view();
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    if (space != 0) result.push_back(text.substr(0, space));
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return result;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The GStreamer parser takes almost anything; these are the properties that make its result mean what was
/// written.
bool is_plain_sdp(const std::string& text, std::size_t max_sections) {
  if (text.empty() || text.size() > k_max_sdp || text.compare(0, 2, "v=") != 0) return false;
  std::size_t lines = 0;
  std::size_t sections = 0;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    if (++lines > k_max_lines || end - start > k_max_line) return false;
    const bool blank = end == start || (end == start + 1 && text[start] == '\r');
    if (blank && end + 1 < text.size()) return false;
    if (!blank && (end - start < 2 || !g_ascii_islower(text[start]) || text[start + 1] != '=')) return false;
    if (text[start] == 'm' && ++sections > max_sections) return false;
    start = end + 1;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x20 || c == '\r' || c == '\n' || c == '\t';
  });
}

/// Candidates come one by one, each judged and counted; those in a description would come past that.
std::string without_candidates(const std::string& sdp) {
  std::string rest;
  rest.reserve(sdp.size());
  for (std::size_t start = 0; start < sdp.size();) {
    const std::size_t end = std::min(sdp.find('\n', start), sdp.size() - 1) + 1;
    const std::string_view line(sdp.data() + start, end - start);
    if (!line.starts_with("a=candidate") && !line.starts_with("a=remote-candidates")) rest += line;
    start = end;
  }
  return rest;
}

/// The session's value is the default for its sections (RFC 8866 section 6).
std::string_view attribute(const GstSDPMessage& sdp, const GstSDPMedia& media, const char* name) {
  if (const char* own = gst_sdp_media_get_attribute_val(&media, name)) return own;
  return text_or_empty(gst_sdp_message_get_attribute_val(&sdp, name));
}

bool is_ice_text(std::string_view text, std::size_t least) {
  // ice-char of RFC 8839: ALPHA / DIGIT / "+" / "/"; Chromium and Firefox keep to it.
  return text.size() >= least && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
           return g_ascii_isalnum(c) || c == '+' || c == '/';
         });
}

std::vector<VideoFormat> video_formats(const GstSDPMedia& media) {
  std::vector<VideoFormat> formats;
  for (guint i = 0; i < gst_sdp_media_formats_len(&media); ++i) {
    const auto type = number<unsigned>(text_or_empty(gst_sdp_media_get_format(&media, i)));
    if (const auto format = type ? video_format(*type) : std::nullopt) formats.push_back(*format);
  }
  return formats;
}

bool has_format(const GstSDPMedia& media, unsigned type) {
  for (guint i = 0; i < gst_sdp_media_formats_len(&media); ++i) {
    if (text_or_empty(gst_sdp_media_get_format(&media, i)) == std::to_string(type)) return true;
  }
  return false;
}

/// A parameter of a format (RFC 8866, 6.15); `fallback` where it is not said.
std::string parameter(const GstSDPMedia& media, std::string_view format, std::string_view name,
                      std::string_view fallback) {
  for (guint i = 0;; ++i) {
    const char* line = gst_sdp_media_get_attribute_val_n(&media, "fmtp", i);
    if (line == nullptr) return std::string(fallback);
    std::string_view rest = line;
    if (!rest.starts_with(format) || rest.substr(format.size(), 1) != " ") continue;
    rest.remove_prefix(format.size() + 1);
    while (!rest.empty()) {
      std::string_view one = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      while (one.starts_with(' ')) one.remove_prefix(1);
      if (one.starts_with(name) && one.substr(name.size(), 1) == "=")
        return std::string(one.substr(name.size() + 1));
    }
  }
}

/// The same of what makes two formats of one codec differ: which one is sent again, how H.264 is cut into
/// packets, VP9's depth of colour.
std::string variant_of(const GstSDPMedia& media, std::string_view format) {
  return parameter(media, format, "apt", "") + ' ' + parameter(media, format, "packetization-mode", "0") +
         ' ' + parameter(media, format, "profile-id", "0");
}

/// What a payload type means, in lower case: "96 vp8/90000". Empty if it is not said, or said twice.
std::string meaning_of(const GstSDPMedia& media, std::string_view format) {
  std::string meaning;
  for (guint i = 0;; ++i) {
    const char* map = gst_sdp_media_get_attribute_val_n(&media, "rtpmap", i);
    if (map == nullptr) return meaning;
    if (words(map).empty() || words(map).front() != format) continue;
    if (!meaning.empty()) return {};
    meaning = base::CharPtr(g_ascii_strdown(map, -1)).get();
  }
}

const char* fault_in_section(const GstSDPMessage& answer, const GstSDPMedia& media,
                             const GstSDPMedia& offered, bool is_first) {
  if (text_or_empty(gst_sdp_media_get_media(&media)) != text_or_empty(gst_sdp_media_get_media(&offered))) {
    return "a media section is of another kind than was offered";
  }
  if (text_or_empty(gst_sdp_media_get_proto(&media)) != text_or_empty(gst_sdp_media_get_proto(&offered))) {
    return "a media section has another transport than was offered";
  }
  const auto mid = text_or_empty(gst_sdp_media_get_attribute_val(&media, "mid"));
  if (mid.empty() || mid != text_or_empty(gst_sdp_media_get_attribute_val(&offered, "mid"))) {
    return "a media section has another mid than was offered";
  }
  // In a bundle only the first section's port means anything; 0 there says the whole call is refused.
  if (gst_sdp_media_get_port(&media) == 0 &&
      gst_sdp_media_get_attribute_val(&media, "bundle-only") == nullptr) {
    return "a media section is rejected";
  }
  if (gst_sdp_media_formats_len(&media) == 0 || gst_sdp_media_formats_len(&media) > 32) {
    return "a media section has no formats, or too many";
  }
  for (guint i = 0; i < gst_sdp_media_formats_len(&media); ++i) {
    const auto format = text_or_empty(gst_sdp_media_get_format(&media, i));
    bool known = false;
    for (guint j = 0; j < gst_sdp_media_formats_len(&offered); ++j) {
      known = known || format == text_or_empty(gst_sdp_media_get_format(&offered, j));
    }
    if (!known) return "a media section has a format that was not offered";
    // Decoders are chosen for what was offered; another codec, clock or number of channels is nobody's.
    if (meaning_of(media, format) != meaning_of(offered, format) ||
        variant_of(media, format) != variant_of(offered, format))
      return "a format means something else than was offered";
  }
  const auto setup = attribute(answer, media, "setup");
  if (setup != "active" && setup != "passive") return "the DTLS role is missing or unknown";
  // Sections after the first take their transport from the bundle, but browsers repeat it in all.
  if (is_first || gst_sdp_media_get_attribute_val(&media, "ice-ufrag") != nullptr) {
    if (!is_ice_text(attribute(answer, media, "ice-ufrag"), 4)) return "the ICE user fragment is malformed";
    if (!is_ice_text(attribute(answer, media, "ice-pwd"), 22)) return "the ICE password is malformed";
  }
  const bool is_rtp = text_or_empty(gst_sdp_media_get_media(&media)) != "application";
  if (is_rtp && gst_sdp_media_get_attribute_val(&media, "rtcp-mux") == nullptr) return "rtcp-mux is missing";
  return nullptr;
}

void add_attribute(GstSDPMedia& media, const char* name, const std::string& value) {
  gst_sdp_media_add_attribute(&media, name, value.c_str());
}

void add_retransmissions(GstSDPMedia& media, unsigned again, unsigned original) {
  gst_sdp_media_add_format(&media, std::to_string(again).c_str());
  add_attribute(media, "rtpmap", fmt::format("{} rtx/90000", again));
  add_attribute(media, "fmtp", fmt::format("{} apt={}", again, original));
}

void add_video_format(GstSDPMedia& media, const VideoFormat& format) {
  const unsigned type = format.payload_type;
  gst_sdp_media_add_format(&media, std::to_string(type).c_str());
  add_attribute(media, "rtpmap", fmt::format("{} {}/90000", type, name_of(format.codec)));
  if (*format.parameters != '\0') add_attribute(media, "fmtp", fmt::format("{} {}", type, format.parameters));
  for (const char* feedback : {"nack", "nack pli", "ccm fir", "transport-cc"})
    add_attribute(media, "rtcp-fb", fmt::format("{} {}", type, feedback));
  add_retransmissions(media, format.retransmission_type, type);
}

void add_error_correction(GstSDPMedia& media) {
  for (const auto& [type, name] : {std::pair(k_red_type, "red"), std::pair(k_ulpfec_type, "ulpfec")}) {
    gst_sdp_media_add_format(&media, std::to_string(type).c_str());
    add_attribute(media, "rtpmap", fmt::format("{} {}/90000", type, name));
  }
  add_retransmissions(media, k_red_retransmission_type, k_red_type);
}

template <class Work>
void for_each_picture_section(GstSDPMessage& sdp, Work work) {
  for (guint section = 0; section < gst_sdp_message_medias_len(&sdp); ++section) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the message owns it and has no other accessor
    auto& media = const_cast<GstSDPMedia&>(*gst_sdp_message_get_media(&sdp, section));
    if (text_or_empty(gst_sdp_media_get_media(&media)) == "video") work(media);
  }
}

}  // namespace

void offer_video_formats(GstSDPMessage& offer, std::span<const VideoFormat> formats) {
  for_each_picture_section(offer, [&](GstSDPMedia& media) {
    while (gst_sdp_media_formats_len(&media) > 0) gst_sdp_media_remove_format(&media, 0);
    for (guint i = gst_sdp_media_attributes_len(&media); i-- > 0;) {
      const auto name = text_or_empty(gst_sdp_media_get_attribute(&media, i)->key);
      // Which stream it belongs to is said once, for both sections (with_hints()).
      const bool is_stream =
          name == "ssrc" && text_or_empty(gst_sdp_media_get_attribute(&media, i)->value).find(" msid:") !=
                                std::string_view::npos;
      if (name == "rtpmap" || name == "fmtp" || name == "rtcp-fb" || is_stream)
        gst_sdp_media_remove_attribute(&media, i);
    }
    for (const VideoFormat& format : formats) add_video_format(media, format);
    add_error_correction(media);
  });
}

void accept_video_formats(GstSDPMessage& answer, std::span<const VideoFormat> formats) {
  for_each_picture_section(answer, [&](GstSDPMedia& media) {
    const std::vector<VideoFormat> named = video_formats(media);
    for (const VideoFormat& format : formats) {
      const bool is_named = std::any_of(named.begin(), named.end(), [&](const VideoFormat& one) {
        return one.payload_type == format.payload_type;
      });
      if (!is_named) add_video_format(media, format);
    }
  });
}

std::string with_hints(const std::string& offer, const BitrateHint& hint) {
  const std::string google =
      fmt::format("x-google-start-bitrate={};x-google-min-bitrate={};x-google-max-bitrate={}",
                  hint.start_kbps, hint.min_kbps, hint.max_kbps);
  struct Addition {
    std::string rtpmap, fmtp, parameters;
  };
  const std::string bounds = fmt::format("max-fs={};max-fr={};", k_max_macroblocks, k_max_frame_rate);
  std::vector<Addition> additions{{fmt::format("a=rtpmap:{} ", k_audio_payload_type),
                                   fmt::format("a=fmtp:{} ", k_audio_payload_type),
                                   "minptime=10;useinbandfec=1"}};
  for (const VideoFormat& format : k_video_formats) {
    additions.push_back({fmt::format("a=rtpmap:{} {}/", format.payload_type, name_of(format.codec)),
                         fmt::format("a=fmtp:{} ", format.payload_type), bounds + google});
  }
  std::string result = offer;
  for (const Addition& addition : additions) {
    const std::size_t map = result.find(addition.rtpmap);
    if (map == std::string::npos) continue;
    if (const std::size_t existing = result.find(addition.fmtp); existing != std::string::npos) {
      result.insert(existing + addition.fmtp.size(), addition.parameters + ";");
    } else if (const std::size_t end = result.find("\r\n", map); end != std::string::npos) {
      result.insert(end + 2, addition.fmtp + addition.parameters + "\r\n");
    }
  }
  // One stream for both: only then do browsers keep sound and picture in step (RFC 8830).
  constexpr std::string_view k_mid = "a=mid:";
  for (std::size_t at = result.find(k_mid); at != std::string::npos; at = result.find(k_mid, at + 1)) {
    const std::size_t end = result.find("\r\n", at);
    if (end == std::string::npos) break;
    const std::string mid = result.substr(at + k_mid.size(), end - at - k_mid.size());
    if (mid.starts_with("application")) continue;
    result.insert(end + 2, fmt::format("a=msid:kiosk {}\r\n", mid));
  }
  return result;
}

base::Result<CheckedAnswer> check_answer(const std::string& written, const GstSDPMessage& offer) {
  const guint count = gst_sdp_message_medias_len(&offer);
  if (!is_plain_sdp(written, count)) return invalid("it is not a session description, or too large");
  const std::string text = without_candidates(written);
  GstSDPMessage* raw = nullptr;
  gst_sdp_message_new(&raw);
  SdpPtr sdp(raw);
  if (gst_sdp_message_parse_buffer(reinterpret_cast<const guint8*>(text.data()),
                                   static_cast<guint>(text.size()), sdp.get()) != GST_SDP_OK) {
    return invalid("it cannot be parsed");
  }
  if (gst_sdp_message_medias_len(sdp.get()) != count)
    return invalid("it has not as many media sections as the offer");

  const auto bundle = words(text_or_empty(gst_sdp_message_get_attribute_val(sdp.get(), "group")));
  if (gst_sdp_message_get_attribute_val_n(sdp.get(), "group", 1) != nullptr || bundle.size() != count + 1 ||
      bundle.front() != "BUNDLE") {
    return invalid("it does not bundle everything");
  }
  for (guint i = 0; i < count; ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(sdp.get(), i);
    const GstSDPMedia* offered = gst_sdp_message_get_media(&offer, i);
    if (const char* fault = fault_in_section(*sdp, *media, *offered, i == 0)) return invalid(fault);
    const auto mid = text_or_empty(gst_sdp_media_get_attribute_val(media, "mid"));
    if (std::find(bundle.begin() + 1, bundle.end(), mid) == bundle.end())
      return invalid("it does not bundle everything");
  }
  std::vector<VideoFormat> video;
  bool corrects_errors = false;
  for (guint i = 0; i < count && video.empty(); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(sdp.get(), i);
    if (text_or_empty(gst_sdp_media_get_media(media)) != "video") continue;
    video = video_formats(*media);
    corrects_errors = has_format(*media, k_red_type) && has_format(*media, k_ulpfec_type);
  }
  if (video.empty()) return invalid("it has no codec for the picture");
  auto fingerprints = fingerprints_of(*sdp);
  if (!fingerprints) return tl::unexpected<base::Failure>(fingerprints.error());
  // The first section's transport is the bundle's.
  const bool is_client = attribute(*sdp, *gst_sdp_message_get_media(sdp.get(), 0), "setup") == "active";
  return CheckedAnswer{std::move(sdp), std::move(*fingerprints), is_client, std::move(video),
                       corrects_errors};
}

CandidateVerdict judge_candidate(std::string_view candidate) {
  if (candidate.empty()) return CandidateVerdict::ignore;
  if (candidate.size() > k_max_candidate) return CandidateVerdict::malformed;
  if (!std::all_of(candidate.begin(), candidate.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) {
    return CandidateVerdict::malformed;
  }
  constexpr std::string_view k_prefix = "candidate:";
  if (candidate.substr(0, k_prefix.size()) != k_prefix) return CandidateVerdict::malformed;
  // foundation component transport priority address port "typ" type ...
  const auto field = words(candidate.substr(k_prefix.size()));
  if (field.size() < 8 || field[6] != "typ") return CandidateVerdict::malformed;
  if (field[0].size() > 32) return CandidateVerdict::malformed;
  const auto component = number<unsigned>(field[1]);
  const auto priority = number<std::uint32_t>(field[3]);
  const auto port = number<unsigned>(field[5]);
  if (!component || *component == 0 || *component > 256 || !priority || !port || *port > 65535) {
    return CandidateVerdict::malformed;
  }
  const auto& type = field[7];
  if (type != "host" && type != "srflx" && type != "prflx" && type != "relay")
    return CandidateVerdict::malformed;
  const std::string address(field[4]);
  const bool is_name = g_str_has_suffix(address.c_str(), ".local") != 0;
  if (!is_name && !g_hostname_is_ip_address(address.c_str())) return CandidateVerdict::malformed;
  const std::string transport(field[2]);
  if (*component != 1 || g_ascii_strcasecmp(transport.c_str(), "udp") != 0) return CandidateVerdict::ignore;
  if (!is_name) return CandidateVerdict::use;
  return is_hidden_address(address) ? CandidateVerdict::hidden : CandidateVerdict::ignore;
}

std::string_view address_of(std::string_view candidate) { return words(candidate)[4]; }

std::string with_address(std::string_view candidate, std::string_view address) {
  const std::string_view old = address_of(candidate);
  const auto before = static_cast<std::size_t>(old.data() - candidate.data());
  return std::string(candidate.substr(0, before)) + std::string(address) +
         std::string(candidate.substr(before + old.size()));
}

}  // namespace sangdam::pipelines
