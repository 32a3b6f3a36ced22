// Call: the patient's picture edge to edge, everything else steps back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/main_thread.hpp"
#include "ui/kiosk/chat_panel.hpp"
#include "ui/kiosk/code_sheet.hpp"
#include "ui/kiosk/door_card.hpp"
#include "ui/kiosk/level_mark.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/reason_bar.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/self_view.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/video_view.hpp"
#include "ui/kiosk/volume_control.hpp"
#include "ui/kiosk/waiting_card.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class CallScreen {
 public:
  /// The two views outlive the screen.
  CallScreen(Sheets& sheets, VideoView& self_view, VideoView& patient_view);
  ~CallScreen();
  CallScreen(const CallScreen&) = delete;
  CallScreen& operator=(const CallScreen&) = delete;

  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const CallModel& model);
  /// Never fades, and does not depend on what else this screen shows.
  void set(const OnAir& on_air);
  /// Whoever else waits; never fades.
  void set(const std::vector<Waiting>& waiting);
  void watch_microphone(std::shared_ptr<base::SoundLevel> level) { m_level.watch(std::move(level)); }
  void tick(Instant now);
  void set_room(const Room& room);
  /// The controls come back and fade anew (the screen is shown).
  void wake();

  /// A message that was not sent.
  void give_back(const std::string& text);

  /// What the person at the kiosk is in the middle of: kept when the screens are built anew.
  struct Unfinished {
    bool chat_open = false;
    std::string draft;
    std::size_t seen = 0;  // messages
    ReasonBar::Unfinished reason;
  };
  [[nodiscard]] Unfinished unfinished() const;
  void resume(const Unfinished& unfinished);

 private:
  void watch_touches();
  void fade();
  void show_chat(bool open);
  void draw_placeholder();
  void draw_quality();
  void draw_levels(GtkBox* place);
  void draw_warnings();
  void draw_controls();
  void fit_controls();
  void ask_to_end();

  Sheets& m_sheets;
  VideoView& m_patient_view;
  Ui m_ui;
  CallModel m_model;
  Room m_room;
  ChatPanel m_chat;
  SelfView m_self;
  CodeSheet m_code_sheet;
  DoorCard m_door;
  WaitingCard m_waiting;
  ReasonBar m_reason;
  LevelMark m_level;
  VolumeControl m_volume;
  ActionButton m_microphone, m_camera, m_chat_button, m_code, m_end;
  base::Timer m_fade;
  Signals m_signals;
};

}  // namespace sangdam::ui
