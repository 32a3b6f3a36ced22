#include "gateway/host_policy.hpp"

#include <algorithm>

#include "base/web_address.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::size_t k_max_header_bytes = 512;

std::uint16_t own_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

}  // namespace

std::string Site::authority() const {
  const std::string name = base::host_in_url(host);
  return port == own_port(scheme) ? name : name + ":" + std::to_string(port);
}

std::vector<Site> sites_of(const SiteNames& names) {
  std::vector<Site> sites;
  const auto add = [&](Site site) {
    if (std::find(sites.begin(), sites.end(), site) == sites.end()) sites.push_back(std::move(site));
  };
  constexpr std::string_view k_scheme = "https://";
  if (names.public_address.starts_with(k_scheme)) {
    const auto at =
        base::parse_authority(std::string_view(names.public_address).substr(k_scheme.size()), 443);
    if (at) add({"https", at->host, at->port});
  }
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  if (!names.listened.empty()) hosts.push_back(names.listened);
  if (names.public_address.empty()) hosts.insert(hosts.end(), names.own.begin(), names.own.end());
  for (const std::string& each : hosts) {
    const auto host = base::normal_host(each);
    if (!host) continue;
    for (const std::uint16_t port : names.ports) add({names.scheme, *host, port});
  }
  return sites;
}

std::vector<std::string> own_names(const std::string& host_name, const std::vector<std::string>& addresses) {
  std::vector<std::string> names{"localhost", "sangdam.local"};
  if (!host_name.empty() && host_name != "localhost") {
    const std::string first = host_name.substr(0, host_name.find('.'));
    for (const std::string& each : {host_name, first, first + ".local"}) {  // the last: multicast DNS
      if (!base::is_ip_address(host_name) && std::find(names.begin(), names.end(), each) == names.end())
        names.push_back(each);
    }
  }
  names.insert(names.end(), addresses.begin(), addresses.end());
  return names;
}

const Site* HostPolicy::find_host(std::string_view header) const {
  if (header.size() > k_max_header_bytes) return nullptr;
  constexpr std::uint16_t k_none = 0;  // no port in the header: the scheme's own
  const auto at = base::parse_authority(header, k_none);
  if (!at) return nullptr;
  const auto found = std::find_if(m_sites.begin(), m_sites.end(), [&](const Site& each) {
    return each.host == at->host && each.port == (at->port == k_none ? own_port(each.scheme) : at->port);
  });
  return found == m_sites.end() ? nullptr : &*found;
}

const Site* HostPolicy::find_name(std::string_view host) const {
  if (host.size() > k_max_header_bytes) return nullptr;
  const auto at = base::parse_authority(host, own_port("https"));
  if (!at) return nullptr;
  const auto found =
      std::find_if(m_sites.begin(), m_sites.end(), [&](const Site& each) { return each.host == at->host; });
  return found == m_sites.end() ? nullptr : &*found;
}

const Site* HostPolicy::find_origin(std::string_view header) const {
  if (header.size() > k_max_header_bytes) return nullptr;
  const std::size_t mark = header.find("://");
  if (mark == std::string_view::npos) return nullptr;
  const std::string_view scheme = header.substr(0, mark);
  if (scheme != "https" && scheme != "http") return nullptr;  // browsers write it in lower case
  const auto at = base::parse_authority(header.substr(mark + 3), own_port(scheme));
  if (!at) return nullptr;
  const auto found = std::find_if(m_sites.begin(), m_sites.end(), [&](const Site& each) {
    return each.scheme == scheme && each.host == at->host && each.port == at->port;
  });
  return found == m_sites.end() ? nullptr : &*found;
}

}  // namespace sangdam::gateway
