#include "kiosk/notices.hpp"

#include <map>
#include <string_view>

#include "ui/kiosk/localisation.hpp"

namespace sangdam::kiosk {
namespace {

using pipelines::Condition;
using pipelines::Part;
using ui::tr;

ui::HealthItem camera_item(const pipelines::Health& health) {
  switch (health.condition) {
    case Condition::missing: return {ui::Health::bad, tr("No camera")};
    case Condition::starting: return {ui::Health::warning, tr("Camera is starting…")};
    case Condition::working: return {ui::Health::good, tr("Camera ready")};
    case Condition::test_source: return {ui::Health::warning, tr("Test picture")};
    case Condition::lost: return {ui::Health::bad, tr("Camera unplugged")};
    case Condition::busy: return {ui::Health::bad, tr("Camera used by another program")};
    case Condition::unusable: return {ui::Health::bad, tr("Camera does not start")};
    case Condition::stalled: return {ui::Health::warning, tr("Camera is being restarted…")};
    case Condition::disabled: return {ui::Health::warning, tr("Camera switched off in the settings")};
  }
  return {};
}

ui::HealthItem microphone_item(const pipelines::Health& health) {
  switch (health.condition) {
    case Condition::missing: return {ui::Health::bad, tr("No microphone")};
    case Condition::starting: return {ui::Health::warning, tr("Microphone is starting…")};
    case Condition::working: return {ui::Health::good, tr("Microphone ready")};
    case Condition::test_source: return {ui::Health::warning, tr("Test sound")};
    case Condition::lost: return {ui::Health::bad, tr("Microphone unplugged")};
    case Condition::busy: return {ui::Health::bad, tr("Microphone used by another program")};
    case Condition::unusable: return {ui::Health::bad, tr("Microphone does not start")};
    case Condition::stalled: return {ui::Health::warning, tr("Microphone is being restarted…")};
    case Condition::disabled: return {ui::Health::warning, tr("Microphone switched off in the settings")};
  }
  return {};
}

}  // namespace

std::string words_for(const base::Failure& failure) {
  // Looked up at run time, so that a change of language reaches them.
  const std::map<std::string_view, const char*> words{
      {"busy", tr("Another patient is in the call. End that visit first; this patient keeps waiting.")},
      {"someone-else-knocks",
       tr("Somebody else is at the door now, or gave another name. Nobody was let in. Look at who it is, "
          "then press again.")},
      {"renewed-just-now",
       tr("The code was renewed a moment ago. It is on the screen; wait a few seconds before "
          "you renew it again.")},
      {"somebody-waits", tr("Somebody waits at the door, so the visit was not closed for nobody having come. "
                            "Look at who it is first.")},
      {"nobody-waiting", tr("Nobody is waiting at the door just now: the patient has left or is gone. The "
                            "code stays good, so they can come back.")},
      {"already-admitted",
       tr("The patient was let in already, so this is not possible any more. Go on in the "
          "call screen.")},
      {"call-goes-on", tr("The patient is in the call. To close the visit, end it in the call screen.")},
      {"no-call-yet", tr("There is no call to end yet. To close the visit, cancel the session.")},
      {"not-open", tr("This visit has not been opened yet. Open it first, then patients can come in.")},
      {"already-open", tr("This visit is open already. Its code is on the screen.")},
      {"visit-over", tr("This visit is over. You find it in the log.")},
      {"no-question", tr("No reason is asked for just now, so nothing was noted.")},
      {"reason-empty", tr("Type the reason in a few words, or choose one of the others.")},
      {"chat-nobody", tr("Nobody is in the call to read your message. Nothing was sent.")},
      {"chat-empty", tr("There is nothing in the message that can be sent. Type some text.")},
      {"chat-long", tr("The message is too long, so it was not sent. Send it in two or more parts.")},
      {"chat-full", tr("Too many of your messages still wait to be delivered, so this one was not sent. Send "
                       "it again once the patient is connected.")},
      {"action-failed",
       tr("Something in the kiosk's program went wrong, and what you pressed was not done. Try "
          "again, and tell whoever looks after this kiosk if it stays so.")},
      {"no-catalogue", tr("The Korean words of the screens are not installed on this kiosk, so they stay in "
                          "English. Have the program installed again, whole.")},
      {"named-by-appointment",
       tr("This visit has its name from the appointment, so it cannot be given another one here.")},
      {"unknown-consultation", tr("This visit is over. You find it in the log.")},
      {"unknown-appointment", tr("This appointment is not in the list any more. Look at the list again.")},
      {"appointment-used", tr("A visit was already opened for this appointment, so it stays in the list.")},
      {"bad-appointment", tr("The appointment needs a patient's name and a time. Nothing was saved.")},
      {"log-disk-full", tr("The disk is full: the log cannot keep what happens now. The visit can go on. "
                           "Free some space, and write "
                           "down by hand what matters until this message is gone.")},
      {"log-unwritable", tr("The log cannot be written: it does not keep what happens now. The visit can go "
                            "on. Write down by hand "
                            "what matters, and tell whoever looks after this kiosk.")},
      {"log-corrupt", tr("The log is damaged: it does not keep what happens now. The visit can go on. Write "
                         "down by hand what "
                         "matters, and tell whoever looks after this kiosk before it is restarted.")},
      {"port-in-use", tr("Another program uses this kiosk's network port, so patients cannot join. Close the "
                         "other program or "
                         "restart this machine; the kiosk keeps trying.")},
      {"certificate-expired", tr("This kiosk's certificate has expired, so phones will refuse to connect. "
                                 "Have it renewed; visits in "
                                 "progress are not affected.")},
      {"certificate-not-yet-valid",
       tr("By this machine's clock the kiosk's certificate is not valid yet, so patients "
          "cannot join. Have the clock set right; the kiosk keeps trying.")},
      {"data-dir-unwritable",
       tr("The kiosk cannot write to its data folder, so it cannot keep a log and does not start. Have the "
          "folder's permissions and the disk checked. Nothing was changed.")},
      {"database-corrupt", tr("The log's file is damaged and cannot be read. It has not been changed. It can "
                              "be kept aside for recovery "
                              "while the kiosk goes on with a new log.")},
      {"database-locked",
       tr("Another kiosk program is using the same data folder. Close it. Nothing was changed.")},
      {"schema-newer",
       tr("The log was written by a newer version of this program. Install that version again; nothing was "
          "changed.")},
      {"element-missing", tr("A part of the video software is not installed, so the kiosk cannot start. Have "
                             "it installed.")},
      {"gstreamer-failed", tr("The video software of this machine does not work, so the kiosk cannot start. "
                              "Have its installation checked.")},
      {"secret-unreadable",
       tr("A file with a secret of this kiosk cannot be read, so it does not start. Have "
          "the file's path and permissions checked.")},
      {"secret-invalid", tr("A file with a secret of this kiosk does not hold one secret, so it does not "
                            "start. Have the file checked.")},
      {"certificate-unreadable", tr("This kiosk's certificate cannot be read, so phones could not connect. "
                                    "Have the path and permissions of the certificate and its key checked.")},
      {"certificate-invalid", tr("This kiosk's certificate or its key is damaged, so phones could not "
                                 "connect. Have both put in place again.")},
      {"certificate-key-mismatch",
       tr("This kiosk's certificate and its key do not belong together, so phones "
          "could not connect. Have the two put in place that were made together.")},
      {"certificate-unwritable", tr("The kiosk cannot keep a certificate in its data folder, so phones could "
                                    "not connect. Have the folder's permissions and the disk checked.")},
      {"port-forbidden", tr("This kiosk may not use the network port it is set to, so patients cannot join. "
                            "Have another port set, or the right given.")},
      {"address-unavailable",
       tr("This machine does not have the network address that the kiosk is set to, so "
          "patients cannot join. Check the network; the kiosk keeps trying.")},
  };
  const auto found = words.find(failure.code);
  return found == words.end() ? failure.message : found->second;
}

ui::HealthItem item_for(const pipelines::Health& health) {
  switch (health.part) {
    case Part::camera: return camera_item(health);
    case Part::microphone: return microphone_item(health);
    case Part::speaker: break;  // has no place in the bar: only its absence is told, as a notice
  }
  return {};
}

std::optional<std::string> words_for(const pipelines::Health& health) {
  const bool gone = health.condition == Condition::missing || health.condition == Condition::lost;
  switch (health.part) {
    case Part::camera:
      if (gone)
        return tr("No camera was found, so patients will not see you. Plug one in; it is used at once.");
      if (health.condition == Condition::busy) {
        return tr(
            "Another program uses the camera, so patients will not see you. Close that program; the camera "
            "is "
            "used as soon as it is free.");
      }
      if (health.condition == Condition::unusable) {
        return tr(
            "The camera is there but does not start, so patients will not see you. Unplug it and plug it in "
            "again; the kiosk keeps trying.");
      }
      if (health.condition == Condition::stalled) {
        return tr(
            "The camera stopped sending pictures. It is being restarted; unplug it and plug it in again if "
            "that does not help.");
      }
      break;
    case Part::microphone:
      if (gone) {
        return tr(
            "No microphone was found, so patients will not hear you. Plug one in; it is used at once. Until "
            "then you can write to each other.");
      }
      if (health.condition == Condition::busy) {
        return tr(
            "Another program uses the microphone, so patients will not hear you. Close that program; the "
            "microphone is used as soon as it is free. Until then you can write to each other.");
      }
      if (health.condition == Condition::unusable) {
        return tr(
            "The microphone is there but does not start, so patients will not hear you. Unplug it and plug "
            "it "
            "in again; the kiosk keeps trying. Until then you can write to each other.");
      }
      if (health.condition == Condition::stalled) {
        return tr(
            "The microphone stopped sending sound, so patients do not hear you. It is being restarted; "
            "unplug "
            "it and plug it in again if that does not help. Until then you can write to each other.");
      }
      break;
    case Part::speaker:
      if (gone) {
        return tr(
            "No loudspeaker was found, so you will not hear the patient. Plug one in; it is used at once. "
            "Until then you can write to each other.");
      }
      if (health.condition == Condition::busy) {
        return tr(
            "Another program uses the loudspeaker for itself, so you will not hear the patient. Close that "
            "program; the loudspeaker is used as soon as it is free. Until then you can write to each "
            "other.");
      }
      if (health.condition == Condition::unusable) {
        return tr(
            "The loudspeaker is there but cannot be opened, so you will not hear the patient. Unplug it and "
            "plug it in again, or choose another one in the system's sound settings; the kiosk keeps trying. "
            "Until then you can write to each other.");
      }
      if (health.condition == Condition::stalled) {
        return tr(
            "The loudspeaker does not play, so you do not hear the patient. It is being restarted; check its "
            "switch and cable, or choose another one in the system's sound settings. Until then you can "
            "write "
            "to each other.");
      }
      break;
  }
  return std::nullopt;
}

}  // namespace sangdam::kiosk
