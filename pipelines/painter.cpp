#include "pipelines/painter.hpp"

#include <gst/video/video.h>

#include <utility>

namespace sangdam::pipelines {
namespace {

/// Shared by the two closures of one chain.
struct State {
  std::shared_ptr<base::FrameSlot> slot;
  Painter::OnPicture on_picture;
  Painter::OnFrame on_frame;
  Ref<GstElement> filter;
  base::PictureSize source;  // of the newest picture
  base::PictureSize asked;   // what the filter asks for
};

void ask(State& state, base::PictureSize size) {
  if (size == std::exchange(state.asked, size)) return;
  const auto caps = Ref<GstCaps>::adopt(gst_caps_new_simple(
      "video/x-raw", "format", G_TYPE_STRING, "BGRA", "width", G_TYPE_INT, size.width, "height", G_TYPE_INT,
      size.height, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr));
  g_object_set(state.filter.get(), "caps", caps.get(), nullptr);
}

/// False: nobody needs it.
bool on_arrival(State& state, GstPad& pad) {
  const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(&pad));
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps(&info, caps.get())) return true;
  state.source = {GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)};
  state.on_picture(state.source);
  if (!state.slot->needs_frame()) return false;
  ask(state, state.slot->wanted(state.source));
  return true;
}

using Shared = std::shared_ptr<State>;

}  // namespace

std::string Painter::chain(const std::string& name) {
  // dither: for 8 bits from 8 bits there is nothing to spread, and looking costs.
  return "videoconvertscale name=" + name +
         "-converter add-borders=false dither=none ! capsfilter name=" + name +
         "-size caps=video/x-raw,format=BGRA ! appsink name=" + name +
         " sync=false async=false max-buffers=1 drop=true enable-last-sample=false";
}

void Painter::connect(Pipeline& pipeline, const std::string& name, std::shared_ptr<base::FrameSlot> slot,
                      OnPicture on_picture, OnFrame on_frame) {
  auto state = std::make_shared<State>();
  state->slot = std::move(slot);
  state->on_picture = std::move(on_picture);
  state->on_frame = std::move(on_frame);
  state->filter = pipeline.find((name + "-size").c_str());
  const auto entrance = Ref<GstPad>::adopt(
      gst_element_get_static_pad(pipeline.find((name + "-converter").c_str()).get(), "sink"));
  gst_pad_add_probe(
      entrance.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* pad, GstPadProbeInfo*, gpointer data) noexcept -> GstPadProbeReturn {
        return on_arrival(*unbox<Shared>(data), *pad) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
      },
      box<Shared>(state), free_box<Shared>);
  on_each_sample(pipeline.find(name.c_str()).get(), [state](GstSample& sample) {
    auto frame = to_frame(sample);
    if (!frame) return;
    frame->source = state->source;
    state->on_frame(std::move(*frame));
  });
}

std::optional<base::VideoFrame> to_frame(GstSample& sample) {
  GstBuffer* buffer = gst_sample_get_buffer(&sample);
  GstCaps* caps = gst_sample_get_caps(&sample);
  GstVideoInfo info;
  if (buffer == nullptr || caps == nullptr || !gst_video_info_from_caps(&info, caps)) return std::nullopt;
  if (GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_BGRA) return std::nullopt;
  auto mapped = std::make_unique<GstVideoFrame>();
  if (!gst_video_frame_map(mapped.get(), &info, buffer, GST_MAP_READ)) return std::nullopt;
  base::VideoFrame frame;
  frame.width = GST_VIDEO_FRAME_WIDTH(mapped.get());
  frame.height = GST_VIDEO_FRAME_HEIGHT(mapped.get());
  frame.stride = static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(mapped.get(), 0));
  const auto* pixels = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(mapped.get(), 0));
  const std::size_t size = frame.stride * static_cast<std::size_t>(frame.height);
  frame.pixels = Ref<GBytes>::adopt(g_bytes_new_with_free_func(
      pixels, size,
      [](gpointer data) {
        const std::unique_ptr<GstVideoFrame> owned(static_cast<GstVideoFrame*>(data));
        gst_video_frame_unmap(owned.get());
      },
      mapped.release()));
  return frame;
}

}  // namespace sangdam::pipelines
