// The bridges between pipelines: a gate that can be shut for certain, and a relay from one producer to many
// consumers.
//
// Both lock. A flag alone would not do: "camera off" and "impostor" must
// mean that no picture passes after the call returned, also none that a streaming thread had in its hands at
// that moment.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/video_frame.hpp"
#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

/// Shut at first. Any thread.
class Gate {
 public:
  void open();
  /// After it returned nothing passes, and nothing is passing.
  void shut();
  /// Runs `work` inside the gate, if it is open.
  template <class Work>
  bool pass(Work work) {
    const std::lock_guard lock(m_mutex);
    if (m_open) work();
    return m_open;
  }

 private:
  std::mutex m_mutex;
  bool m_open = false;
};

/// Hands each buffer to every attached appsrc. Share it: streaming threads keep it alive. Any thread.
class Relay {
 public:
  /// One consumer; detaches when destroyed.
  class Output {
   public:
    Output(std::shared_ptr<Relay> relay, Ref<GstElement> appsrc);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    /// Passes every n-th buffer only.
    void set_divisor(int n);
    /// And none sooner than so many nanoseconds after the one before; GST_CLOCK_TIME_NONE: none at all.
    void set_interval(GstClockTime least);

   private:
    std::shared_ptr<Relay> m_relay;
    GstElement* m_appsrc;  // the relay holds the reference; this is the key
  };

  /// `caps`: what the buffer is, where that may change (a camera's size); null: as each appsrc was told
  /// before.
  void push(GstBuffer* buffer, GstCaps* caps = nullptr);
  /// `look` sees each buffer as it is pushed, on the thread that pushes it; null ends that. One at a time.
  void watch(std::function<void(const GstBuffer&)> look);
  /// How many buffers were pushed so far.
  [[nodiscard]] unsigned pushed() const { return m_pushed; }

 private:
  struct Entry {
    Ref<GstElement> appsrc;
    Ref<GstCaps> caps;  // told last
    GstClockTime last_pts = GST_CLOCK_TIME_NONE;
    int divisor = 1;
    GstClockTime interval = 0;
    unsigned count = 0;
  };
  std::mutex m_mutex;
  std::vector<Entry> m_entries;                   // protected by m_mutex
  std::function<void(const GstBuffer&)> m_watch;  // protected by m_mutex
  std::atomic<unsigned> m_pushed{0};
};

/// Calls `on_sample` on the streaming thread for each sample of an appsink. The closure keeps what it
/// captured until the appsink dies.
void on_each_sample(GstElement* appsink, std::function<void(GstSample&)> on_sample);

}  // namespace sangdam::pipelines
