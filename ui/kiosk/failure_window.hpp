// What the kiosk shows when it cannot start: one sentence that says why, and what can be done. Main thread.
#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <string>

namespace sangdam::ui {

class FailureWindow {
 public:
  /// `begin_new_log`, if given, is offered as a button: the damaged log is kept aside.
  FailureWindow(GApplication* application, const std::string& sentence, std::function<void()> begin_new_log);
  ~FailureWindow();
  FailureWindow(const FailureWindow&) = delete;
  FailureWindow& operator=(const FailureWindow&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace sangdam::ui
