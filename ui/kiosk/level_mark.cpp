#include "ui/kiosk/level_mark.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto k_look_every = 100ms;
// In dB below full scale: a quiet room stays below the first, speech at a desk reaches the third.
constexpr std::array k_steps{-46.0, -34.0, -22.0, -10.0};

}  // namespace

int steps_lit(int peak) {
  if (peak <= 0) return 0;
  const double db = 20 * std::log10(static_cast<double>(peak) / base::SoundLevel::k_full_scale);
  return static_cast<int>(
      std::count_if(k_steps.begin(), k_steps.end(), [db](double step) { return db >= step; }));
}

LevelMark::LevelMark()
    // Not a GtkLevelBar: its theme makes each step 100 pixels wide.
    : m_bar(base::Ref<GtkWidget>::sink(GTK_WIDGET(g_object_new(
          GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_METER, "orientation", GTK_ORIENTATION_VERTICAL,
          "spacing", 2, "valign", GTK_ALIGN_CENTER, "hexpand", FALSE, nullptr)))) {
  for (std::size_t step = 0; step < k_steps.size(); ++step) {
    GtkWidget* dot = new_box(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(dot, "level-step");
    gtk_box_prepend(GTK_BOX(m_bar.get()), dot);  // the first at the bottom
  }
  gtk_accessible_update_property(GTK_ACCESSIBLE(m_bar.get()), GTK_ACCESSIBLE_PROPERTY_VALUE_MAX,
                                 static_cast<double>(k_steps.size()), -1);
  set_accessible_name(m_bar.get(), tr("What your microphone hears"));
  m_signals.on(m_bar.get(), "map", [this] { update(); });
  m_signals.on(m_bar.get(), "unmap", [this] { update(); });
}

void LevelMark::watch(std::shared_ptr<base::SoundLevel> level) {
  m_level = std::move(level);
  update();
}

void LevelMark::set_shown(bool shown) {
  if (std::exchange(m_shown, shown) != shown) update();
}

void LevelMark::update() {
  if (m_level && m_shown && gtk_widget_get_mapped(m_bar.get())) {
    (void)m_level->take();  // what was heard before counts for nothing
    m_timer.start_repeating(k_look_every, [this] { look(); });
  } else {
    m_timer.stop();
  }
}

void LevelMark::look() {
  // Up at once, down step by step: between two words it does not flicker.
  const int lit = std::max(steps_lit(m_level->take()), m_lit - 1);
  if (std::exchange(m_lit, lit) == lit) return;
  int step = 0;
  for (GtkWidget* dot = gtk_widget_get_last_child(m_bar.get()); dot != nullptr;
       dot = gtk_widget_get_prev_sibling(dot))
    set_class(dot, "lit", step++ < lit);
  gtk_accessible_update_property(GTK_ACCESSIBLE(m_bar.get()), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                 static_cast<double>(lit), -1);
}

}  // namespace sangdam::ui
