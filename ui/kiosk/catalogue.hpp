// One compiled catalogue of gettext (a .mo file), read whole and looked up by ourselves.
//
// gettext's own lookup takes its language from the environment and the locale of the process. Changing those
// while other threads run is a data race in every one of them, and the kiosk changes its language at run
// time. Immutable once read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sangdam::ui {

class Catalogue {
 public:
  /// Nothing if the file cannot be read or is no catalogue.
  [[nodiscard]] static std::optional<Catalogue> load(const std::string& path);
  /// The same from the file's bytes; every offset in them is checked.
  [[nodiscard]] static std::optional<Catalogue> parse(std::string_view bytes);

  /// The translation of a key (with context: context, EOT, text); null if there is none. Lives as long as
  /// the catalogue.
  [[nodiscard]] const char* find(std::string_view key) const;
  /// The plural form for `count`: languages with one form, or with one for 1 and one for all else.
  [[nodiscard]] const char* find(std::string_view key, unsigned long count) const;

 private:
  // Plural forms follow each other, each with its NUL, as in the file.
  std::map<std::string, std::string, std::less<>> m_texts;
};

}  // namespace sangdam::ui
