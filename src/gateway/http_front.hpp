// The HTTP side: the page's files with their headers, and who may upgrade to a WebSocket. Main thread.
#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/page_files.hpp"

namespace sangdam::gateway {

inline constexpr const char* k_patient_path = "/ws/patient";
inline constexpr const char* k_kiosk_path = "/ws/kiosk";

class HttpFront {
 public:
  struct Options {
    bool tls = true;
    bool hsts = false;
    std::vector<std::string> kiosk_hashes;  // SHA-256 of the kiosks' tokens
  };
  HttpFront(PageFiles files, Options options) : m_files(std::move(files)), m_options(std::move(options)) {}

  /// Answers a request that is not for a WebSocket.
  void serve(SoupServerMessage* message, const std::string& path) const;
  /// Answers with an error, or leaves the message without a status: then the upgrade may go on.
  void admit_patient(SoupServerMessage* message) const;
  void admit_kiosk(SoupServerMessage* message) const;
  /// Which kiosk a request is from: the hash of its token; nothing if it is from none.
  [[nodiscard]] std::optional<std::string> kiosk_of(SoupServerMessage* message) const;

 private:
  static void answer(SoupServerMessage* message, unsigned status, const char* type, const std::string& body);
  void add_headers(SoupServerMessage* message, const std::string& host) const;

  PageFiles m_files;
  Options m_options;
};

}  // namespace sangdam::gateway
