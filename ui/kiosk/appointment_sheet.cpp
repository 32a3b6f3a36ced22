#include "ui/kiosk/appointment_sheet.hpp"

#include <algorithm>
#include <memory>

#include "base/clock.hpp"
#include "base/main_thread.hpp"
#include "base/text.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/press.hpp"

namespace sangdam::ui {
namespace {

constexpr std::size_t k_name_length = 60;  // code points, as the protocol limits names
constexpr int k_minute_step = 5;
constexpr int k_days_ahead = 90;
constexpr std::size_t k_clinicians_offered = 3;  // as many as fit beside each other

struct Stepper {
  GtkWidget* box;
  GtkLabel* value;
  ActionButton less, more;
};

Stepper new_stepper(const char* what, const char* less, const char* more) {
  Stepper stepper{new_box(GTK_ORIENTATION_HORIZONTAL, 8, {"stepper"}), GTK_LABEL(new_label("", {"value"})),
                  new_button("sd-minus-symbolic", "", {"soft"}, less),
                  new_button("sd-plus-symbolic", "", {"soft"}, more)};
  gtk_label_set_xalign(stepper.value, 0.5F);
  // Over an empty place, which is as large whatever it says: or the buttons would move under the finger.
  GtkWidget* place = gtk_overlay_new();
  gtk_overlay_set_child(GTK_OVERLAY(place), new_box(GTK_ORIENTATION_HORIZONTAL, 0));
  gtk_overlay_add_overlay(GTK_OVERLAY(place), GTK_WIDGET(stepper.value));
  gtk_widget_set_halign(GTK_WIDGET(stepper.value), GTK_ALIGN_CENTER);
  gtk_widget_set_valign(GTK_WIDGET(stepper.value), GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand(place, TRUE);
  set_accessible_name(stepper.box, what);
  gtk_box_append(GTK_BOX(stepper.box), stepper.less.widget());
  gtk_box_append(GTK_BOX(stepper.box), place);
  gtk_box_append(GTK_BOX(stepper.box), stepper.more.widget());
  return stepper;
}

/// Lives as long as its sheet is open.
class AppointmentSheet : public std::enable_shared_from_this<AppointmentSheet> {
 public:
  AppointmentSheet(Sheets& sheets, const std::vector<std::string>& clinicians, Instant now);
  void open();

 private:
  void offer(const std::vector<std::string>& clinicians);
  void step(int& value, int by, int low, int high, bool wrap);
  void draw();
  void add();
  [[nodiscard]] std::string text_of(const char* entry) const;
  [[nodiscard]] bool needs_picture() const {
    return gtk_toggle_button_get_active(m_ui.toggle("needs_picture")) != FALSE;
  }
  [[nodiscard]] Instant chosen() const { return moment_at(m_now, m_days, m_hour, m_minute); }

  Sheets& m_sheets;
  Instant m_now;
  int m_days = 0;
  int m_hour = 9;
  int m_minute = 0;
  Ui m_ui;
  Stepper m_day, m_hours, m_minutes;
  ActionButton m_needs_picture, m_back, m_add;
  Signals m_signals;
};

AppointmentSheet::AppointmentSheet(Sheets& sheets, const std::vector<std::string>& clinicians, Instant now)
    : m_sheets(sheets),
      m_now(now),
      m_ui("appointment_sheet.ui"),
      m_day(new_stepper(tr("Day"), tr("One day earlier"), tr("One day later"))),
      m_hours(new_stepper(tr("Hour"), tr("One hour earlier"), tr("One hour later"))),
      m_minutes(new_stepper(tr("Minute"), tr("Five minutes earlier"), tr("Five minutes later"))),
      m_needs_picture(GTK_BUTTON(m_ui.toggle("needs_picture"))),
      m_back(m_ui.button("back")),
      m_add(m_ui.button("add")) {
  // The next half hour from now; tomorrow at nine when the day is nearly over.
  const auto local = base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()));
  const int half_hours = g_date_time_get_hour(local.get()) * 2 + g_date_time_get_minute(local.get()) / 30 + 1;
  if (half_hours < 48) {
    m_hour = half_hours / 2;
    m_minute = half_hours % 2 * 30;
  } else {
    m_days = 1;
  }
  m_back.set("sd-back-symbolic", tr("Back"));
  m_add.set("sd-plus-symbolic", tr("Add"), tr("Add this appointment"));
  gtk_box_append(m_ui.box("day"), m_day.box);
  gtk_widget_set_hexpand(m_day.box, TRUE);
  for (const Stepper* stepper : {&m_hours, &m_minutes}) gtk_box_append(m_ui.box("time"), stepper->box);
  offer(clinicians);
  m_signals.on(m_day.less.widget(), "clicked", [this] { step(m_days, -1, 0, k_days_ahead, false); });
  m_signals.on(m_day.more.widget(), "clicked", [this] { step(m_days, 1, 0, k_days_ahead, false); });
  m_signals.on(m_hours.less.widget(), "clicked", [this] { step(m_hour, -1, 0, 23, true); });
  m_signals.on(m_hours.more.widget(), "clicked", [this] { step(m_hour, 1, 0, 23, true); });
  m_signals.on(m_minutes.less.widget(), "clicked", [this] { step(m_minute, -k_minute_step, 0, 55, true); });
  m_signals.on(m_minutes.more.widget(), "clicked", [this] { step(m_minute, k_minute_step, 0, 55, true); });
  m_signals.on(m_needs_picture.widget(), "toggled", [this] { draw(); });
  m_signals.on(m_ui.entry("patient"), "changed", [this] { draw(); });
  m_signals.on(m_ui.entry("patient"), "activate",
               [this] { gtk_widget_grab_focus(m_ui.widget("clinician")); });
  m_signals.on(m_ui.entry("clinician"), "activate", [this] { add(); });
  m_signals.on(m_back.widget(), "clicked", [this] { m_sheets.close(); });
  m_signals.on(m_add.widget(), "clicked", [this] { add(); });
}

void AppointmentSheet::open() {
  draw();
  // The closing function holds the sheet; closing drops it once the handler that closed it has returned.
  m_sheets.open(m_ui.widget("root"), m_ui.widget("buttons"), tr("Add appointment"), m_ui.widget("patient"),
                [self = shared_from_this()] { base::post_to_main([self] {}); });
}

void AppointmentSheet::offer(const std::vector<std::string>& clinicians) {
  const std::size_t count = std::min(clinicians.size(), k_clinicians_offered);
  set_visible(m_ui.widget("clinicians"), count > 0);
  for (std::size_t i = 0; i < count; ++i) {
    ActionButton button = new_button("sd-person-symbolic", clinicians[i], {"soft"});
    gtk_box_append(m_ui.box("clinicians"), button.widget());
    m_signals.on(button.widget(), "clicked", [this, name = clinicians[i]] {
      gtk_editable_set_text(GTK_EDITABLE(m_ui.entry("clinician")), name.c_str());
    });
  }
}

void AppointmentSheet::step(int& value, int by, int low, int high, bool wrap) {
  value += by;
  if (value < low) value = wrap ? high : low;
  if (value > high) value = wrap ? low : high;
  draw();
}

void AppointmentSheet::draw() {
  const Instant when = chosen();
  set_text(m_day.value, m_days == 0 ? std::string(trc("day", "Today")) : long_date(when));
  set_class(GTK_WIDGET(m_day.value), "subheading", true);
  const auto local = base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(
      std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count()));
  // Hour and morning or afternoon together: the way the list will say it.
  const char* hour = m_hour < 12 ? tr("{hour} am") : tr("{hour} pm");
  set_text(m_hours.value, fill(hour, fmt::arg("hour", m_hour % 12 == 0 ? 12 : m_hour % 12)));
  set_text(m_minutes.value,
           fill(tr(":{minute:02}"), fmt::arg("minute", g_date_time_get_minute(local.get()))));
  gtk_widget_set_sensitive(m_day.less.widget(), m_days > 0);
  draw_box(m_needs_picture, needs_picture(), tr("Needs the picture: if it is missing, the kiosk asks why"));
  set_text(m_ui.label("hint"), when < m_now ? tr("This time has passed already today.") : "");
}

std::string AppointmentSheet::text_of(const char* entry) const {
  return base::single_line(gtk_editable_get_text(GTK_EDITABLE(m_ui.entry(entry))), k_name_length);
}

void AppointmentSheet::add() {
  const std::string patient = text_of("patient");
  note_press(m_add.widget());  // Enter asks for the same
  gtk_widget_activate_action(m_add.widget(), in_app(action::k_add_appointment).c_str(), "(sssb)",
                             patient.c_str(), text_of("clinician").c_str(),
                             base::to_iso8601(chosen()).c_str(), needs_picture());
  if (patient.empty()) gtk_widget_grab_focus(m_ui.widget("patient"));
  m_sheets.close_if_done();
}

}  // namespace

Instant moment_at(Instant now, int days, int hour, int minute) {
  const auto today = base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()));
  const auto day = base::Ref<GDateTime>::adopt(g_date_time_add_days(today.get(), days));
  const auto moment = base::Ref<GDateTime>::adopt(
      g_date_time_new_local(g_date_time_get_year(day.get()), g_date_time_get_month(day.get()),
                            g_date_time_get_day_of_month(day.get()), hour, minute, 0));
  return Instant(std::chrono::seconds(g_date_time_to_unix(moment.get())));
}

void open_appointment_sheet(Sheets& sheets, const std::vector<std::string>& clinicians, Instant now) {
  std::make_shared<AppointmentSheet>(sheets, clinicians, now)->open();
}

}  // namespace sangdam::ui
