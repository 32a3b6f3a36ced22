#include "kiosk/actions.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.hpp"

namespace sangdam::kiosk {
namespace {

std::string text_of(GVariant* value) { return g_variant_get_string(value, nullptr); }

}  // namespace

Actions::~Actions() {
  for (const auto& handler : m_handlers) {
    g_signal_handlers_disconnect_by_data(handler->action.get(), handler.get());
    g_action_map_remove_action(m_map, g_action_get_name(G_ACTION(handler->action.get())));
  }
}

void Actions::install(GSimpleAction* action, const char* signal, std::function<void(GVariant*)> run) {
  auto handler = std::make_unique<Handler>(
      Handler{base::Ref<GSimpleAction>::adopt(action), std::move(run), m_on_exception});
  g_signal_connect(action, signal, G_CALLBACK(+[](GSimpleAction*, GVariant* value, Handler* self) {
                     try {
                       self->run(value);
                     } catch (const std::exception& error) {
                       base::log_error("kiosk", "an action failed: {}", error.what());
                       self->on_exception();
                     }
                   }),
                   handler.get());
  g_action_map_add_action(m_map, G_ACTION(action));
  m_handlers.push_back(std::move(handler));
}

void Actions::add(const char* name, std::function<void()> handler) {
  install(g_simple_action_new(name, nullptr), "activate",
          [handler = std::move(handler)](GVariant*) { handler(); });
}

void Actions::add_with_text(const char* name, std::function<void(const std::string&)> handler) {
  install(g_simple_action_new(name, G_VARIANT_TYPE_STRING), "activate",
          [handler = std::move(handler)](GVariant* value) { handler(text_of(value)); });
}

void Actions::add_with_two(const char* name,
                           std::function<void(const std::string&, const std::string&)> handler) {
  install(g_simple_action_new(name, G_VARIANT_TYPE("(ss)")), "activate",
          [handler = std::move(handler)](GVariant* value) {
            const char *first = nullptr, *second = nullptr;
            g_variant_get(value, "(&s&s)", &first, &second);
            handler(first, second);
          });
}

void Actions::add_with_three(
    const char* name,
    std::function<void(const std::string&, const std::string&, const std::string&)> handler) {
  install(g_simple_action_new(name, G_VARIANT_TYPE("(sss)")), "activate",
          [handler = std::move(handler)](GVariant* value) {
            const char *first = nullptr, *second = nullptr, *third = nullptr;
            g_variant_get(value, "(&s&s&s)", &first, &second, &third);
            handler(first, second, third);
          });
}

void Actions::add_with_text_and_choice(const char* name,
                                       std::function<void(const std::string&, bool)> handler) {
  install(g_simple_action_new(name, G_VARIANT_TYPE("(sb)")), "activate",
          [handler = std::move(handler)](GVariant* value) {
            const char* text = nullptr;
            gboolean chosen = FALSE;
            g_variant_get(value, "(&sb)", &text, &chosen);
            handler(text, chosen != FALSE);
          });
}

void Actions::add_with_three_and_choice(
    const char* name,
    std::function<void(const std::string&, const std::string&, const std::string&, bool)> handler) {
  install(g_simple_action_new(name, G_VARIANT_TYPE("(sssb)")), "activate",
          [handler = std::move(handler)](GVariant* value) {
            const char *first = nullptr, *second = nullptr, *third = nullptr;
            gboolean chosen = FALSE;
            g_variant_get(value, "(&s&s&sb)", &first, &second, &third, &chosen);
            handler(first, second, third, chosen != FALSE);
          });
}

void Actions::add_toggle(const char* name, std::function<void(bool)> handler) {
  GSimpleAction* action = g_simple_action_new_stateful(name, nullptr, g_variant_new_boolean(FALSE));
  // Without an "activate" handler GSimpleAction toggles a boolean state itself, through "change-state".
  install(action, "change-state", [action, handler = std::move(handler)](GVariant* value) {
    g_simple_action_set_state(action, value);
    handler(g_variant_get_boolean(value) != FALSE);
  });
}

void Actions::add_choice(const char* name, const std::string& initial,
                         std::function<bool(const std::string&)> handler) {
  GSimpleAction* action =
      g_simple_action_new_stateful(name, G_VARIANT_TYPE_STRING, g_variant_new_string(initial.c_str()));
  install(action, "change-state", [action, handler = std::move(handler)](GVariant* value) {
    const auto alive = base::Ref<GVariant>::share(value);
    if (handler(text_of(value))) g_simple_action_set_state(action, value);
  });
}

void Actions::add_number(const char* name, int initial, int least, int most,
                         std::function<void(int)> handler) {
  GSimpleAction* action =
      g_simple_action_new_stateful(name, G_VARIANT_TYPE_INT32, g_variant_new_int32(initial));
  install(action, "change-state", [action, least, most, handler = std::move(handler)](GVariant* value) {
    const int wanted = std::clamp(g_variant_get_int32(value), least, most);
    g_simple_action_set_state(action, g_variant_new_int32(wanted));
    handler(wanted);
  });
}

void Actions::set_number(const char* name, int value) {
  g_action_change_state(g_action_map_lookup_action(m_map, name), g_variant_new_int32(value));
}

}  // namespace sangdam::kiosk
