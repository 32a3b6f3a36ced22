#include "pipelines/shape.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <utility>

namespace sangdam::pipelines {
namespace {

std::int64_t pixels_of(base::PictureSize size) { return std::int64_t{size.width} * size.height; }

int even(double side) { return std::max(2, 2 * static_cast<int>(std::lround(side / 2))); }

/// In square pixels; nothing if the caps are not of video.
base::PictureSize size_of(const GstCaps& caps) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, &caps)) return {};
  base::PictureSize size{GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)};
  const int across = GST_VIDEO_INFO_PAR_N(&info);
  const int down = GST_VIDEO_INFO_PAR_D(&info);
  if (across != down && across > 0 && down > 0)
    size.width = even(static_cast<double>(size.width) * across / down);
  return size;
}

}  // namespace

base::PictureSize fit(base::PictureSize source, base::PictureSize room) {
  if (pixels_of(source) <= pixels_of(room)) return source;
  const double scale =
      std::sqrt(static_cast<double>(pixels_of(room)) / static_cast<double>(pixels_of(source)));
  return {even(source.width * scale), even(source.height * scale)};
}

Ref<GstCaps> picture_caps(base::PictureSize size) {
  // The rate is a guess that the encoder asks for; what counts are the times of the pictures.
  return Ref<GstCaps>::adopt(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "I420", "width",
                                                 G_TYPE_INT, size.width, "height", G_TYPE_INT, size.height,
                                                 "framerate", GST_TYPE_FRACTION, 30, 1, "pixel-aspect-ratio",
                                                 GST_TYPE_FRACTION, 1, 1, nullptr));
}

struct ShapeKeeper::State {
  std::mutex mutex;  // protects what follows
  base::PictureSize source, room, asked;
  Ref<GstElement> filter;

  /// The lock is held.
  void ask() {
    // Nothing came yet: as if it were just as large.
    const base::PictureSize size = source.width > 0 ? fit(source, room) : room;
    if (size == std::exchange(asked, size)) return;
    Ref<GstCaps> caps;
    g_object_get(filter.get(), "caps", static_cast<GstCaps**>(base::out(caps)), nullptr);
    auto* changed = gst_caps_copy(caps.get());
    gst_caps_set_simple(changed, "width", G_TYPE_INT, size.width, "height", G_TYPE_INT, size.height,
                        "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr);
    g_object_set(filter.get(), "caps", Ref<GstCaps>::adopt(changed).get(), nullptr);
  }
};

ShapeKeeper::ShapeKeeper(const Pipeline& pipeline, const char* converter, const char* filter,
                         base::PictureSize room)
    : m_state(std::make_shared<State>()) {
  m_state->filter = pipeline.find(filter);
  m_state->room = room;
  m_state->ask();
  using Shared = std::shared_ptr<State>;
  const auto entrance =
      Ref<GstPad>::adopt(gst_element_get_static_pad(pipeline.find(converter).get(), "sink"));
  gst_pad_add_probe(
      entrance.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
        if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        State& state = *unbox<Shared>(data);
        const std::lock_guard lock(state.mutex);
        if (const base::PictureSize size = size_of(*caps); size.width > 0) state.source = size;
        state.ask();
        return GST_PAD_PROBE_OK;
      },
      box<Shared>(m_state), free_box<Shared>);
}

void ShapeKeeper::set_room(base::PictureSize room) {
  const std::lock_guard lock(m_state->mutex);
  m_state->room = room;
  m_state->ask();
}

}  // namespace sangdam::pipelines
