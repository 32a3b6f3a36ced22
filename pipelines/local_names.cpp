#include "pipelines/local_names.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/log.hpp"

namespace sangdam::pipelines {
namespace {

constexpr std::string_view k_form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.local";
constexpr int k_any = -1;  // of Avahi's interfaces and protocols
constexpr int k_timeout_ms = 6000;

struct Question {
  std::string name;
  std::function<void(const std::string&)> on_address;
};

}  // namespace

bool is_hidden_address(std::string_view name) {
  return name.size() == k_form.size() &&
         std::equal(name.begin(), name.end(), k_form.begin(), [](char given, char form) {
           return form == 'x' ? g_ascii_isxdigit(given) != 0 : given == form;
         });
}

LocalNames::LocalNames() : m_cancel(base::Ref<GCancellable>::adopt(g_cancellable_new())) {}

LocalNames::~LocalNames() {
  base::assert_main_thread();
  g_cancellable_cancel(m_cancel.get());
}

void LocalNames::look_up(const std::string& name, std::function<void(const std::string&)> on_address) {
  base::assert_main_thread();
  if (!is_hidden_address(name)) return;
  if (m_bus) return ask(name, std::move(on_address));
  struct Opening {
    LocalNames& self;
    Question question;
  };
  g_bus_get(
      G_BUS_TYPE_SYSTEM, m_cancel.get(),
      [](GObject*, GAsyncResult* result, gpointer data) noexcept {
        const std::unique_ptr<Opening> opening(static_cast<Opening*>(data));
        base::ErrorPtr error;
        auto bus = base::Ref<GDBusConnection>::adopt(g_bus_get_finish(result, base::out(error)));
        if (!bus) return;  // gone, or a system without a bus: `self` may not be there
        opening->self.m_bus = std::move(bus);
        opening->self.ask(opening->question.name, std::move(opening->question.on_address));
      },
      new Opening{*this, {name, std::move(on_address)}});
}

void LocalNames::ask(const std::string& name, std::function<void(const std::string&)> on_address) {
  g_dbus_connection_call(
      m_bus.get(), "org.freedesktop.Avahi", "/", "org.freedesktop.Avahi.Server", "ResolveHostName",
      g_variant_new("(iisiu)", k_any, k_any, name.c_str(), k_any, 0U), G_VARIANT_TYPE("(iisisu)"),
      G_DBUS_CALL_FLAGS_NO_AUTO_START, k_timeout_ms, m_cancel.get(),
      [](GObject* bus, GAsyncResult* result, gpointer data) noexcept {
        const std::unique_ptr<Question> question(static_cast<Question*>(data));
        const auto answer = base::Ref<GVariant>::adopt(
            g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, nullptr));
        if (!answer) return;
        const char* address = nullptr;
        g_variant_get(answer.get(), "(iisi&su)", nullptr, nullptr, nullptr, nullptr, &address, nullptr);
        question->on_address(address);
      },
      new Question{name, std::move(on_address)});
}

}  // namespace sangdam::pipelines
