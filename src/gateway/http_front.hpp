// The HTTP side: the page's files with their headers, and who may upgrade to a WebSocket. Main thread.
#pragma once

#include <libsoup/soup.h>

#include <optional>
#include <string>
#include <vector>

#include "gateway/host_policy.hpp"
#include "gateway/page_files.hpp"

namespace sangdam::gateway {

inline constexpr const char* k_patient_path = "/ws/patient";
inline constexpr const char* k_kiosk_path = "/ws/kiosk";
inline constexpr const char* k_clinic_path = "/clinic.json";

class HttpFront {
 public:
  struct Options {
    bool hsts = false;
    std::vector<std::string> kiosk_hashes;  // SHA-256 of the kiosks' tokens
  };
  HttpFront(PageFiles files, Options options) : m_files(std::move(files)), m_options(std::move(options)) {}

  /// Under which names people may ask from now on.
  /// How many kiosks may dial in.
  [[nodiscard]] std::size_t kiosks() const { return m_options.kiosk_hashes.size(); }
  void set_sites(std::vector<Site> sites) { m_policy.replace(std::move(sites)); }
  [[nodiscard]] const HostPolicy& policy() const { return m_policy; }

  /// Before anything of a request is read: what every answer has, libsoup's own included.
  void begin(SoupServerMessage* message) const;
  /// Whether the request names one of this gateway's sites.
  [[nodiscard]] bool knows_host(SoupServerMessage* message) const;

  // Each answers with an error, or with what was asked for; an upgrade that may go on is left without a
  // status.
  void serve(SoupServerMessage* message, const std::string& path) const;
  void tell_clinic(SoupServerMessage* message, const std::string& json) const;
  void admit_patient(SoupServerMessage* message) const;
  void admit_kiosk(SoupServerMessage* message) const;
  /// Somebody with too many connections asked for one more.
  static void refuse_crowd(SoupServerMessage* message);
  /// Which kiosk a request is from: the hash of its token; nothing if it is from none.
  [[nodiscard]] std::optional<std::string> kiosk_of(SoupServerMessage* message) const;

 private:
  /// The site that is asked for; null: the request has been answered.
  const Site* admit_host(SoupServerMessage* message) const;
  [[nodiscard]] std::string page_policy(const Site& site) const;

  PageFiles m_files;
  Options m_options;
  HostPolicy m_policy;
};

}  // namespace sangdam::gateway
