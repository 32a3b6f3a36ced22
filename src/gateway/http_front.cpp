#include "gateway/http_front.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/random.hpp"
#include "base/web_address.hpp"
#include "gateway/security_headers.hpp"

namespace sangdam::gateway {
namespace {

// RFC 9110; libsoup has no names for them.
constexpr unsigned k_status_misdirected = 421;
constexpr unsigned k_status_upgrade_required = 426;
constexpr unsigned k_status_too_many_requests = 429;
constexpr const char* k_text = "text/plain; charset=utf-8";

/// The value of a header that may be there once; empty if it is not. One that is there twice is joined with a
/// comma, which no host, origin or token has.
std::string header(SoupServerMessage* message, const char* name) {
  const char* value = soup_message_headers_get_list(soup_server_message_get_request_headers(message), name);
  return value == nullptr ? std::string() : std::string(value);
}

void set_header(SoupServerMessage* message, const char* name, const std::string& value) {
  soup_message_headers_replace(soup_server_message_get_response_headers(message), name, value.c_str());
}

constexpr const char* k_json = "application/json";

void answer(SoupServerMessage* message, unsigned status, const std::string& body, const char* type = k_text) {
  const char* phrase = status == k_status_misdirected         ? "Misdirected Request"
                       : status == k_status_upgrade_required  ? "Upgrade Required"
                       : status == k_status_too_many_requests ? "Too Many Requests"
                                                              : nullptr;
  soup_server_message_set_status(message, status, phrase);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, body.data(), body.size());
  set_header(message, "Cache-Control", "no-store");
}

void ask_for_upgrade(SoupServerMessage* message) {
  set_header(message, "Upgrade", "websocket");
  answer(message, k_status_upgrade_required, "this is a WebSocket\n");
}

/// False: the request has been answered.
bool only_reads(SoupServerMessage* message) {
  const std::string_view method = soup_server_message_get_method(message);
  if (method == "GET" || method == "HEAD") return true;
  set_header(message, "Allow", "GET, HEAD");
  answer(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "method not allowed\n");
  return false;
}

/// A request line may name a host of its own ("GET http://other/ HTTP/1.1"), and libsoup then believes that
/// one. Nobody but a client of a forward proxy sends this.
bool target_agrees(SoupServerMessage* message, std::string_view host) {
  constexpr std::uint16_t k_none = 0;
  GUri* uri = soup_server_message_get_uri(message);
  const auto asked = base::parse_authority(host, k_none);
  const char* target = uri == nullptr ? nullptr : g_uri_get_host(uri);
  if (!asked || target == nullptr) return false;
  const int port = g_uri_get_port(uri);
  return base::normal_host(target) == asked->host && g_uri_get_userinfo(uri) == nullptr &&
         (asked->port == k_none || port == asked->port);
}

bool lists(const std::string& header_value, const std::string& etag) {
  if (header_value == "*") return true;
  // Entity tags are quoted, so one cannot be found inside of another; weak comparison (RFC 9110, 13.1.2).
  return header_value.find(etag) != std::string::npos;
}

}  // namespace

void HttpFront::begin(SoupServerMessage* message) const {
  for (const auto& [name, value] : k_security_headers)
    set_header(message, std::string(name).c_str(), std::string(value));
  if (m_options.hsts) set_header(message, "Strict-Transport-Security", "max-age=31536000");
}

bool HttpFront::knows_host(SoupServerMessage* message) const {
  return m_policy.find_host(header(message, "Host")) != nullptr;
}

const Site* HttpFront::admit_host(SoupServerMessage* message) const {
  // libsoup would answer ranges by itself; our files are small and its range code has had its holes.
  soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
  const std::string host = header(message, "Host");
  if (!target_agrees(message, host)) {
    answer(message, SOUP_STATUS_BAD_REQUEST, "bad host\n");
    return nullptr;
  }
  const Site* site = m_policy.find_host(host);
  if (site == nullptr) {
    answer(message, k_status_misdirected,
           "This gateway is not known by that name. Whoever runs it can name it with public-address.\n");
  }
  return site;
}

std::string HttpFront::page_policy(const Site& site) const {
  // 'self' does not cover wss: in every browser, hence the host by name. A proxy may have changed the name
  // that the request has, so those of the other public sites are there as well.
  std::string sockets = fmt::format("{}://{}", site.scheme == "https" ? "wss" : "ws", site.authority());
  const Site& first = m_policy.sites().front();
  if (first.scheme == "https" && !base::is_loopback_host(first.host) && !(first == site) &&
      base::is_loopback_host(site.host)) {
    sockets += " wss://" + first.authority();
  }
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' "
      "blob:; connect-src 'self' {}; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
      "frame-ancestors 'none'",
      sockets);
}

void HttpFront::serve(SoupServerMessage* message, const std::string& path) const {
  const Site* site = admit_host(message);
  if (site == nullptr) return;
  set_header(message, "Content-Security-Policy", page_policy(*site));
  if (!only_reads(message)) return;
  if (path == "/healthz") return answer(message, SOUP_STATUS_OK, "ok\n");
  const PageFile* file = m_files.find(path);
  if (file == nullptr) return answer(message, SOUP_STATUS_NOT_FOUND, "not found\n");
  set_header(message, "ETag", file->etag);
  // Kept, but asked for each time: a new version of the page is there at once, an old one never mixes with
  // it.
  set_header(message, "Cache-Control", "no-cache");
  if (lists(header(message, "If-None-Match"), file->etag)) {
    soup_server_message_set_status(message, SOUP_STATUS_NOT_MODIFIED, nullptr);
    return;
  }
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  gsize size = 0;
  const void* data = g_bytes_get_data(file->content.get(), &size);
  // Static: the table lives as long as the server.
  soup_server_message_set_response(message, file->mime_type.c_str(), SOUP_MEMORY_STATIC,
                                   static_cast<const char*>(data), size);
}

void HttpFront::tell_clinic(SoupServerMessage* message, const std::string& json) const {
  if (admit_host(message) == nullptr || !only_reads(message)) return;
  answer(message, SOUP_STATUS_OK, json, k_json);
}

void HttpFront::admit_patient(SoupServerMessage* message) const {
  if (admit_host(message) == nullptr) return;
  if (header(message, "Upgrade").empty()) return ask_for_upgrade(message);
  // A page of somebody else's must not use a visitor's network position to try codes here (RFC 6455, 10.2).
  if (m_policy.find_origin(header(message, "Origin")) == nullptr)
    answer(message, SOUP_STATUS_FORBIDDEN, "wrong origin\n");
}

void HttpFront::refuse_crowd(SoupServerMessage* message) {
  set_header(message, "Retry-After", "10");
  answer(message, k_status_too_many_requests, "too many connections from this address\n");
}

void HttpFront::admit_kiosk(SoupServerMessage* message) const {
  if (admit_host(message) == nullptr) return;
  if (!kiosk_of(message)) {
    set_header(message, "WWW-Authenticate", "Bearer");
    return answer(message, SOUP_STATUS_UNAUTHORIZED, "kiosk token missing or wrong\n");
  }
  if (header(message, "Upgrade").empty()) ask_for_upgrade(message);
}

std::optional<std::string> HttpFront::kiosk_of(SoupServerMessage* message) const {
  static constexpr std::string_view k_scheme = "Bearer ";
  const std::string authorization = header(message, "Authorization");
  if (!std::string_view(authorization).starts_with(k_scheme)) return std::nullopt;
  const std::string hash = base::sha256_hex(std::string_view(authorization).substr(k_scheme.size()));
  std::optional<std::string> kiosk;
  for (const std::string& known : m_options.kiosk_hashes) {  // all of them, always: no timing tells which
    if (base::equal_in_constant_time(hash, known)) kiosk = known;
  }
  return kiosk;
}

}  // namespace sangdam::gateway
