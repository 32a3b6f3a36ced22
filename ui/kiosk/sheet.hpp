// Questions over the screen: a card on a dimmed ground, inside the window (a kiosk's compositor has no use
// for second windows). One at a time; the screen behind cannot be touched or focused until it is closed. Main
// thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ui/kiosk/answer.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

/// "Do you really want to?", in words that say what will happen. A refused answer leaves it open.
struct Question {
  std::string title;
  std::string text;
  std::string keep;  // the way back: "Keep talking"
  std::string go;    // "End the visit"
  const char* icon;
  const char* action;
  std::string target;
  std::string second{};  // of the action's target, if it takes two
  bool dangerous = true;
};

class Sheets {
 public:
  /// `behind` is what the sheet covers.
  Sheets(GtkOverlay* overlay, GtkWidget* behind, const AnswerView& answers);
  ~Sheets();
  Sheets(const Sheets&) = delete;
  Sheets& operator=(const Sheets&) = delete;

  void ask(const Question& question);
  /// Shows `content`, which scrolls where there is no room for it, over `buttons`, which are always there.
  /// `name` is for assistive technology; `focus` gets the keyboard.
  void open(GtkWidget* content, GtkWidget* buttons, const std::string& name, GtkWidget* focus,
            std::function<void()> on_closed = {});
  void close();
  /// Once a sheet has asked for what it is for. One that was refused stays, with what was typed into it.
  void close_if_done();
  [[nodiscard]] bool is_open() const { return m_scrim != nullptr; }
  /// What the open question is about; empty for another sheet or none.
  [[nodiscard]] const std::string& target() const { return m_target; }

 private:
  GtkOverlay* m_overlay;
  GtkWidget* m_behind;
  const AnswerView& m_answers;
  GtkWidget* m_scrim = nullptr;
  base::Ref<GtkWidget> m_focus_before;
  std::string m_target;
  std::function<void()> m_on_closed;
  std::optional<Signals> m_signals;
};

}  // namespace sangdam::ui
