// What the kiosk's screens show: plain values, filled by the program, drawn by the screens.
//
// Screens are passive. They draw the newest model they were given and turn touches into the GActions named
// below (GApplication actions, so the keyboard, D-Bus scripts and assistive technology reach the same
// things). They keep no state of the consultation. Texts from outside (names, chat) are plain text, never
// markup.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "consultation/media.hpp"
#include "consultation/quality.hpp"
#include "consultation/record.hpp"
#include "consultation/state.hpp"
#include "consultation/unseen.hpp"

namespace sangdam::ui {

using base::Instant;
using consultation::MediaLevel;
using consultation::Outcome;
using consultation::Quality;
using consultation::State;
using consultation::UnseenReason;

/// Names of the application's actions ("app." in a widget's action-name), with the type of their parameter.
namespace action {
inline constexpr const char* k_start_walk_in = "start-walk-in";          // none
inline constexpr const char* k_start_walk_in_for = "start-walk-in-for";  // s: name
inline constexpr const char* k_name_visit = "name-visit";                // (ss): consultation, name
inline constexpr const char* k_open_appointment = "open-appointment";    // s: appointment
inline constexpr const char* k_add_appointment =
    "add-appointment";  // (sssb): name, clinician, start (ISO 8601), the visit needs the picture
inline constexpr const char* k_remove_appointment = "remove-appointment";  // s: appointment
inline constexpr const char* k_admit = "admit";      // (ss): consultation, knock_of() whoever was looked at
inline constexpr const char* k_decline = "decline";  // (ss)
inline constexpr const char* k_admit_next = "admit-next";      // (ss): the visit in the room is ended for it
inline constexpr const char* k_renew_code = "renew-code";      // s: consultation
inline constexpr const char* k_cancel = "cancel";              // s: consultation
inline constexpr const char* k_no_show = "no-show";            // s
inline constexpr const char* k_end = "end";                    // s
inline constexpr const char* k_need_picture = "need-picture";  // (sb): consultation, needed
inline constexpr const char* k_give_reason =
    "give-reason";  // (sss): consultation, name_of() an UnseenReason, text if that is "other"
inline constexpr const char* k_mute_microphone = "mute-microphone";  // none; state b
inline constexpr const char* k_camera_off = "camera-off";            // none; state b
inline constexpr const char* k_patient_volume = "patient-volume";    // i: percent; state i
inline constexpr const char* k_send_chat = "send-chat";              // s: text
inline constexpr const char* k_show_today = "show-today";            // none
inline constexpr const char* k_show_session = "show-session";        // s: consultation
inline constexpr const char* k_show_log = "show-log";                // none
inline constexpr const char* k_search_log = "search-log";            // s: part of a name
inline constexpr const char* k_more_log = "more-log";                // none: the next page
inline constexpr const char* k_show_timeline = "show-timeline";      // s: consultation
inline constexpr const char* k_show_earlier = "show-earlier";        // none: of the timeline in front
inline constexpr const char* k_dismiss_notice = "dismiss-notice";    // s: notice id
inline constexpr const char* k_set_language = "set-language";        // s: "ko" or "en"; state s
}  // namespace action

enum class Screen : std::uint8_t { today, session, call, log, timeline };

/// Health of one part, for the bar on top. `text` is a short translated word or sentence.
enum class Health : std::uint8_t { unknown, good, warning, bad };
struct HealthItem {
  Health health = Health::unknown;
  std::string
      text;  // "Camera ready", "No camera found. Plug one in; ..." (also the tooltip and accessible name)
  friend bool operator==(const HealthItem&, const HealthItem&) = default;
};

/// What leaves the kiosk just now: the patient of that visit sees it, or hears it. On every screen.
struct OnAir {
  bool camera = false;
  bool microphone = false;
  std::string consultation;
  friend bool operator==(const OnAir&, const OnAir&) = default;
};

/// Somebody who waits to be let in, whatever is on the screen.
struct Waiting {
  std::string consultation;
  std::string name;
  std::string knock;  // knock_of() them
  Instant since;
  friend bool operator==(const Waiting&, const Waiting&) = default;
};

/// The thin bar on top of every screen but the call, which has the sign that the kiosk is on air only.
struct StatusBar {
  std::string clinic;
  HealthItem network, camera, microphone;
  OnAir on_air{};
  std::vector<Waiting> waiting{};  // whoever waits longest first
  friend bool operator==(const StatusBar&, const StatusBar&) = default;
};

/// A message that stays until its cause is gone or staff dismiss it: what happened, what it means, what to
/// do.
struct NoticeBar {
  std::string id;
  Health health = Health::warning;
  std::string text;
  bool dismissible = true;
  friend bool operator==(const NoticeBar&, const NoticeBar&) = default;
};

struct TodayRow {
  std::string key;           // "a:<appointment>" or "c:<consultation>"
  std::string appointment;   // empty for a walk-in
  std::string consultation;  // empty if none was opened
  Instant time;
  std::string patient;    // may be empty (a walk-in nobody knocked at yet)
  std::string clinician;  // may be empty
  bool needs_picture = false;
  State state = State::scheduled;
  std::optional<Outcome> outcome;
  std::optional<Instant> waiting_since;
  std::string caller, knock;  // while waiting: the name given at the door, and knock_of() it
  bool arrived = false;       // while the code is out: somebody has typed it
  std::string code_end;       // of a visit without appointment, while it has a code: its last digits
  friend bool operator==(const TodayRow&, const TodayRow&) = default;
};
struct TodayModel {
  std::vector<TodayRow> rows;  // by time
  friend bool operator==(const TodayModel&, const TodayModel&) = default;
};

/// Session: the code is out. State is open, waiting or admitted.
struct SessionModel {
  std::string consultation;
  State state = State::open;
  std::string code;         // nine digits, no spaces
  std::string address;      // what a person types: "192.168.0.12:8443"
  std::string name;         // what a person may type instead, on most devices: "sangdam.local"; may be empty
  std::string link;         // what the QR code holds: the address with the code in the fragment
  std::string appointment;  // empty: a visit without appointment, which staff may name
  std::string patient;      // planned name; may be empty
  std::optional<Instant> code_expires;     // past: the code opens nothing any more
  bool is_over = false;                    // the visit has ended because the code ran out
  std::optional<consultation::Seat> seat;  // who is at the door
  std::optional<Instant> waiting_since;
  bool gateway_ready = false;  // false: the code is not good yet (no connection to the gateway)
  bool needs_picture = false;
  bool no_network = false;  // the code is good, but no phone can reach this machine
  friend bool operator==(const SessionModel&, const SessionModel&) = default;
};

struct ChatItem {
  std::string id;
  bool from_patient = false;
  std::string text;
  Instant time;
  bool delivered = false;  // only for our own, like the next
  bool refused = false;    // the patient's page does not show it
  friend bool operator==(const ChatItem&, const ChatItem&) = default;
};

/// Call: state is admitted (connecting), in_call or reconnecting.
struct CallModel {
  std::string consultation;
  State state = State::admitted;
  std::string patient;
  std::optional<Instant> connected;  // the timer counts from here
  Quality quality = Quality::unknown;
  bool patient_left = false;       // reconnecting because the patient pressed "leave"
  bool no_path = false;            // a try to connect has failed; others follow
  bool has_relay = false;          // a TURN server is set up
  bool patient_microphone = true;  // what the patient's page says it sends
  bool patient_camera = true;
  MediaLevel from_patient = MediaLevel::video, to_patient = MediaLevel::video;
  bool microphone_muted = false;
  bool camera_off = false;
  bool reason_owed = false;  // why a visit that needs the picture goes on, or went on, without one
  bool can_chat = false;     // the chat channel is open; typed text waits otherwise
  /// How loud the patient is played: 0 to k_loudest percent.
  static constexpr int k_loudest = 200;
  int patient_volume = 100;
  // For whoever has lost the page; as in SessionModel, but one address: the name if there is one.
  std::string code, address, link;
  bool code_ready = false;
  /// Somebody else with the code, who waits for staff while the call goes on.
  struct Door {
    std::string name;   // empty: not given yet
    std::string knock;  // for k_admit and k_decline
    bool present = true;
    friend bool operator==(const Door&, const Door&) = default;
  };
  std::optional<Door> door{};
  std::vector<ChatItem> chat;
  friend bool operator==(const CallModel&, const CallModel&) = default;
};

struct LogModel {
  std::string search;
  std::vector<consultation::LogRow> rows;
  bool more = false;
};

struct TimelineModel {
  consultation::LogRow row;
  std::vector<consultation::LogEntry> entries;  // the newest, oldest first
  std::size_t earlier = 0;                      // entries before these, not shown
};

}  // namespace sangdam::ui
