// docs/threat-model.md says what is true: every figure of its section on codes is computed here from the
// limits in force, and a figure that is not computed here may not stand there.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "gateway/config.hpp"
#include "support/catch.hpp"

namespace {

using namespace sangdam;
using namespace std::chrono_literals;

/// The section with this heading, as one line of words.
std::string section(const std::string& heading) {
  std::ifstream file(SANGDAM_THREAT_MODEL);
  REQUIRE(file);
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## " + heading;
    if (!inside) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) text += word + ' ';
  }
  return text;
}

/// 535980 as people write it.
std::string grouped(double number) {
  std::string text = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::vector<std::string> numbers_in(const std::string& text) {
  static const std::regex k_number(R"(\d[\d,]*(\.\d+)?)");
  std::vector<std::string> numbers;
  for (std::sregex_iterator each(text.begin(), text.end(), k_number), end; each != end; ++each) {
    std::string number = each->str();
    while (number.back() == ',') number.pop_back();
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::string> true_sentences() {
  const gateway::GuessLimits limits;
  const gateway::ConnectionLimits connections;
  constexpr double k_codes = 1e8;
  constexpr double k_month = 31 * 24;
  constexpr double k_phone = 200'000;  // hashes a second, assumed
  const gateway::CodeLimits kiosk;
  const double kiosk_hour = kiosk.new_codes.per_second * 3600;
  const double kiosk_codes = kiosk_hour * k_month + kiosk.new_codes.burst;
  const double saved = limits.burst + limits.locked_burst;
  const double guesses = limits.per_hour * k_month + saved;
  const double hit = 1 - std::pow(1 - 3 / k_codes, guesses);
  const double locked = limits.per_hour * limits.locked_share;
  const double others = limits.per_hour - locked;
  const auto bits = protocol::k_max_proof_bits;
  const auto networks = gateway::networks_of("192.0.2.7");
  CHECK(hit < 0.02);
  CHECK(kiosk.spacing == 1s);
  CHECK(kiosk.unspaced == gateway::RegistryLimits().max_sessions_per_kiosk);
  CHECK(std::exp2(bits) / k_phone <= 20);
  return {
      "so there are 10^8 codes",
      fmt::format("gets {} tokens an hour, one every {} s, and up to {} are saved up", limits.per_hour,
                  3600 / limits.per_hour, saved),
      fmt::format("{}/h · {} h + {} = {} ", limits.per_hour, k_month, saved, grouped(guesses)),
      "in a month of 31 days",
      fmt::format(
          "Against 3 codes open all that time, the chance of one hit is at most 1 − (1 − 3 / 10^8)^{} = "
          "**{:.1f} %**",
          grouped(guesses), hit * 100),
      fmt::format("{} more tries each time", saved),
      fmt::format("An address has {} free wrong tries; each counts half after an hour", limits.free_tries),
      fmt::format("a proof of work, {} bits at first and one more for each further failure, up to {} bits",
                  limits.base_bits, bits),
      fmt::format(
          "(IPv4 by /24 and /16, IPv6 by /64, /48 and /32), a failure in a /24 or /48 as 1/{} and in a /16 "
          "or /32 as 1/{} of one",
          1 / networks.at(1).weight, 1 / networks.at(2).weight),
      fmt::format("When fewer than {} of the {} tokens", limits.free_level, limits.burst),
      fmt::format("everybody's try costs {} bits", bits),
      fmt::format("is taken to do {} hashes a second", grouped(k_phone)),
      "this was written on: 570,000)",  // measured, not computed
      fmt::format(
          "{} bits take it {:.1f} s on average, {} bits {:.1f} s, and {:.0f} of 100 tries end within 20 s",
          limits.base_bits, std::exp2(limits.base_bits) / k_phone, bits, std::exp2(bits) / k_phone,
          100 * (1 - std::exp(-20 * k_phone / std::exp2(bits)))),
      fmt::format("{} tokens an hour for addresses that are not locked and {} for locked ones", others,
                  locked),
      fmt::format("the attacker's tries that were there before, {} s each", 3600 / limits.per_hour),
      fmt::format("waits {} s at most once each of its addresses has failed", 3600 / others),
      fmt::format("the same, {} s each", 3600 / locked),
      fmt::format("takes A / {} hours until each has failed once", others),
      fmt::format("forgotten after {} hours without a failure", limits.memory / 1h),
      fmt::format("{} · {} = {} addresses", others, limits.memory / 1h,
                  grouped(others * static_cast<double>(limits.memory / 1h))),
      fmt::format("After {} minutes the gateway gives up", limits.longest_wait / 1min),
      fmt::format("all {0} places of an address with tries that wait lets others on it wait for {0} · {1} s "
                  "= {2:.0f} "
                  "minutes",
                  connections.per_address, 3600 / limits.per_hour,
                  static_cast<double>(connections.per_address) * 60 / limits.per_hour),
      "live for 30 to 60 minutes",
      "may come once a second",
      fmt::format("{} in all and {:.0f} an hour more: in a month {:.0f} · {} + {} = {} codes",
                  kiosk.new_codes.burst, kiosk_hour, kiosk_hour, k_month, kiosk.new_codes.burst,
                  grouped(kiosk_codes)),
      fmt::format("one of 3 open codes with a chance of **{:.2f} %**", kiosk_codes * 3 / k_codes * 100),
      fmt::format("comes {} s late and also means a used code; after {} of them, and {:.0f} an hour more",
                  kiosk.taken_delay / 1s, kiosk.taken.burst, kiosk.taken.per_second * 3600),
      fmt::format("own codes of the last {} hours cost nothing", kiosk.memory / 1h),
      fmt::format("opens its {} sessions at once", gateway::RegistryLimits().max_sessions_per_kiosk),
  };
}

}  // namespace

TEST_CASE("the figures of the threat model are those of the limits in force", "[limiter][arithmetic][docs]") {
  const std::string text = section("Codes: the arithmetic");
  std::set<std::string> computed;
  for (const std::string& sentence : true_sentences()) {
    INFO(sentence);
    CHECK(text.find(sentence) != std::string::npos);
    for (const std::string& number : numbers_in(sentence)) computed.insert(number);
  }
  for (const std::string& number : numbers_in(text)) {
    INFO("the figure " << number << " is not computed");
    CHECK(computed.contains(number));
  }
}
