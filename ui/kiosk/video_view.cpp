#include "ui/kiosk/video_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/handles.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using SurfacePtr = std::unique_ptr<cairo_surface_t, DestroySurface>;

/// The pixels of a frame, without copying them: the image keeps them alive.
SurfacePtr image_of(const base::VideoFrame& frame) {
  static const cairo_user_data_key_t k_pixels{};
  gsize size = 0;
  const auto* pixels = static_cast<const unsigned char*>(g_bytes_get_data(frame.pixels.get(), &size));
  // cairo only reads a source.
  SurfacePtr image(cairo_image_surface_create_for_data(
      const_cast<unsigned char*>(pixels),  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      CAIRO_FORMAT_RGB24, frame.width, frame.height, static_cast<int>(frame.stride)));
  cairo_surface_set_user_data(image.get(), &k_pixels, g_bytes_ref(frame.pixels.get()),
                              [](void* bytes) { g_bytes_unref(static_cast<GBytes*>(bytes)); });
  return image;
}

}  // namespace

struct VideoView::Impl {
  std::shared_ptr<base::FrameSlot> slot;
  bool mirrored = false;
  base::Ref<GtkWidget> widget;
  std::optional<base::VideoFrame> frame;
  // The image of the frame and the one before it: the node painted last still refers to that, and cairo would
  // copy pixels that are let go while somebody refers to them.
  std::array<SurfacePtr, 2> images;
  bool had_picture = false;
  std::size_t painted = 0;
  std::function<void()> listener;

  void on_change();
  void take_newest();
  void snapshot(GtkSnapshot* snapshot);
  void append(GtkSnapshot* snapshot, const graphene_rect_t& picture);
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

void VideoView::Impl::on_change() {
  const bool picture = slot->has_picture();
  if (!picture) {
    frame.reset();
    images = {};
  }
  gtk_widget_queue_draw(widget.get());
  if (std::exchange(had_picture, picture) != picture && listener) listener();
}

void VideoView::Impl::take_newest() {
  auto newest = slot->take();
  if (!newest || newest->width <= 0 || newest->height <= 0) return;
  frame = std::move(newest);
  if (frame->source.width <= 0) frame->source = {frame->width, frame->height};
  images[1] = std::exchange(images[0], image_of(*frame));
  ++painted;
}

/// Into a rectangle in the widget's coordinates.
void VideoView::Impl::append(GtkSnapshot* snapshot, const graphene_rect_t& picture) {
  GskRenderer* renderer = gtk_native_get_renderer(gtk_widget_get_native(widget.get()));
  if (renderer == nullptr || !GSK_IS_CAIRO_RENDERER(renderer)) {
    const auto texture = base::Ref<GdkTexture>::adopt(gdk_memory_texture_new(
        frame->width, frame->height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, frame->pixels.get(), frame->stride));
    gtk_snapshot_append_texture(snapshot, texture.get(), &picture);
    return;
  }
  // GTK 4.8 would convert a texture anew for each painting, on the main thread, and blend it as if it were
  // transparent.
  cairo_t* cairo = gtk_snapshot_append_cairo(snapshot, &picture);
  cairo_translate(cairo, static_cast<double>(picture.origin.x), static_cast<double>(picture.origin.y));
  cairo_scale(cairo, static_cast<double>(picture.size.width) / frame->width,
              static_cast<double>(picture.size.height) / frame->height);
  cairo_set_source_surface(cairo, images[0].get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BILINEAR);
  cairo_pattern_set_extend(cairo_get_source(cairo),
                           CAIRO_EXTEND_PAD);  // or the last row would be blended with nothing
  cairo_rectangle(cairo, 0, 0, frame->width, frame->height);
  cairo_fill(cairo);
  cairo_destroy(cairo);
}

void VideoView::Impl::snapshot(GtkSnapshot* snapshot) {
  const int width = gtk_widget_get_width(widget.get());
  const int height = gtk_widget_get_height(widget.get());
  if (width <= 0 || height <= 0) return;
  take_newest();
  if (!frame) return;
  // In whole pixels of the screen: a picture of just that size is copied, any other one is resampled.
  const double scale = gtk_widget_get_scale_factor(widget.get());
  const Placement exact =
      place_picture(frame->source.width, frame->source.height, width * scale, height * scale);
  const base::PictureSize size{std::max(1, static_cast<int>(std::lround(exact.width))),
                               std::max(1, static_cast<int>(std::lround(exact.height)))};
  slot->want(frame->source, size);
  const auto on_screen = [scale](double pixels) { return static_cast<float>(std::round(pixels) / scale); };
  const graphene_rect_t area =
      GRAPHENE_RECT_INIT(0, 0, static_cast<float>(width), static_cast<float>(height));
  const graphene_rect_t picture = GRAPHENE_RECT_INIT(on_screen(exact.x), on_screen(exact.y),
                                                     on_screen(size.width), on_screen(size.height));
  gtk_snapshot_push_clip(snapshot, &area);
  if (mirrored) {
    const graphene_point_t edge = GRAPHENE_POINT_INIT(static_cast<float>(width), 0);
    gtk_snapshot_translate(snapshot, &edge);
    gtk_snapshot_scale(snapshot, -1, 1);
  }
  append(snapshot, picture);
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
  m_impl->slot->set_visible(false);
  for (const char* signal : {"map", "unmap"}) {
    g_signal_connect(widget(), signal, G_CALLBACK(+[](GtkWidget* self, gpointer) noexcept {
                       if (auto* impl = reinterpret_cast<SdVideo*>(self)->impl)
                         impl->slot->set_visible(gtk_widget_get_mapped(self) != FALSE);
                     }),
                     nullptr);
  }
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
