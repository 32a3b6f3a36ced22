#include "kiosk/screens.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/handles.hpp"
#include "base/log.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::kiosk {
namespace {

using base::Instant;
using consultation::Encounter;
using consultation::State;
using ui::tr;

constexpr std::size_t k_log_page = 50;
constexpr std::size_t k_code_end = 3;  // digits that tell codes apart: one of their groups

struct Day {
  Instant begin, end;
};

/// The local calendar day that `now` is in.
Day day_of(Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto at = base::Ref<GDateTime>::adopt(g_date_time_new_from_unix_local(seconds));
  int year = 0;
  int month = 0;
  int day = 0;
  g_date_time_get_ymd(at.get(), &year, &month, &day);
  const auto begin = base::Ref<GDateTime>::adopt(g_date_time_new_local(year, month, day, 0, 0, 0));
  const auto end = base::Ref<GDateTime>::adopt(g_date_time_add_days(begin.get(), 1));
  const auto instant = [](const base::Ref<GDateTime>& time) {
    return Instant(std::chrono::seconds(g_date_time_to_unix(time.get())));
  };
  return {instant(begin), instant(end)};
}

/// What people type: a browser adds the scheme by itself, and spoken it only confuses.
std::string typed_form(const protocol::Address& address) {
  if (!address.typed.empty()) return address.typed;
  std::string_view text = address.address;
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

/// ":8443", or nothing, of an address as it is typed.
std::string port_of(const std::string& typed) {
  const std::size_t colon = typed.rfind(':');
  const std::size_t bracket = typed.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket)) return {};
  return typed.substr(colon);
}

ui::Screen screen_of(const Encounter& encounter) {
  return consultation::has_the_room(encounter.shown().state) ? ui::Screen::call : ui::Screen::session;
}

ui::TodayRow row_of(const consultation::DayRow& day_row) {
  ui::TodayRow row;
  if (day_row.appointment) {
    row.key = "a:" + day_row.appointment->id;
    row.appointment = day_row.appointment->id;
    row.time = day_row.appointment->starts;
    row.patient = day_row.appointment->patient_name;
    row.clinician = day_row.appointment->clinician;
    row.needs_picture = day_row.appointment->needs_picture;
  }
  if (day_row.consultation) {
    const consultation::ConsultationRecord& record = *day_row.consultation;
    if (!day_row.appointment) {
      row.key = "c:" + record.id;
      row.time = record.opened.value_or(record.created);
      row.patient = record.patient_name;
      row.clinician = record.clinician;
    }
    row.consultation = record.id;
    row.needs_picture = record.needs_picture;
    row.state = record.state;
    row.arrived = record.state == State::open && record.seat.has_value();
    if (!day_row.appointment && record.code.size() > k_code_end)
      row.code_end = record.code.substr(record.code.size() - k_code_end);
    row.outcome = record.outcome;
    row.waiting_since = record.waiting_since;
    if (record.state == State::waiting && record.seat) {
      row.caller = record.seat->name;
      row.knock = consultation::knock_of(*record.seat);
    }
  }
  return row;
}

}  // namespace

Screens::Screens(Parts parts) : m_parts(std::move(parts)) {
  m_parts.notices.on_change([this] { refresh(); });
}

Screens::~Screens() { m_parts.notices.on_change(nullptr); }

// --- Where staff are ---

void Screens::show(ui::Screen screen) {
  m_screen = screen;
  refresh_now();
  m_parts.window.show(screen);
  if (m_on_front_changed) m_on_front_changed();
}

void Screens::show_today() {
  m_visit.clear();
  show(ui::Screen::today);
}

base::Result<> Screens::show_visit(const std::string& consultation) {
  const Encounter* encounter = m_parts.desk.find(consultation);
  if (encounter == nullptr) return base::failure("unknown-consultation", "This visit is not open any more.");
  m_visit = consultation;
  show(screen_of(*encounter));
  return {};
}

void Screens::show_log() {
  m_visit.clear();
  load_log(false);
  show(ui::Screen::log);
}

void Screens::search_log(const std::string& text) {
  m_log.search = text;
  load_log(false);
  m_parts.window.set(m_log);
}

void Screens::more_log() {
  load_log(true);
  m_parts.window.set(m_log);
}

void Screens::show_timeline(const std::string& consultation) {
  // From elsewhere the list beside it was never read, or is old, or shows what somebody searched for.
  if (m_screen != ui::Screen::log && m_screen != ui::Screen::timeline) {
    m_log.search.clear();
    load_log(false);
    m_parts.window.set(m_log);
  }
  auto timeline = m_parts.records.timeline({.consultation = consultation, .before = {}});
  if (!timeline) return log_unreadable(timeline.error());
  auto row = m_parts.records.log_row(consultation);
  if (!row) return log_unreadable(row.error());
  if (!*row) return log_unreadable({"unknown-consultation", "The log has no such visit."});
  m_visit = consultation;
  m_timeline = {std::move(**row), std::move(timeline->entries), timeline->earlier};
  m_parts.window.set(m_timeline);
  show(ui::Screen::timeline);
}

void Screens::show_earlier() {
  if (m_screen != ui::Screen::timeline || m_timeline.entries.empty()) return;
  auto timeline =
      m_parts.records.timeline({.consultation = m_visit, .before = m_timeline.entries.front().sequence});
  if (!timeline) return log_unreadable(timeline.error());
  m_timeline.entries.insert(m_timeline.entries.begin(), timeline->entries.begin(), timeline->entries.end());
  m_timeline.earlier = timeline->earlier;
  m_parts.window.set(m_timeline);
}

void Screens::log_unreadable(const base::Failure& failure) {
  base::log_warning("kiosk", "the log cannot be read: {}", failure.code);
  const auto words = [] {
    return tr(
        "The log could not be read. The visits themselves are not affected. Try again, and tell whoever "
        "looks after this kiosk if it stays so.");
  };
  if (!m_parts.window.answer(ui::Health::bad, words()))
    m_parts.notices.raise("log-read", ui::Health::bad, words);
}

void Screens::return_to(const std::string& consultation) {
  if (m_screen == ui::Screen::today && !m_parts.window.asks()) (void)show_visit(consultation);
}

void Screens::leave_visit(const std::string& consultation) {
  if (!is_in_front(consultation)) return;
  const bool ran_out = m_screen == ui::Screen::session && m_session.consultation == consultation &&
                       m_session.code_expires && *m_session.code_expires <= m_parts.clock.now();
  if (!ran_out) return show_today();
  m_session.is_over = true;
  m_parts.window.set(m_session);
}

bool Screens::is_in_front(const std::string& consultation) const {
  return m_visit == consultation && (m_screen == ui::Screen::session || m_screen == ui::Screen::call);
}

void Screens::retranslate() {
  m_parts.window.retranslate();
  refresh_now();
}

// --- What they show ---

void Screens::set_address(protocol::Address address) {
  m_address = std::move(address);
  refresh();
}

void Screens::set_name(std::string name) {
  m_name = std::move(name);
  refresh();
}

void Screens::set_camera(ui::HealthItem item) {
  m_camera = std::move(item);
  refresh();
}

void Screens::set_microphone(ui::HealthItem item) {
  m_microphone = std::move(item);
  refresh();
}

void Screens::refresh() {
  if (std::exchange(m_refresh_queued, true)) return;
  base::post_to_main_before_painting(m_anchor.weak(), [](Screens& self) {
    self.m_refresh_queued = false;
    self.refresh_now();
  });
}

void Screens::refresh_now() {
  m_parts.window.set(status_bar());
  m_parts.window.set(m_parts.notices.bars());
  switch (m_screen) {
    case ui::Screen::today: m_parts.window.set(today()); break;
    case ui::Screen::session:
    case ui::Screen::call:
      if (const Encounter* encounter = m_parts.desk.find(m_visit)) {
        // The picture of a patient who was just let in belongs in front of whoever let them in.
        const ui::Screen wanted = screen_of(*encounter);
        if (wanted == ui::Screen::call) {
          m_parts.window.set(call(*encounter));
        } else {
          m_session = session(*encounter);
          m_parts.window.set(m_session);
        }
        if (std::exchange(m_screen, wanted) != wanted) m_parts.window.show(wanted);
      }
      break;
    case ui::Screen::log: m_parts.window.set(m_log); break;
    case ui::Screen::timeline: break;  // a picture of the past
  }
}

std::vector<ui::Waiting> Screens::waiting() const {
  std::vector<ui::Waiting> waiting;
  for (const Encounter* encounter : m_parts.desk.encounters()) {
    const auto& record = encounter->shown();
    if (record.state != State::waiting || !record.seat) continue;
    waiting.push_back({record.id, record.seat->name.empty() ? record.patient_name : record.seat->name,
                       consultation::knock_of(*record.seat),
                       record.waiting_since.value_or(m_parts.clock.now())});
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const ui::Waiting& a, const ui::Waiting& b) { return a.since < b.since; });
  return waiting;
}

ui::StatusBar Screens::status_bar() const {
  ui::StatusBar bar;
  bar.clinic = m_parts.clinic;
  bar.waiting = waiting();
  switch (m_parts.link.state()) {
    case LinkState::ready:
      bar.network = m_address.local ? ui::HealthItem{ui::Health::bad, tr("No network")}
                                    : ui::HealthItem{ui::Health::good, tr("Patients can join")};
      break;
    case LinkState::connecting: bar.network = {ui::Health::warning, tr("Connecting…")}; break;
    case LinkState::refused: bar.network = {ui::Health::bad, tr("The gateway refuses this kiosk")}; break;
    case LinkState::unreachable: bar.network = {ui::Health::bad, tr("Patients cannot join just now")}; break;
  }
  bar.camera = m_camera;
  bar.microphone = m_microphone;
  for (const Encounter* encounter : m_parts.desk.encounters()) {
    const consultation::MediaState on_air = encounter->on_air();
    if (!on_air.camera && !on_air.microphone) continue;
    bar.on_air.camera = bar.on_air.camera || on_air.camera;
    bar.on_air.microphone = bar.on_air.microphone || on_air.microphone;
    bar.on_air.consultation = encounter->record().id;
  }
  return bar;
}

ui::TodayModel Screens::today() const {
  ui::TodayModel model;
  const Day day = day_of(m_parts.clock.now());
  auto rows = m_parts.records.day(day.begin, day.end);
  if (!rows) {
    base::log_warning("kiosk", "today's list cannot be read: {}", rows.error().code);
  } else {
    for (auto& row : *rows) {
      // The newest that may be shown, with what is not kept on the disk.
      const Encounter* live = row.consultation ? m_parts.desk.find(row.consultation->id) : nullptr;
      if (live != nullptr) row.consultation = live->shown();
      model.rows.push_back(row_of(row));
    }
  }
  // What is still open from yesterday belongs on today's list as well.
  for (const Encounter* encounter : m_parts.desk.encounters()) {
    const auto& record = encounter->shown();
    const bool listed = std::any_of(model.rows.begin(), model.rows.end(),
                                    [&](const auto& row) { return row.consultation == record.id; });
    if (!listed && record.state != State::ended) model.rows.push_back(row_of({std::nullopt, record}));
  }
  std::stable_sort(model.rows.begin(), model.rows.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return model;
}

ui::SessionModel Screens::session(const Encounter& encounter) const {
  const auto& record = encounter.shown();
  ui::SessionModel model;
  model.consultation = record.id;
  model.state = record.state;
  model.code = record.code;
  model.address = typed_form(m_address);
  if (!m_name.empty()) model.name = m_name + port_of(model.address);
  model.link = m_address.address + "/#" + record.code;
  model.no_network = m_address.local;
  model.appointment = record.appointment_id;
  model.patient = record.patient_name;
  model.code_expires = record.code_expires;
  model.seat = record.seat;
  model.waiting_since = record.waiting_since;
  model.needs_picture = record.needs_picture;
  model.gateway_ready = m_parts.link.is_published(record.id);
  return model;
}

ui::CallModel Screens::call(const Encounter& encounter) const {
  const auto& record = encounter.shown();
  ui::CallModel model;
  model.consultation = record.id;
  model.state = record.state;
  model.patient = record.seat && !record.seat->name.empty() ? record.seat->name : record.patient_name;
  model.connected = record.connected;
  model.quality = encounter.quality();
  model.patient_left = encounter.patient_left();
  model.no_path = encounter.no_path();
  model.has_relay = encounter.has_relay();
  model.patient_microphone = encounter.patient_media().microphone;
  model.patient_camera = encounter.patient_media().camera;
  const Encounter::MediaLevels levels = encounter.media_levels();
  model.from_patient = levels.from_patient;
  model.to_patient = levels.to_patient;
  model.microphone_muted = !m_sending.microphone;
  model.camera_off = !m_sending.camera;
  model.reason_owed = record.reason_owed;
  model.patient_volume = m_patient_volume;
  model.can_chat = encounter.can_chat();
  const ui::SessionModel invitation = session(encounter);
  model.code = record.code;
  model.address = invitation.name.empty() ? invitation.address : invitation.name;
  model.link = invitation.link;
  model.code_ready = invitation.gateway_ready && !invitation.no_network;
  if (record.newcomer) {
    model.door = {record.newcomer->name, consultation::knock_of(*record.newcomer), record.newcomer->present};
  }
  for (const auto& message : encounter.chat().messages()) {
    model.chat.push_back(
        {message.id, message.from_patient, message.text, message.time, message.delivered, message.refused});
  }
  return model;
}

void Screens::load_log(bool next_page) {
  consultation::LogQuery query;
  query.text = m_log.search;
  query.limit = k_log_page;
  if (next_page && !m_log.rows.empty()) query.before = {m_log.rows.back().started, m_log.rows.back().id};
  auto page = m_parts.records.log(query);
  if (!page) return log_unreadable(page.error());
  m_log.more = page->size() == k_log_page;
  if (!next_page) m_log.rows.clear();
  m_log.rows.insert(m_log.rows.end(), page->begin(), page->end());
}

}  // namespace sangdam::kiosk
