// TLS certificates: making a self-signed one for a kiosk on a LAN, and judging the one an administrator gave.
// Reads and writes files; any thread, but not two for one directory.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace sangdam::gateway {

struct CertificateFiles {
  std::string certificate;  // PEM
  std::string key;          // PEM, mode 0600
  bool renewed = false;     // made anew just now: visitors see the browser's warning once more
};

/// localhost, sangdam.local, the host's name and the addresses people could type (local_address.hpp).
[[nodiscard]] std::vector<std::string> local_names();

/// A certificate for `names` (DNS names and IP addresses) in `directory`, which is made if it is missing. The
/// one there is kept while it has more than 30 days left and names them all. A new one keeps its key and,
/// after the new names, the old ones (32 in all). ECDSA P-256, 397 days (browsers take no more).
/// "certificate-unwritable".
[[nodiscard]] base::Result<CertificateFiles> ensure_self_signed(const std::string& directory,
                                                                const std::vector<std::string>& names,
                                                                base::Instant now);

/// "certificate-unreadable", "certificate-invalid", "certificate-expired", "certificate-not-yet-valid",
/// "certificate-key-mismatch", each with a sentence on what to do.
[[nodiscard]] base::Result<> check_certificate(const std::string& certificate, const std::string& key,
                                               base::Instant now);

}  // namespace sangdam::gateway
