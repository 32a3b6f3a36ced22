#include "ui/kiosk/volume_control.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

constexpr int k_step = 25;

std::string percentage(int percent) { return fmt::format("{} %", percent); }

}  // namespace

VolumeControl::VolumeControl(GtkButton* button, GtkBox* steps)
    : m_steps(GTK_WIDGET(steps)),
      m_value(GTK_LABEL(gtk_label_new(nullptr))),
      m_button(button),
      m_less(new_button("sd-minus-symbolic", "", {}, tr("Quieter"))),
      m_more(new_button("sd-plus-symbolic", "", {}, tr("Louder"))) {
  gtk_widget_set_hexpand(GTK_WIDGET(m_value), TRUE);
  for (GtkWidget* part : {m_less.widget(), GTK_WIDGET(m_value), m_more.widget()}) gtk_box_append(steps, part);
  m_signals.on(button, "clicked", [this] { show(!gtk_widget_get_visible(m_steps)); });
  m_signals.on(m_less.widget(), "clicked", [this] { step(-k_step); });
  m_signals.on(m_more.widget(), "clicked", [this] { step(k_step); });
}

void VolumeControl::set(const CallModel& model) {
  m_percent = model.patient_volume;
  const std::string value = percentage(m_percent);
  const std::string name = fill(tr("Volume of {patient}: {percent}"),
                                fmt::arg("patient", patient_or(model.patient)), fmt::arg("percent", value));
  // What is not as it comes is said without a press.
  m_button.set(m_percent == 0 ? "sd-sound-off-symbolic" : "sd-sound-symbolic", m_percent == 100 ? "" : value,
               name);
  set_accessible_name(m_steps, name);
  set_text(m_value, value);
  gtk_widget_set_sensitive(m_less.widget(), m_percent > 0);
  gtk_widget_set_sensitive(m_more.widget(), m_percent < CallModel::k_loudest);
}

void VolumeControl::show(bool open) {
  set_visible(m_steps, open);
  set_class(m_button.widget(), "open", open);
}

void VolumeControl::step(int by) {
  // From whatever it is, also between two steps, to the next one.
  const int next = by > 0 ? m_percent / k_step * k_step + k_step : (m_percent - 1) / k_step * k_step;
  activate(m_steps, action::k_patient_volume, std::clamp(next, 0, CallModel::k_loudest));
}

}  // namespace sangdam::ui
