// The kiosk's one window. Created by the program at activation, destroyed by it at shutdown. Main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/sound_level.hpp"
#include "base/video_frame.hpp"
#include "ui/kiosk/models.hpp"

typedef struct _GApplication GApplication;

namespace sangdam::ui {

class KioskWindow {
 public:
  /// `self_view` and `patient_view` are the pictures of the camera and of the patient.
  KioskWindow(GApplication* application, std::shared_ptr<base::FrameSlot> self_view,
              std::shared_ptr<base::FrameSlot> patient_view, bool fullscreen = false);
  ~KioskWindow();
  KioskWindow(const KioskWindow&) = delete;
  KioskWindow& operator=(const KioskWindow&) = delete;

  void show(Screen screen);
  /// The desktop's, or this: letters so many times as large as usual.
  void set_text_scale(double scale);
  /// Each replaces what the screen showed; cheap when nothing changed.
  void set(const StatusBar& bar);
  void set(const std::vector<NoticeBar>& notices);
  void set(const TodayModel& model);
  void set(const SessionModel& model);
  void set(const CallModel& model);
  void set(const LogModel& model);
  void set(const TimelineModel& model);
  /// Answers what was pressed just now, beside it: what was done (Health::good), or why it was refused; then
  /// the form that asked stays as it is. False if nothing was pressed: it has to be said elsewhere.
  bool answer(Health health, const std::string& text);
  /// A question or a form is open: another screen would close it.
  [[nodiscard]] bool asks() const;
  /// A message that was not sent goes back to where it was typed, unless something else is there by now.
  void give_back_chat(const std::string& text);
  /// What the microphone hears just now: shown while a call is.
  void watch_microphone(std::shared_ptr<base::SoundLevel> level);
  /// Rebuilds every screen in the language now set (see localisation.hpp), keeping the models.
  void retranslate();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace sangdam::ui
