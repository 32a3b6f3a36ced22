#include "pipelines/pipeline.hpp"

#include <utility>

#include "base/main_thread.hpp"

namespace sangdam::pipelines {

Timeline Timeline::begin() {
  Timeline timeline;
  timeline.clock = Ref<GstClock>::adopt(gst_system_clock_obtain());
  timeline.base_time = gst_clock_get_time(timeline.clock.get());
  return timeline;
}

Pipeline::Pipeline(std::string name, const Timeline& timeline, std::shared_ptr<Workers> workers,
                   std::function<void(GstMessage&)> on_message)
    : m_name(std::move(name)),
      m_workers(std::move(workers)),
      m_pipeline(Ref<GstElement>::sink(gst_pipeline_new(m_name.c_str()))),
      m_on_message(std::make_shared<std::function<void(GstMessage&)>>(std::move(on_message))) {
  base::assert_main_thread();
  gst_pipeline_use_clock(GST_PIPELINE(m_pipeline.get()), timeline.clock.get());
  // No start time: the pipeline must not replace the common base time with one of its own.
  gst_element_set_start_time(m_pipeline.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(m_pipeline.get(), timeline.base_time);
  m_bus = Ref<GstBus>::adopt(gst_element_get_bus(m_pipeline.get()));
  gst_bus_add_watch(
      m_bus.get(),
      [](GstBus*, GstMessage* message, gpointer self) noexcept -> gboolean {
        return static_cast<Pipeline*>(self)->on_bus(*message);
      },
      this);
}

Pipeline::~Pipeline() {
  base::assert_main_thread();
  gst_bus_remove_watch(m_bus.get());
  // A start under way must end first: a PLAYING that comes after the NULL would run for ever.
  auto started = std::make_shared<std::future<void>>(std::move(m_started));
  m_workers->run([started, before_stop = std::move(m_before_stop), pipeline = std::move(m_pipeline),
                  bus = std::move(m_bus)]() mutable {
    if (started->valid()) started->wait();
    if (before_stop) before_stop();
    gst_bus_set_flushing(bus.get(), TRUE);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    bus.reset();
    pipeline.reset();
  });
}

base::Result<Ref<GstElement>> Pipeline::add(const std::string& description) {
  base::ErrorPtr error;
  auto element = Ref<GstElement>::sink(gst_parse_bin_from_description_full(
      description.c_str(), TRUE, nullptr, static_cast<GstParseFlags>(GST_PARSE_FLAG_FATAL_ERRORS),
      base::out(error)));
  if (!element) return base::failure("element-missing", base::message_of(error));
  add(element);
  return element;
}

void Pipeline::add(const Ref<GstElement>& element) { gst_bin_add(GST_BIN(m_pipeline.get()), element.get()); }

void Pipeline::remove(Ref<GstElement> element) {
  gst_bin_remove(GST_BIN(m_pipeline.get()), element.get());
  m_workers->run([element = std::move(element)]() mutable {
    gst_element_set_state(element.get(), GST_STATE_NULL);
    element.reset();
  });
}

Ref<GstElement> Pipeline::find(const char* name) const {
  return Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(m_pipeline.get()), name));
}

void Pipeline::skip_latency() {
  m_skips_latency = true;
  gst_pipeline_set_latency(GST_PIPELINE(m_pipeline.get()), 0);
}

void Pipeline::play() {
  m_started = m_workers->run([pipeline = m_pipeline] {
    if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return;
    // Elements that refuse without a message exist; the owner waits for one.
    const base::ErrorPtr error(
        g_error_new_literal(GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "could not start"));
    gst_element_post_message(pipeline.get(),
                             gst_message_new_error(GST_OBJECT(pipeline.get()), error.get(), nullptr));
  });
}

void Pipeline::before_stop(std::function<void()> work) { m_before_stop = std::move(work); }

void Pipeline::detach() { m_on_message = std::make_shared<std::function<void(GstMessage&)>>(); }

void Pipeline::dump(const char* why) const {
  const std::string file = m_name + "-" + why;
  GST_DEBUG_BIN_TO_DOT_FILE_WITH_TS(GST_BIN(m_pipeline.get()), GST_DEBUG_GRAPH_SHOW_ALL, file.c_str());
}

gboolean Pipeline::on_bus(GstMessage& message) {
  if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_STATE_CHANGED &&
      GST_MESSAGE_SRC(&message) == GST_OBJECT(m_pipeline.get())) {
    GstState state{};
    gst_message_parse_state_changed(&message, nullptr, &state, nullptr);
    dump(gst_element_state_get_name(state));
  } else if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_ERROR) {
    // An element that fails makes its source fail as well; what has been removed meanwhile is of no interest.
    if (!gst_object_has_as_ancestor(GST_MESSAGE_SRC(&message), GST_OBJECT(m_pipeline.get())))
      return G_SOURCE_CONTINUE;
    dump("error");
  } else if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_LATENCY && !m_skips_latency) {
    gst_bin_recalculate_latency(GST_BIN(m_pipeline.get()));
  }
  // Kept alive on the stack: the handler may destroy this pipeline.
  const auto handler = m_on_message;
  if (*handler) (*handler)(message);
  return G_SOURCE_CONTINUE;
}

}  // namespace sangdam::pipelines
