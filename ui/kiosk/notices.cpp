#include "ui/kiosk/notices.hpp"

#include <algorithm>
#include <string>
#include <utility>

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
  // The newest of the gravest is in view: the older ones have been seen.
  m_notices.assign(notices.rbegin(), notices.rend());
  std::stable_sort(m_notices.begin(), m_notices.end(),
                   [](const NoticeBar& a, const NoticeBar& b) { return a.health > b.health; });
  draw();
}

void NoticesView::set_room(const Room& room) {
  if (std::exchange(m_compact, room.narrow) != room.narrow) draw();
}

void NoticesView::draw() {
  m_signals = Signals();
  remove_children(GTK_WIDGET(m_place));
  if (m_notices.size() < 2) m_unfolded = false;
  for (const NoticeBar& notice : m_notices) {
    const bool first = &notice == &m_notices.front();
    gtk_box_append(m_place, bar_of(notice, first && m_notices.size() > 1));
    if (first && !m_unfolded) break;
  }
}

GtkWidget* NoticesView::bar_of(const NoticeBar& notice, bool with_unfold) {
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
  if (with_unfold) {
    const std::size_t others = m_notices.size() - 1;
    const std::string words =
        m_unfolded ? tr("Show less") : fill(trn("{} more message", "{} more messages", others), others);
    ActionButton unfold = new_button(m_unfolded ? "sd-minus-symbolic" : "sd-plus-symbolic", words, {});
    gtk_widget_set_valign(unfold.widget(), GTK_ALIGN_CENTER);
    unfold.set_compact(m_compact);
    m_signals.on(unfold.widget(), "clicked", [this] {
      m_unfolded = !m_unfolded;
      // Not inside the button's own signal: drawing anew destroys it.
      base::post_to_main(m_anchor.weak(), [](NoticesView& self) { self.draw(); });
    });
    gtk_box_append(GTK_BOX(bar), unfold.widget());
  }
  if (notice.dismissible) {
    ActionButton dismiss =
        new_button("sd-close-symbolic", tr("Dismiss"), {}, std::string(tr("Dismiss")) + ": " + notice.text);
    dismiss.set_compact(m_compact);
    dismiss.bind(action::k_dismiss_notice, notice.id);
    gtk_widget_set_valign(dismiss.widget(), GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(bar), dismiss.widget());
  }
  return bar;
}

}  // namespace sangdam::ui
