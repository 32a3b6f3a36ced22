// The clinic's desk: every consultation that is open on this kiosk, and what staff may do with them.
//
// Owns the encounters. Draws the codes, hands messages of the gateway to the encounter they are for, keeps
// the camera to one call at a time, and wakes whoever has a deadline. Main thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"
#include "base/token_bucket.hpp"
#include "consultation/encounter.hpp"
#include "consultation/record.hpp"

namespace sangdam::consultation {

class Desk final : private EncounterObserver {
 public:
  struct Parts {
    EventLog& log;
    Records& records;
    const base::Clock& clock;
    MediaEngine& media;
    Signalling& signalling;
    const ChannelCodec& codec;
    EncounterObserver& observer;
    Limits limits;
    /// Lets in whoever knocks, if no other call goes on: for demonstrations and tests, with a warning on the
    /// screen.
    bool auto_admit = false;
  };
  explicit Desk(Parts parts);
  ~Desk() override;
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// Takes up what was open when the kiosk stopped. Call once, before the gateway connects. A visit whose
  /// timeline cannot be read goes on without its earlier chat.
  base::Result<> restore();

  // --- Staff. Failures carry a code: "unknown-consultation", "busy", "someone-else-knocks",
  // "unknown-appointment", "appointment-used", those of refusal.hpp, Encounter::send_chat() and
  // Encounter::give_reason(), or the record's own.
  // -------------------------------------------------------------------
  /// `name` is the patient's, if staff know it; may be empty.
  base::Result<std::string> start_walk_in(const std::string& name = {});
  base::Result<> set_name(const std::string& consultation, const std::string& name);
  base::Result<std::string> open_appointment(const std::string& id);
  /// `knock` says whom staff saw at the door (knock_of()); refused if somebody else is there now.
  base::Result<> admit(const std::string& consultation, const std::string& knock);
  /// As admit(); ends the visit in the room for it, and only if the one who knocks can be let in.
  base::Result<> admit_next(const std::string& consultation, const std::string& knock);
  base::Result<> decline(const std::string& consultation, const std::string& knock);
  /// Draws another code; the old one stops at once. Refused ("renewed-just-now") twice within seconds.
  base::Result<> renew_code(const std::string& consultation);
  base::Result<> cancel(const std::string& consultation);
  base::Result<> no_show(const std::string& consultation);
  base::Result<> end(const std::string& consultation);
  base::Result<> send_chat(const std::string& consultation, const std::string& text);
  base::Result<> set_needs_picture(const std::string& consultation, bool needs);
  base::Result<> give_reason(const std::string& consultation, UnseenReason reason, const std::string& text);
  /// What staff want the kiosk to send, to every call.
  void set_sending(MediaState state);
  /// What the devices deliver: a patient is told that no picture comes, whether staff want it or not.
  void set_available(MediaState state);
  /// The "camera", "microphone" or "loudspeaker" of the kiosk failed, or works again: for the log of the
  /// visit in the room. A plug that wobbles does not fill it.
  void note_device(std::string_view part, bool works);

  /// This machine's network has other addresses now.
  void on_network_changed();

  // --- The gateway ---
  void on_gateway_ready(const std::vector<IceServer>& servers);
  void on_gateway_lost();
  void on_ice_servers(const std::vector<IceServer>& servers);
  void on_code_taken(const std::string& consultation);
  /// The encounter a message is for; null if it is over or was never here.
  [[nodiscard]] Encounter* find(const std::string& consultation);

  [[nodiscard]] const Encounter* find(const std::string& consultation) const;
  /// In the order they were opened.
  [[nodiscard]] std::vector<const Encounter*> encounters() const;
  /// The one whose patient is in the room.
  [[nodiscard]] const Encounter* in_the_room() const;

  /// Looks at the clock; also runs by itself when a deadline comes.
  void on_time();
  /// How long until it looks by itself: 30 s at the most, as the clock may be set or the machine suspended.
  /// Nothing while there is no deadline.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_look() const;

 private:
  [[nodiscard]] Encounter* encounter_of(const std::string& consultation) const;
  [[nodiscard]] MediaState sending() const;
  void on_changed(const Encounter& encounter) override;
  void on_event(const Encounter& encounter, std::string_view event,
                const std::map<std::string, std::string>& details) override;
  void on_log_failure(const Encounter& encounter, const base::Failure& failure) override;

  Encounter& take_up(ConsultationRecord record);
  base::Result<std::string> open(ConsultationRecord record);
  [[nodiscard]] std::string draw_free_code() const;
  base::Result<> act(const std::string& consultation, EventKind intent, bool (*what)(Encounter&));
  base::Result<> at_the_door(const std::string& consultation, const std::string& knock, EventKind intent,
                             bool (*what)(Encounter&));
  void clear_ended();
  void arm_timer();

  Parts m_parts;
  std::vector<IceServer> m_ice_servers;
  MediaState m_wanted, m_available;
  std::vector<std::unique_ptr<Encounter>> m_encounters;
  base::TokenBucket m_renewals{{2, 0.5}};  // the gateway takes about one new code a second
  base::TokenBucket m_device_notes{{20, 0.1}};
  base::Timer m_timer;
  bool m_look_queued = false;
  base::Anchor<Desk> m_anchor{this};
};

}  // namespace sangdam::consultation
