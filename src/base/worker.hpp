// One thread that works off a queue, in order, some items at a time.
//
//   base::Worker<Letter> post("post", 256, [](std::vector<Letter> letters) { ... });   // on the worker's
//   thread post.push(Letter{...});                                                            // any thread,
//   never waits
//
// The queue has no upper bound on purpose: whoever pushes has promised something to somebody, and neither
// losing an item nor stopping the main thread keeps that promise. push() tells how many items wait, so that
// the owner can say that the worker is falling behind. What one call of the work gets is bounded.
//
// The destructor works off what is queued, then joins. An exception from the work is logged and swallowed;
// the items of that call count as done. The work must not push to its own worker from the destructor's drain.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace sangdam::base {

template <class Item>
class Worker {
 public:
  using Work = std::function<void(std::vector<Item>)>;

  /// `work` gets 1 to `most` items at a time, in the order of push().
  Worker(std::string name, std::size_t most, Work work)
      : m_name(std::move(name)),
        m_most(most == 0 ? 1 : most),
        m_work(std::move(work)),
        m_thread([this] { run(); }) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    {
      const std::lock_guard lock(m_mutex);
      m_closing = true;
    }
    m_changed.notify_one();
    m_thread.join();
  }

  /// Queues one item and returns how many now wait, this one included.
  std::size_t push(Item item) {
    std::size_t waiting = 0;
    {
      const std::lock_guard lock(m_mutex);
      m_queue.push_back(std::move(item));
      waiting = m_queue.size();
    }
    m_changed.notify_one();
    return waiting;
  }

 private:
  void run() noexcept {
    for (;;) {
      std::vector<Item> batch;
      {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_closing || !m_queue.empty(); });
        if (m_queue.empty()) return;
        const std::size_t count = std::min(m_most, m_queue.size());
        const auto end = std::next(m_queue.begin(), static_cast<std::ptrdiff_t>(count));
        batch.assign(std::make_move_iterator(m_queue.begin()), std::make_move_iterator(end));
        m_queue.erase(m_queue.begin(), end);
      }
      try {
        m_work(std::move(batch));
      } catch (const std::exception& error) {
        log_error("base", "worker {}: {}", m_name, error.what());
      } catch (...) {
        log_error("base", "worker {}: unknown failure", m_name);
      }
    }
  }

  const std::string m_name;
  const std::size_t m_most;
  const Work m_work;

  std::mutex m_mutex;  // protects the two members below
  std::deque<Item> m_queue;
  bool m_closing = false;

  std::condition_variable m_changed;
  std::thread m_thread;  // last: it starts when everything above stands
};

}  // namespace sangdam::base
