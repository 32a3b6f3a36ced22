#include "ui/kiosk/catalogue.hpp"

#include <glib.h>

#include <fstream>
#include <iterator>

#include "support/catch.hpp"
#include "ui/kiosk/localisation.hpp"

using namespace sangdam::ui;

namespace {

std::string korean_bytes() {
  std::ifstream file(std::string(g_getenv("SANGDAM_LOCALE_DIRECTORY")) + "/ko/LC_MESSAGES/sangdam.mo",
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("A compiled catalogue is read as gettext writes it", "[localisation]") {
  const auto catalogue = Catalogue::parse(korean_bytes());
  REQUIRE(catalogue);
  CHECK(std::string(catalogue->find("Microphone")) == "마이크");
  CHECK(std::string(catalogue->find("screen\004Today")) == "오늘");
  CHECK(std::string(catalogue->find("{count} visit", 1)) == "진료 {count}건");
  CHECK(std::string(catalogue->find("{count} visit", 2)) == "진료 {count}건");
  CHECK(catalogue->find("nobody says this") == nullptr);
  CHECK(catalogue->find("") == nullptr);
}

TEST_CASE("A damaged catalogue is refused, wherever it was cut or changed", "[localisation]") {
  const std::string whole = korean_bytes();
  REQUIRE(whole.size() > 1000);
  CHECK_FALSE(Catalogue::parse({}));
  CHECK_FALSE(Catalogue::parse("not a catalogue at all, but long enough for its header"));
  // The texts end the file, so a catalogue that was cut lacks at least the last.
  for (std::size_t size = 0; size + 1 < whole.size(); size += 97)
    CHECK_FALSE(Catalogue::parse(whole.substr(0, size)));
  // A wrong number in header or tables may lead anywhere but outside of the file.
  for (std::size_t at = 0; at < 4000 && at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(0xFF);
    if (const auto read = Catalogue::parse(changed)) (void)read->find("Microphone");
  }
  SUCCEED();
}

TEST_CASE("The texts of a .ui file are put into the language now set, and nothing else of it",
          "[localisation]") {
  set_locale_directory(g_getenv("SANGDAM_LOCALE_DIRECTORY"));
  const std::string xml =
      R"(<a><p name="label" translatable="yes">Microphone</p><p>Microphone</p><p translatable="yes">no such text</p></a>)";
  REQUIRE(set_language("ko"));
  CHECK(translated_ui(xml) == R"(<a><p name="label">마이크</p><p>Microphone</p><p>no such text</p></a>)");
  REQUIRE(set_language("en"));
  CHECK(translated_ui(xml) == R"(<a><p name="label">Microphone</p><p>Microphone</p><p>no such text</p></a>)");
}
