// Threads for state changes that may take their time.
//
// Opening a camera, connecting to a sound server and stopping webrtcbin can each block for seconds (or, with
// a broken driver, for ever). None of that happens on the main thread: each such job gets a short-lived
// thread of its own, so that one stuck driver holds up nothing else.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>

namespace sangdam::pipelines {

class Workers : public std::enable_shared_from_this<Workers> {
 public:
  Workers();
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Runs `job` on a new thread. The future does not block when dropped. Main thread.
  std::future<void> run(std::function<void()> job);
  /// Waits until every job is done; false if some still run at the deadline (they are then left alone).
  bool drain(std::chrono::milliseconds deadline);

 private:
  struct Count;
  std::shared_ptr<Count> m_count;
};

}  // namespace sangdam::pipelines
