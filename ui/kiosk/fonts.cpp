#include "ui/kiosk/fonts.hpp"

#include <gtk/gtk.h>
#include <pango/pangocairo.h>

#include "base/handles.hpp"

namespace sangdam::ui {

bool can_show_hangul() {
  const auto context =
      base::Ref<PangoContext>::adopt(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  const auto layout = base::Ref<PangoLayout>::adopt(pango_layout_new(context.get()));
  pango_layout_set_text(layout.get(), "가힣", -1);
  return pango_layout_get_unknown_glyphs_count(layout.get()) == 0;
}

}  // namespace sangdam::ui
