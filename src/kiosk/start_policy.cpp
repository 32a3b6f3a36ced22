#include "kiosk/start_policy.hpp"

#include <algorithm>
#include <array>

namespace sangdam::kiosk {

using std::chrono::seconds;

std::chrono::seconds pause_before_try(int failed_tries) {
  constexpr std::array k_pauses{seconds(5), seconds(10), seconds(20), seconds(40), seconds(60)};
  return k_pauses.at(
      static_cast<std::size_t>(std::clamp(failed_tries - 1, 0, static_cast<int>(k_pauses.size()) - 1)));
}

bool needs_new_process(std::string_view code, std::chrono::seconds failing_for) {
  constexpr std::array<std::string_view, 3> k_stuck{"element-missing", "gstreamer-failed", "schema-newer"};
  constexpr seconds k_whatever_it_is = std::chrono::minutes(10);
  const bool stuck = std::find(k_stuck.begin(), k_stuck.end(), code) != k_stuck.end();
  return failing_for >= (stuck ? k_time_to_read : k_whatever_it_is);
}

}  // namespace sangdam::kiosk
