#include "ui/kiosk/catalogue.hpp"

#include <glib.h>

#include <cstdint>
#include <cstring>

#include "base/handles.hpp"

namespace sangdam::ui {
namespace {

// GNU gettext manual, "The Format of GNU MO Files". msgfmt writes the byte order of the machine it runs on;
// Debian's machines are little-endian.
constexpr std::uint32_t k_magic = 0x950412de;
constexpr std::size_t k_count_at = 8;
constexpr std::size_t k_originals_at = 12;
constexpr std::size_t k_translations_at = 16;
constexpr std::size_t k_table_entry = 8;
constexpr std::size_t k_max_texts = 10'000;

std::optional<std::uint32_t> number_at(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(std::uint32_t)) return std::nullopt;
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return GUINT32_FROM_LE(value);
}

/// The text that the table's entry names.
std::optional<std::string_view> text_at(std::string_view bytes, std::size_t entry) {
  const auto size = number_at(bytes, entry);
  const auto start = number_at(bytes, entry + sizeof(std::uint32_t));
  if (!size || !start || *start > bytes.size() || bytes.size() - *start < *size) return std::nullopt;
  return bytes.substr(*start, *size);
}

}  // namespace

std::optional<Catalogue> Catalogue::load(const std::string& path) {
  base::CharPtr content;
  gsize size = 0;
  if (!g_file_get_contents(path.c_str(), base::out(content), &size, nullptr)) return std::nullopt;
  return parse({content.get(), size});
}

std::optional<Catalogue> Catalogue::parse(std::string_view bytes) {
  const auto count = number_at(bytes, k_count_at);
  const auto originals = number_at(bytes, k_originals_at);
  const auto translations = number_at(bytes, k_translations_at);
  if (number_at(bytes, 0) != k_magic || !count || !originals || !translations || *count > k_max_texts)
    return std::nullopt;
  Catalogue catalogue;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto original = text_at(bytes, *originals + i * k_table_entry);
    const auto translation = text_at(bytes, *translations + i * k_table_entry);
    if (!original || !translation) return std::nullopt;
    // The plural follows the key, behind a NUL.
    const std::string_view key = original->substr(0, original->find('\0'));
    if (!key.empty()) catalogue.m_texts.emplace(key, *translation);
  }
  return catalogue;
}

const char* Catalogue::find(std::string_view key) const {
  const auto found = m_texts.find(key);
  return found == m_texts.end() || found->second.empty() ? nullptr : found->second.c_str();
}

const char* Catalogue::find(std::string_view key, unsigned long count) const {
  const auto found = m_texts.find(key);
  if (found == m_texts.end() || found->second.empty()) return nullptr;
  const std::string& forms = found->second;
  const std::size_t second = forms.find('\0');
  if (count == 1 || second == std::string::npos) return forms.c_str();
  return forms.c_str() + second + 1;
}

}  // namespace sangdam::ui
