// What the screens show: fills their models from the desk, the records, the link and the devices, and knows
// which screen is in front. The screens themselves are passive (ui/kiosk). Main thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "consultation/desk.hpp"
#include "kiosk/gateway_link.hpp"
#include "kiosk/notice_board.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/window.hpp"

namespace sangdam::kiosk {

class Screens {
 public:
  struct Parts {
    const consultation::Desk& desk;
    const consultation::Records& records;
    const GatewayLink& link;
    const base::Clock& clock;
    ui::KioskWindow& window;
    NoticeBoard& notices;
    std::string clinic;
  };
  explicit Screens(Parts parts);
  ~Screens();
  Screens(const Screens&) = delete;
  Screens& operator=(const Screens&) = delete;

  // --- Where staff are ---
  void show_today();
  /// The call, if the visit is in one; otherwise its session. Fails with "unknown-consultation".
  base::Result<> show_visit(const std::string& consultation);
  void show_log();
  void search_log(const std::string& text);
  void more_log();
  /// The newest part of it; show_earlier() adds the part before.
  void show_timeline(const std::string& consultation);
  void show_earlier();
  /// From the day's list to a call that goes on by itself; whoever does something else is left alone.
  void return_to(const std::string& consultation);
  /// The visit in front has ended: back to the list, unless its code ran out: then the screen says so.
  void leave_visit(const std::string& consultation);
  void retranslate();

  // --- What they show ---
  void set_address(protocol::Address address);
  /// A name that leads to the address; empty: none.
  void set_name(std::string name);
  void set_sending(consultation::MediaState sending) { m_sending = sending; }
  void set_patient_volume(int percent) { m_patient_volume = percent; }
  void set_camera(ui::HealthItem item);
  void set_microphone(ui::HealthItem item);
  /// Told when another screen, or another visit, comes to the front.
  void on_front_changed(std::function<void()> listener) { m_on_front_changed = std::move(listener); }
  /// Something the models are made of has changed; the screens follow at the next quiet moment.
  void refresh();
  /// The visit is what staff look at, on the session or the call screen.
  [[nodiscard]] bool is_in_front(const std::string& consultation) const;

 private:
  void refresh_now();
  [[nodiscard]] ui::StatusBar status_bar() const;
  [[nodiscard]] std::vector<ui::Waiting> waiting() const;
  [[nodiscard]] ui::TodayModel today() const;
  [[nodiscard]] ui::SessionModel session(const consultation::Encounter& encounter) const;
  [[nodiscard]] ui::CallModel call(const consultation::Encounter& encounter) const;
  void load_log(bool next_page);
  void log_unreadable(const base::Failure& failure);
  void show(ui::Screen screen);

  Parts m_parts;
  ui::Screen m_screen = ui::Screen::today;
  std::string m_visit;  // the consultation in front, on the session, call and timeline screens
  protocol::Address m_address;
  std::string m_name;
  consultation::MediaState m_sending;
  int m_patient_volume = 100;
  ui::HealthItem m_camera, m_microphone;
  ui::SessionModel m_session;  // as it was shown last
  ui::LogModel m_log;
  ui::TimelineModel m_timeline;
  std::function<void()> m_on_front_changed;
  bool m_refresh_queued = false;
  base::Anchor<Screens> m_anchor{this};
};

}  // namespace sangdam::kiosk
