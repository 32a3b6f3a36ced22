#include "gateway/plain_redirect.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <algorithm>

#include "gateway/security_headers.hpp"

namespace sangdam::gateway {
namespace {

constexpr std::size_t k_max_host_bytes = 255;
constexpr std::size_t k_max_path_bytes = 256;
constexpr std::string_view k_end_of_head = "\r\n\r\n";

std::string answer(std::string_view status, const std::string& headers) {
  std::string text = fmt::format("HTTP/1.1 {}\r\n{}", status, headers);
  for (const auto& [name, value] : k_security_headers) text += fmt::format("{}: {}\r\n", name, value);
  return text + "Cache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

/// The path of an origin-form target, or "/" if it holds what none of the page's paths does.
std::string path_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool good = path.size() <= k_max_path_bytes && path.starts_with('/') && !path.starts_with("//") &&
                    std::all_of(path.begin(), path.end(), [](char c) {
                      return g_ascii_isalnum(c) != FALSE || c == '/' || c == '-' || c == '_' || c == '.';
                    });
  return good ? std::string(path) : "/";
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The value of the one Host header; nothing if there is none, or more than one.
std::optional<std::string_view> host_of(std::string_view headers) {
  std::optional<std::string_view> host;
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    constexpr std::string_view k_name = "host:";
    if (line.size() < k_name.size() || g_ascii_strncasecmp(line.data(), k_name.data(), k_name.size()) != 0) {
      continue;
    }
    if (host) return std::nullopt;
    host = trim(line.substr(k_name.size()));
  }
  return host;
}

}  // namespace

std::string clean_host(std::string_view host) {
  if (host.size() > k_max_host_bytes) return {};
  std::string clean(host);
  for (char& c : clean) {
    c = g_ascii_tolower(c);
    if (g_ascii_isalnum(c) == FALSE && c != '.' && c != '-' && c != ':' && c != '[' && c != ']') return {};
  }
  return clean;
}

std::optional<std::string> answer_plain_http(std::string_view request, const RedirectTo& to) {
  const std::size_t head = request.find(k_end_of_head);
  if (head == std::string_view::npos) {
    if (request.size() < k_max_plain_request_bytes) return std::nullopt;
    return answer("431 Request Header Fields Too Large", "");
  }
  const std::string_view text = request.substr(0, head);
  const std::size_t end_of_line = std::min(text.find("\r\n"), text.size());
  const std::string_view line = text.substr(0, end_of_line);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const bool is_request = first != std::string_view::npos && last > first &&
                          line.substr(last + 1).starts_with("HTTP/1.") &&
                          (line.starts_with("GET ") || line.starts_with("HEAD "));
  const auto host = host_of(text.substr(std::min(end_of_line + 2, text.size())));
  const std::string origin = is_request && host ? [&] {
    const std::string clean = clean_host(*host);
    return clean.empty() ? std::string() : to(clean);
  }()
                                                : std::string();
  if (origin.empty()) return answer("400 Bad Request", "");
  // Not a permanent redirect: a browser would remember it when the port or the name has changed.
  return answer("307 Temporary Redirect",
                fmt::format("Location: {}{}\r\n", origin, path_of(line.substr(first + 1, last - first - 1))));
}

}  // namespace sangdam::gateway
