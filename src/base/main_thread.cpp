#include "base/main_thread.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <thread>
#include <utility>

#include "base/log.hpp"

namespace sangdam::base {
namespace {

// Claimed once, before other threads start; atomic so that readers on other threads are well defined.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a process has one main thread
std::atomic<std::thread::id> g_main_thread{};

void run_guarded(const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {
    log_error("base", "a main-thread task failed: {}", error.what());
  } catch (...) {
    log_error("base", "a main-thread task failed");
  }
}

/// Work on its way to the main thread. GLib hands it over under locks of its own (futexes), which
/// ThreadSanitizer cannot see; the flag says the same again in words it understands, so that it still finds
/// races in the work.
struct Posted {
  explicit Posted(std::function<void()> run) : work(std::move(run)) {
    sent.store(true, std::memory_order_release);
  }
  void receive() const noexcept { (void)sent.load(std::memory_order_acquire); }
  std::function<void()> work;
  std::atomic<bool> sent = false;
};

// An idle source rather than g_main_context_invoke(): the latter would run `work` inside the caller when the
// caller is the main thread, and re-entrancy is what this door exists to avoid.
void post(int priority, std::function<void()> work) {
  GSource* source = g_idle_source_new();
  g_source_set_priority(source, priority);
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        const auto* posted = static_cast<const Posted*>(data);
        posted->receive();
        run_guarded(posted->work);
        return G_SOURCE_REMOVE;
      },
      new Posted(std::move(work)),
      [](gpointer data) {
        static_cast<const Posted*>(data)->receive();  // also when it is dropped unrun
        delete static_cast<Posted*>(data);
      });
  g_source_attach(source, nullptr);
  g_source_unref(source);
}

}  // namespace

void claim_main_thread() noexcept { g_main_thread = std::this_thread::get_id(); }

bool on_main_thread() noexcept {
  const std::thread::id claimed = g_main_thread;
  return claimed == std::thread::id() || claimed == std::this_thread::get_id();
}

void assert_main_thread() noexcept {
#ifndef NDEBUG
  if (!on_main_thread()) g_error("a main-thread function was called from another thread");
#endif
}

void post_to_main(std::function<void()> work) { post(G_PRIORITY_DEFAULT, std::move(work)); }

// GTK resizes at G_PRIORITY_HIGH_IDLE + 10 and paints at + 20.
void post_to_main_before_painting(std::function<void()> work) { post(G_PRIORITY_HIGH_IDLE, std::move(work)); }

void post_to_main_when_idle(std::function<void()> work) { post(G_PRIORITY_DEFAULT_IDLE, std::move(work)); }

struct Timer::Work {
  Timer* timer;
  std::function<void()> run;
  bool repeat;
};

void Timer::start_once(std::chrono::milliseconds after, std::function<void()> work) {
  start(after, std::move(work), false);
}

void Timer::start_repeating(std::chrono::milliseconds every, std::function<void()> work) {
  start(every, std::move(work), true);
}

void Timer::start(std::chrono::milliseconds interval, std::function<void()> work, bool repeat) {
  stop();
  // GLib counts milliseconds in 32 bits. A deadline further off than its 49 days must not wrap around to now;
  // whoever asks for one looks at the clock again when it fires. (Time that the machine is suspended is not
  // counted at all: who minds the clock on the wall looks at it often.)
  constexpr auto k_longest = std::chrono::milliseconds(std::numeric_limits<guint>::max());
  m_source = g_timeout_source_new(
      static_cast<guint>(std::clamp(interval, std::chrono::milliseconds(0), k_longest).count()));
  g_source_set_callback(
      m_source,
      [](gpointer data) -> gboolean {
        auto* boxed = static_cast<Work*>(data);
        // The work may restart, stop or destroy this timer, and with it `boxed`: keep what is needed.
        const std::function<void()> run = boxed->run;
        if (!boxed->repeat) boxed->timer->stop();
        run_guarded(run);
        return G_SOURCE_CONTINUE;  // a stopped source ignores this
      },
      new Work{this, std::move(work), repeat}, [](gpointer data) { delete static_cast<Work*>(data); });
  g_source_attach(m_source, nullptr);
}

void Timer::stop() noexcept {
  if (m_source == nullptr) return;
  g_source_destroy(m_source);
  g_source_unref(std::exchange(m_source, nullptr));
}

}  // namespace sangdam::base
