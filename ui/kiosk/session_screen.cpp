#include "ui/kiosk/session_screen.hpp"

#include "consultation/session_code.hpp"
#include "ui/kiosk/code_sheet.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/name_sheet.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

constexpr int k_qr_pixels = 296;
constexpr int k_qr_pixels_wide = 444;
constexpr int k_qr_pixels_low = 176;
constexpr int k_code_pixels = 128;
constexpr int k_code_pixels_wide = 184;
constexpr auto k_expires_soon = 5min;

bool somebody_knocked(const SessionModel& model) {
  return model.state == State::waiting && model.seat.has_value();
}

bool has_run_out(const SessionModel& model, Instant now) {
  return model.is_over || (model.state == State::open && model.code_expires && *model.code_expires <= now);
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
      m_fresh(m_ui.button("fresh")),
      m_name(m_ui.button("name")),
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
  m_signals.on(m_name.widget(), "clicked",
               [this] { open_name_sheet(m_sheets, m_model.consultation, m_model.patient); });
  m_no_show.set("sd-person-symbolic", tr("Nobody came"));
  m_cancel.set("sd-cross-symbolic", tr("Cancel the session"));
  m_signals.on(m_no_show.widget(), "clicked", [this] { ask_nobody_came(); });
  m_signals.on(m_cancel.widget(), "clicked", [this] { ask_to_cancel(); });
  m_signals.on(m_needs_picture.widget(), "toggled", [this] { mark(); });
  set(SessionModel{});
}

void SessionScreen::set_room(const Room& room) {
  m_room = room;
  const int margin = room.narrow ? 16 : 32;
  set_margins(root(), margin);
  gtk_box_set_spacing(GTK_BOX(root()), room.narrow ? 16 : 24);
  const int qr = room.wide ? k_qr_pixels_wide : room.low ? k_qr_pixels_low : k_qr_pixels;
  m_qr.resize(qr);
  const auto orient = [this](const char* id, bool is_vertical) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(m_ui.widget(id)),
                                   is_vertical ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  };
  orient("invitation", room.portrait);
  orient("expiry_row", room.tight || (room.narrow && room.low));
  gtk_box_set_spacing(m_ui.box("expiry_row"), room.narrow ? 8 : 16);
  orient("door", room.tight || (room.portrait && room.narrow));
  const int inside = room.narrow ? 16 : 32;  // from the card's edge to the code
  gtk_widget_set_margin_start(m_ui.widget("words"), inside);
  gtk_widget_set_margin_end(m_ui.widget("words"), room.portrait ? inside : 0);
  gtk_widget_set_margin_end(m_ui.widget("picture"), room.portrait ? 0 : inside);
  gtk_widget_set_margin_bottom(m_ui.widget("picture"), room.portrait ? inside : 0);
  for (const char* id : {"avatar", "door_texts", "door_buttons"}) {
    gtk_widget_set_margin_start(m_ui.widget(id), inside);
    gtk_widget_set_margin_end(m_ui.widget(id), inside);
  }
  for (const char* id : {"door_texts", "door_buttons"}) {
    gtk_widget_set_margin_top(m_ui.widget(id), room.low ? 8 : 16);
    gtk_widget_set_margin_bottom(m_ui.widget(id), room.low ? 8 : 16);
  }
  set_visible(m_ui.widget("avatar"), !room.tight);
  const int beside = room.portrait ? 0 : qr + 24;
  fit_code(m_ui.label("code"), room.width - 2 * margin - 2 * inside - beside - 8,
           room.wide ? k_code_pixels_wide : k_code_pixels);
  // In one line, except where that would push the code out.
  m_fresh.keep_room_for(room.low ? std::vector<std::string>{} : std::vector<std::string>{tr("New code")});
  draw_renewal();
  draw_door();
}

void SessionScreen::set(const SessionModel& model) {
  m_model = model;
  m_ran_out = has_run_out(model, m_now);
  draw_code();
  draw_door();
  draw_buttons();
  tick(m_now);
}

void SessionScreen::draw_code() {
  const std::string code = consultation::code_for_people(m_model.code);
  set_text(m_ui.label("code"), code);
  // What opens nothing is not to be read out, by nobody.
  set_accessible_name(m_ui.widget("code"),
                      m_ran_out ? std::string(tr("The code has run out")) : spelled_code(m_model.code));

  const bool reachable = m_model.gateway_ready && !m_model.no_network && !m_ran_out;
  set_class(m_ui.widget("code"), "not-ready", !reachable);
  set_text(m_ui.label("say_lead"), m_ran_out            ? tr("The code has run out")
                                   : reachable          ? tr("Read this out to the patient:")
                                   : m_model.no_network ? tr("No network")
                                                        : tr("Not ready yet"));
  set_class(m_ui.widget("say"), "not-ready", !reachable);
  if (m_ran_out) {
    set_text(m_ui.label("say"),
             tr("It opens nothing any more, so do not read it out. Press “New code” and read that one out."));
  } else if (reachable) {
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
  // In the place of what can be scanned: what to press instead.
  for (const char* id : {"qr_place", "qr_text"}) set_visible(m_ui.widget(id), !m_ran_out);
  const bool is_walk_in = m_model.appointment.empty() && m_model.state != State::admitted;
  set_visible(m_name.widget(), is_walk_in && !m_ran_out);
  m_name.set("sd-person-symbolic", m_model.patient.empty() ? tr("Add a name") : tr("Change the name"));
  set_visible(m_ui.widget("planned"), !m_model.patient.empty());
  set_text(m_ui.label("planned"), fill(tr("For {patient}"), fmt::arg("patient", m_model.patient)));
}

void SessionScreen::draw_door() {
  const bool knocked = somebody_knocked(m_model);
  set_class(m_ui.widget("avatar"), "waiting", knocked);
  set_visible(m_ui.widget("checks"), knocked && !m_room.narrow);
  set_visible(m_ui.widget("checks_in_words"), knocked && m_room.narrow);
  if (!knocked) return;
  const consultation::Seat& seat = *m_model.seat;
  const Chip camera = seat.has_camera ? Chip{"sd-camera-symbolic", tr("Camera works"), Tone::good}
                                      : Chip{"sd-camera-off-symbolic", tr("No camera"), Tone::warning};
  const Chip microphone = seat.has_microphone
                              ? Chip{"sd-microphone-symbolic", tr("Microphone works"), Tone::good}
                              : Chip{"sd-microphone-off-symbolic", tr("No microphone"), Tone::warning};
  const Chip language{"sd-language-symbolic",
                      seat.language == "ko" ? tr("Reads Korean") : tr("Reads English"), Tone::neutral};
  m_camera.set(camera);
  m_microphone.set(microphone);
  m_language.set(language);
  set_text(m_ui.label("checks_in_words"), camera.text + " · " + microphone.text + " · " + language.text);
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
      mismatch = fill(m_model.appointment.empty()
                          ? tr("This visit is for {patient}. Please check who this is.")
                          : tr("The appointment is for {patient}. Please check who this is."),
                      fmt::arg("patient", m_model.patient));
    }
  } else if (m_model.state == State::admitted) {
    who = fill(tr("Connecting to {patient}"),
               fmt::arg("patient", patient_or(seat ? seat->name : m_model.patient)));
    about = tr("Picture and sound come up in a moment.");
  } else if (seat) {
    who = tr("Someone has typed the code");
    about = tr("They are giving their name and checking camera and microphone.");
  } else if (m_ran_out) {
    who = tr("Nobody has come");
    about = m_model.is_over ? tr("This visit is closed. A new code opens it again.")
                            : tr("With a new code the patient can still come in.");
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
  draw_renewal();
  const std::string knock = knocked ? consultation::knock_of(*m_model.seat) : std::string();
  m_admit.bind(action::k_admit, m_model.consultation, knock);
  m_decline.bind(action::k_decline, m_model.consultation, knock);
  set_visible(m_ui.widget("spinner"), m_model.state == State::admitted);
  gtk_spinner_set_spinning(GTK_SPINNER(m_ui.widget("spinner")), m_model.state == State::admitted);
  set_visible(m_no_show.widget(), m_model.state == State::open && !m_model.is_over);
  set_visible(m_cancel.widget(), (m_model.state == State::open || knocked) && !m_model.is_over);
  gtk_toggle_button_set_active(m_ui.toggle("needs_picture"), m_model.needs_picture);
  draw_box(m_needs_picture, m_model.needs_picture, tr("This visit needs the picture"));
}

void SessionScreen::draw_renewal() {
  m_fresh.set("sd-key-symbolic", tr("New code"), tr("New code, in the place of the one that has run out"));
  set_visible(m_fresh.widget(), m_ran_out);
  set_visible(m_renew.widget(), !m_ran_out);
  m_renew.bind(action::k_renew_code, m_model.consultation);
  if (!m_model.is_over) {
    m_fresh.bind(action::k_renew_code, m_model.consultation);
  } else if (!m_model.appointment.empty()) {
    m_fresh.bind(action::k_open_appointment, m_model.appointment);
  } else {
    m_fresh.bind(action::k_start_walk_in_for, m_model.patient);
  }
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
  const bool is_running = m_model.code_expires.has_value() && !m_ran_out;
  set_visible(m_ui.widget("expiry_place"), is_running && m_model.gateway_ready);
  if (!is_running) return;
  const auto left = *m_model.code_expires - m_now;
  if (left > 1h) {
    // So long that the time of day says more.
    m_expiry.set({"sd-clock-symbolic",
                  fill(tr("Good until {time}"), fmt::arg("time", time_of_day(*m_model.code_expires))),
                  Tone::neutral});
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
  if (has_run_out(m_model, now) != m_ran_out) {
    m_ran_out = !m_ran_out;
    draw_code();
    draw_buttons();
  }
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
