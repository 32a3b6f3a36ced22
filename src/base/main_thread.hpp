// The one door to the main thread, and timers that live there.
//
// State lives on the main thread. Streaming threads, webrtcbin callbacks and the log's writer hand plain
// values over with post_to_main(); the function is dropped, unrun, if its target has died meanwhile.
//
//   class Peer {
//     base::Anchor<Peer> m_anchor{this};            // last member: dies first
//     void on_streaming_thread() {
//       base::post_to_main(m_anchor.weak(), [](Peer& self) { self.on_connected(); });
//     }
//   };
//
// Copy m_anchor.weak() before a callback can run on another thread: the Anchor itself is main-thread only.
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>
#include <memory>

namespace sangdam::base {

/// Call once at the start of main(), from the thread that will run the default main context.
void claim_main_thread() noexcept;
/// True on the claimed thread, or when no thread was claimed (unit tests of plain code).
[[nodiscard]] bool on_main_thread() noexcept;
/// Aborts in debug builds when called elsewhere: a broken invariant, never bad input.
void assert_main_thread() noexcept;

/// Runs `work` in the default main context, in the order posted, never inside the caller. Any thread.
/// An exception from `work` is logged and swallowed: it must not cross into GLib.
void post_to_main(std::function<void()> work);
/// The same, but after everything that has already arrived (sockets, bus messages, other posts) and before
/// GTK lays out and paints. For drawing that follows from a message: whoever waits for the answer to that
/// message is not to wait for the drawing.
void post_to_main_before_painting(std::function<void()> work);
/// The same, but only once nothing more urgent waits, painting included. For what may be late and is
/// superseded by the next of its kind: at the ordinary priority 30 frames a second leave GTK no time to
/// paint.
void post_to_main_when_idle(std::function<void()> work);

/// Gives out weak references to an object that is not itself shared. Main thread, except the copies of
/// weak().
template <class T>
class Anchor {
 public:
  explicit Anchor(T* self) : m_self(self, [](T*) {}) {}
  Anchor(const Anchor&) = delete;
  Anchor& operator=(const Anchor&) = delete;
  ~Anchor() = default;
  [[nodiscard]] std::weak_ptr<T> weak() const { return m_self; }

 private:
  std::shared_ptr<T> m_self;
};

/// Runs `work(target)` on the main thread if `target` still lives then. Any thread.
template <class T, class Work>
void post_to_main(std::weak_ptr<T> target, Work work) {
  post_to_main([target = std::move(target), work = std::move(work)]() mutable {
    // Locking is safe without a race: owners die on this same thread.
    if (auto self = target.lock()) work(*self);
  });
}

template <class T, class Work>
void post_to_main_before_painting(std::weak_ptr<T> target, Work work) {
  post_to_main_before_painting([target = std::move(target), work = std::move(work)]() mutable {
    if (auto self = target.lock()) work(*self);
  });
}

/// A timer of the main thread; stops when destroyed. Restarting replaces the earlier deadline.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }

  /// At most 49 days ahead; a later deadline fires then.
  void start_once(std::chrono::milliseconds after, std::function<void()> work);
  void start_repeating(std::chrono::milliseconds every, std::function<void()> work);
  void stop() noexcept;
  [[nodiscard]] bool running() const noexcept { return m_source != nullptr; }

 private:
  struct Work;
  void start(std::chrono::milliseconds interval, std::function<void()> work, bool repeat);
  GSource* m_source = nullptr;  // owned; a GSource, not an id, so that stopping twice is harmless
};

}  // namespace sangdam::base
