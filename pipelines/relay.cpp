#include "pipelines/relay.hpp"

#include <algorithm>
#include <utility>

namespace sangdam::pipelines {

void Gate::open() {
  const std::lock_guard lock(m_mutex);
  m_open = true;
}

void Gate::shut() {
  const std::lock_guard lock(m_mutex);
  m_open = false;
}

Relay::Output::Output(std::shared_ptr<Relay> relay, Ref<GstElement> appsrc)
    : m_relay(std::move(relay)), m_appsrc(appsrc.get()) {
  const std::lock_guard lock(m_relay->m_mutex);
  m_relay->m_entries.push_back({.appsrc = std::move(appsrc)});
}

Relay::Output::~Output() {
  const std::lock_guard lock(m_relay->m_mutex);
  std::erase_if(m_relay->m_entries, [this](const Entry& entry) { return entry.appsrc.get() == m_appsrc; });
}

void Relay::Output::set_divisor(int n) {
  const std::lock_guard lock(m_relay->m_mutex);
  for (Entry& entry : m_relay->m_entries) {
    if (entry.appsrc.get() == m_appsrc) entry.divisor = std::max(1, n);
  }
}

void Relay::Output::set_interval(GstClockTime least) {
  const std::lock_guard lock(m_relay->m_mutex);
  for (Entry& entry : m_relay->m_entries) {
    if (entry.appsrc.get() == m_appsrc) entry.interval = least;
  }
}

void Relay::watch(std::function<void(const GstBuffer&)> look) {
  const std::lock_guard lock(m_mutex);
  m_watch = std::move(look);
}

void Relay::push(GstBuffer* buffer, GstCaps* caps) {
  ++m_pushed;
  // Pushing inside the lock is short: the appsrcs leak instead of blocking.
  const std::lock_guard lock(m_mutex);
  if (m_watch) m_watch(*buffer);
  for (Entry& entry : m_entries) {
    // While a camera takes over from its stand-in both push for a moment; encoders want time to go forward.
    const GstClockTime pts = GST_BUFFER_PTS(buffer);
    if (GST_CLOCK_TIME_IS_VALID(entry.last_pts) && (!GST_CLOCK_TIME_IS_VALID(pts) || pts <= entry.last_pts))
      continue;
    if (!GST_CLOCK_TIME_IS_VALID(entry.interval)) continue;
    if (GST_CLOCK_TIME_IS_VALID(entry.last_pts) && pts - entry.last_pts < entry.interval) continue;
    if (entry.count++ % static_cast<unsigned>(entry.divisor) != 0) continue;
    entry.last_pts = pts;
    if (caps != nullptr && entry.caps.get() != caps) {
      entry.caps = Ref<GstCaps>::share(caps);
      gst_app_src_set_caps(GST_APP_SRC(entry.appsrc.get()), caps);
    }
    gst_app_src_push_buffer(GST_APP_SRC(entry.appsrc.get()), gst_buffer_ref(buffer));
  }
}

void on_each_sample(GstElement* appsink, std::function<void(GstSample&)> on_sample) {
  using Handler = std::function<void(GstSample&)>;
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* sink, gpointer data) noexcept -> GstFlowReturn {
    if (const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(sink)))
      unbox<Handler>(data)(*sample.get());
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(appsink), &callbacks, box<Handler>(std::move(on_sample)),
                             free_box<Handler>);
}

}  // namespace sangdam::pipelines
