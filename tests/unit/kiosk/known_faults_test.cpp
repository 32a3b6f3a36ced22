#include "kiosk/known_faults.hpp"

#include "support/catch.hpp"
#include "support/main_loop.hpp"

namespace sangdam::kiosk {
namespace {

bool faulty(const char* name, const char* version) { return fault_of({name, version}) != nullptr; }

TEST_CASE("a package is faulty up to the security update that mended it, and not from there on") {
  CHECK(faulty("gstreamer1.0-plugins-bad", "1.22.0-4"));
  CHECK(faulty("gstreamer1.0-plugins-bad", "1.22.0-4+deb12u7"));
  CHECK_FALSE(faulty("gstreamer1.0-plugins-bad", "1.22.0-4+deb12u8"));
  CHECK_FALSE(faulty("gstreamer1.0-plugins-bad", "1.22.0-4+deb12u10"));
  CHECK(faulty("gstreamer1.0-plugins-bad", "1.26.2-3+deb13u3"));
  CHECK_FALSE(faulty("gstreamer1.0-plugins-bad", "1.26.2-3+deb13u4"));
  CHECK(faulty("libgstreamer1.0-0", "1.22.0-2"));
  CHECK_FALSE(faulty("libgstreamer1.0-0", "1.22.0-2+deb12u1"));
}

TEST_CASE("a clinic's own build of a faulty update is faulty; other packages and releases are not judged") {
  CHECK(faulty("libvpx7", "1.12.0-1+deb12u4+clinic1"));
  CHECK_FALSE(faulty("libvpx7", "1.12.0-10"));
  CHECK_FALSE(faulty("libvpx7", "1.12.0-1+b2"));
  CHECK_FALSE(faulty("libvpx7", "1.12.0-1+deb12u"));
  CHECK_FALSE(faulty("libvpx7", "1.12.0-1+deb12u99999999999999999999"));
  CHECK_FALSE(faulty("libvpx9", "1.12.0-1"));
  CHECK_FALSE(faulty("libvpx7", ""));
}

TEST_CASE("every entry of the list is found in its last faulty version, and not one later") {
  REQUIRE_FALSE(known_faults().empty());
  for (const KnownFault& fault : known_faults()) {
    const std::string name(fault.package);
    const std::string update = std::string(fault.version) + std::string(fault.update);
    CHECK(fault_of({name, std::string(fault.version)}) == &fault);
    CHECK(fault_of({name, update + std::to_string(fault.last_faulty)}) == &fault);
    CHECK(fault_of({name, update + std::to_string(fault.last_faulty + 1)}) == nullptr);
    CHECK(fault.faults.starts_with("CVE-"));
  }
}

TEST_CASE("what dpkg lists is read; what it cannot have said is left out") {
  CHECK(parse_packages("a\t1\nb\t2:3-4~x\n") == std::vector<Package>{{"a", "1"}, {"b", "2:3-4~x"}});
  CHECK(parse_packages("removed\t\n\tno name\nno version\n\n").empty());
  CHECK(parse_packages("").empty());
  CHECK(parse_packages("last\t1") == std::vector<Package>{{"last", "1"}});
}

}  // namespace
}  // namespace sangdam::kiosk
