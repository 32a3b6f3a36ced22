// The page is tried with the same table: tests/unit/page/text.test.mjs.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.hpp"
#include "support/catch.hpp"

using namespace sangdam::base;

TEST_CASE("the texts that both ends are tried with are cleaned as they should be", "[text][shared]") {
  std::ifstream file(SANGDAM_SHARED_TEXTS);
  const auto cases = nlohmann::json::parse(file, nullptr, false);
  REQUIRE(cases.is_array());
  REQUIRE(cases.size() > 40);
  for (const auto& each : cases) {
    INFO(each.at("name").get<std::string>());
    const auto text = each.at("text").get<std::string>();
    CHECK(single_line(text, 100'000) == each.at("line").get<std::string>());
    CHECK(multi_line(text, 100'000) == each.at("lines").get<std::string>());
  }
}
