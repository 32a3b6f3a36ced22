// The staff's intents as GActions of the application: reachable from the screen, the keyboard, and over the
// application's D-Bus interface by scripts and assistive technology. Names and types: ui/kiosk/models.hpp.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/handles.hpp"

namespace sangdam::kiosk {

/// Installs actions on a GActionMap and forwards their activations. Main thread; must not outlive the map.
class Actions {
 public:
  /// `on_exception`: a handler has thrown; what was asked for was not done.
  Actions(GActionMap* map, std::function<void()> on_exception)
      : m_map(map), m_on_exception(std::move(on_exception)) {}
  ~Actions();
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void add(const char* name, std::function<void()> handler);
  void add_with_text(const char* name, std::function<void(const std::string&)> handler);
  /// Parameter type "(ss)".
  void add_with_two(const char* name, std::function<void(const std::string&, const std::string&)> handler);
  /// Parameter type "(sss)".
  void add_with_three(
      const char* name,
      std::function<void(const std::string&, const std::string&, const std::string&)> handler);
  /// Parameter type "(sb)".
  void add_with_text_and_choice(const char* name, std::function<void(const std::string&, bool)> handler);
  /// Parameter type "(sssb)".
  void add_with_three_and_choice(
      const char* name,
      std::function<void(const std::string&, const std::string&, const std::string&, bool)> handler);
  /// Stateful boolean: activating toggles it, and so does a request to change its state.
  void add_toggle(const char* name, std::function<void(bool)> handler);
  /// Stateful text, with a parameter of the same type. The state stays as it is where the handler says false.
  void add_choice(const char* name, const std::string& initial,
                  std::function<bool(const std::string&)> handler);
  /// Stateful whole number from `least` to `most`, with a parameter of the same type.
  void add_number(const char* name, int initial, int least, int most, std::function<void(int)> handler);
  /// As if somebody had asked for it.
  void set_number(const char* name, int value);

 private:
  struct Handler {
    base::Ref<GSimpleAction> action;
    std::function<void(GVariant*)> run;
    const std::function<void()>& on_exception;
  };
  void install(GSimpleAction* action, const char* signal, std::function<void(GVariant*)> run);

  GActionMap* m_map;
  std::function<void()> m_on_exception;
  std::vector<std::unique_ptr<Handler>> m_handlers;
};

}  // namespace sangdam::kiosk
