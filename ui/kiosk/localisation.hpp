// The kiosk's words in the staff's language: gettext, domain "sangdam", switched while the program runs.
//
//   set_locale_directory("/usr/share/locale");   // holds ko/LC_MESSAGES/sangdam.mo; the program knows where
//   set_language("ko");                          // after gtk_init(); then KioskWindow::retranslate()
//
// A kiosk is installed without Korean system locales: the language comes from LANGUAGE, on top of whichever
// UTF-8 locale the machine has (C.UTF-8 is always there). Main thread; set_language() changes the
// environment, so call it first before other threads start.
#pragma once

#include <fmt/args.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace sangdam::ui {

inline constexpr const char* k_text_domain = "sangdam";

void set_locale_directory(const std::string& directory);
/// "ko" or "en" (the language of the source). False if the catalogue of that language cannot be used: the
/// screens are then in English, and the program should say so in its log.
bool set_language(std::string_view language);
/// What was set last; "en" before that.
[[nodiscard]] const std::string& language();

/// The text in the language now set. xgettext collects these calls.
[[nodiscard]] const char* tr(const char* text);
[[nodiscard]] const char* trc(const char* context, const char* text);
[[nodiscard]] const char* trn(const char* one, const char* many, unsigned long count);

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
