// The log's stable words as sentences: who did what, and what it meant.
#include <fmt/format.h>

#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/words.hpp"

namespace sangdam::ui {
namespace {

using consultation::EventKind;
using consultation::LogEntry;

std::string detail(const LogEntry& entry, const char* key) {
  const auto found = entry.details.find(key);
  return found == entry.details.end() ? std::string() : found->second;
}

std::optional<EventKind> event_named(std::string_view kind) {
  for (const EventKind event : consultation::k_event_kinds) {
    if (name_of(event) == kind) return event;
  }
  return std::nullopt;
}

Moment knock(const LogEntry& entry) {
  const std::string name = detail(entry, "name");
  const bool camera = detail(entry, "camera") != "no";
  const bool microphone = detail(entry, "microphone") != "no";
  std::string sentence = name.empty()
                             ? std::string(tr("The patient agreed to the terms and is waiting."))
                             : fill(tr("{name} agreed to the terms and is waiting."), fmt::arg("name", name));
  if (!camera && !microphone) {
    sentence += std::string(" ") + tr("Camera and microphone did not work.");
  } else if (!camera) {
    sentence += std::string(" ") + tr("The camera did not work.");
  } else if (!microphone) {
    sentence += std::string(" ") + tr("The microphone did not work.");
  }
  return {"sd-waiting-symbolic", camera && microphone ? Tone::primary : Tone::warning, sentence, {}};
}

Moment end_of(const LogEntry& entry) {
  const auto outcome = consultation::outcome_named(detail(entry, "outcome"));
  const char* sentence = tr("Staff ended the visit.");
  if (outcome) {
    switch (*outcome) {
      case Outcome::completed: sentence = tr("Staff ended the visit. It was completed."); break;
      case Outcome::no_show: sentence = tr("Staff ended the visit. The patient did not come."); break;
      case Outcome::cancelled: sentence = tr("Staff ended the visit before a call came about."); break;
      case Outcome::failed: sentence = tr("Staff ended the visit. It did not work out."); break;
    }
  }
  return {"sd-end-symbolic", outcome == Outcome::failed ? Tone::danger : Tone::good, sentence, {}};
}

Moment absence(const LogEntry& entry) {
  const std::string reason = detail(entry, "reason");
  const char* sentence = tr("The patient's page was closed or lost its network.");
  if (reason == "gateway") {
    sentence = tr("The gateway was restarted. It waited for the patient's page to come back.");
  } else if (reason == "restored") {
    sentence = tr("The kiosk was restarted. It waited for the patient's page to come back.");
  }
  return {"sd-warning-symbolic", Tone::warning, sentence, {}};
}

Moment loss(const LogEntry& entry) {
  const char* sentence = tr("Picture and sound were lost. The kiosk tried to reconnect.");
  if (detail(entry, "reason") == "restored") {
    sentence = tr("Picture and sound ended with the restart of the kiosk. It tried to reconnect.");
  }
  return {"sd-warning-symbolic", Tone::warning, sentence, {}};
}

Moment newcomer_away(const LogEntry& entry) {
  const bool restarted = detail(entry, "reason") == "gateway";
  return {"sd-warning-symbolic",
          Tone::neutral,
          restarted ? tr("The gateway was restarted. It waited for the page of the other person at the door.")
                    : tr("The page of the other person at the door was closed or lost its network."),
          {}};
}

Moment newcomer_gone(const LogEntry& entry) {
  const std::string reason = detail(entry, "reason");
  const char* sentence = tr("The other person at the door left.");
  if (reason == "away") {
    sentence = tr("The other person at the door was gone too long to keep the place.");
  } else if (reason == "no-name") {
    sentence = tr("The other person at the door gave no name for a long time and was sent away.");
  } else if (reason == "undecided") {
    sentence = tr("The other person waited at the door for a long time and was sent away.");
  } else if (reason == "visit-waits") {
    sentence =
        tr("The other person at the door was sent away, because the patient waits to be let in again.");
  }
  return {"sd-leave-symbolic", Tone::neutral, sentence, {}};
}

Moment newcomer_knocked(const LogEntry& entry) {
  return {"sd-waiting-symbolic",
          Tone::warning,
          fill(tr("{name} agreed to the terms and waited at the door of the visit."),
               fmt::arg("name", patient_or(detail(entry, "name")))),
          {}};
}

Moment opening(const LogEntry& entry) {
  std::string sentence = tr("Staff gave out the code.");
  if (detail(entry, "picture") == "needed") sentence += std::string(" ") + tr("The visit needs the picture.");
  return {"sd-key-symbolic", Tone::primary, sentence, {}};
}

Moment reason_given(const LogEntry& entry) {
  const auto reason = consultation::unseen_reason_named(detail(entry, "reason"));
  const std::string sentence = reason ? words_of(*reason).sentence : std::string(tr("Staff gave a reason."));
  return {"sd-seen-symbolic", Tone::neutral, sentence, detail(entry, "text")};
}

Moment moment_of_event(EventKind event, const LogEntry& entry) {
  switch (event) {
    case EventKind::opened: return opening(entry);
    case EventKind::recoded:
      return {"sd-key-symbolic", Tone::neutral, tr("The code was changed before anybody had it."), {}};
    case EventKind::renewed:
      return {"sd-key-symbolic",
              Tone::neutral,
              tr("Staff gave out a new code. The old one stopped working."),
              {}};
    case EventKind::admitted:
      return {"sd-admit-symbolic", Tone::primary, tr("Staff let the patient in."), {}};
    case EventKind::declined:
      return {"sd-waiting-symbolic",
              Tone::neutral,
              tr("Staff asked the patient to come back later. The code stayed good."),
              {}};
    case EventKind::ended: return end_of(entry);
    case EventKind::cancelled:
      return {"sd-cross-symbolic", Tone::neutral, tr("Staff cancelled the visit."), {}};
    case EventKind::no_show:
      return {"sd-person-symbolic", Tone::neutral, tr("Staff noted that nobody came."), {}};
    case EventKind::arrived:
      return {"sd-person-symbolic", Tone::primary, tr("Someone typed the right code."), {}};
    case EventKind::knocked: return knock(entry);
    case EventKind::left:
      return {"sd-leave-symbolic", Tone::neutral, tr("The patient left by pressing “Leave”."), {}};
    case EventKind::away: return absence(entry);
    case EventKind::returned:
      return {"sd-person-symbolic", Tone::good, tr("The patient's page came back."), {}};
    case EventKind::media_connected:
      return {"sd-call-symbolic", Tone::good, tr("Picture and sound are connected."), {}};
    case EventKind::media_lost: return loss(entry);
    case EventKind::newcomer_arrived:
      return {
          "sd-person-symbolic",
          Tone::warning,
          tr("Someone else typed the code while the patient's page was away. The patient kept the place."),
          {}};
    case EventKind::newcomer_knocked: return newcomer_knocked(entry);
    case EventKind::newcomer_away: return newcomer_away(entry);
    case EventKind::newcomer_returned:
      return {"sd-person-symbolic", Tone::neutral, tr("The page of the other person came back."), {}};
    case EventKind::newcomer_gone: return newcomer_gone(entry);
    case EventKind::newcomer_admitted:
      return {"sd-admit-symbolic",
              Tone::primary,
              fill(tr("Staff let {name} in, in the place of who was there before."),
                   fmt::arg("name", patient_or(detail(entry, "name")))),
              {}};
    case EventKind::newcomer_declined:
      return {"sd-cross-symbolic",
              Tone::neutral,
              tr("Staff turned the other person at the door away. The patient kept the place."),
              {}};
    case EventKind::media_rejected:
      return {"sd-warning-symbolic",
              Tone::danger,
              tr("The connection could not prove that it came from the patient. It was refused and nothing "
                 "was shown."),
              {}};
    case EventKind::code_expired:
      return {"sd-clock-symbolic", Tone::neutral, tr("The code ran out before anyone came in."), {}};
    case EventKind::wait_expired:
      return {"sd-clock-symbolic", Tone::warning, tr("The patient was gone too long to keep the place."), {}};
    case EventKind::reconnect_expired:
      return {"sd-clock-symbolic",
              Tone::warning,
              tr("Nobody came back to the call for a long time, so it was closed."),
              {}};
    case EventKind::picture_needed:
      return {"sd-seen-symbolic", Tone::primary, tr("Staff noted that this visit needs the picture."), {}};
    case EventKind::picture_waived:
      return {"sd-seen-symbolic",
              Tone::neutral,
              tr("Staff noted that this visit does not need the picture."),
              {}};
    case EventKind::reason_asked:
      return {"sd-seen-symbolic",
              Tone::warning,
              tr("The visit needs the picture and went on without one. Staff were asked why."),
              {}};
    case EventKind::reason_given: return reason_given(entry);
    case EventKind::reason_withdrawn:
      return {"sd-seen-symbolic",
              Tone::good,
              tr("The picture was back soon. A reason was not needed any more."),
              {}};
    case EventKind::reason_missing:
      return {"sd-seen-symbolic",
              Tone::danger,
              tr("No reason was given why the visit went on without the picture."),
              {}};
  }
  return {"sd-dot-symbolic", Tone::neutral, entry.kind, {}, true};
}

std::string peer_failure(const std::string& reason) {
  if (reason == "connect-timeout") return tr("No way through the network was found in time.");
  if (reason == "connection-lost") return tr("The connection to the patient broke off.");
  if (reason == "fingerprint-mismatch")
    return tr("The other end was not the patient's page. It was refused.");
  if (reason == "offer-failed") return tr("The kiosk could not prepare picture and sound.");
  if (reason == "answer-invalid") return tr("The patient's browser answered in a way the kiosk cannot use.");
  if (reason == "pipeline-error") return tr("Picture or sound failed inside the kiosk.");
  return tr("The connection for picture and sound failed.");
}

/// What came too fast to be noted one by one.
Moment repeated(const LogEntry& entry) {
  const std::string of = detail(entry, "of");
  const char* what =
      tr("The patient's page or network repeated itself: {count} more changes were not noted "
         "one by one.");
  if (of == "report") {
    what =
        tr("The patient's page switched microphone or camera very fast: {count} more changes were not "
           "noted one by one.");
  } else if (of == "door" || of == "newcomer") {
    what = tr("Someone with the code came and went very fast: {count} more times were not noted one by one.");
  } else if (of == "chat" || of == "chat-repeat") {
    what = tr("The patient's page sent messages faster than anyone writes: {count} were not taken.");
  } else if (of == "line") {
    what = tr("The patient's page sent {count} things that the kiosk could not use. They were dropped.");
  }
  return {"sd-warning-symbolic", Tone::warning, fill(what, fmt::arg("count", detail(entry, "count"))), {}};
}

/// A device of the kiosk failed, or works again.
Moment device_moment(const LogEntry& entry) {
  const bool back = entry.kind == "device-back";
  const std::string device = detail(entry, "device");
  const Tone tone = back ? Tone::neutral : Tone::warning;
  if (device == "camera") {
    return {back ? "sd-camera-symbolic" : "sd-camera-off-symbolic",
            tone,
            back ? tr("The kiosk's camera works again.") : tr("The kiosk's camera stopped working."),
            {}};
  }
  if (device == "microphone") {
    return {back ? "sd-microphone-symbolic" : "sd-microphone-off-symbolic",
            tone,
            back ? tr("The kiosk's microphone works again.") : tr("The kiosk's microphone stopped working."),
            {}};
  }
  return {"sd-warning-symbolic",
          tone,
          back ? tr("The kiosk's loudspeaker works again.") : tr("The kiosk's loudspeaker stopped working."),
          {}};
}

std::optional<Moment> moment_of_note(const LogEntry& entry) {
  const std::string& kind = entry.kind;
  const bool patient = entry.actor == consultation::Actor::patient;
  if (kind == "chat-sent")
    return Moment{"sd-chat-symbolic", Tone::primary, tr("Staff wrote:"), detail(entry, "text")};
  if (kind == "chat-received") {
    return Moment{"sd-chat-symbolic", Tone::primary, tr("The patient wrote:"), detail(entry, "text")};
  }
  if (kind == "chat-delivered") {
    return Moment{"sd-tick-symbolic", Tone::neutral, tr("The message is on the patient's screen."), {}};
  }
  if (kind == "chat-undelivered") {
    return Moment{
        "sd-warning-symbolic",
        Tone::warning,
        tr("The message did not reach the person it was written to, who is not in the visit any more."),
        {}};
  }
  if (kind == "chat-refused") {
    return Moment{"sd-warning-symbolic",
                  Tone::warning,
                  tr("The patient's page did not show the message. It has to be written in other words."),
                  {}};
  }
  if (kind == "microphone-muted") {
    return Moment{
        "sd-microphone-off-symbolic",
        Tone::neutral,
        patient ? tr("The patient turned the microphone off.") : tr("Staff turned the microphone off."),
        {}};
  }
  if (kind == "microphone-on" || kind == "microphone-unmuted") {
    return Moment{
        "sd-microphone-symbolic",
        Tone::neutral,
        patient ? tr("The patient turned the microphone on.") : tr("Staff turned the microphone on."),
        {}};
  }
  if (kind == "camera-off") {
    return Moment{"sd-camera-off-symbolic",
                  Tone::neutral,
                  patient ? tr("The patient turned the camera off.") : tr("Staff turned the camera off."),
                  {}};
  }
  if (kind == "camera-on") {
    return Moment{"sd-camera-symbolic",
                  Tone::neutral,
                  patient ? tr("The patient turned the camera on.") : tr("Staff turned the camera on."),
                  {}};
  }
  if (kind == "device-lost" || kind == "device-back") return device_moment(entry);
  if (kind == "peer-failed") {
    std::string reason = detail(entry, "reason");
    if (reason.empty()) reason = detail(entry, "failure");
    return Moment{"sd-warning-symbolic", Tone::warning, peer_failure(reason), {}};
  }
  if (kind == "offer-requested") {
    return Moment{
        "sd-connecting-symbolic", Tone::neutral, tr("The patient's page asked to connect anew."), {}};
  }
  if (kind == "network-changed") {
    return Moment{"sd-connecting-symbolic",
                  Tone::neutral,
                  tr("The kiosk's network changed. The call went on while a new connection was built."),
                  {}};
  }
  if (kind == "media-level") {
    const std::string level = detail(entry, "level");
    const bool from_patient = detail(entry, "direction") == "from-patient";
    if (level == "video") {
      return Moment{"sd-signal-good-symbolic",
                    Tone::good,
                    from_patient ? tr("The line carries the patient's picture and sound again.")
                                 : tr("The line carries the clinic's picture and sound again."),
                    {}};
    }
    if (level == "stills") {
      return Moment{
          "sd-signal-poor-symbolic",
          Tone::warning,
          from_patient
              ? tr("The line was too weak for moving pictures of the patient: a picture every few seconds.")
              : tr("The line was too weak for moving pictures of the clinic: a picture every few seconds."),
          {}};
    }
    if (level == "voice") {
      return Moment{"sd-signal-poor-symbolic",
                    Tone::warning,
                    from_patient ? tr("The line was too weak for the patient's picture: sound only.")
                                 : tr("The line was too weak for the clinic's picture: sound only."),
                    {}};
    }
    if (level == "text") {
      return Moment{"sd-signal-poor-symbolic",
                    Tone::danger,
                    from_patient ? tr("The line was too weak for the patient's sound: messages only.")
                                 : tr("The line was too weak for the clinic's sound: messages only."),
                    {}};
    }
  }
  if (kind == "quality") {
    const std::string level = detail(entry, "level");
    if (level == "good")
      return Moment{"sd-signal-good-symbolic", Tone::good, tr("The connection became good."), {}};
    if (level == "fair")
      return Moment{"sd-signal-fair-symbolic", Tone::neutral, tr("The connection became fair."), {}};
    if (level == "poor")
      return Moment{"sd-signal-poor-symbolic", Tone::warning, tr("The connection became poor."), {}};
  }
  if (kind == "repeated") return repeated(entry);
  if (kind == "entries-not-kept") {
    return Moment{"sd-warning-symbolic",
                  Tone::warning,
                  tr("The patient's page caused more entries than a visit may have. From here on only what "
                     "staff did and how the visit went is noted."),
                  {}};
  }
  if (kind == "gateway-lost") {
    return Moment{"sd-warning-symbolic",
                  Tone::warning,
                  tr("The kiosk lost its connection to the gateway. A call in progress goes on without it."),
                  {}};
  }
  if (kind == "named") {
    const std::string name = detail(entry, "name");
    return Moment{"sd-person-symbolic",
                  Tone::neutral,
                  name.empty() ? std::string(tr("Staff took the visit's name away."))
                               : fill(tr("Staff named the visit: {name}."), fmt::arg("name", name)),
                  {}};
  }
  if (kind == "gateway-back") {
    return Moment{
        "sd-info-symbolic", Tone::neutral, tr("The kiosk's connection to the gateway is back."), {}};
  }
  if (kind == "restored") {
    return Moment{
        "sd-info-symbolic", Tone::neutral, tr("The kiosk was restarted and took the visit up again."), {}};
  }
  return std::nullopt;
}

}  // namespace

Moment moment_of(const LogEntry& entry) {
  if (const auto event = event_named(entry.kind)) return moment_of_event(*event, entry);
  if (auto note = moment_of_note(entry)) return *std::move(note);
  // A newer version wrote this, or an administrator's tool: show what the log holds rather than nothing.
  std::string raw = entry.kind;
  for (const auto& [key, value] : entry.details) raw += fmt::format("  {}: {}", key, value);
  return {"sd-dot-symbolic", Tone::neutral, raw, {}, true};
}

}  // namespace sangdam::ui
