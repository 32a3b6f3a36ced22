// libFuzzer target: files of settings and of secrets, and the addresses in them. What is accepted is clean,
// and in one form only: read again it is the same.
//
//   build-fuzz/tests/fuzz/settings-fuzz -max_total_time=60 -max_len=2000 new-corpus
//   tests/fuzz/corpus-settings
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/secret_file.hpp"
#include "base/settings.hpp"
#include "base/text.hpp"
#include "base/web_address.hpp"

namespace {

using namespace sangdam::base;

void check(bool good) {
  if (!good) std::abort();
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

template <class Parse>
void check_address(std::string_view text, Parse parse) {
  const auto once = parse(text);
  if (!once) {
    check(is_valid_utf8(once.error().message) && !once.error().message.empty());
    return;
  }
  check(is_plain(*once));
  const auto twice = parse(*once);
  check(twice && *twice == *once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_address(text, parse_public_address);
  check_address(text, parse_gateway_address);
  check_address(text, [](std::string_view url) -> Result<std::string> {
    const auto address = parse_ice_address(url);
    if (!address) return tl::unexpected<Failure>(address.error());
    return address->text();
  });
  check_address(text, [](std::string_view url) -> Result<std::string> {
    const auto listen = parse_listen(url);
    if (!listen) return tl::unexpected<Failure>(listen.error());
    return host_in_url(listen->host) + ":" + std::to_string(listen->port);
  });

  bool walk_in = false;
  std::string clinic;
  std::vector<std::string> urls;
  const std::vector<Setting> table{flag("walk-in", "", walk_in),
                                   sangdam::base::text("clinic", "NAME", "", clinic),
                                   list("url", "URL", "", urls, parse_public_address, 4)};
  const auto values = parse_settings(text, "file", "kiosk", table);
  if (values) {
    for (const auto& [key, value] : values->by_key) {
      check(std::any_of(table.begin(), table.end(),
                        [&known = key](const Setting& each) { return each.name == known; }));
      check(!value.texts.empty());
      for (const std::string& each : value.texts) check(!each.empty() && is_valid_utf8(each));
    }
  } else {
    check(values.error().code == "usage" && is_valid_utf8(values.error().message));
  }

  if (const auto secrets = parse_secrets(text, "file")) {
    check(!secrets->empty());
    for (const std::string& each : *secrets) check(each.size() >= k_min_secret_bytes && is_plain(each));
  }
  return 0;
}
