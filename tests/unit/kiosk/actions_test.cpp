#include "kiosk/actions.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::kiosk {
namespace {

struct Group {
  base::Ref<GSimpleActionGroup> group = base::Ref<GSimpleActionGroup>::adopt(g_simple_action_group_new());
  int exceptions = 0;
  Actions actions{G_ACTION_MAP(group.get()), [this] { ++exceptions; }};
  [[nodiscard]] int state(const char* name) const {
    GVariant* value = g_action_group_get_action_state(G_ACTION_GROUP(group.get()), name);
    const int number = g_variant_get_int32(value);
    g_variant_unref(value);
    return number;
  }
};

}  // namespace

TEST_CASE("a number is set by a press, by a script and by the program, and stays within its bounds") {
  Group group;
  std::vector<int> heard;
  group.actions.add_number("loud", 100, 0, 200, [&](int number) { heard.push_back(number); });
  CHECK(group.state("loud") == 100);
  auto* map = G_ACTION_GROUP(group.group.get());
  g_action_group_activate_action(map, "loud", g_variant_new_int32(125));
  g_action_group_change_action_state(map, "loud", g_variant_new_int32(1000));
  g_action_group_change_action_state(map, "loud", g_variant_new_int32(-1));
  group.actions.set_number("loud", 100);
  CHECK(heard == std::vector<int>{125, 200, 0, 100});
  CHECK(group.state("loud") == 100);
}

TEST_CASE("a handler that throws is told, and the next press is heard") {
  Group group;
  int heard = 0;
  group.actions.add("admit", [&] {
    if (++heard == 1) throw std::runtime_error("no");
  });
  auto* map = G_ACTION_GROUP(group.group.get());
  g_action_group_activate_action(map, "admit", nullptr);
  CHECK(group.exceptions == 1);
  g_action_group_activate_action(map, "admit", nullptr);
  CHECK(heard == 2);
  CHECK(group.exceptions == 1);
}

}  // namespace sangdam::kiosk
