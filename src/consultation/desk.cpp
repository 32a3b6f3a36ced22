#include "consultation/desk.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/random.hpp"
#include "consultation/refusal.hpp"
#include "consultation/session_code.hpp"

namespace sangdam::consultation {

using base::failure;
using base::Result;
using std::chrono::milliseconds;

namespace {

// A timer counts the time the machine runs, codes expire by the clock on the wall: a set clock or a suspended
// night is noticed this much later at the most.
constexpr std::chrono::seconds k_longest_wait{30};

tl::unexpected<base::Failure> unknown_consultation() {
  return failure("unknown-consultation", "This visit is not open any more.");
}

}  // namespace

Desk::Desk(Parts parts) : m_parts(parts) {}
Desk::~Desk() = default;

Result<> Desk::restore() {
  auto unfinished = m_parts.records.unfinished();
  if (!unfinished) return tl::unexpected(unfinished.error());
  for (ConsultationRecord& record : *unfinished) {
    auto earlier = m_parts.records.earlier(record.id);
    if (!earlier) {
      // The visit matters more than what was written in it.
      base::log_warning("consultation", "{}: its chat cannot be taken up again: {}", record.id,
                        earlier.error().code);
    }
    take_up(std::move(record)).restore(earlier.value_or(EarlierLog{}));
  }
  arm_timer();
  return {};
}

// --- Staff ---

Result<std::string> Desk::start_walk_in(const std::string& name) {
  auto opened = open(ConsultationRecord{});
  if (opened && !name.empty()) (void)set_name(*opened, name);
  return opened;
}

Result<> Desk::set_name(const std::string& consultation, const std::string& name) {
  Encounter* encounter = find(consultation);
  if (encounter == nullptr) return unknown_consultation();
  return encounter->set_name(name);
}

Result<std::string> Desk::open_appointment(const std::string& id) {
  for (const auto& encounter : m_encounters) {
    if (encounter->record().appointment_id == id) return encounter->record().id;  // it is open: show it
  }
  auto appointment = m_parts.records.appointment(id);
  if (!appointment) return tl::unexpected(appointment.error());
  if (!*appointment) {
    return failure("unknown-appointment",
                   "This appointment is not in the list any more. Look at the list again.");
  }
  ConsultationRecord record;
  record.appointment_id = id;
  record.planned = (*appointment)->starts;
  record.patient_name = (*appointment)->patient_name;
  record.clinician = (*appointment)->clinician;
  record.needs_picture = (*appointment)->needs_picture;
  return open(std::move(record));
}

Result<std::string> Desk::open(ConsultationRecord record) {
  record.id = base::random_hex(16);
  record.created = m_parts.clock.now();
  const std::string id = record.id;
  take_up(std::move(record)).open(draw_free_code());
  arm_timer();
  return id;
}

Encounter& Desk::take_up(ConsultationRecord record) {
  Encounter& encounter = *m_encounters.emplace_back(std::make_unique<Encounter>(
      std::move(record), Encounter::Parts{m_parts.log, m_parts.clock, m_parts.media, m_parts.signalling,
                                          m_parts.codec, *this, m_parts.limits}));
  encounter.on_ice_servers(m_ice_servers);
  encounter.set_sending(sending(), Actor::system);
  return encounter;
}

std::string Desk::draw_free_code() const {
  std::string code;
  do {
    code = draw_code();
  } while (std::any_of(m_encounters.begin(), m_encounters.end(),
                       [&](const auto& encounter) { return encounter->record().code == code; }));
  return code;
}

Result<> Desk::act(const std::string& consultation, EventKind intent, bool (*what)(Encounter&)) {
  Encounter* encounter = find(consultation);
  if (encounter == nullptr) return unknown_consultation();
  if (!what(*encounter)) return tl::unexpected(refusal_of(encounter->state(), intent));
  arm_timer();
  return {};
}

Result<> Desk::at_the_door(const std::string& consultation, const std::string& knock, EventKind intent,
                           bool (*what)(Encounter&)) {
  const Encounter* encounter = find(consultation);
  const Seat* caller = encounter != nullptr ? encounter->at_the_door() : nullptr;
  if (caller != nullptr && knock_of(*caller) != knock) {
    return failure("someone-else-knocks", "Somebody else is at the door now. Look at who it is first.");
  }
  return act(consultation, intent, what);
}

Result<> Desk::admit(const std::string& consultation, const std::string& knock) {
  const Encounter* busy = in_the_room();
  if (busy != nullptr && busy->record().id != consultation) {
    return failure("busy",
                   "Another patient is in the call. End that visit first; this patient keeps waiting.");
  }
  return at_the_door(consultation, knock, EventKind::admitted,
                     [](Encounter& encounter) { return encounter.admit(); });
}
Result<> Desk::admit_next(const std::string& consultation, const std::string& knock) {
  const Encounter* next = find(consultation);
  if (next == nullptr) return unknown_consultation();
  const Seat* caller = next->at_the_door();
  const Encounter* busy = in_the_room();
  const bool is_ready = next->state() == State::waiting && caller != nullptr && knock_of(*caller) == knock;
  if (is_ready && busy != nullptr && busy != next) {
    if (auto ended = end(busy->record().id); !ended) return ended;
  }
  return is_ready || busy == nullptr || busy == next
             ? admit(consultation, knock)
             : at_the_door(consultation, knock, EventKind::admitted, [](Encounter&) { return false; });
}
Result<> Desk::decline(const std::string& consultation, const std::string& knock) {
  return at_the_door(consultation, knock, EventKind::declined,
                     [](Encounter& encounter) { return encounter.decline(); });
}
Result<> Desk::renew_code(const std::string& consultation) {
  Encounter* encounter = find(consultation);
  if (encounter == nullptr) return unknown_consultation();
  if (!m_renewals.take(m_parts.clock.moment())) {
    return failure("renewed-just-now", "The code was renewed a moment ago. Wait a little before the next.");
  }
  if (!encounter->renew_code(draw_free_code())) {
    return tl::unexpected(refusal_of(encounter->state(), EventKind::renewed));
  }
  arm_timer();
  return {};
}
Result<> Desk::cancel(const std::string& consultation) {
  return act(consultation, EventKind::cancelled, [](Encounter& encounter) { return encounter.cancel(); });
}
Result<> Desk::no_show(const std::string& consultation) {
  return act(consultation, EventKind::no_show, [](Encounter& encounter) { return encounter.no_show(); });
}
Result<> Desk::end(const std::string& consultation) {
  return act(consultation, EventKind::ended, [](Encounter& encounter) { return encounter.end(); });
}
Result<> Desk::send_chat(const std::string& consultation, const std::string& text) {
  Encounter* encounter = find(consultation);
  if (encounter == nullptr) return unknown_consultation();
  return encounter->send_chat(text);
}

Result<> Desk::set_needs_picture(const std::string& consultation, bool needs) {
  return needs ? act(consultation, EventKind::picture_needed,
                     [](Encounter& encounter) { return encounter.set_needs_picture(true); })
               : act(consultation, EventKind::picture_waived,
                     [](Encounter& encounter) { return encounter.set_needs_picture(false); });
}

Result<> Desk::give_reason(const std::string& consultation, UnseenReason reason, const std::string& text) {
  Encounter* encounter = find(consultation);
  if (encounter == nullptr) return unknown_consultation();
  return encounter->give_reason(reason, text);
}

void Desk::set_sending(MediaState state) {
  m_wanted = state;
  m_parts.media.set_microphone_muted(!state.microphone);
  m_parts.media.set_camera_off(!state.camera);
  for (const auto& encounter : m_encounters) encounter->set_sending(sending(), Actor::staff);
}

void Desk::set_available(MediaState state) {
  m_available = state;
  for (const auto& encounter : m_encounters) encounter->set_sending(sending(), Actor::system);
}

void Desk::note_device(std::string_view part, bool works) {
  for (const auto& encounter : m_encounters) {
    if (encounter->has_the_room() && m_device_notes.take(m_parts.clock.moment()))
      encounter->note_device(part, works);
  }
}

MediaState Desk::sending() const {
  return {m_wanted.microphone && m_available.microphone, m_wanted.camera && m_available.camera};
}

// --- The gateway ---

void Desk::on_gateway_ready(const std::vector<IceServer>& servers) {
  m_ice_servers = servers;
  for (const auto& encounter : m_encounters) encounter->on_gateway_ready(servers);
}

void Desk::on_network_changed() {
  for (const auto& encounter : m_encounters) encounter->on_network_changed();
}

void Desk::on_gateway_lost() {
  for (const auto& encounter : m_encounters) encounter->on_gateway_lost();
}

void Desk::on_ice_servers(const std::vector<IceServer>& servers) {
  m_ice_servers = servers;
  for (const auto& encounter : m_encounters) encounter->on_ice_servers(servers);
}

void Desk::on_code_taken(const std::string& consultation) {
  if (Encounter* encounter = find(consultation)) encounter->on_code_taken(draw_free_code());
}

Encounter* Desk::find(const std::string& consultation) { return encounter_of(consultation); }
const Encounter* Desk::find(const std::string& consultation) const { return encounter_of(consultation); }

Encounter* Desk::encounter_of(const std::string& consultation) const {
  for (const auto& encounter : m_encounters) {
    if (encounter->record().id == consultation) return encounter.get();
  }
  return nullptr;
}

std::vector<const Encounter*> Desk::encounters() const {
  std::vector<const Encounter*> all;
  for (const auto& encounter : m_encounters) all.push_back(encounter.get());
  return all;
}

const Encounter* Desk::in_the_room() const {
  for (const auto& encounter : m_encounters) {
    if (encounter->has_the_room()) return encounter.get();
  }
  return nullptr;
}

// --- Time and changes ---

void Desk::on_time() {
  for (const auto& encounter : m_encounters) encounter->on_time();
  arm_timer();
}

std::optional<milliseconds> Desk::next_look() const {
  std::optional<Instant> next;
  for (const auto& encounter : m_encounters) {
    const auto deadline = encounter->next_deadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  if (!next) return std::nullopt;
  return std::clamp<milliseconds>(*next - m_parts.clock.now(), milliseconds(0), k_longest_wait);
}

void Desk::arm_timer() {
  if (const auto wait = next_look()) {
    m_timer.start_once(*wait, [this] { on_time(); });
  } else {
    m_timer.stop();
  }
}

void Desk::on_changed(const Encounter& encounter) {
  m_parts.observer.on_changed(encounter);
  // Deadlines move with the state. Not now: an encounter may be in the middle of its own on_time().
  if (std::exchange(m_look_queued, true)) return;
  base::post_to_main(m_anchor.weak(), [](Desk& self) {
    self.m_look_queued = false;
    self.clear_ended();
    self.arm_timer();
  });
}

void Desk::on_event(const Encounter& encounter, std::string_view event,
                    const std::map<std::string, std::string>& details) {
  m_parts.observer.on_event(encounter, event, details);
  // Into a call that goes on nobody comes by himself.
  const bool is_free = encounter.state() == State::reconnecting;
  const bool at_the_door =
      event == "patient-waiting" || (is_free && (event == "newcomer-waiting" || event == "disconnected"));
  if (!at_the_door || !m_parts.auto_admit) return;
  const Seat* caller = encounter.at_the_door();
  if (caller == nullptr) return;
  base::post_to_main(m_anchor.weak(), [id = encounter.record().id, knock = knock_of(*caller)](Desk& self) {
    // Refused while another call goes on: staff admit by hand then.
    (void)self.admit(id, knock);
  });
}

void Desk::on_log_failure(const Encounter& encounter, const base::Failure& failure) {
  m_parts.observer.on_log_failure(encounter, failure);
}

void Desk::clear_ended() {
  std::erase_if(m_encounters, [](const auto& encounter) { return encounter->is_over(); });
}

}  // namespace sangdam::consultation
