#include "kiosk/mdns_name.hpp"

#include <memory>
#include <utility>

#include "base/log.hpp"

namespace sangdam::kiosk {
namespace {

constexpr const char* k_service = "org.freedesktop.Avahi";
constexpr const char* k_server = "org.freedesktop.Avahi.Server";
constexpr const char* k_entry_group = "org.freedesktop.Avahi.EntryGroup";
constexpr const char* k_collision_error = "org.freedesktop.Avahi.CollisionError";
constexpr int k_server_running = 2;     // AvahiServerState
constexpr int k_group_established = 2;  // AvahiEntryGroupState
constexpr int k_group_collision = 3;
constexpr int k_group_failure = 4;
constexpr int k_any_protocol = -1;
constexpr unsigned k_no_reverse = 16;  // AvahiPublishFlags: the address belongs to the machine's own name
constexpr unsigned k_most_kiosks = 9;  // on one network; then there is no name

struct Answer {
  std::weak_ptr<MdnsName> self;
  unsigned generation;
  std::function<void(MdnsName&, GVariant*, const std::string&)> on_answer;
};

}  // namespace

MdnsName::MdnsName(std::function<void(const std::string&)> on_name) : m_on_name(std::move(on_name)) {
  m_watch = g_bus_watch_name(
      G_BUS_TYPE_SYSTEM, k_service, G_BUS_NAME_WATCHER_FLAGS_NONE,
      [](GDBusConnection* bus, const char*, const char*, gpointer self) noexcept {
        static_cast<MdnsName*>(self)->on_avahi_appeared(bus);
      },
      [](GDBusConnection*, const char*, gpointer self) noexcept {
        static_cast<MdnsName*>(self)->on_avahi_gone();
      },
      this, nullptr);
}

MdnsName::~MdnsName() {
  m_on_name = nullptr;
  withdraw();
  unsubscribe(m_server_changes);
  g_bus_unwatch_name(m_watch);
}

void MdnsName::set_addresses(std::vector<Entry> entries) {
  if (m_entries == entries) return;
  m_entries = std::move(entries);
  m_number = 1;  // on another network the first name may be free
  publish();
}

void MdnsName::on_avahi_appeared(GDBusConnection* bus) {
  m_bus = base::Ref<GDBusConnection>::share(bus);
  m_server_changes = subscribe(k_server, "/", &MdnsName::on_server_state);
  call("/", k_server, "GetState", nullptr, [](MdnsName& self, GVariant* answer, const std::string&) {
    if (answer == nullptr) return;
    gint32 state = 0;
    g_variant_get(answer, "(i)", &state);
    self.on_server_state(state);
  });
}

void MdnsName::on_avahi_gone() {
  unsubscribe(m_group_changes);
  unsubscribe(m_server_changes);
  ++m_generation;
  m_group.clear();
  m_running = false;
  m_bus.reset();
  tell({});
}

void MdnsName::on_server_state(int state) {
  if (std::exchange(m_running, state == k_server_running) == m_running) return;
  publish();
}

std::string MdnsName::candidate() const {
  return m_number == 1 ? "sangdam.local" : "sangdam-" + std::to_string(m_number) + ".local";
}

void MdnsName::publish() {
  withdraw();
  if (!m_running || m_entries.empty()) return;
  call("/", k_server, "EntryGroupNew", nullptr,
       [](MdnsName& self, GVariant* answer, const std::string& error) {
         if (answer == nullptr) return base::log_warning("kiosk", "Avahi gives no name: {}", error);
         const char* path = nullptr;
         g_variant_get(answer, "(&o)", &path);
         self.fill(path);
       });
}

void MdnsName::fill(const std::string& group) {
  m_group = group;
  m_group_changes = subscribe(k_entry_group, group, &MdnsName::on_group_state);
  const auto on_answer = [](MdnsName& self, GVariant* answer, const std::string& error) {
    if (answer != nullptr) return;
    if (error == k_collision_error) return self.on_collision();
    base::log_warning("kiosk", "Avahi does not take the name: {}", error);
  };
  for (const Entry& each : m_entries) {
    call(group, k_entry_group, "AddAddress",
         g_variant_new("(iiuss)", each.interface, k_any_protocol, k_no_reverse, candidate().c_str(),
                       each.address.c_str()),
         on_answer);
  }
  call(group, k_entry_group, "Commit", nullptr, on_answer);
}

void MdnsName::on_group_state(int state) {
  if (state == k_group_established) return tell(candidate());
  if (state == k_group_collision) return on_collision();
  if (state == k_group_failure) {
    base::log_warning("kiosk", "Avahi could not publish {}", candidate());
    withdraw();
  }
}

void MdnsName::on_collision() {
  base::log_info("kiosk", "{} belongs to another machine", candidate());
  if (m_number >= k_most_kiosks) return withdraw();
  ++m_number;
  publish();
}

void MdnsName::withdraw() {
  ++m_generation;
  unsubscribe(m_group_changes);
  if (m_bus && !m_group.empty()) {
    g_dbus_connection_call(m_bus.get(), k_service, m_group.c_str(), k_entry_group, "Free", nullptr, nullptr,
                           G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr, nullptr);
  }
  m_group.clear();
  tell({});
}

void MdnsName::tell(const std::string& name) {
  if (std::exchange(m_told, name) != name && m_on_name) m_on_name(name);
}

guint MdnsName::subscribe(const char* interface, const std::string& path, void (MdnsName::*handler)(int)) {
  struct Subscription {
    MdnsName* self;  // unsubscribed before it dies
    void (MdnsName::*handler)(int);
  };
  return g_dbus_connection_signal_subscribe(
      m_bus.get(), k_service, interface, "StateChanged", path.c_str(), nullptr, G_DBUS_SIGNAL_FLAGS_NONE,
      [](GDBusConnection*, const char*, const char*, const char*, const char*, GVariant* parameters,
         gpointer data) noexcept {
        if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(is)"))) return;
        gint32 state = 0;
        g_variant_get(parameters, "(is)", &state, nullptr);
        const Subscription to = *static_cast<const Subscription*>(data);  // it may unsubscribe itself
        (to.self->*to.handler)(state);
      },
      new Subscription{this, handler}, [](gpointer data) { delete static_cast<Subscription*>(data); });
}

void MdnsName::unsubscribe(guint& subscription) {
  if (const guint id = std::exchange(subscription, 0); id != 0 && m_bus)
    g_dbus_connection_signal_unsubscribe(m_bus.get(), id);
}

void MdnsName::call(const std::string& path, const char* interface, const char* method, GVariant* parameters,
                    OnAnswer on_answer) {
  g_dbus_connection_call(
      m_bus.get(), k_service, path.c_str(), interface, method, parameters, nullptr, G_DBUS_CALL_FLAGS_NONE,
      -1, nullptr,
      [](GObject* bus, GAsyncResult* result, gpointer data) noexcept {
        const std::unique_ptr<Answer> waiting(static_cast<Answer*>(data));
        base::ErrorPtr error;
        const base::FreePtr<GVariant, g_variant_unref> answer(
            g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, base::out(error)));
        const auto self = waiting->self.lock();
        if (!self || self->m_generation != waiting->generation) return;
        std::string name;
        if (error) {
          const base::CharPtr remote(g_dbus_error_get_remote_error(error.get()));
          name = remote ? remote.get() : base::message_of(error);
        }
        waiting->on_answer(*self, answer.get(), name);
      },
      new Answer{m_anchor.weak(), m_generation, std::move(on_answer)});
}

}  // namespace sangdam::kiosk
