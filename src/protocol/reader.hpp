// Reading one untrusted JSON object: the bounds every message obeys, and accessors that check each member.
//
// A Reader remembers the first thing that was wrong and gives harmless defaults from then on, so that a
// decoder reads like a list of members and asks once, at the end, with result(). Internal to src/protocol.
// Never throws.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "protocol/messages.hpp"

namespace sangdam::protocol::detail {

/// Size, UTF-8, depth, syntax, and that it is an object. Depth is counted on the raw text, before anything is
/// built from it: 64 KiB of "[" costs a scan and nothing more.
[[nodiscard]] base::Result<nlohmann::json> parse_object(std::string_view text, std::size_t max_bytes);

/// The same JSON with U+FFFD in the place of every escaped half of a character: JavaScript writes such text
/// and UTF-8 has no place for it. For texts of people, who cannot help it.
[[nodiscard]] std::string without_lone_surrogates(std::string_view text);

class Reader {
 public:
  /// `where` names the object in error sentences; a literal.
  Reader(const nlohmann::json& object, const char* where) : m_object(object), m_where(where) {}

  /// One of the words; an absent optional word is "".
  std::string word(const char* key, std::span<const std::string_view> words, bool optional = false);
  std::string word(const char* key, std::initializer_list<std::string_view> words, bool optional = false) {
    return word(key, std::span(words.begin(), words.size()), optional);
  }
  /// Exactly `length` lower-case hexadecimal digits.
  std::string hex(const char* key, std::size_t length, bool optional = false);
  /// `min` to `max` decimal digits.
  std::string digits(const char* key, std::size_t min, std::size_t max);
  /// Visible ASCII without space, quote or backslash: versions, nonces, URLs, credentials.
  std::string token(const char* key, std::size_t min, std::size_t max, bool optional = false);
  /// Text a person will read on one line: cleaned (base::single_line), then `min` to `max` code points.
  std::string line(const char* key, std::size_t min, std::size_t max);
  /// What somebody wrote, cleaned with line breaks kept (base::multi_line). It may be empty or very long:
  /// whoever shows it refuses that.
  std::string lines(const char* key);
  /// Session descriptions: no control characters but line ends and tabs.
  std::string sdp(const char* key);
  /// A candidate line: no control characters at all; may be empty.
  std::string candidate(const char* key);
  /// An absent list is empty.
  Features features(const char* key);
  unsigned number(const char* key, unsigned min, unsigned max);
  bool boolean(const char* key);
  /// A nested object; null if it is missing or something else (and that is the error, unless optional).
  const nlohmann::json* object(const char* key, bool optional = false);
  /// A nested array of at most `max` elements; null as above.
  const nlohmann::json* array(const char* key, std::size_t max);
  /// Member "v" must be there and be the version spoken here.
  void version();

  [[nodiscard]] bool has(const char* key) const { return m_object.contains(key); }
  void fail(std::string code, std::string message);
  /// Takes over what a nested decoder found wrong.
  void fail(const base::Failure& failure) { fail(failure.code, failure.message); }
  [[nodiscard]] bool ok() const { return !m_failure; }

  template <class T>
  [[nodiscard]] base::Result<T> result(T value) {
    if (m_failure) return tl::unexpected<base::Failure>(*std::move(m_failure));
    return value;
  }

 private:
  const std::string* text(const char* key, bool optional);
  void malformed(const char* key, const char* problem);

  const nlohmann::json& m_object;
  const char* m_where;
  std::optional<base::Failure> m_failure;
};

/// The "type" member of a message.
[[nodiscard]] base::Result<std::string> type_of(const nlohmann::json& message);
/// Of a type that is not read here: "unexpected" if it belongs elsewhere, k_unknown_type otherwise.
[[nodiscard]] base::Failure unexpected_type(std::string_view type);

}  // namespace sangdam::protocol::detail
