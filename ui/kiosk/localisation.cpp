#include "ui/kiosk/localisation.hpp"

#include <libintl.h>

#include <array>
#include <clocale>
#include <cstring>

#include "base/main_thread.hpp"

// glibc keeps translations it has found; this counter tells it that LANGUAGE has changed (gettext manual,
// "Being a gettext grok").
extern "C" {
extern int _nl_msg_cat_cntr;  // NOLINT(bugprone-reserved-identifier): glibc's name
}

namespace sangdam::ui {
namespace {

std::string& current() {
  static std::string language = "en";
  return language;
}

bool speaks(std::string_view language) {
  // Every catalogue holds its own name as the translation of "language": that tells whether it is in use.
  return language == "en" || language == trc("the two letters of this language", "en");
}

}  // namespace

void set_locale_directory(const std::string& directory) {
  bindtextdomain(k_text_domain, directory.c_str());
  bind_textdomain_codeset(k_text_domain, "UTF-8");
}

bool set_language(std::string_view language) {
  base::assert_main_thread();
  current() = language;
  g_setenv("LANGUAGE", current().c_str(), TRUE);
  // glibc ignores LANGUAGE in the C locale, and newer ones in C.UTF-8 too: take a real one where there is
  // one.
  static constexpr std::array k_locales{"ko_KR.UTF-8", "en_US.UTF-8", "C.UTF-8"};
  for (const char* locale : k_locales) {
    if (setlocale(LC_MESSAGES, locale) == nullptr) continue;
    setlocale(LC_CTYPE, locale);
    ++_nl_msg_cat_cntr;
    if (speaks(language)) return true;
  }
  return false;
}

const std::string& language() { return current(); }

const char* tr(const char* text) { return dgettext(k_text_domain, text); }

const char* trc(const char* context, const char* text) {
  // As GNU's pgettext(): the key is context, EOT, text; a miss returns the key itself.
  const std::string key = std::string(context) + '\004' + text;
  const char* found = dgettext(k_text_domain, key.c_str());
  return found == key.c_str() ? text : found;
}

const char* trn(const char* one, const char* many, unsigned long count) {
  return dngettext(k_text_domain, one, many, count);
}

}  // namespace sangdam::ui
