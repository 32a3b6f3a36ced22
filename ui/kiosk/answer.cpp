#include "ui/kiosk/answer.hpp"

#include <algorithm>

#include "ui/kiosk/press.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

constexpr int k_gap = 8;      // to what was pressed
constexpr int k_margin = 16;  // to the window's edge
constexpr int k_columns = 44;
constexpr auto k_good_for = 6s;

gboolean on_clicked(GSignalInvocationHint*, guint, const GValue* values, gpointer) {
  note_press(GTK_WIDGET(g_value_get_object(values)));
  return TRUE;  // stay
}

guint clicked_signal() {
  static const gpointer s_class = g_type_class_ref(GTK_TYPE_BUTTON);  // its signals exist once it does
  (void)s_class;
  return g_signal_lookup("clicked", GTK_TYPE_BUTTON);
}

}  // namespace

AnswerView::AnswerView(GtkOverlay* overlay)
    : m_overlay(overlay),
      m_bubble(GTK_WIDGET(
          g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT, "spacing", 16, nullptr))),
      m_icon(GTK_IMAGE(new_icon("sd-warning-symbolic"))),
      m_text(GTK_LABEL(new_paragraph(""))),
      // Before the handlers of the button itself, so that what they do is known to be its doing.
      m_hook(g_signal_add_emission_hook(clicked_signal(), 0, on_clicked, nullptr, nullptr)) {
  gtk_widget_add_css_class(m_bubble, "answer");
  gtk_label_set_max_width_chars(m_text, k_columns);
  gtk_box_append(GTK_BOX(m_bubble), GTK_WIDGET(m_icon));
  gtk_box_append(GTK_BOX(m_bubble), GTK_WIDGET(m_text));
  set_visible(m_bubble, false);
  gtk_overlay_add_overlay(m_overlay, m_bubble);
  m_on_position = base::SignalConnection(
      m_overlay, "get-child-position",
      G_CALLBACK(+[](GtkOverlay*, GtkWidget* child, GdkRectangle* place, gpointer self) noexcept -> gboolean {
        const auto& view = *static_cast<AnswerView*>(self);
        if (child != view.m_bubble) return FALSE;
        *place = view.place();
        return TRUE;
      }),
      this);
  GtkGesture* touch = gtk_gesture_click_new();
  gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(touch), 0);
  gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(touch), GTK_PHASE_CAPTURE);
  m_signals.on(touch, "pressed", [this] { hide(); });
  gtk_widget_add_controller(GTK_WIDGET(m_overlay), GTK_EVENT_CONTROLLER(touch));  // takes it over
}

AnswerView::~AnswerView() {
  g_signal_remove_emission_hook(clicked_signal(), m_hook);
  gtk_overlay_remove_overlay(m_overlay, m_bubble);
}

bool AnswerView::say(Health health, const std::string& text) {
  const Press press = last_press();
  if (!press.is_now) return false;
  m_answered = press.number;
  m_refused = health != Health::good;
  set_tone(m_bubble, tone_of(health));
  set_icon(m_icon, m_refused ? "sd-warning-symbolic" : "sd-check-symbolic");
  set_text(m_text, text);
  set_accessible_name(m_bubble, text);
  // Above a sheet that came later: the last child is painted last.
  const auto alive = base::Ref<GtkWidget>::share(m_bubble);
  gtk_overlay_remove_overlay(m_overlay, m_bubble);
  gtk_overlay_add_overlay(m_overlay, m_bubble);
  set_visible(m_bubble, true);
  m_gone.stop();
  if (!m_refused) m_gone.start_once(k_good_for, [this] { hide(); });
  return true;
}

bool AnswerView::refused() const {
  const Press press = last_press();
  return press.is_now && press.number == m_answered && m_refused;
}

void AnswerView::on_screen_changed() {
  if (!last_press().is_now || last_press().number != m_answered) hide();
}

void AnswerView::hide() {
  m_gone.stop();
  set_visible(m_bubble, false);
}

GdkRectangle AnswerView::place() const {
  const int room_width = gtk_widget_get_width(GTK_WIDGET(m_overlay));
  const int room_height = gtk_widget_get_height(GTK_WIDGET(m_overlay));
  const GdkRectangle pressed = last_press().place;
  int width = 0;
  int height = 0;
  gtk_widget_measure(m_bubble, GTK_ORIENTATION_HORIZONTAL, -1, nullptr, &width, nullptr, nullptr);
  width = std::min(width, room_width - 2 * k_margin);
  gtk_widget_measure(m_bubble, GTK_ORIENTATION_VERTICAL, width, nullptr, &height, nullptr, nullptr);
  const auto inside = [](int at, int size, int room) {
    return std::clamp(at, k_margin, std::max(k_margin, room - size - k_margin));
  };
  // Above: the hand covers what lies below.
  const int above = pressed.y - k_gap - height;
  const int top = above >= k_margin ? above : pressed.y + pressed.height + k_gap;
  return {inside(pressed.x + (pressed.width - width) / 2, width, room_width),
          inside(top, height, room_height), width, height};
}

}  // namespace sangdam::ui
