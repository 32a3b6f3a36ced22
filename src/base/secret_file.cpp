#include "base/secret_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text_file.hpp"

namespace sangdam::base {
namespace {

/// What is wrong with a line as a secret; empty: nothing.
std::string flaw_of(std::string_view line) {
  // Secrets go into HTTP headers and are compared byte by byte with what another program read.
  if (!std::all_of(line.begin(), line.end(), [](char c) { return c > ' ' && c < 0x7F; })) {
    return "has a blank in its middle or a character that is not plain ASCII, such as a curved quote";
  }
  if (line.size() > 1 && line.front() == line.back() && (line.front() == '"' || line.front() == '\''))
    return "is in quotes, which would be part of the secret; write it without";
  if (line.starts_with("static-auth-secret=")) return "is a line of coturn's settings; write only its value";
  if (line.size() < k_min_secret_bytes) {
    return fmt::format("has fewer than {} characters; make one with: openssl rand -hex 32",
                       k_min_secret_bytes);
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> parse_secrets(std::string_view content, const std::string& name) {
  const auto lines = text_lines(content, name);
  if (!lines) return failure("secret-invalid", lines.error().message);
  std::vector<std::string> secrets;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const std::string& line = (*lines)[i];
    if (line.empty() || line.front() == '#') continue;
    if (const std::string flaw = flaw_of(line); !flaw.empty())
      return failure("secret-invalid", fmt::format("The secret in line {} of {} {}.", i + 1, name, flaw));
    if (std::find(secrets.begin(), secrets.end(), line) != secrets.end()) {
      return failure("secret-invalid",
                     fmt::format("Line {} of {} repeats a secret. Each needs one of its own.", i + 1, name));
    }
    secrets.push_back(line);
  }
  if (secrets.empty()) {
    return failure("secret-invalid", fmt::format("{} has no secret in it. It must hold one in a line of its "
                                                 "own, without # in front.",
                                                 name));
  }
  return secrets;
}

Result<std::vector<std::string>> read_secrets(const std::string& path) {
  const auto content = read_text(path);
  if (!content) return failure("secret-unreadable", content.error().message);
  return parse_secrets(*content, path);
}

Result<std::string> read_secret(const std::string& path) {
  auto secrets = read_secrets(path);
  if (!secrets) return tl::unexpected<Failure>(std::move(secrets).error());
  if (secrets->size() != 1) {
    return failure("secret-invalid",
                   fmt::format("{} has {} secrets in it. It must hold one.", path, secrets->size()));
  }
  return secrets->front();
}

}  // namespace sangdam::base
