#include "kiosk/notices.hpp"

#include <glib.h>

#include "support/catch.hpp"
#include "ui/kiosk/localisation.hpp"

using namespace sangdam;

TEST_CASE("Whatever can keep a kiosk from starting is said in both languages", "[notices][start]") {
  ui::set_locale_directory(g_getenv("SANGDAM_LOCALE_DIRECTORY"));
  for (const char* code :
       {"data-dir-unwritable", "database-locked", "database-corrupt", "schema-newer", "element-missing",
        "gstreamer-failed", "secret-unreadable", "secret-invalid", "certificate-unreadable",
        "certificate-invalid", "certificate-key-mismatch", "certificate-unwritable", "certificate-expired",
        "certificate-not-yet-valid", "port-in-use", "port-forbidden", "address-unavailable"}) {
    INFO(code);
    const base::Failure failure{code, "for the journal"};
    REQUIRE(ui::set_language("en"));
    const std::string english = kiosk::words_for(failure);
    REQUIRE(ui::set_language("ko"));
    const std::string korean = kiosk::words_for(failure);
    CHECK(english != failure.message);
    CHECK(korean != failure.message);
    CHECK(korean != english);
  }
  REQUIRE(ui::set_language("en"));
}
