#include "pipelines/workers.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.hpp"

namespace sangdam::pipelines {

// Outlives Workers while jobs run, hence shared with them. The lock guards the number only.
struct Workers::Count {
  std::mutex mutex;
  std::condition_variable changed;
  int running = 0;
};

Workers::Workers() : m_count(std::make_shared<Count>()) {}
Workers::~Workers() = default;

std::future<void> Workers::run(std::function<void()> job) {
  auto done = std::make_shared<std::promise<void>>();
  auto future = done->get_future();
  {
    const std::lock_guard lock(m_count->mutex);
    ++m_count->running;
  }
  std::thread([count = m_count, done, job = std::move(job)]() mutable {
    try {
      job();
    } catch (const std::exception& error) {
      base::log_error("media", "a worker failed: {}", error.what());
    }
    job = nullptr;  // what it held goes before anybody is told that it is done
    done->set_value();
    const std::lock_guard lock(count->mutex);
    --count->running;
    count->changed.notify_all();
  }).detach();
  return future;
}

bool Workers::drain(std::chrono::milliseconds deadline) {
  std::unique_lock lock(m_count->mutex);
  return m_count->changed.wait_for(lock, deadline, [this] { return m_count->running == 0; });
}

}  // namespace sangdam::pipelines
