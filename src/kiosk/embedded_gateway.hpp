// The gateway inside the kiosk: its certificate, its token, and patience with a port that is taken or a clock
// that is wrong. Main thread; owns the server.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/handles.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "gateway/server.hpp"
#include "kiosk/options.hpp"

namespace sangdam::kiosk {

class EmbeddedGateway {
 public:
  explicit EmbeddedGateway(const Options& options);
  ~EmbeddedGateway();
  EmbeddedGateway(const EmbeddedGateway&) = delete;
  EmbeddedGateway& operator=(const EmbeddedGateway&) = delete;

  /// Fails for what will not mend itself (options, unusable certificate files). A port in use, or a
  /// certificate that is out of its time by this machine's clock, is trouble, not failure: all is tried again
  /// every few seconds.
  base::Result<> start();
  /// Told when the gateway cannot listen, and with nothing when it can again.
  void on_trouble(std::function<void(const std::optional<base::Failure>&)> listener);

  /// The machine's network has changed: the certificate, the allowed hosts and the address for people follow.
  void follow_network();
  /// A name that leads here (mdns_name.hpp): in the certificate and among the allowed hosts from now on.
  void set_local_name(const std::string& name);

  [[nodiscard]] std::string kiosk_url() const;
  [[nodiscard]] const std::string& token() const { return m_token; }
  /// The one in use, which may be older than the file. Null without TLS and while there is trouble.
  [[nodiscard]] base::Ref<GTlsCertificate> certificate() const;

 private:
  base::Result<> prepare_certificate();
  void renew_certificate();
  /// The certificate, then the server.
  base::Result<> bring_up();
  base::Result<> listen_on(const base::HostPort& place);
  void bring_up_again();
  void on_setback(const base::Failure& failure);
  void tell_trouble(const std::optional<base::Failure>& trouble);

  Options m_options;
  std::vector<base::HostPort> m_listen;  // where to listen: the first that can be had
  gateway::Config m_config;
  std::string m_token;
  std::string m_local_name;
  std::unique_ptr<gateway::Server> m_server;
  std::function<void(const std::optional<base::Failure>&)> m_on_trouble;
  base::Timer m_retry;
  base::Timer m_renewal;
};

}  // namespace sangdam::kiosk
