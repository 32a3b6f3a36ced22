// What every TLS connection of the gateway shares: certificate chain and key, protocol versions, cipher
// suites, and the key of the session tickets.
//
// TLS 1.2 (RFC 5246) and 1.3 (RFC 8446) only; forward secrecy and AEAD only; no SHA-1 in signatures. Client
// certificates are not asked for, so the system's trust store is never opened. Immutable after load(); shared
// by all sessions made from it, so that a renewed certificate disturbs no connection.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>

#include "base/result.hpp"

namespace sangdam::gateway {

class TlsSettings {
 public:
  /// Reads a PEM chain (the server certificate first) and its unencrypted key. "certificate-unreadable",
  /// "certificate-invalid", "certificate-key-mismatch".
  [[nodiscard]] static base::Result<std::shared_ptr<const TlsSettings>> load(const std::string& certificate,
                                                                             const std::string& key);
  TlsSettings(const TlsSettings&) = delete;
  TlsSettings& operator=(const TlsSettings&) = delete;
  ~TlsSettings();

  /// Applies everything to a fresh server session. The settings must outlive the session.
  [[nodiscard]] bool apply(gnutls_session_t session) const;

 private:
  TlsSettings() = default;

  gnutls_certificate_credentials_t m_credentials = nullptr;
  gnutls_priority_t m_priority = nullptr;
  gnutls_datum_t m_ticket_key{nullptr, 0};
};

}  // namespace sangdam::gateway
