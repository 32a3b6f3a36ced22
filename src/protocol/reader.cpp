#include "protocol/reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "protocol/messages.hpp"

namespace sangdam::protocol::detail {
namespace {

using nlohmann::json;

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_lower_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_name(char c) noexcept { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; }
bool is_token(char c) noexcept { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; }

/// Every type of docs/protocol.md.
constexpr std::array<std::string_view, 34> k_types{
    "join",        "resume",         "knock",        "answer",        "candidate",  "request-offer",
    "leave",       "ping",           "joined",       "status",        "offer",      "pong",
    "error",       "register",       "session-open", "session-close", "to-patient", "registered",
    "ice-servers", "session-opened", "arrived",      "returned",      "away",       "from-patient",
    "text",        "received",       "refused",      "hello",         "media",      "quality",
    "address",     "seat-give",      "seat-void",    "ended"};

bool is_name_of(std::string_view text, std::size_t max_bytes) noexcept {
  return !text.empty() && text.size() <= max_bytes && std::all_of(text.begin(), text.end(), is_name);
}

/// How deep the brackets nest outside of strings. Text that is not JSON gives some number: the parser refuses
/// it.
std::size_t depth_of(std::string_view text) noexcept {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

base::Result<json> parse_object(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) return base::failure("too-large", "the message is too large");
  if (!base::is_valid_utf8(text)) return base::failure("malformed", "the message is not UTF-8");
  if (depth_of(text) > k_max_depth) return base::failure("malformed", "the message nests too deep");
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return base::failure("malformed", "the message is not JSON");
  if (!parsed.is_object()) return base::failure("malformed", "the message is not a JSON object");
  return parsed;
}

std::string without_lone_surrogates(std::string_view text) {
  std::string result(text);
  // The half that an escape at `at` stands for, 0 if it is none.
  const auto half_at = [&result](std::size_t at) -> unsigned {
    unsigned value = 0;
    if (at + 6 > result.size() || result[at] != '\\' || result[at + 1] != 'u') return 0;
    const char* const digits = result.data() + at + 2;
    const auto read = std::from_chars(digits, digits + 4, value, 16);
    return read.ptr == digits + 4 && value >= 0xD800 && value <= 0xDFFF ? value : 0;
  };
  for (std::size_t at = result.find('\\'); at < result.size(); at = result.find('\\', at)) {
    const unsigned half = half_at(at);
    if (half == 0) {
      at += 2;  // another escape, whatever it is
    } else if (half < 0xDC00 && half_at(at + 6) >= 0xDC00) {
      at += 12;  // both halves of one character
    } else {
      result.replace(at, 6, "\\ufffd");
      at += 6;
    }
  }
  return result;
}

base::Result<std::string> type_of(const json& message) {
  const auto found = message.find("type");
  if (found == message.end() || !found->is_string())
    return base::failure("malformed", "the message has no type");
  return found->get<std::string>();
}

base::Failure unexpected_type(std::string_view type) {
  if (std::find(k_types.begin(), k_types.end(), type) != k_types.end()) {
    return {"unexpected", "a message of this type has no place here"};
  }
  // The name helps whoever looks why something does not work; anything else is not repeated.
  const bool can_be_named = is_name_of(type, k_max_feature_bytes);
  return {
      std::string(k_unknown_type),
      "the type " + (can_be_named ? '"' + std::string(type) + '"' : "of the message") + " is not known here"};
}

void Reader::fail(std::string code, std::string message) {
  if (!m_failure) m_failure = base::Failure{std::move(code), std::move(message)};
}

void Reader::malformed(const char* key, const char* problem) {
  fail("malformed", std::string(m_where) + ": " + key + " " + problem);
}

const std::string* Reader::text(const char* key, bool optional) {
  const auto found = m_object.find(key);
  if (found == m_object.end()) {
    if (!optional) malformed(key, "is missing");
    return nullptr;
  }
  if (!found->is_string()) {
    malformed(key, "is not a string");
    return nullptr;
  }
  return found->get_ptr<const std::string*>();
}

std::string Reader::word(const char* key, std::span<const std::string_view> words, bool optional) {
  const std::string* value = text(key, optional);
  if (value == nullptr) return {};
  if (std::find(words.begin(), words.end(), *value) != words.end()) return *value;
  malformed(key, "is none of the words allowed");
  return {};
}

std::string Reader::hex(const char* key, std::size_t length, bool optional) {
  const std::string* value = text(key, optional);
  if (value == nullptr) return {};
  if (value->size() == length && std::all_of(value->begin(), value->end(), is_lower_hex)) return *value;
  malformed(key, "is not lower-case hexadecimal of the right length");
  return {};
}

std::string Reader::digits(const char* key, std::size_t min, std::size_t max) {
  const std::string* value = text(key, false);
  if (value == nullptr) return {};
  if (value->size() >= min && value->size() <= max && std::all_of(value->begin(), value->end(), is_digit)) {
    return *value;
  }
  malformed(key, "is not a string of the right number of digits");
  return {};
}

std::string Reader::token(const char* key, std::size_t min, std::size_t max, bool optional) {
  const std::string* value = text(key, optional);
  if (value == nullptr) return {};
  if (value->size() >= min && value->size() <= max && std::all_of(value->begin(), value->end(), is_token)) {
    return *value;
  }
  malformed(key, "is too short, too long, or has characters that have no place in it");
  return {};
}

std::string Reader::line(const char* key, std::size_t min, std::size_t max) {
  const std::string* value = text(key, false);
  if (value == nullptr) return {};
  // Cleaned before it is counted: base::code_points() stops at a NUL, which cleaning takes out. Nothing is
  // cut: what is too long is refused.
  std::string cleaned = base::single_line(*value, value->size());
  const std::size_t length = base::code_points(cleaned);
  if (length >= min && length <= max) return cleaned;
  malformed(key, length < min ? "is empty" : "is too long");
  return {};
}

std::string Reader::lines(const char* key) {
  const std::string* value = text(key, false);
  return value == nullptr ? std::string() : base::multi_line(*value, value->size());
}

std::string Reader::sdp(const char* key) {
  const std::string* value = text(key, false);
  if (value == nullptr) return {};
  const bool clean = std::none_of(value->begin(), value->end(), [](char c) {
    return is_control(c) && c != '\r' && c != '\n' && c != '\t';
  });
  if (clean && !value->empty() && value->size() <= k_max_sdp_bytes) return *value;
  malformed(key, "is empty, too long, or has control characters");
  return {};
}

std::string Reader::candidate(const char* key) {
  const std::string* value = text(key, false);
  if (value == nullptr) return {};
  if (value->size() <= k_max_candidate_bytes && std::none_of(value->begin(), value->end(), is_control)) {
    return *value;
  }
  malformed(key, "is too long or has control characters");
  return {};
}

Features Reader::features(const char* key) {
  if (!has(key)) return {};
  const json* list = array(key, k_max_features);
  if (list == nullptr) return {};
  Features features;
  for (const json& each : *list) {
    const auto* name = each.get_ptr<const std::string*>();
    if (name == nullptr || !is_name_of(*name, k_max_feature_bytes)) {
      malformed(key, "has an element that is not the name of a feature");
      return {};
    }
    features.push_back(*name);
  }
  return features;
}

unsigned Reader::number(const char* key, unsigned min, unsigned max) {
  const auto found = m_object.find(key);
  if (found == m_object.end()) {
    malformed(key, "is missing");
    return min;
  }
  if (found->is_number_unsigned()) {
    const auto value = found->get<json::number_unsigned_t>();
    if (value >= min && value <= max) return static_cast<unsigned>(value);
  }
  malformed(key, "is not a whole number in its range");
  return min;
}

bool Reader::boolean(const char* key) {
  const auto found = m_object.find(key);
  if (found != m_object.end() && found->is_boolean()) return found->get<bool>();
  malformed(key, "is missing or not true or false");
  return false;
}

const json* Reader::object(const char* key, bool optional) {
  const auto found = m_object.find(key);
  if (found == m_object.end()) {
    if (!optional) malformed(key, "is missing");
    return nullptr;
  }
  if (found->is_object()) return &*found;
  malformed(key, "is not an object");
  return nullptr;
}

const json* Reader::array(const char* key, std::size_t max) {
  const auto found = m_object.find(key);
  if (found != m_object.end() && found->is_array() && found->size() <= max) return &*found;
  malformed(key, "is missing, not an array, or too long");
  return nullptr;
}

void Reader::version() {
  const auto found = m_object.find("v");
  if (found == m_object.end() || !found->is_number_integer()) {
    malformed("v", "is missing or not a whole number");
  } else if (*found != k_version) {
    fail("version-unsupported", "this version of the protocol is not spoken here");
  }
}

}  // namespace sangdam::protocol::detail
