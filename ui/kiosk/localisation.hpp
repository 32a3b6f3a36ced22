// The kiosk's words in the staff's language: gettext's catalogues of the domain "sangdam", switched while the
// program runs.
//
//   set_locale_directory("/usr/share/locale");   // holds ko/LC_MESSAGES/sangdam.mo; the program knows where
//   set_language("ko");                          // then KioskWindow::retranslate()
//
// Neither the environment nor the process's locale is touched: other threads read both. So no Korean system
// locale is needed either. Main thread.
#pragma once

#include <fmt/args.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace sangdam::ui {

void set_locale_directory(const std::string& directory);
/// "ko" or "en" (the language of the source). False if the catalogue of that language cannot be used: then
/// the language stays as it was, and the program should say so.
bool set_language(std::string_view language);
/// What was set last; "en" before that.
[[nodiscard]] const std::string& language();

/// The text in the language now set. xgettext collects these calls.
[[nodiscard]] const char* tr(const char* text);
[[nodiscard]] const char* trc(const char* context, const char* text);
[[nodiscard]] const char* trn(const char* one, const char* many, unsigned long count);

/// A .ui file with the texts that it marks as translatable in the language now set. They are plain: no
/// entities of XML.
[[nodiscard]] std::string translated_ui(std::string_view xml);

/// Puts values into the {places} of a translated text. A translation with a broken place is shown as it is: a
/// translator's slip must not take a screen down (tests/unit/ui/po_test.py finds it).
template <class... Args>
[[nodiscard]] std::string fill(const char* pattern, const Args&... args) {
  try {
    return fmt::format(fmt::runtime(pattern), args...);
  } catch (const fmt::format_error&) {
    return pattern;
  }
}

}  // namespace sangdam::ui
