#include "ui/kiosk/qr_view.hpp"

#include <qrencode.h>

#include <algorithm>
#include <cmath>

namespace sangdam::ui {

QrModules qr_modules(const std::string& text) {
  QrModules modules;
  if (text.empty()) return modules;
  // Level M: reads well off a screen, and keeps the modules of our short links large.
  const base::FreePtr<QRcode, QRcode_free> code(
      QRcode_encodeString8bit(text.c_str(), 0 /* smallest version that fits */, QR_ECLEVEL_M));
  if (!code) return modules;
  modules.size = code->width;
  const auto count = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  modules.dark.reserve(count);
  for (std::size_t i = 0; i < count; ++i) modules.dark.push_back((code->data[i] & 1U) != 0);
  return modules;
}

QrView::QrView(int pixels) : m_area(base::Ref<GtkWidget>::sink(gtk_drawing_area_new())) {
  resize(pixels);
  gtk_widget_add_css_class(widget(), "qr");
  gtk_widget_set_halign(widget(), GTK_ALIGN_CENTER);
  gtk_widget_set_valign(widget(), GTK_ALIGN_CENTER);
  gtk_drawing_area_set_draw_func(
      GTK_DRAWING_AREA(widget()),
      [](GtkDrawingArea*, cairo_t* cairo, int width, int height, gpointer self) {
        static_cast<QrView*>(self)->draw(cairo, width, height);
      },
      this, nullptr);
}

QrView::~QrView() { gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(widget()), nullptr, nullptr, nullptr); }

void QrView::set(const std::string& text) {
  if (text == m_text) return;
  m_text = text;
  m_modules = qr_modules(text);
  gtk_widget_queue_draw(widget());
}

void QrView::resize(int pixels) { gtk_widget_set_size_request(widget(), pixels, pixels); }

void QrView::draw(cairo_t* cairo, int width, int height) const {
  constexpr int k_quiet = 4;  // modules
  if (m_modules.size == 0) return;
  // Whole pixels per module: a blurred edge is what scanners stumble over.
  const int modules = m_modules.size + 2 * k_quiet;
  const int scale = std::max(1, std::min(width, height) / modules);
  const int left = (width - scale * modules) / 2;
  const int top = (height - scale * modules) / 2;
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_rectangle(cairo, left, top, scale * modules, scale * modules);
  cairo_fill(cairo);
  cairo_set_source_rgb(cairo, 0, 0, 0);
  for (int y = 0; y < m_modules.size; ++y) {
    for (int x = 0; x < m_modules.size; ++x) {
      if (!m_modules.dark[static_cast<std::size_t>(y * m_modules.size + x)]) continue;
      cairo_rectangle(cairo, left + (x + k_quiet) * scale, top + (y + k_quiet) * scale, scale, scale);
    }
  }
  cairo_fill(cairo);
}

}  // namespace sangdam::ui
