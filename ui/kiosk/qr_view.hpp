// A QR code, drawn with libqrencode and cairo: sharp at every size, with the quiet zone the standard asks for
// (ISO/IEC 18004: four modules). Main thread.
#pragma once

#include <gtk/gtk.h>

#include <string>
#include <vector>

#include "base/handles.hpp"

namespace sangdam::ui {

/// The dark modules of one QR code, row by row.
struct QrModules {
  int size = 0;  // modules per side; 0: nothing to show (empty or too long a text)
  std::vector<bool> dark;
};
[[nodiscard]] QrModules qr_modules(const std::string& text);

class QrView {
 public:
  explicit QrView(int pixels);
  QrView(const QrView&) = delete;
  QrView& operator=(const QrView&) = delete;
  ~QrView();
  [[nodiscard]] GtkWidget* widget() const { return m_area.get(); }
  void set(const std::string& text);
  void resize(int pixels);

 private:
  void draw(cairo_t* cairo, int width, int height) const;
  std::string m_text;
  QrModules m_modules;
  base::Ref<GtkWidget> m_area;
};

}  // namespace sangdam::ui
