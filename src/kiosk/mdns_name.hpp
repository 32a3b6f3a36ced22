// A name for this kiosk on its network, "sangdam.local", where Avahi runs: easier to type than an address.
//
// The name stands beside the machine's own (Avahi's host name), which other programs use. If another kiosk
// has it already, "sangdam-2.local" is tried, and so on. Avahi is asked over the system bus, and followed
// when it comes, goes or starts anew. Main thread.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <string>
#include <vector>

#include "base/handles.hpp"
#include "base/main_thread.hpp"

namespace sangdam::kiosk {

class MdnsName {
 public:
  struct Entry {
    int interface = 0;  // its index; the address is told on this one only
    std::string address;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  /// `on_name` is told the name once the network has confirmed it, and "" when it is not good any more.
  explicit MdnsName(std::function<void(const std::string&)> on_name);
  ~MdnsName();
  MdnsName(const MdnsName&) = delete;
  MdnsName& operator=(const MdnsName&) = delete;

  /// Where the name leads from now on. Without any address there is no name.
  void set_addresses(std::vector<Entry> entries);

 private:
  void on_avahi_appeared(GDBusConnection* bus);
  void on_avahi_gone();
  void on_server_state(int state);
  void publish();
  void fill(const std::string& group);
  void on_group_state(int state);
  void on_collision();
  void withdraw();
  void tell(const std::string& name);
  [[nodiscard]] std::string candidate() const;
  guint subscribe(const char* interface, const std::string& path, void (MdnsName::*handler)(int));
  void unsubscribe(guint& subscription);
  /// Calls Avahi; `on_answer` gets the answer, or null with the D-Bus name of the error.
  using OnAnswer = std::function<void(MdnsName&, GVariant* answer, const std::string& error)>;
  void call(const std::string& path, const char* interface, const char* method, GVariant* parameters,
            OnAnswer on_answer);

  std::function<void(const std::string&)> m_on_name;
  std::vector<Entry> m_entries;
  std::string m_told;
  unsigned m_number = 1;      // of the candidate: 1 has none in its name
  unsigned m_generation = 0;  // answers for an older group are dropped
  std::string m_group;        // Avahi's object; empty: none
  bool m_running = false;     // Avahi has its own host name and takes entries
  base::Ref<GDBusConnection> m_bus;
  guint m_watch = 0;
  guint m_server_changes = 0;
  guint m_group_changes = 0;
  base::Anchor<MdnsName> m_anchor{this};
};

}  // namespace sangdam::kiosk
