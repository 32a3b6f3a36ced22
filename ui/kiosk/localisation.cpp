#include "ui/kiosk/localisation.hpp"

#include <map>
#include <optional>

#include "base/main_thread.hpp"
#include "ui/kiosk/catalogue.hpp"

namespace sangdam::ui {
namespace {

constexpr const char* k_source_language = "en";

struct Spoken {
  std::string directory;
  std::string language = k_source_language;
  // Kept once read: what tr() has given out must stay.
  std::map<std::string, std::optional<Catalogue>> catalogues;
  const Catalogue* catalogue = nullptr;  // null: the words of the source
};

Spoken& spoken() {
  static Spoken state;
  return state;
}

}  // namespace

void set_locale_directory(const std::string& directory) { spoken().directory = directory; }

bool set_language(std::string_view language) {
  base::assert_main_thread();
  Spoken& state = spoken();
  const Catalogue* catalogue = nullptr;
  if (language != k_source_language) {
    const std::string path = state.directory + "/" + std::string(language) + "/LC_MESSAGES/sangdam.mo";
    auto& known = state.catalogues[path];
    if (!known) known = Catalogue::load(path);
    if (!known) return false;
    catalogue = &*known;
  }
  state.language = language;
  state.catalogue = catalogue;
  return true;
}

const std::string& language() { return spoken().language; }

const char* tr(const char* text) {
  const Catalogue* catalogue = spoken().catalogue;
  const char* found = catalogue == nullptr ? nullptr : catalogue->find(text);
  return found == nullptr ? text : found;
}

const char* trc(const char* context, const char* text) {
  const Catalogue* catalogue = spoken().catalogue;
  const char* found = catalogue == nullptr ? nullptr : catalogue->find(std::string(context) + '\004' + text);
  return found == nullptr ? text : found;
}

const char* trn(const char* one, const char* many, unsigned long count) {
  const Catalogue* catalogue = spoken().catalogue;
  const char* found = catalogue == nullptr ? nullptr : catalogue->find(one, count);
  return found == nullptr ? (count == 1 ? one : many) : found;
}

std::string translated_ui(std::string_view xml) {
  constexpr std::string_view k_mark = " translatable=\"yes\">";
  std::string result;
  for (;;) {
    const std::size_t mark = xml.find(k_mark);
    const std::size_t end = mark == std::string_view::npos ? mark : xml.find('<', mark);
    if (end == std::string_view::npos) break;
    const std::size_t text = mark + k_mark.size();
    result.append(xml.substr(0, mark))
        .append(">")
        .append(tr(std::string(xml.substr(text, end - text)).c_str()));
    xml.remove_prefix(end);
  }
  return result.append(xml);
}

}  // namespace sangdam::ui
