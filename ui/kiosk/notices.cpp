#include "ui/kiosk/notices.hpp"

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

const char* icon_of(Health health) {
  switch (health) {
    case Health::unknown: return "sd-info-symbolic";
    case Health::good: return "sd-check-symbolic";
    case Health::warning:
    case Health::bad: return "sd-warning-symbolic";
  }
  return "sd-info-symbolic";
}

}  // namespace

void NoticesView::set(const std::vector<NoticeBar>& notices) {
  remove_children(GTK_WIDGET(m_place));
  for (const NoticeBar& notice : notices) {
    // An alert role makes screen readers speak it when it appears.
    auto* bar = GTK_WIDGET(
        g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, "spacing", 16, nullptr));
    gtk_widget_add_css_class(bar, "notice");
    set_tone(bar, tone_of(notice.health));
    GtkWidget* text = new_paragraph(notice.text);
    gtk_widget_set_hexpand(text, TRUE);
    gtk_box_append(GTK_BOX(bar), new_icon(icon_of(notice.health)));
    gtk_box_append(GTK_BOX(bar), text);
    set_accessible_name(bar, notice.text);
    if (notice.dismissible) {
      ActionButton dismiss =
          new_button("sd-close-symbolic", tr("Dismiss"), {}, std::string(tr("Dismiss")) + ": " + notice.text);
      dismiss.bind(action::k_dismiss_notice, notice.id);
      gtk_widget_set_valign(dismiss.widget(), GTK_ALIGN_CENTER);
      gtk_box_append(GTK_BOX(bar), dismiss.widget());
    }
    gtk_box_append(m_place, bar);
  }
}

}  // namespace sangdam::ui
