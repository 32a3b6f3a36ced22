#include "ui/kiosk/video_view.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/handles.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {

struct VideoView::Impl {
  std::shared_ptr<base::FrameSlot> slot;
  bool mirrored = false;
  base::Ref<GtkWidget> widget;
  base::Ref<GdkTexture> texture;
  bool had_picture = false;
  std::size_t painted = 0;
  std::function<void()> listener;

  void on_change();
  void take_newest(int width);
  void snapshot(GtkSnapshot* snapshot);
};

}  // namespace sangdam::ui

// The GObject class is only the hook for GTK's paint call.
struct SdVideo {
  GtkWidget parent;
  sangdam::ui::VideoView::Impl* impl;
};
struct SdVideoClass {
  GtkWidgetClass parent_class;
};
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables,performance-no-int-to-ptr): GObject's
G_DEFINE_FINAL_TYPE(SdVideo, sd_video, GTK_TYPE_WIDGET)
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables,performance-no-int-to-ptr)

static void sd_video_init(SdVideo*) {}
static void sd_video_class_init(SdVideoClass* klass) {
  GTK_WIDGET_CLASS(klass)->snapshot = [](GtkWidget* widget, GtkSnapshot* snapshot) {
    if (auto* impl = reinterpret_cast<SdVideo*>(widget)->impl) impl->snapshot(snapshot);
  };
  gtk_widget_class_set_accessible_role(GTK_WIDGET_CLASS(klass), GTK_ACCESSIBLE_ROLE_IMG);
}

namespace sangdam::ui {

Placement place_picture(int width, int height, double area_width, double area_height) {
  const double fill = std::max(area_width / width, area_height / height);
  const double fit = std::min(area_width / width, area_height / height);
  // The share of the picture that stays visible when it fills the area is fit / fill.
  const double scale = fit / fill >= 0.75 ? fill : fit;
  const double w = width * scale;
  const double h = height * scale;
  return {(area_width - w) / 2, (area_height - h) / 2, w, h};
}

base::VideoFrame shrink(const base::VideoFrame& frame, int factor) {
  base::VideoFrame small;
  small.width = frame.width / factor;
  small.height = frame.height / factor;
  small.stride = static_cast<std::size_t>(small.width) * 3;
  const std::size_t size = small.stride * static_cast<std::size_t>(small.height);
  auto* to = static_cast<std::uint8_t*>(g_malloc(size));
  small.pixels = base::Ref<GBytes>::adopt(g_bytes_new_take(to, size));
  const auto* from = static_cast<const std::uint8_t*>(g_bytes_get_data(frame.pixels.get(), nullptr));
  const auto count = static_cast<unsigned>(factor * factor);
  for (int y = 0; y < small.height; ++y) {
    const std::uint8_t* block_row = from + static_cast<std::size_t>(y * factor) * frame.stride;
    for (int x = 0; x < small.width; ++x) {
      unsigned sum[3] = {0, 0, 0};
      const std::uint8_t* row = block_row + static_cast<std::size_t>(x * factor) * 3;
      for (int i = 0; i < factor; ++i, row += frame.stride) {
        const std::uint8_t* pixel = row;
        for (int j = 0; j < factor; ++j, pixel += 3) {
          sum[0] += pixel[0];
          sum[1] += pixel[1];
          sum[2] += pixel[2];
        }
      }
      for (const unsigned channel : sum) *to++ = static_cast<std::uint8_t>(channel / count);
    }
  }
  return small;
}

void VideoView::Impl::on_change() {
  const bool picture = slot->has_picture();
  if (!picture) texture.reset();
  gtk_widget_queue_draw(widget.get());
  if (std::exchange(had_picture, picture) != picture && listener) listener();
}

void VideoView::Impl::take_newest(int width) {
  auto frame = slot->take();
  if (!frame || frame->width <= 0 || frame->height <= 0) return;
  // 2.5: up to there cairo's own scaling is the cheaper one.
  if (const int factor = frame->width / std::max(width, 1); factor >= 3) frame = shrink(*frame, factor);
  texture = base::Ref<GdkTexture>::adopt(gdk_memory_texture_new(
      frame->width, frame->height, GDK_MEMORY_R8G8B8, frame->pixels.get(), frame->stride));
  ++painted;
}

void VideoView::Impl::snapshot(GtkSnapshot* snapshot) {
  const int width = gtk_widget_get_width(widget.get());
  const int height = gtk_widget_get_height(widget.get());
  if (width <= 0 || height <= 0) return;
  take_newest(width);
  if (!texture) return;
  const Placement place = place_picture(gdk_texture_get_width(texture.get()),
                                        gdk_texture_get_height(texture.get()), width, height);
  const graphene_rect_t area =
      GRAPHENE_RECT_INIT(0, 0, static_cast<float>(width), static_cast<float>(height));
  const graphene_rect_t picture =
      GRAPHENE_RECT_INIT(static_cast<float>(place.x), static_cast<float>(place.y),
                         static_cast<float>(place.width), static_cast<float>(place.height));
  gtk_snapshot_push_clip(snapshot, &area);
  if (mirrored) {
    const graphene_point_t edge = GRAPHENE_POINT_INIT(static_cast<float>(width), 0);
    gtk_snapshot_translate(snapshot, &edge);
    gtk_snapshot_scale(snapshot, -1, 1);
  }
  gtk_snapshot_append_texture(snapshot, texture.get(), &picture);
  gtk_snapshot_pop(snapshot);
}

VideoView::VideoView(std::shared_ptr<base::FrameSlot> slot, bool mirrored)
    : m_impl(std::make_unique<Impl>()) {
  m_impl->slot = std::move(slot);
  m_impl->mirrored = mirrored;
  auto* video = static_cast<SdVideo*>(g_object_new(sd_video_get_type(), nullptr));
  video->impl = m_impl.get();
  m_impl->widget = base::Ref<GtkWidget>::sink(GTK_WIDGET(video));
  gtk_widget_set_hexpand(widget(), TRUE);
  gtk_widget_set_vexpand(widget(), TRUE);
  gtk_widget_set_overflow(widget(), GTK_OVERFLOW_HIDDEN);
  m_impl->had_picture = m_impl->slot->has_picture();
  m_impl->slot->on_change([impl = m_impl.get()] { impl->on_change(); });
}

VideoView::~VideoView() {
  m_impl->slot->on_change({});
  // GTK may keep the widget for a moment longer than we live.
  reinterpret_cast<SdVideo*>(widget())->impl = nullptr;
}

GtkWidget* VideoView::widget() const { return m_impl->widget.get(); }
bool VideoView::has_picture() const { return m_impl->slot->has_picture(); }
void VideoView::on_picture(std::function<void()> listener) { m_impl->listener = std::move(listener); }
std::size_t VideoView::painted() const { return m_impl->painted; }

}  // namespace sangdam::ui
