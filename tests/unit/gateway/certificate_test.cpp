#include "gateway/certificate.hpp"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include <fstream>

#include "base/handles.hpp"
#include "support/catch.hpp"

namespace {

using namespace sangdam;
using namespace sangdam::gateway;
using namespace std::chrono_literals;

/// A directory that is gone with the test.
struct TemporaryDirectory {
  std::string path = base::CharPtr(g_dir_make_tmp("sangdam-test-XXXXXX", nullptr)).get();
  ~TemporaryDirectory() {
    for (const char* file : {"tls-certificate.pem", "tls-key.pem"}) g_remove((path + "/" + file).c_str());
    g_rmdir(path.c_str());
  }
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

template <class Result>
std::string code_of(const Result& result) {
  return result ? "good" : result.error().code;
}

const base::Instant k_now = *base::from_iso8601("2026-11-22T09:00:00Z");
const std::vector<std::string> k_names{"localhost", "127.0.0.1", "192.0.2.7", "2001:db8::7"};

}  // namespace

TEST_CASE("a certificate of our own is good, private, and kept", "[certificate]") {
  const TemporaryDirectory directory;
  const auto made = ensure_self_signed(directory.path, k_names, k_now);
  REQUIRE(made);
  CHECK(made->renewed);
  CHECK(code_of(check_certificate(made->certificate, made->key, k_now)) == "good");
  struct stat status {};
  REQUIRE(stat(made->key.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string before = content(made->certificate);
  const auto again = ensure_self_signed(directory.path, k_names, k_now + 300 * 24h);
  REQUIRE(again);
  CHECK_FALSE(again->renewed);
  CHECK(content(again->certificate) == before);
}

TEST_CASE("a certificate of our own is made anew when it is about to expire or a name is missing",
          "[certificate]") {
  const TemporaryDirectory directory;
  REQUIRE(ensure_self_signed(directory.path, k_names, k_now));
  CHECK(ensure_self_signed(directory.path, k_names, k_now + 370 * 24h)->renewed);
  CHECK(ensure_self_signed(directory.path, {"192.0.2.8"}, k_now + 370 * 24h)->renewed);
  CHECK_FALSE(ensure_self_signed(directory.path, {"192.0.2.8"}, k_now + 370 * 24h)->renewed);
  CHECK(ensure_self_signed(directory.path, {"kiosk.example"}, k_now + 370 * 24h)->renewed);
}

TEST_CASE("a certificate for a new network keeps its key and the names of the networks before",
          "[certificate]") {
  const TemporaryDirectory directory;
  const auto first = ensure_self_signed(directory.path, {"localhost", "192.0.2.7"}, k_now);
  REQUIRE(first);
  const std::string key = content(first->key);
  const auto second = ensure_self_signed(directory.path, {"localhost", "198.51.100.9"}, k_now);
  REQUIRE(second);
  CHECK(second->renewed);
  CHECK(content(second->key) == key);
  const std::string certificate = content(second->certificate);
  const auto back = ensure_self_signed(directory.path, {"localhost", "192.0.2.7"}, k_now);
  REQUIRE(back);
  CHECK_FALSE(back->renewed);
  CHECK(content(back->certificate) == certificate);
}

TEST_CASE("a machine that has been in many networks names the newest of them", "[certificate]") {
  const TemporaryDirectory directory;
  for (int i = 1; i <= 60; ++i) {
    REQUIRE(ensure_self_signed(directory.path, {"192.0.2." + std::to_string(i)}, k_now)->renewed);
  }
  CHECK_FALSE(ensure_self_signed(directory.path, {"192.0.2.60", "192.0.2.30"}, k_now)->renewed);
  CHECK(ensure_self_signed(directory.path, {"192.0.2.1"}, k_now)->renewed);
}

TEST_CASE("a certificate whose key is lost or another's is made anew", "[certificate]") {
  const TemporaryDirectory directory;
  const TemporaryDirectory other;
  const auto made = ensure_self_signed(directory.path, k_names, k_now);
  const auto stranger = ensure_self_signed(other.path, k_names, k_now);
  REQUIRE(made);
  REQUIRE(stranger);
  CHECK(code_of(check_certificate(made->certificate, stranger->key, k_now)) == "certificate-key-mismatch");
  g_remove(made->key.c_str());
  CHECK(code_of(check_certificate(made->certificate, made->key, k_now)) == "certificate-unreadable");
  CHECK(ensure_self_signed(directory.path, k_names, k_now)->renewed);
}

TEST_CASE("an expired, early or broken certificate is told in a sentence", "[certificate]") {
  const TemporaryDirectory directory;
  const auto made = ensure_self_signed(directory.path, k_names, k_now);
  REQUIRE(made);
  const auto expired = check_certificate(made->certificate, made->key, k_now + 397 * 24h);
  CHECK(code_of(expired) == "certificate-expired");
  CHECK(expired.error().message.find("expired on 2027-12-24") != std::string::npos);
  CHECK(code_of(check_certificate(made->certificate, made->key, k_now + 396 * 24h)) == "good");
  CHECK(code_of(check_certificate(made->certificate, made->key, k_now - 2h)) == "certificate-not-yet-valid");
  CHECK(code_of(check_certificate(made->key, made->key, k_now)) == "certificate-invalid");
  CHECK(code_of(check_certificate(directory.path + "/none", made->key, k_now)) == "certificate-unreadable");
}

TEST_CASE("a directory that cannot be written is told in a sentence", "[certificate]") {
  CHECK(code_of(ensure_self_signed("/proc/sangdam", k_names, k_now)) == "certificate-unwritable");
}

TEST_CASE("this machine has at least its own name", "[certificate]") {
  const auto names = local_names();
  CHECK(std::find(names.begin(), names.end(), "localhost") != names.end());
  CHECK(std::find(names.begin(), names.end(), "127.0.0.1") != names.end());
}
