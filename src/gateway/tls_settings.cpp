#include "gateway/tls_settings.hpp"

#include <fmt/format.h>

#include <array>

namespace sangdam::gateway {
namespace {

// Every browser of the page's baseline (Chrome 87, Safari 15, Firefox 91, Samsung Internet 14) speaks these.
// CBC suites, RSA key exchange and SHA-1 signatures are absent by construction: the list starts from NONE.
constexpr const char* k_priority =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+COMP-NULL:+AEAD:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
    "+ECDHE-ECDSA:+ECDHE-RSA:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:"
    "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:"
    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:"
    "+SIGN-EDDSA-ED25519:%SERVER_PRECEDENCE";
// A ClientHello with post-quantum key shares and every extension known is under 4 KiB.
constexpr std::size_t k_max_handshake_bytes = 16UL * 1024;

}  // namespace

base::Result<std::shared_ptr<const TlsSettings>> TlsSettings::load(const std::string& certificate,
                                                                   const std::string& key) {
  // Not make_shared: the constructor is private.
  const std::shared_ptr<TlsSettings> settings(new TlsSettings);
  if (gnutls_certificate_allocate_credentials(&settings->m_credentials) < 0 ||
      gnutls_session_ticket_key_generate(&settings->m_ticket_key) < 0) {
    return base::failure("certificate-invalid", "TLS cannot be set up: out of memory.");
  }
  if (const int error = gnutls_priority_init(&settings->m_priority, k_priority, nullptr); error < 0) {
    return base::failure("certificate-invalid",
                         fmt::format("TLS cannot be set up: {}.", gnutls_strerror(error)));
  }
  const int loaded = gnutls_certificate_set_x509_key_file2(settings->m_credentials, certificate.c_str(),
                                                           key.c_str(), GNUTLS_X509_FMT_PEM, nullptr, 0);
  if (loaded == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
    return base::failure(
        "certificate-key-mismatch",
        fmt::format("The key {} does not belong to the certificate {}. Give the pair that belongs together.",
                    key, certificate));
  }
  if (loaded == GNUTLS_E_FILE_ERROR) {
    return base::failure("certificate-unreadable",
                         fmt::format("Cannot read {} or {}. Check the paths, and that this program's user "
                                     "may read the files.",
                                     certificate, key));
  }
  if (loaded < 0) {
    return base::failure("certificate-invalid", fmt::format("Cannot use the certificate {}: {}.", certificate,
                                                            gnutls_strerror(loaded)));
  }
  return std::shared_ptr<const TlsSettings>(settings);
}

TlsSettings::~TlsSettings() {
  if (m_credentials != nullptr) gnutls_certificate_free_credentials(m_credentials);
  if (m_priority != nullptr) gnutls_priority_deinit(m_priority);
  if (m_ticket_key.data != nullptr) {
    gnutls_memset(m_ticket_key.data, 0, m_ticket_key.size);
    gnutls_free(m_ticket_key.data);
  }
}

bool TlsSettings::apply(gnutls_session_t session) const {
  static std::array<unsigned char, 8> http{'h', 't', 't', 'p', '/', '1', '.', '1'};
  const gnutls_datum_t protocol{http.data(), http.size()};
  gnutls_handshake_set_max_packet_length(session, k_max_handshake_bytes);
  gnutls_certificate_server_set_request(session, GNUTLS_CERT_IGNORE);
  return gnutls_priority_set(session, m_priority) >= 0 &&
         gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, m_credentials) >= 0 &&
         gnutls_alpn_set_protocols(session, &protocol, 1, 0) >= 0 &&
         gnutls_session_ticket_enable_server(session, &m_ticket_key) >= 0;
}

}  // namespace sangdam::gateway
