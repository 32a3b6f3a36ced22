#include "gateway/http_front.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::size_t k_max_host_bytes = 255;
constexpr unsigned k_status_upgrade_required = 426;  // RFC 9110; libsoup has no name for it

std::string header(SoupServerMessage* message, const char* name) {
  const char* value = soup_message_headers_get_one(soup_server_message_get_request_headers(message), name);
  return value == nullptr ? std::string() : std::string(value);
}

/// The Host header, lower case; empty if it is missing or holds what no host has. It goes into a header of
/// the answer.
std::string host_of(SoupServerMessage* message) {
  std::string host = header(message, "Host");
  if (host.size() > k_max_host_bytes) return {};
  for (char& c : host) {
    c = g_ascii_tolower(c);
    if (g_ascii_isalnum(c) == FALSE && c != '.' && c != '-' && c != ':' && c != '[' && c != ']') return {};
  }
  return host;
}

bool lists(const std::string& header_value, const std::string& etag) {
  if (header_value == "*") return true;
  // Entity tags are quoted, so one cannot be found inside of another; weak comparison (RFC 9110, 13.1.2).
  return header_value.find(etag) != std::string::npos;
}

}  // namespace

void HttpFront::add_headers(SoupServerMessage* message, const std::string& host) const {
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  const auto set = [headers](const char* name, const std::string& value) {
    soup_message_headers_replace(headers, name, value.c_str());
  };
  // 'self' does not cover wss: in every browser, hence the host by name.
  set("Content-Security-Policy",
      fmt::format(
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' "
          "blob:; connect-src 'self' {}://{}; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'",
          m_options.tls ? "wss" : "ws", host));
  set("X-Content-Type-Options", "nosniff");
  set("Referrer-Policy", "no-referrer");
  set("Cross-Origin-Opener-Policy", "same-origin");
  set("Cross-Origin-Resource-Policy", "same-origin");
  set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()");
  if (m_options.hsts) set("Strict-Transport-Security", "max-age=31536000");
}

void HttpFront::answer(SoupServerMessage* message, unsigned status, const char* type,
                       const std::string& body) {
  soup_server_message_set_status(message, status, nullptr);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, body.data(), body.size());
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Cache-Control",
                               "no-store");
}

void HttpFront::serve(SoupServerMessage* message, const std::string& path) const {
  // libsoup would answer ranges by itself; our files are small and its range code has had its holes.
  soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
  const std::string host = host_of(message);
  if (host.empty())
    return answer(message, SOUP_STATUS_BAD_REQUEST, "text/plain; charset=utf-8", "bad host\n");
  add_headers(message, host);
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  const std::string method = soup_server_message_get_method(message);
  if (method != "GET" && method != "HEAD") {
    soup_message_headers_replace(headers, "Allow", "GET, HEAD");
    return answer(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "text/plain; charset=utf-8",
                  "method not allowed\n");
  }
  if (path == "/healthz") return answer(message, SOUP_STATUS_OK, "text/plain; charset=utf-8", "ok\n");
  const PageFile* file = m_files.find(path);
  if (file == nullptr)
    return answer(message, SOUP_STATUS_NOT_FOUND, "text/plain; charset=utf-8", "not found\n");
  soup_message_headers_replace(headers, "ETag", file->etag.c_str());
  // Kept, but asked for each time: a new version of the page is there at once, an old one never mixes with
  // it.
  soup_message_headers_replace(headers, "Cache-Control", "no-cache");
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

void HttpFront::admit_patient(SoupServerMessage* message) const {
  if (header(message, "Upgrade").empty()) {
    return answer(message, k_status_upgrade_required, "text/plain; charset=utf-8", "this is a WebSocket\n");
  }
  // A page of somebody else's must not use a visitor's network position to try codes here (RFC 6455, 10.2).
  const std::string host = host_of(message);
  std::string origin = header(message, "Origin");
  std::transform(origin.begin(), origin.end(), origin.begin(), [](char c) { return g_ascii_tolower(c); });
  if (host.empty() || origin != (m_options.tls ? "https://" : "http://") + host) {
    answer(message, SOUP_STATUS_FORBIDDEN, "text/plain; charset=utf-8", "wrong origin\n");
  }
}

void HttpFront::admit_kiosk(SoupServerMessage* message) const {
  if (!kiosk_of(message)) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "WWW-Authenticate",
                                 "Bearer");
    return answer(message, SOUP_STATUS_UNAUTHORIZED, "text/plain; charset=utf-8",
                  "kiosk token missing or wrong\n");
  }
  if (header(message, "Upgrade").empty()) {
    answer(message, k_status_upgrade_required, "text/plain; charset=utf-8", "this is a WebSocket\n");
  }
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
