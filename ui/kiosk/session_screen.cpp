#include "ui/kiosk/session_screen.hpp"

#include "consultation/session_code.hpp"
#include "ui/kiosk/code_sheet.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

constexpr int k_qr_pixels = 296;
constexpr int k_qr_pixels_wide = 444;
constexpr auto k_expires_soon = 5min;

bool somebody_knocked(const SessionModel& model) {
  return model.state == State::waiting && model.seat.has_value();
}

}  // namespace

SessionScreen::SessionScreen(Sheets& sheets)
    : m_sheets(sheets),
      m_ui("session.ui"),
      m_qr(k_qr_pixels),
      m_needs_picture(GTK_BUTTON(m_ui.toggle("needs_picture"))),
      m_admit(m_ui.button("admit")),
      m_decline(m_ui.button("decline")),
      m_back(m_ui.button("back")),
      m_renew(m_ui.button("renew")),
      m_no_show(m_ui.button("no_show")),
      m_cancel(m_ui.button("cancel")) {
  gtk_box_append(m_ui.box("qr_place"), m_qr.widget());
  gtk_box_append(m_ui.box("expiry_place"), m_expiry.widget());
  for (const ChipView* chip : {&m_camera, &m_microphone, &m_language}) {
    gtk_box_append(m_ui.box("checks"), chip->widget());
  }
  m_admit.set("sd-admit-symbolic", tr("Admit"));
  m_decline.set("sd-clock-symbolic", tr("Not now"), tr("Not now: the patient is asked to come back later"));
  m_back.set("sd-back-symbolic", tr("Back to today"));
  m_back.bind(action::k_show_today);
  m_renew.set("sd-key-symbolic", tr("New code"),
              tr("New code: the old one stops working, whoever is here stays"));
  m_no_show.set("sd-person-symbolic", tr("Nobody came"));
  m_cancel.set("sd-cross-symbolic", tr("Cancel the session"));
  m_signals.on(m_no_show.widget(), "clicked", [this] { ask_nobody_came(); });
  m_signals.on(m_cancel.widget(), "clicked", [this] { ask_to_cancel(); });
  m_signals.on(m_needs_picture.widget(), "toggled", [this] { mark(); });
  set(SessionModel{});
}

void SessionScreen::set_wide(bool wide) { m_qr.resize(wide ? k_qr_pixels_wide : k_qr_pixels); }

void SessionScreen::set(const SessionModel& model) {
  m_model = model;
  draw_code();
  draw_door();
  draw_buttons();
  tick(m_now);
}

void SessionScreen::draw_code() {
  const std::string code = consultation::code_for_people(m_model.code);
  set_text(m_ui.label("code"), code);
  set_accessible_name(m_ui.widget("code"), spelled_code(m_model.code));

  const bool reachable = m_model.gateway_ready && !m_model.no_network;
  set_class(m_ui.widget("code"), "not-ready", !reachable);
  set_text(m_ui.label("say_lead"), reachable            ? tr("Read this out to the patient:")
                                   : m_model.no_network ? tr("No network")
                                                        : tr("Not ready yet"));
  set_class(m_ui.widget("say"), "not-ready", !reachable);
  if (reachable) {
    const std::string say = say_where_to_go(m_model.name.empty() ? m_model.address : m_model.name);
    gtk_label_set_markup(m_ui.label("say"), say.c_str());
  } else if (m_model.no_network) {
    set_text(m_ui.label("say"), tr("No phone can reach this kiosk just now. Check the network cable or the "
                                   "Wi-Fi. The address appears here as soon as there is one."));
  } else {
    set_text(m_ui.label("say"), tr("The code does not work yet, because the kiosk is still connecting. "
                                   "Please wait before you give it "
                                   "out: this page changes by itself."));
  }
  // Not every phone knows names of the local network; the QR code holds the address.
  set_visible(m_ui.widget("also"), reachable && !m_model.name.empty());
  set_text(m_ui.label("also"),
           fill(tr("If that does not open: {address}"), fmt::arg("address", m_model.address)));
  m_qr.set(reachable ? m_model.link : std::string());
  set_accessible_name(m_qr.widget(), tr("QR code that opens the visit"));
  set_class(m_qr.widget(), "waiting", !reachable);
  gtk_widget_set_opacity(m_ui.widget("qr_text"), reachable ? 1 : 0);  // keeps its place
  set_visible(m_ui.widget("planned"), !m_model.patient.empty());
  set_text(m_ui.label("planned"), fill(tr("For {patient}"), fmt::arg("patient", m_model.patient)));
}

void SessionScreen::draw_door() {
  const bool knocked = somebody_knocked(m_model);
  set_class(m_ui.widget("avatar"), "waiting", knocked);
  set_visible(m_ui.widget("checks"), knocked);
  if (!knocked) return;
  const consultation::Seat& seat = *m_model.seat;
  m_camera.set(seat.has_camera ? Chip{"sd-camera-symbolic", tr("Camera works"), Tone::good}
                               : Chip{"sd-camera-off-symbolic", tr("No camera"), Tone::warning});
  m_microphone.set(seat.has_microphone
                       ? Chip{"sd-microphone-symbolic", tr("Microphone works"), Tone::good}
                       : Chip{"sd-microphone-off-symbolic", tr("No microphone"), Tone::warning});
  m_language.set({"sd-language-symbolic", seat.language == "ko" ? tr("Reads Korean") : tr("Reads English"),
                  Tone::neutral});
}

void SessionScreen::draw_door_text() {
  std::string who;
  std::string about;
  std::string mismatch;
  const auto& seat = m_model.seat;
  if (somebody_knocked(m_model)) {
    who = patient_or(seat->name);
    const auto waited = m_model.waiting_since ? m_now - *m_model.waiting_since : Instant::duration::zero();
    about = fill(tr("Has been waiting for {duration}"), fmt::arg("duration", duration(waited)));
    if (!seat->present) {
      about += std::string(" · ") + tr("Connection lost just now");
    }
    if (!m_model.patient.empty() && !seat->name.empty() && m_model.patient != seat->name) {
      mismatch = fill(tr("The appointment is for {patient}. Please check who this is."),
                      fmt::arg("patient", m_model.patient));
    }
  } else if (m_model.state == State::admitted) {
    who = fill(tr("Connecting to {patient}"),
               fmt::arg("patient", patient_or(seat ? seat->name : m_model.patient)));
    about = tr("Picture and sound come up in a moment.");
  } else if (seat) {
    who = tr("Someone has typed the code");
    about = tr("They are giving their name and checking camera and microphone.");
  } else {
    who = tr("Nobody is here yet");
    about = tr("The patient appears here as soon as they have typed the code.");
  }
  set_text(m_ui.label("who"), who);
  set_text(m_ui.label("about"), about);
  set_text(m_ui.label("mismatch"), mismatch);
  set_visible(m_ui.widget("mismatch"), !mismatch.empty());
}

void SessionScreen::draw_buttons() {
  const bool knocked = somebody_knocked(m_model);
  set_visible(m_admit.widget(), knocked);
  set_visible(m_decline.widget(), knocked);
  m_renew.bind(action::k_renew_code, m_model.consultation);
  const std::string knock = knocked ? consultation::knock_of(*m_model.seat) : std::string();
  m_admit.bind(action::k_admit, m_model.consultation, knock);
  m_decline.bind(action::k_decline, m_model.consultation, knock);
  set_visible(m_ui.widget("spinner"), m_model.state == State::admitted);
  gtk_spinner_set_spinning(GTK_SPINNER(m_ui.widget("spinner")), m_model.state == State::admitted);
  set_visible(m_no_show.widget(), m_model.state == State::open);
  set_visible(m_cancel.widget(), m_model.state == State::open || knocked);
  gtk_toggle_button_set_active(m_ui.toggle("needs_picture"), m_model.needs_picture);
  draw_box(m_needs_picture, m_model.needs_picture, tr("This visit needs the picture"));
}

void SessionScreen::mark() {
  GtkToggleButton* box = m_ui.toggle("needs_picture");
  const gboolean wanted = gtk_toggle_button_get_active(box);
  if ((wanted != FALSE) == m_model.needs_picture) return;
  gtk_widget_activate_action(root(), in_app(action::k_need_picture).c_str(), "(sb)",
                             m_model.consultation.c_str(), wanted);
  // It is ticked once the log has it.
  gtk_toggle_button_set_active(box, m_model.needs_picture);
}

void SessionScreen::draw_expiry() {
  set_visible(m_ui.widget("expiry_place"), m_model.code_expires.has_value() && m_model.gateway_ready);
  if (!m_model.code_expires) return;
  const auto left = *m_model.code_expires - m_now;
  if (left <= 0s) {
    m_expiry.set({"sd-clock-symbolic", tr("The code has run out"), Tone::danger});
    return;
  }
  // By the minute: a number that changes every second draws the eye from what matters.
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(left).count();
  m_expiry.set({"sd-clock-symbolic",
                fill(trn("Good for {count} more minute", "Good for {count} more minutes",
                         static_cast<unsigned long>(minutes)),
                     fmt::arg("count", minutes)),
                left <= k_expires_soon ? Tone::warning : Tone::neutral});
}

void SessionScreen::tick(Instant now) {
  m_now = now;
  draw_expiry();
  draw_door_text();
}

void SessionScreen::ask_to_cancel() {
  m_sheets.ask(
      {.title = tr("Cancel this session?"),
       .text = tr("The code stops working at once. Whoever is waiting is told that the visit does not "
                  "take place."),
       .keep = tr("Keep it"),
       .go = tr("Cancel the session"),
       .icon = "sd-cross-symbolic",
       .action = action::k_cancel,
       .target = m_model.consultation});
}

void SessionScreen::ask_nobody_came() {
  m_sheets.ask({.title = tr("Close it because nobody came?"),
                .text = tr("The log notes that the patient did not come. The code stops working at once."),
                .keep = tr("Wait longer"),
                .go = tr("Nobody came"),
                .icon = "sd-person-symbolic",
                .action = action::k_no_show,
                .target = m_model.consultation});
}

}  // namespace sangdam::ui
