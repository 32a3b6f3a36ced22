#include <cstdint>

#include "support/catch.hpp"
#include "ui/kiosk/appointment_sheet.hpp"
#include "ui/kiosk/qr_view.hpp"
#include "ui/kiosk/video_view.hpp"

using namespace sangdam;
using namespace sangdam::ui;

TEST_CASE("A picture nearly of the screen's shape fills it; a phone held upright is shown whole", "[video]") {
  const Placement wide = place_picture(1280, 720, 1280, 800);
  CHECK(wide.height == Approx(800));
  CHECK(wide.width > 1280);
  CHECK(wide.x < 0);
  const Placement upright = place_picture(720, 1280, 1280, 800);
  CHECK(upright.height == Approx(800));
  CHECK(upright.width == Approx(450));
  CHECK(upright.x == Approx((1280 - 450) / 2.0));
  const Placement beside_chat = place_picture(1280, 720, 864, 800);
  CHECK(beside_chat.width == Approx(864));
  CHECK(beside_chat.y > 0);
}

TEST_CASE("A link becomes a square of modules with the three finder patterns", "[qr]") {
  const QrModules modules = qr_modules("https://192.168.0.12:8443/#482731906");
  REQUIRE(modules.size >= 21);
  CHECK(modules.dark.size() == static_cast<std::size_t>(modules.size * modules.size));
  const auto dark = [&](int x, int y) {
    return modules.dark[static_cast<std::size_t>(y * modules.size + x)];
  };
  const int last = modules.size - 1;
  for (int i = 0; i < 7; ++i) CHECK((dark(i, 0) && dark(last - i, 0) && dark(i, last)));
  CHECK_FALSE(dark(1, 1));
}

TEST_CASE("Nothing, or more than a QR code holds, gives no code instead of a wrong one", "[qr]") {
  CHECK(qr_modules("").size == 0);
  CHECK(qr_modules(std::string(5000, 'x')).size == 0);
}

TEST_CASE("An appointment's moment is in the clinic's time", "[appointment]") {
  const auto now = base::from_iso8601("2026-11-22T14:05:09Z").value();
  CHECK(base::to_iso8601(moment_at(now, 0, 9, 30)) == "2026-11-22T09:30:00.000Z");
  CHECK(base::to_iso8601(moment_at(now, 9, 0, 0)) == "2026-12-01T00:00:00.000Z");
}
