// One GStreamer pipeline on the engine's common timeline.
//
// Every pipeline of an engine runs on the same clock with the same base time, so a buffer's timestamp means
// the same moment in all of them: buffers cross from one pipeline to another (relay.hpp) unchanged, and live
// sound stays in time.
//
// Main thread. play() starts on a worker thread, and stopping happens on one; the destructor returns at once,
// and the pipeline ends by itself. Whatever its streaming threads use must therefore be kept alive by their
// closures, not by the owner.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "pipelines/gst_handles.hpp"
#include "pipelines/workers.hpp"

namespace sangdam::pipelines {

struct Timeline {
  Ref<GstClock> clock;
  GstClockTime base_time = 0;

  [[nodiscard]] static Timeline begin();
};

class Pipeline {
 public:
  /// `on_message` gets every bus message, on the main thread, and may destroy the pipeline.
  Pipeline(std::string name, const Timeline& timeline, std::shared_ptr<Workers> workers,
           std::function<void(GstMessage&)> on_message);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Adds a chain written in gst-launch's language. Fails with "element-missing".
  base::Result<Ref<GstElement>> add(const std::string& description);
  /// Takes a floating or owned element over.
  void add(const Ref<GstElement>& element);
  /// Takes it out; it stops on a worker thread, for an element that failed may take its time.
  void remove(Ref<GstElement> element);
  [[nodiscard]] Ref<GstElement> find(const char* name) const;
  [[nodiscard]] GstElement* get() const { return m_pipeline.get(); }

  /// Sinks and webrtcbin's senders do not hold anything back: for a pipeline in which nothing is played in
  /// time. Each new stream then changes nothing either; working that out took the main thread 5 to 20 ms at
  /// the moment the first picture came in.
  void skip_latency();
  /// A start that fails arrives as an error message.
  void play();
  /// What the thread that stops the pipeline does first, while it still runs.
  void before_stop(std::function<void()> work);
  /// Bus messages go nowhere from here on: the owner is gone, and the pipeline only ends what it has begun.
  void detach();
  /// Writes NAME-WHY.dot if GST_DEBUG_DUMP_DOT_DIR is set.
  void dump(const char* why) const;

 private:
  gboolean on_bus(GstMessage& message);

  std::string m_name;
  bool m_skips_latency = false;
  std::shared_ptr<Workers> m_workers;
  Ref<GstElement> m_pipeline;
  Ref<GstBus> m_bus;
  std::shared_ptr<std::function<void(GstMessage&)>> m_on_message;
  std::future<void> m_started;
  std::function<void()> m_before_stop;
};

}  // namespace sangdam::pipelines
