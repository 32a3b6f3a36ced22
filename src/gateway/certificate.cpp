#include "gateway/certificate.hpp"

#include <fmt/format.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/handles.hpp"
#include "base/random.hpp"
#include "gateway/local_address.hpp"

namespace sangdam::gateway {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr days k_lifetime{397};
constexpr days k_renew_before{30};
// Clocks of phones run behind: the certificate is good from a little before it was made.
constexpr hours k_backdate{1};
constexpr std::size_t k_max_names = 32;  // in one certificate; networks the machine was in long ago fall out

using Certificate = base::FreePtr<std::remove_pointer_t<gnutls_x509_crt_t>, gnutls_x509_crt_deinit>;
using PrivateKey = base::FreePtr<std::remove_pointer_t<gnutls_x509_privkey_t>, gnutls_x509_privkey_deinit>;

/// A datum GnuTLS allocated.
struct Datum {
  gnutls_datum_t raw{nullptr, 0};
  Datum() = default;
  Datum(const Datum&) = delete;
  Datum& operator=(const Datum&) = delete;
  ~Datum() { gnutls_free(raw.data); }
};

Certificate new_certificate() {
  gnutls_x509_crt_t raw = nullptr;
  gnutls_x509_crt_init(&raw);
  return Certificate(raw);
}

PrivateKey new_key() {
  gnutls_x509_privkey_t raw = nullptr;
  gnutls_x509_privkey_init(&raw);
  return PrivateKey(raw);
}

std::int64_t unix_seconds(base::Instant time) {
  return std::chrono::time_point_cast<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string day_of(std::int64_t seconds) {
  return base::to_iso8601(base::Instant(std::chrono::seconds(seconds))).substr(0, 10);
}

base::Result<std::string> read_file(const std::string& path) {
  base::CharPtr text;
  gsize size = 0;
  base::ErrorPtr error;
  if (!g_file_get_contents(path.c_str(), base::out(text), &size, base::out(error))) {
    return base::failure(
        "certificate-unreadable",
        fmt::format("Cannot read {}: {}. Check the path, and that this program's user may read it.", path,
                    base::message_of(error)));
  }
  return std::string(text.get(), size);
}

gnutls_datum_t datum_of(const std::string& text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): GnuTLS takes a pointer to non-const and only reads
  return {const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

base::Result<Certificate> load_certificate(const std::string& path) {
  const auto pem = read_file(path);
  if (!pem) return tl::unexpected<base::Failure>(pem.error());
  Certificate certificate = new_certificate();
  const gnutls_datum_t datum = datum_of(*pem);
  if (gnutls_x509_crt_import(certificate.get(), &datum, GNUTLS_X509_FMT_PEM) < 0) {
    return base::failure("certificate-invalid", fmt::format("{} is not a certificate in PEM form.", path));
  }
  return certificate;
}

base::Result<PrivateKey> load_key(const std::string& path) {
  const auto pem = read_file(path);
  if (!pem) return tl::unexpected<base::Failure>(pem.error());
  PrivateKey key = new_key();
  const gnutls_datum_t datum = datum_of(*pem);
  if (gnutls_x509_privkey_import2(key.get(), &datum, GNUTLS_X509_FMT_PEM, nullptr, 0) < 0) {
    return base::failure("certificate-invalid",
                         fmt::format("{} is not an unencrypted private key in PEM form.", path));
  }
  return key;
}

bool belong_together(const Certificate& certificate, const PrivateKey& key) {
  std::array<unsigned char, 32> of_certificate{};
  std::array<unsigned char, 32> of_key{};
  std::size_t certificate_size = of_certificate.size();
  std::size_t key_size = of_key.size();
  return gnutls_x509_crt_get_key_id(certificate.get(), GNUTLS_KEYID_USE_SHA256, of_certificate.data(),
                                    &certificate_size) == 0 &&
         gnutls_x509_privkey_get_key_id(key.get(), GNUTLS_KEYID_USE_SHA256, of_key.data(), &key_size) == 0 &&
         of_certificate == of_key;
}

/// The bytes of an IP address; empty for a DNS name.
std::string ip_bytes(const std::string& name) {
  const auto address = base::Ref<GInetAddress>::adopt(g_inet_address_new_from_string(name.c_str()));
  if (!address) return {};
  return {reinterpret_cast<const char*>(g_inet_address_to_bytes(address.get())),
          g_inet_address_get_native_size(address.get())};
}

bool covers(const Certificate& certificate, const std::string& name) {
  const std::string bytes = ip_bytes(name);
  if (bytes.empty()) return gnutls_x509_crt_check_hostname2(certificate.get(), name.c_str(), 0) != 0;
  return gnutls_x509_crt_check_ip(certificate.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                  static_cast<unsigned>(bytes.size()), 0) != 0;
}

bool still_good(const CertificateFiles& files, const std::vector<std::string>& names, base::Instant now) {
  if (!check_certificate(files.certificate, files.key, now)) return false;
  const auto certificate = load_certificate(files.certificate);
  if (!certificate) return false;
  if (gnutls_x509_crt_get_expiration_time(certificate->get()) <= unix_seconds(now + k_renew_before))
    return false;
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return covers(*certificate, name); });
}

/// The names in a certificate, IP addresses as text.
std::vector<std::string> names_in(const Certificate& certificate) {
  std::vector<std::string> names;
  for (unsigned at = 0; at < k_max_names; ++at) {
    std::array<char, 256> value{};
    std::size_t size = value.size();
    const int type =
        gnutls_x509_crt_get_subject_alt_name(certificate.get(), at, value.data(), &size, nullptr);
    if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) break;
    if (type == GNUTLS_SAN_DNSNAME) names.emplace_back(value.data(), size);
    const bool v4 = size == 4;
    if (type != GNUTLS_SAN_IPADDRESS || (!v4 && size != 16)) continue;
    const auto address = base::Ref<GInetAddress>::adopt(g_inet_address_new_from_bytes(
        reinterpret_cast<const guint8*>(value.data()), v4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6));
    names.emplace_back(base::CharPtr(g_inet_address_to_string(address.get())).get());
  }
  return names;
}

/// What a new certificate is made from: the key that is there, or a new one, and the names asked for, then
/// those of the certificate that is there. A machine that goes back and forth between two networks then shows
/// one certificate in both, and phones are not warned again at each change.
struct Material {
  PrivateKey key;
  std::vector<std::string> names;
};

std::optional<Material> gather(const CertificateFiles& files, std::vector<std::string> names) {
  auto kept = load_key(files.key);
  if (!kept || gnutls_x509_privkey_get_pk_algorithm(kept->get()) != GNUTLS_PK_ECDSA) {
    Material fresh{new_key(), std::move(names)};
    if (gnutls_x509_privkey_generate(fresh.key.get(), GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) != 0)
      return std::nullopt;
    return fresh;
  }
  const auto before = load_certificate(files.certificate);
  if (before && belong_together(*before, *kept)) {
    for (std::string& name : names_in(*before)) {
      if (names.size() >= k_max_names) break;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
  }
  return Material{*std::move(kept), std::move(names)};
}

bool fill_and_sign(const Certificate& certificate, const PrivateKey& key,
                   const std::vector<std::string>& names, base::Instant now) {
  gnutls_x509_crt_t crt = certificate.get();
  const base::Instant from = now - k_backdate;
  // A serial number is positive and of at most 20 bytes (RFC 5280, 4.1.2.2): the first byte stays below 0x80.
  std::array<unsigned char, 16> serial{};
  for (unsigned char& byte : serial) byte = static_cast<unsigned char>(base::random_below(256));
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3F) | 0x40);
  static constexpr std::string_view k_name = "Sangdam";
  bool good = gnutls_x509_crt_set_version(crt, 3) == 0 &&
              gnutls_x509_crt_set_serial(crt, serial.data(), serial.size()) == 0 &&
              gnutls_x509_crt_set_activation_time(crt, unix_seconds(from)) == 0 &&
              gnutls_x509_crt_set_expiration_time(crt, unix_seconds(from + k_lifetime) - 1) == 0 &&
              gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, k_name.data(),
                                            static_cast<unsigned>(k_name.size())) == 0 &&
              gnutls_x509_crt_set_key(crt, key.get()) == 0 &&
              gnutls_x509_crt_set_basic_constraints(crt, 0, -1) == 0 &&
              gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE) == 0 &&
              gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0;
  for (const std::string& name : names) {
    const std::string bytes = ip_bytes(name);
    const std::string& value = bytes.empty() ? name : bytes;
    good = good && gnutls_x509_crt_set_subject_alt_name(
                       crt, bytes.empty() ? GNUTLS_SAN_DNSNAME : GNUTLS_SAN_IPADDRESS, value.data(),
                       static_cast<unsigned>(value.size()), GNUTLS_FSAN_APPEND) == 0;
  }
  return good && gnutls_x509_crt_sign2(crt, crt, key.get(), GNUTLS_DIG_SHA256, 0) == 0;
}

base::Result<> write_private(const std::string& path, const Datum& content, int mode) {
  base::ErrorPtr error;
  if (g_file_set_contents_full(
          path.c_str(), reinterpret_cast<const char*>(content.raw.data),
          static_cast<gssize>(content.raw.size),
          static_cast<GFileSetContentsFlags>(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE),
          mode, base::out(error))) {
    return {};
  }
  return base::failure(
      "certificate-unwritable",
      fmt::format("Cannot write {}: {}. Without a certificate browsers give no camera; make the "
                  "directory writable, or set a certificate of your own.",
                  path, base::message_of(error)));
}

}  // namespace

std::vector<std::string> local_names() {
  // The second is what a kiosk asks Avahi for: in the certificate from the start, it costs no new one later.
  std::vector<std::string> names{"localhost", "sangdam.local"};
  const std::string host = g_get_host_name();
  if (!host.empty() && host != "localhost" && g_hostname_is_ip_address(host.c_str()) == FALSE) {
    names.push_back(host);
    if (host.find('.') == std::string::npos) names.push_back(host + ".local");  // multicast DNS
  }
  for (const char* loopback : {"127.0.0.1", "::1"}) names.emplace_back(loopback);
  for (std::string& address : local_addresses()) {
    if (std::find(names.begin(), names.end(), address) == names.end()) names.push_back(std::move(address));
  }
  return names;
}

base::Result<CertificateFiles> ensure_self_signed(const std::string& directory,
                                                  const std::vector<std::string>& names, base::Instant now) {
  CertificateFiles files{.certificate = directory + "/tls-certificate.pem",
                         .key = directory + "/tls-key.pem"};
  if (still_good(files, names, now)) return files;
  if (g_mkdir_with_parents(directory.c_str(), 0700) != 0) {
    return base::failure("certificate-unwritable",
                         fmt::format("Cannot make the directory {}: {}. Make its parent writable.", directory,
                                     g_strerror(errno)));
  }
  const Certificate certificate = new_certificate();
  const auto material = gather(files, names);
  Datum certificate_pem;
  Datum key_pem;
  if (!material || !fill_and_sign(certificate, material->key, material->names, now) ||
      gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_PEM, &certificate_pem.raw) < 0 ||
      gnutls_x509_privkey_export2(material->key.get(), GNUTLS_X509_FMT_PEM, &key_pem.raw) < 0) {
    return base::failure("certificate-unwritable",
                         "Cannot make a certificate: the names of this machine do not fit.");
  }
  // The key first: after a power cut in between, the two do not belong together and are made anew.
  if (auto written = write_private(files.key, key_pem, 0600); !written) {
    return tl::unexpected<base::Failure>(written.error());
  }
  if (auto written = write_private(files.certificate, certificate_pem, 0644); !written) {
    return tl::unexpected<base::Failure>(written.error());
  }
  files.renewed = true;
  return files;
}

base::Result<> check_certificate(const std::string& certificate_path, const std::string& key_path,
                                 base::Instant now) {
  const auto certificate = load_certificate(certificate_path);
  if (!certificate) return tl::unexpected<base::Failure>(certificate.error());
  const auto key = load_key(key_path);
  if (!key) return tl::unexpected<base::Failure>(key.error());
  if (!belong_together(*certificate, *key)) {
    return base::failure(
        "certificate-key-mismatch",
        fmt::format("{} is not the key of the certificate {}. Give the two that were made together.",
                    key_path, certificate_path));
  }
  const std::int64_t from = gnutls_x509_crt_get_activation_time(certificate->get());
  const std::int64_t until = gnutls_x509_crt_get_expiration_time(certificate->get());
  if (unix_seconds(now) > until) {
    return base::failure(
        "certificate-expired",
        fmt::format("The certificate {} expired on {}; browsers would refuse to connect. Renew it, or "
                    "correct this machine's clock if it is wrong.",
                    certificate_path, day_of(until)));
  }
  if (unix_seconds(now) < from) {
    return base::failure(
        "certificate-not-yet-valid",
        fmt::format("The certificate {} is valid only from {}. Correct this machine's clock.",
                    certificate_path, day_of(from)));
  }
  return {};
}

}  // namespace sangdam::gateway
