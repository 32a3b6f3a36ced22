#include "ui/kiosk/status_bar.hpp"

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

const char* mark_of(Health health) {
  switch (health) {
    case Health::unknown: return "sd-dot-symbolic";
    case Health::good: return "sd-tick-symbolic";
    case Health::warning: return "sd-warning-symbolic";
    case Health::bad: return "sd-close-symbolic";
  }
  return "sd-dot-symbolic";
}

const char* class_of(Health health) {
  switch (health) {
    case Health::unknown: return "unknown";
    case Health::good: return "good";
    case Health::warning: return "warning";
    case Health::bad: return "bad";
  }
  return "unknown";
}

}  // namespace

StatusBarView::StatusBarView()
    : m_ui("status_bar.ui"),
      m_today(m_ui.button("today")),
      m_log(m_ui.button("log")),
      m_language(m_ui.button("language")),
      m_on_air(m_ui.button("on_air")),
      m_health{new_health(m_ui.box("health"), "sd-network-symbolic", tr("Network")),
               new_health(m_ui.box("health"), "sd-camera-symbolic", tr("Camera")),
               new_health(m_ui.box("health"), "sd-microphone-symbolic", tr("Microphone"))} {
  m_today.set("sd-calendar-symbolic", trc("screen", "Today"));
  m_today.bind(action::k_show_today);
  m_log.set("sd-log-symbolic", trc("screen", "Log"));
  m_log.bind(action::k_show_log);
  // The other language, in its own words: whoever needs it can read it.
  const bool korean = language() == "ko";
  m_language.set("sd-language-symbolic", korean ? "English" : "한국어");
  m_language.bind(action::k_set_language, korean ? "en" : "ko");
}

StatusBarView::Health StatusBarView::new_health(GtkBox* place, const char* icon, const char* word) {
  // A status, so that a reader speaks it when it changes, and finds it with the word hidden.
  auto* box = GTK_WIDGET(
      g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, "spacing", 4, nullptr));
  gtk_widget_add_css_class(box, "health");
  Health view{box, GTK_IMAGE(new_icon(icon)), GTK_IMAGE(new_icon("sd-dot-symbolic")),
              GTK_LABEL(new_label(word))};
  gtk_widget_add_css_class(GTK_WIDGET(view.mark), "mark");
  gtk_box_append(GTK_BOX(view.box), GTK_WIDGET(view.icon));
  gtk_box_append(GTK_BOX(view.box), GTK_WIDGET(view.word));
  gtk_box_append(GTK_BOX(view.box), GTK_WIDGET(view.mark));
  gtk_box_append(place, view.box);
  return view;
}

void StatusBarView::set_health(const Health& view, const HealthItem& item, const char* word) {
  set_icon(view.mark, mark_of(item.health));
  for (const auto each : {ui::Health::unknown, ui::Health::good, ui::Health::warning, ui::Health::bad}) {
    set_class(view.box, class_of(each), each == item.health);
  }
  const std::string text = item.text.empty() ? std::string(word) : item.text;
  gtk_widget_set_tooltip_text(view.box, text.c_str());
  set_accessible_name(view.box, text);
}

void StatusBarView::set(const StatusBar& bar) {
  set_text(m_ui.label("clinic"), bar.clinic);
  set_health(m_health[0], bar.network, tr("Network"));
  set_health(m_health[1], bar.camera, tr("Camera"));
  set_health(m_health[2], bar.microphone, tr("Microphone"));
  const auto sign = sign_of(bar.on_air);
  set_visible(m_on_air.widget(), sign.has_value());
  if (sign) {
    m_on_air.set(sign->icon, sign->text, sign->name + ". " + tr("Back to the call"));
    m_on_air.bind(action::k_show_session, bar.on_air.consultation);
  }
  draw_words();
}

void StatusBarView::set_room(const Room& room) {
  m_room = room;
  set_visible(m_ui.widget("clinic"), !room.narrow);
  gtk_box_set_spacing(GTK_BOX(root()), room.narrow ? 4 : 16);
  gtk_widget_set_margin_start(m_ui.widget("places"), room.narrow ? 0 : 16);
  m_language.set_compact(room.narrow);
  for (ActionButton* button : {&m_today, &m_log, &m_on_air}) button->set_compact(room.tight);
  draw_words();
}

void StatusBarView::draw_words() {
  // A small kiosk's bar has room for the words of what is not well; icon and mark say the rest.
  for (const Health& view : m_health) {
    set_visible(view.word, m_room.wide || (!m_room.narrow &&
                                           !gtk_widget_has_css_class(view.box, class_of(ui::Health::good))));
  }
}

void StatusBarView::set_screen(Screen screen) {
  set_class(m_today.widget(), "current", screen == Screen::today || screen == Screen::session);
  set_class(m_log.widget(), "current", screen == Screen::log || screen == Screen::timeline);
}

void StatusBarView::set_waiting(std::size_t count) {
  m_today.set_badge(count);
  std::string name = trc("screen", "Today");
  if (count > 0) {
    name += ", " + fill(trn("{count} patient is waiting", "{count} patients are waiting", count),
                        fmt::arg("count", count));
  }
  set_accessible_name(m_today.widget(), name);
}

void StatusBarView::tick(Instant now) { set_text(m_ui.label("clock"), time_of_day(now)); }

}  // namespace sangdam::ui
