// What the kiosk shows when it cannot start: why, what that is called in the operations manual, when it tries
// again, and what can be done. Main thread.
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace sangdam::ui {

class FailureWindow {
 public:
  struct Failure {
    std::string code;            // of docs/operations.md, "What the messages mean"
    std::string sentence;        // what happened and what to do
    std::string detail;          // for the administrator: which file, which system error; may be empty
    bool can_set_aside = false;  // the damaged log may be kept aside: offered as a button
  };
  struct Actions {
    std::function<void()> try_again;
    std::function<void()> begin_new_log;
  };
  FailureWindow(GApplication* application, bool fullscreen, Actions actions);
  ~FailureWindow();
  FailureWindow(const FailureWindow&) = delete;
  FailureWindow& operator=(const FailureWindow&) = delete;

  void set(const Failure& failure);
  /// How long until the next try by itself; zero while it is being tried.
  void set_time_left(std::chrono::seconds left);

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace sangdam::ui
