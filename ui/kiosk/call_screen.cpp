#include "ui/kiosk/call_screen.hpp"

#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto k_fade_after = 6s;

struct Placeholder {
  const char* icon;
  std::string title, text;
};

/// Both networks let through what carried the visit so far, but not picture and sound.
std::string words_of_no_path(const CallModel& model) {
  const std::string common = tr(
      "One of the two networks lets no picture or sound through. The kiosk keeps trying. Ask the patient by "
      "phone to switch from Wi-Fi to mobile data, or the other way round.");
  if (model.has_relay) return common;
  return common + " " +
         tr("If this happens often, tell whoever looks after the kiosk: no relay (TURN) is set up, which "
            "gets "
            "through most networks.");
}

/// What stands in for the patient's picture; nothing if the picture is there to be seen.
std::optional<Placeholder> placeholder_of(const CallModel& model, bool picture) {
  const std::string patient = patient_or(model.patient);
  if (model.patient_left) {
    return Placeholder{"sd-leave-symbolic",
                       fill(tr("{patient} has left the call"), fmt::arg("patient", patient)),
                       tr("They can come back with the same page. If you are done, end the visit.")};
  }
  if (model.no_path && !picture) {
    return Placeholder{"sd-signal-poor-symbolic",
                       fill(tr("No connection to {patient} yet"), fmt::arg("patient", patient)),
                       words_of_no_path(model)};
  }
  switch (model.state) {
    case State::admitted:
      return Placeholder{"sd-connecting-symbolic",
                         fill(tr("Connecting to {patient}"), fmt::arg("patient", patient)),
                         tr("Picture and sound come up in a moment.")};
    case State::reconnecting:
      if (picture) return std::nullopt;  // the last picture stays; the warning says what is going on
      return Placeholder{"sd-connecting-symbolic",
                         fill(tr("The connection to {patient} broke off"), fmt::arg("patient", patient)),
                         tr("The kiosk is reconnecting by itself. Please stay here.")};
    case State::in_call:
    case State::scheduled:
    case State::open:
    case State::waiting:
    case State::ended: break;
  }
  if (!model.patient_camera) {
    return Placeholder{"sd-camera-off-symbolic", patient,
                       tr("The patient's camera is off. You can still talk and write.")};
  }
  if (model.from_patient >= MediaLevel::voice) {
    const bool is_text = model.from_patient == MediaLevel::text;
    return Placeholder{is_text ? "sd-chat-symbolic" : "sd-signal-poor-symbolic", patient,
                       model.from_patient == model.to_patient ? words_of_both(model.from_patient)
                                                              : words_of_incoming(model.from_patient)};
  }
  if (!picture) return Placeholder{"sd-person-symbolic", patient, tr("The picture comes up in a moment.")};
  return std::nullopt;
}

void add_warning(GtkBox* place, const char* icon, const std::string& text, const char* tone) {
  auto* pill = GTK_WIDGET(
      g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, "spacing", 12, nullptr));
  gtk_widget_add_css_class(pill, "pill");
  gtk_widget_add_css_class(pill, tone);
  gtk_widget_set_halign(pill, GTK_ALIGN_START);
  gtk_box_append(GTK_BOX(pill), new_icon(icon));
  GtkWidget* label = new_paragraph(text);
  gtk_label_set_max_width_chars(GTK_LABEL(label), 48);
  gtk_box_append(GTK_BOX(pill), label);
  set_accessible_name(pill, text);
  gtk_box_append(place, pill);
}

}  // namespace

CallScreen::CallScreen(Sheets& sheets, VideoView& self_view, VideoView& patient_view)
    : m_sheets(sheets),
      m_patient_view(patient_view),
      m_ui("call.ui"),
      m_self(m_ui.overlay("stage"), self_view),
      m_code_sheet(sheets),
      m_door(sheets, m_ui.box("door")),
      m_waiting(sheets, m_ui.box("waiting")),
      m_reason(m_ui.box("reason")),
      m_volume(m_ui.button("volume"), m_ui.box("volume_steps")),
      m_microphone(m_ui.button("microphone")),
      m_camera(m_ui.button("camera")),
      m_chat_button(m_ui.button("chat")),
      m_code(m_ui.button("code")),
      m_end(m_ui.button("end")) {
  gtk_box_append(m_ui.box("video_place"), m_patient_view.widget());
  gtk_box_append(m_ui.box("chat_place"), m_chat.root());
  set_accessible_name(m_patient_view.widget(), tr("The patient's picture"));
  m_microphone.bind(action::k_mute_microphone);
  m_microphone.keep_room_for({tr("Unmute"), tr("Mute")});
  m_camera.keep_room_for({tr("Camera on"), tr("Camera off")});
  m_microphone.append(m_level.widget());
  m_camera.bind(action::k_camera_off);
  m_end.set("sd-end-symbolic", tr("End"), tr("End the visit"));
  m_signals.on(m_chat_button.widget(), "clicked", [this] { show_chat(!m_chat.is_open()); });
  m_signals.on(m_chat.close_button(), "clicked", [this] { show_chat(false); });
  m_code.set("sd-key-symbolic", tr("Code"), tr("Show the code"));
  m_signals.on(m_code.widget(), "clicked", [this] { m_code_sheet.open(m_model); });
  m_signals.on(m_end.widget(), "clicked", [this] { ask_to_end(); });
  m_patient_view.on_picture([this] { draw_placeholder(); });
  watch_touches();
  set(CallModel{});
}

CallScreen::~CallScreen() {
  m_patient_view.on_picture({});
  gtk_box_remove(m_ui.box("video_place"), m_patient_view.widget());
}

void CallScreen::watch_touches() {
  // Capture phase: every touch, move and key on its way to any child, none of them stopped.
  GtkEventController* motion = gtk_event_controller_motion_new();
  gtk_event_controller_set_propagation_phase(motion, GTK_PHASE_CAPTURE);
  GtkGesture* click = gtk_gesture_click_new();
  gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(click), 0);
  gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(click), GTK_PHASE_CAPTURE);
  GtkEventController* keys = gtk_event_controller_key_new();
  gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
  for (const char* signal : {"motion", "enter"}) m_signals.on(motion, signal, [this] { wake(); });
  m_signals.on(click, "pressed", [this] { wake(); });
  m_signals.on(keys, "key-released", [this] { wake(); });
  // The widget takes the controllers over.
  gtk_widget_add_controller(m_ui.widget("stage"), motion);
  gtk_widget_add_controller(m_ui.widget("stage"), GTK_EVENT_CONTROLLER(click));
  gtk_widget_add_controller(root(), keys);
}

void CallScreen::wake() {
  for (const char* part : {"info", "controls"}) {
    set_class(m_ui.widget(part), "faded", false);
    gtk_widget_set_can_target(m_ui.widget(part), TRUE);
  }
  m_level.set_shown(true);
  m_fade.start_once(k_fade_after, [this] { fade(); });
}

void CallScreen::fade() {
  GtkRoot* root = gtk_widget_get_root(m_ui.widget("controls"));
  GtkWidget* focus = root ? gtk_root_get_focus(root) : nullptr;
  const bool focused_by_keyboard = focus && gtk_window_get_focus_visible(GTK_WINDOW(root)) &&
                                   (gtk_widget_is_ancestor(focus, m_ui.widget("controls")) ||
                                    gtk_widget_is_ancestor(focus, m_ui.widget("info")));
  // Nothing fades while there is no picture to uncover, or while the keyboard is on the controls.
  if (m_model.state != State::in_call || placeholder_of(m_model, m_patient_view.has_picture()) ||
      m_sheets.is_open() || focused_by_keyboard) {
    m_fade.start_once(k_fade_after, [this] { fade(); });
    return;
  }
  m_volume.close();
  for (const char* part : {"info", "controls"}) {
    set_class(m_ui.widget(part), "faded", true);
    // The first touch brings the controls back; it must not press the one that happens to be under the
    // finger.
    gtk_widget_set_can_target(m_ui.widget(part), FALSE);
  }
  m_level.set_shown(false);
}

void CallScreen::set(const CallModel& model) {
  const bool calmer = model.state == m_model.state && model.consultation == m_model.consultation &&
                      (!model.door || m_model.door);
  const auto is_text_only = [](const CallModel& one) {
    return one.state == State::in_call && std::max(one.from_patient, one.to_patient) == MediaLevel::text;
  };
  const bool becomes_text_only = is_text_only(model) && !is_text_only(m_model);
  // What was begun for one patient is not for the next.
  if (model.consultation != m_model.consultation) {
    resume({});
    m_volume.close();
  }
  m_model = model;
  if (!calmer || becomes_text_only) wake();
  set_text(m_ui.label("name"), patient_or(model.patient));
  m_chat.set(model.chat, model.can_chat);
  m_code_sheet.set(model);
  m_door.set(model);
  m_reason.set(model);
  m_volume.set(model);
  m_self.set_camera_off(model.camera_off);
  draw_placeholder();
  draw_quality();
  draw_warnings();
  draw_controls();
  if (becomes_text_only && !m_chat.is_open()) show_chat(true);
}

void CallScreen::set(const OnAir& on_air) {
  const auto sign = sign_of(on_air);
  set_visible(m_ui.widget("on_air"), sign.has_value());
  if (!sign) return;
  set_icon(m_ui.image("on_air_icon"), sign->icon);
  set_text(m_ui.label("on_air_text"), sign->text);
  set_accessible_name(m_ui.widget("on_air"), sign->name);
}

void CallScreen::set(const std::vector<Waiting>& waiting) {
  m_waiting.set(waiting, patient_or(m_model.patient));
}

void CallScreen::draw_placeholder() {
  const auto placeholder = placeholder_of(m_model, m_patient_view.has_picture());
  set_visible(m_ui.widget("placeholder"), placeholder.has_value());
  gtk_widget_set_opacity(m_patient_view.widget(), placeholder ? 0 : 1);
  if (!placeholder) return;
  set_visible(m_ui.widget("placeholder_avatar"), !m_model.reason_owed);  // the question takes its room
  set_icon(m_ui.image("placeholder_icon"), placeholder->icon);
  set_text(m_ui.label("placeholder_title"), placeholder->title);
  set_text(m_ui.label("placeholder_text"), placeholder->text);
}

void CallScreen::draw_quality() {
  const Chip quality = chip_of(m_model.quality);
  // Poor quality is a warning of its own, which does not fade.
  const bool is_whole = std::max(m_model.from_patient, m_model.to_patient) == MediaLevel::video;
  const bool calm = m_model.state == State::in_call && is_whole && m_model.quality != Quality::poor &&
                    m_model.quality != Quality::unknown;
  set_visible(m_ui.widget("quality"), calm);
  set_class(m_ui.widget("quality"), "good", m_model.quality == Quality::good);
  set_icon(m_ui.image("quality_icon"), quality.icon);
  set_text(m_ui.label("quality_text"), quality.text);
  set_accessible_name(m_ui.widget("quality_icon"), quality.text);
}

void CallScreen::draw_warnings() {
  GtkBox* place = m_ui.box("warnings");
  remove_children(GTK_WIDGET(place));
  if (m_model.state == State::reconnecting && !m_model.patient_left) {
    add_warning(place, "sd-connecting-symbolic",
                m_model.no_path ? words_of_no_path(m_model) : tr("Connection lost. Reconnecting by itself…"),
                "warning");
  } else if (m_model.state == State::in_call &&
             std::max(m_model.from_patient, m_model.to_patient) > MediaLevel::video) {
    draw_levels(place);
  } else if (m_model.state == State::in_call && m_model.quality == Quality::poor) {
    const Chip quality = chip_of(m_model.quality);
    add_warning(place, quality.icon, quality.text, "warning");
  }
  if (m_model.state == State::in_call && !m_model.patient_microphone) {
    add_warning(place, "sd-microphone-off-symbolic", tr("The patient's microphone is off"), "plain");
  }
  if (m_model.microphone_muted) {
    add_warning(place, "sd-microphone-off-symbolic",
                tr("Your microphone is off: the patient does not hear you"), "plain");
  }
}

void CallScreen::draw_levels(GtkBox* place) {
  const MediaLevel from = m_model.from_patient;
  const MediaLevel to = m_model.to_patient;
  const auto warn = [&](const std::string& words) {
    if (!words.empty()) add_warning(place, "sd-signal-poor-symbolic", words, "warning");
  };
  // Where there is no picture to look at the placeholder says why.
  const bool is_said = from >= MediaLevel::voice;
  if (from == to) return is_said ? void() : warn(words_of_both(from));
  if (!is_said) warn(words_of_incoming(from));
  warn(words_of_outgoing(to));
}

void CallScreen::draw_controls() {
  const bool muted = m_model.microphone_muted;
  m_microphone.set(muted ? "sd-microphone-off-symbolic" : "sd-microphone-symbolic",
                   muted ? tr("Unmute") : tr("Mute"),
                   muted ? tr("Turn the microphone on") : tr("Turn the microphone off"));
  set_class(m_microphone.widget(), "off", muted);
  gtk_widget_set_opacity(m_level.widget(), muted ? 0 : 1);  // keeps its place
  const bool off = m_model.camera_off;
  m_camera.set(off ? "sd-camera-off-symbolic" : "sd-camera-symbolic",
               off ? tr("Camera on") : tr("Camera off"),
               off ? tr("Turn the camera on") : tr("Turn the camera off"));
  set_class(m_camera.widget(), "off", off);
  const std::size_t unread = m_chat.unread();
  std::string name = m_chat.is_open() ? tr("Close messages") : tr("Open messages");
  if (unread > 0) {
    name += ", " + fill(trn("{count} new", "{count} new", unread), fmt::arg("count", unread));
  }
  m_chat_button.set("sd-chat-symbolic", tr("Messages"), name);
  set_class(m_chat_button.widget(), "open", m_chat.is_open());
  m_chat_button.set_badge(unread);
  if (unread > 0) wake();  // a new message is worth a look: the badge is on the controls
}

void CallScreen::set_room(const Room& room) {
  m_room = room;
  m_code_sheet.set_room(room);
  m_waiting.set_room(room);
  // The messages lie beside the picture, or under it, never over the face.
  gtk_orientable_set_orientation(GTK_ORIENTABLE(m_ui.widget("picture_and_chat")),
                                 room.portrait ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_orientable_set_orientation(GTK_ORIENTABLE(m_ui.widget("reason")), room.portrait || room.tight
                                                                            ? GTK_ORIENTATION_VERTICAL
                                                                            : GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_size_request(m_chat.root(), -1, room.portrait ? room.height * 2 / 5 : -1);
  gtk_widget_set_hexpand(m_chat.root(), room.portrait);
  gtk_widget_set_margin_start(m_end.widget(), room.narrow ? 8 : 24);
  gtk_widget_set_margin_bottom(m_ui.widget("controls"), room.low ? 8 : 24);
  for (const auto set : {gtk_widget_set_margin_top, gtk_widget_set_margin_start})
    set(m_ui.widget("corner"), room.low ? 8 : 24);
  for (const char* id : {"placeholder_title", "placeholder_text"})
    gtk_widget_set_margin_start(m_ui.widget(id), 16), gtk_widget_set_margin_end(m_ui.widget(id), 16);
  fit_controls();
}

void CallScreen::fit_controls() {
  const bool is_squeezed = m_room.narrow && !m_room.portrait && m_chat.is_open();
  for (ActionButton* button : {&m_microphone, &m_camera, &m_chat_button, &m_code, &m_end})
    button->set_compact(m_room.tight || is_squeezed);
  // Room for one's own picture beside the name.
  const bool is_cramped = m_room.tight && is_squeezed;
  set_visible(m_ui.widget("quality_text"), !is_cramped);
  gtk_label_set_max_width_chars(m_ui.label("name"), is_cramped ? 8 : 28);
}

void CallScreen::show_chat(bool open) {
  m_chat.show(open);
  fit_controls();
  draw_controls();
  if (!open) gtk_widget_grab_focus(m_chat_button.widget());
}

void CallScreen::tick(Instant now) {
  set_visible(m_ui.label("timer"), m_model.connected.has_value());
  if (m_model.connected) set_text(m_ui.label("timer"), timer(now - *m_model.connected));
  m_waiting.tick(now);
}

CallScreen::Unfinished CallScreen::unfinished() const {
  return {m_chat.is_open(), m_chat.draft(), m_chat.seen(), m_reason.unfinished()};
}

void CallScreen::resume(const Unfinished& unfinished) {
  m_chat.set_draft(unfinished.draft);
  m_chat.set_seen(unfinished.seen);
  m_chat.show(unfinished.chat_open);
  m_reason.resume(unfinished.reason);
  fit_controls();
  draw_controls();
}

void CallScreen::give_back(const std::string& text) {
  if (m_chat.draft().empty()) m_chat.set_draft(text);
}

void CallScreen::ask_to_end() {
  m_sheets.ask(
      {.title = tr("End the visit?"),
       .text = tr("The patient is disconnected and told that the visit is over. The code stops working. "
                  "To be alone for a moment, turn off microphone and camera instead."),
       .keep = tr("Keep talking"),
       .go = tr("End the visit"),
       .icon = "sd-end-symbolic",
       .action = action::k_end,
       .target = m_model.consultation});
}

}  // namespace sangdam::ui
