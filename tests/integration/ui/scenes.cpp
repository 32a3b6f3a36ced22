#include "integration/ui/scenes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using namespace sangdam::ui;
using base::Instant;
using consultation::Actor;
using consultation::LogEntry;
using consultation::LogRow;
using consultation::Seat;

const std::string k_consultation(32, 'c');
const std::string k_appointment(32, 'a');

std::string id(char kind, int number) { return fmt::format("{}{:031x}", kind, number); }

OnAir& on_air() {
  static OnAir s_on_air;
  return s_on_air;
}

StatusBar healthy() {
  return {"한빛의원 · Hanbit Clinic",
          {Health::good, "The network is connected"},
          {Health::good, "Camera ready"},
          {Health::good, "Microphone ready"},
          on_air()};
}

TodayRow row(int number, Instant time, std::string patient, std::string clinician, State state,
             std::optional<Outcome> outcome = {}) {
  TodayRow made;
  made.appointment = id('a', number);
  made.consultation = state == State::scheduled ? "" : id('c', number);
  made.key = "a:" + made.appointment;
  made.time = time;
  made.patient = std::move(patient);
  made.clinician = std::move(clinician);
  made.state = state;
  made.outcome = outcome;
  return made;
}

TodayModel busy_day(Instant now) {
  TodayModel day;
  day.rows = {
      row(1, now - 130min, "김영희", "박민수 원장", State::ended, Outcome::completed),
      row(2, now - 90min, "James Okonkwo", "Dr. Park", State::ended, Outcome::no_show),
      row(3, now - 55min, "이순자", "박민수 원장", State::ended, Outcome::failed),
      row(4, now - 12min, "최정호", "이서연 과장", State::in_call),
      row(5, now - 4min, "Wolfeschlegelsteinhausenbergerdorff Maximiliane", "Dr. Seoyeon Lee-Montgomery",
          State::waiting),
      row(6, now + 10min, "정다은", "박민수 원장", State::open),
      row(7, now + 40min, "한지민", "이서연 과장", State::scheduled),
      row(8, now + 70min, "Nguyễn Thị Minh Khai", "박민수 원장", State::scheduled),
      row(9, now + 100min, "오세훈", "", State::scheduled),
  };
  day.rows[4].waiting_since = now - 3min - 24s;
  day.rows[4].knock = "0123456789abcdef-1";
  for (const std::size_t seen : {1U, 4U, 6U}) day.rows[seen].needs_picture = true;
  day.rows.push_back(
      {.key = "c:" + id('c', 10), .consultation = id('c', 10), .time = now - 2min, .state = State::open});
  std::stable_sort(day.rows.begin(), day.rows.end(),
                   [](const TodayRow& a, const TodayRow& b) { return a.time < b.time; });
  return day;
}

/// A long day at the middle of it: what is over, what nobody came for, what is to come.
TodayModel long_day(Instant now) {
  TodayModel day;
  for (int i = 0; i < 46; ++i) {
    const Instant time = now + (i - 24) * 10min + 3min;
    const bool is_missed = i == 20 || i == 22;
    const State state = time > now || is_missed ? State::scheduled : State::ended;
    day.rows.push_back(row(100 + i, time, fmt::format("환자 {}", i), "박민수 원장", state,
                           state == State::ended ? std::optional(Outcome::completed) : std::nullopt));
  }
  return day;
}

/// Three visits without appointment at the same time.
TodayModel walk_ins(Instant now) {
  TodayModel day;
  for (const char* code : {"906", "112", "554"}) {
    TodayRow made;
    made.consultation = fmt::format("{:0>32}", code);
    made.key = "c:" + made.consultation;
    made.time = now - 2min;
    made.state = State::open;
    made.code_end = code;
    made.arrived = made.code_end == "112";
    day.rows.push_back(made);
  }
  day.rows.back().patient = "이순자";
  return day;
}

SessionModel open_session(Instant now) {
  SessionModel session;
  session.consultation = k_consultation;
  session.code = "482731906";
  session.address = "192.168.0.12:8443";
  session.link = "https://192.168.0.12:8443/#482731906";
  session.appointment = k_appointment;
  session.patient = "김영희";
  session.code_expires = now + 27min;
  session.gateway_ready = true;
  return session;
}

Seat seat(std::string name, bool camera = true, bool microphone = true) {
  Seat made;
  made.id = "0123456789abcdef";
  made.consent = "1";
  made.language = "ko";
  made.name = std::move(name);
  made.has_camera = camera;
  made.has_microphone = microphone;
  made.knock = 1;
  return made;
}

CallModel running_call(Instant now) {
  CallModel call;
  call.consultation = k_consultation;
  call.state = State::in_call;
  call.patient = "김영희";
  call.connected = now - 12min - 5s;
  call.quality = Quality::good;
  call.can_chat = true;
  call.code = "482731906";
  call.address = "192.168.0.12:8443";
  call.link = "https://192.168.0.12:8443/#482731906";
  call.code_ready = true;
  return call;
}

std::vector<ChatItem> conversation(Instant now) {
  return {
      {"1", true, "안녕하세요 원장님 😊", now - 9min, false},
      {"2", false, "안녕하세요, 김영희 님. 어디가 불편하세요?", now - 8min, true},
      {"3", true,
       "어제부터 머리가 아프고 열이 38.2도까지 올랐어요 🤒 Should I keep taking the "
       "medicine?",
       now - 7min, false},
      {"4", false,
       "타이레놀 500 mg, 하루 3번, 식후 30분. 이틀 뒤에도 열이 있으면 다시 연락 주세요. "
       "👍🏽",
       now - 2min, true},
      {"5", false, "https://www.example.org/a/very/long/address/that/does/not/break/by/itself/0123456789",
       now, false},
  };
}

LogModel log_of(Instant now, int count, bool more) {
  static const std::vector<std::pair<const char*, const char*>> k_people{
      {"김영희", "박민수 원장"},
      {"James Okonkwo", "Dr. Park"},
      {"이순자", "박민수 원장"},
      {"Wolfeschlegelsteinhausenbergerdorff Maximiliane", "Dr. Seoyeon Lee-Montgomery"},
      {"", ""}};
  static constexpr Outcome k_outcomes[]{Outcome::completed, Outcome::no_show, Outcome::completed,
                                        Outcome::failed, Outcome::cancelled};
  LogModel log;
  for (int i = 0; i < count; ++i) {
    const auto& [patient, clinician] = k_people[static_cast<std::size_t>(i) % k_people.size()];
    LogRow made;
    made.id = i == 0 ? k_consultation : id('c', i);
    made.patient_name = patient;
    made.clinician = clinician;
    made.state = State::ended;
    made.outcome = k_outcomes[i % 5];
    made.started = now - 1h * (i * 7 + 1);
    made.connected = made.started + 4min;
    made.ended = made.started + 22min + 9s;
    log.rows.push_back(made);
  }
  log.more = more;
  return log;
}

TimelineModel whole_story(Instant now) {
  TimelineModel story;
  story.row = log_of(now, 1, false).rows.front();
  Instant at = story.row.started;
  const auto add = [&](const char* kind, Actor actor, std::map<std::string, std::string> details = {}) {
    LogEntry entry;
    entry.sequence = static_cast<std::int64_t>(story.entries.size()) + 1;
    entry.consultation = k_consultation;
    entry.time = at += 41s;
    entry.kind = kind;
    entry.actor = actor;
    entry.details = std::move(details);
    story.entries.push_back(entry);
  };
  add("opened", Actor::staff, {{"picture", "needed"}});
  add("patient-arrived", Actor::patient);
  add("patient-knocked", Actor::patient,
      {{"name", "김영희"}, {"consent", "1"}, {"camera", "yes"}, {"microphone", "yes"}});
  add("admitted", Actor::staff);
  add("media-connected", Actor::system);
  add("chat-received", Actor::patient, {{"text", "안녕하세요 원장님 😊"}});
  add("chat-sent", Actor::staff,
      {{"text",
        "타이레놀 500 mg, 하루 3번, 식후 30분. 이틀 뒤에도 열이 있으면 다시 연락 주세요. "
        "👍🏽"}});
  add("chat-delivered", Actor::patient);
  add("camera-off", Actor::patient);
  add("media-lost", Actor::system, {{"reason", "connection-lost"}});
  add("patient-away", Actor::patient);
  add("patient-returned", Actor::patient);
  add("media-connected", Actor::system);
  add("quality", Actor::system, {{"level", "poor"}});
  add("reason-asked", Actor::system);
  add("reason-given", Actor::staff, {{"reason", "other"}, {"text", "방이 어두워 보이지 않음"}});
  add("from-a-newer-version", Actor::system, {{"loss", "12"}});
  add("ended", Actor::staff, {{"outcome", "completed"}});
  return story;
}

/// A visit somebody tried to flood the log with.
TimelineModel newest_of_many(Instant now) {
  TimelineModel story = whole_story(now);
  story.earlier = 14800;
  for (const char* of : {"report", "door", "chat", "line", "path"}) {
    LogEntry entry = story.entries.back();
    entry.kind = "repeated";
    entry.details = {{"of", of}, {"count", "36671"}};
    story.entries.insert(story.entries.begin(), entry);
  }
  LogEntry full = story.entries.back();
  full.kind = "entries-not-kept";
  full.details.clear();
  story.entries.insert(story.entries.begin() + 5, full);
  return story;
}

/// Others who wait while this screen is in front.
void let_wait(KioskWindow& window, Instant now) {
  StatusBar bar = healthy();
  bar.waiting = {
      {id('c', 5), "이순자", "0123456789abcdef-1", now - 3min - 20s},
      {id('c', 6), "Wolfeschlegelsteinhausenbergerdorff Maximiliane", "0123456789abcdef-2", now - 40s}};
  window.set(bar);
}

using Scene = std::function<void(KioskWindow&, Instant)>;

void show_session(KioskWindow& window, const SessionModel& model) {
  window.set(model);
  window.show(Screen::session);
}
void show_call(KioskWindow& window, const CallModel& model) {
  window.set(model);
  window.show(Screen::call);
}

const std::map<std::string, Scene>& scenes() {
  static const std::map<std::string, Scene> k_scenes{
      {"today-empty",
       [](KioskWindow& window, Instant) { window.set(TodayModel{}), window.show(Screen::today); }},
      {"today-one",
       [](KioskWindow& window, Instant now) {
         window.set(TodayModel{{row(7, now + 40min, "한지민", "이서연 과장", State::scheduled)}});
         window.show(Screen::today);
       }},
      {"today-many",
       [](KioskWindow& window, Instant now) { window.set(busy_day(now)), window.show(Screen::today); }},
      {"today-long",
       [](KioskWindow& window, Instant now) { window.set(long_day(now)), window.show(Screen::today); }},
      {"today-walk-ins",
       [](KioskWindow& window, Instant now) { window.set(walk_ins(now)), window.show(Screen::today); }},
      {"today-notices",
       [](KioskWindow& window, Instant now) {
         window.set(busy_day(now));
         window.set(
             StatusBar{"한빛의원 · Hanbit Clinic",
                       {Health::warning, "Not connected to the internet; visits on this network go on"},
                       {Health::bad, "No camera found. Plug one in; it is used at once."},
                       {Health::good, "Microphone ready"},
                       on_air()});
         window.set(std::vector<NoticeBar>{
             {"camera", Health::bad,
              "No camera was found. Patients will hear you but not see you. Plug a camera in; it is used at "
              "once.",
              false},
             {"auto-admit", Health::warning,
              "Everyone who has the code is let in without asking (started with --auto-admit).", true}});
         window.show(Screen::today);
       }},
      {"session-not-ready",
       [](KioskWindow& window, Instant now) {
         SessionModel session = open_session(now);
         session.gateway_ready = false;
         show_session(window, session);
       }},
      {"session-open", [](KioskWindow& window, Instant now) { show_session(window, open_session(now)); }},
      {"session-named",
       [](KioskWindow& window, Instant now) {
         auto session = open_session(now);
         session.name = "sangdam.local";
         session.address = "192.168.0.12";
         show_session(window, session);
       }},
      {"session-run-out",
       [](KioskWindow& window, Instant now) {
         auto session = open_session(now);
         session.code_expires = now - 1s;
         show_session(window, session);
       }},
      {"session-closed",
       [](KioskWindow& window, Instant now) {
         auto session = open_session(now);
         session.code_expires = now - 1s;
         session.is_over = true;
         show_session(window, session);
       }},
      {"session-walk-in",
       [](KioskWindow& window, Instant now) {
         auto session = open_session(now);
         session.appointment.clear();
         session.patient.clear();
         session.code_expires = now + 211min;
         show_session(window, session);
       }},
      {"session-arrived",
       [](KioskWindow& window, Instant now) {
         SessionModel session = open_session(now);
         session.seat = seat("", false, false);
         session.code_expires = now + 3min;
         show_session(window, session);
       }},
      {"session-waiting",
       [](KioskWindow& window, Instant now) {
         SessionModel session = open_session(now);
         session.state = State::waiting;
         session.seat = seat("김영희");
         session.waiting_since = now - 2min - 14s;
         show_session(window, session);
       }},
      {"session-other-person",
       [](KioskWindow& window, Instant now) {
         SessionModel session = open_session(now);
         session.state = State::waiting;
         session.seat = seat("Wolfeschlegelsteinhausenbergerdorff Maximiliane", false, true);
         session.seat->present = false;
         session.seat->language = "en";
         session.needs_picture = true;
         session.waiting_since = now - 62min;
         show_session(window, session);
       }},
      {"session-admitted",
       [](KioskWindow& window, Instant now) {
         SessionModel session = open_session(now);
         session.state = State::admitted;
         session.seat = seat("김영희");
         show_session(window, session);
       }},
      {"call-connecting",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.state = State::admitted;
         call.connected.reset();
         call.quality = Quality::unknown;
         show_call(window, call);
       }},
      {"call-no-path",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.state = State::admitted;
         call.connected.reset();
         call.quality = Quality::unknown;
         call.no_path = true;
         show_call(window, call);
       }},
      {"call", [](KioskWindow& window, Instant now) { show_call(window, running_call(now)); }},
      {"call-chat",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.chat = conversation(now);
         show_call(window, call);
       }},
      {"call-muted",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.microphone_muted = call.camera_off = true;
         call.patient_microphone = false;
         call.quality = Quality::fair;
         show_call(window, call);
       }},
      {"call-mine-muted",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.microphone_muted = true;
         show_call(window, call);
       }},
      {"call-loud",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.patient_volume = 150;
         show_call(window, call);
       }},
      {"call-poor",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.quality = Quality::poor;
         show_call(window, call);
       }},
      {"call-stills",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.from_patient = call.to_patient = MediaLevel::stills;
         show_call(window, call);
       }},
      {"call-voice",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.from_patient = MediaLevel::voice;
         call.to_patient = MediaLevel::stills;
         show_call(window, call);
       }},
      {"call-text",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.consultation =
             "text-only";  // the messages open by themselves; they are closed for the next one
         call.from_patient = call.to_patient = MediaLevel::text;
         show_call(window, call);
       }},
      {"call-reason",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.from_patient = call.to_patient = MediaLevel::voice;
         call.reason_owed = true;
         show_call(window, call);
       }},
      {"call-reason-picture-back",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.reason_owed = true;
         show_call(window, call);
       }},
      {"call-reconnecting",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.state = State::reconnecting;
         call.can_chat = false;
         show_call(window, call);
       }},
      {"call-door",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.door = {"이민수", "seat:1", true};
         show_call(window, call);
       }},
      {"call-door-no-name",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.state = State::reconnecting;
         call.door = {"", "seat:0", true};
         show_call(window, call);
       }},
      {"call-waiting",
       [](KioskWindow& window, Instant now) { let_wait(window, now), show_call(window, running_call(now)); }},
      {"call-one-waits",
       [](KioskWindow& window, Instant now) {
         StatusBar bar = healthy();
         bar.waiting = {{id('c', 5), "이순자", "0123456789abcdef-1", now - 3min - 20s}};
         window.set(bar);
         show_call(window, running_call(now));
       }},
      {"session-others-wait",
       [](KioskWindow& window, Instant now) {
         let_wait(window, now), show_session(window, open_session(now));
       }},
      {"log-others-wait",
       [](KioskWindow& window, Instant now) {
         let_wait(window, now);
         window.set(log_of(now, 12, true)), window.show(Screen::log);
       }},
      {"call-patient-left",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.state = State::reconnecting;
         call.patient_left = true;
         call.can_chat = false;
         show_call(window, call);
       }},
      {"call-camera-off",
       [](KioskWindow& window, Instant now) {
         CallModel call = running_call(now);
         call.patient_camera = false;
         show_call(window, call);
       }},
      {"log-empty", [](KioskWindow& window, Instant) { window.set(LogModel{}), window.show(Screen::log); }},
      {"log-nothing-found",
       [](KioskWindow& window, Instant) {
         LogModel log;
         log.search = "홍길동";
         window.set(log);
         window.show(Screen::log);
       }},
      {"log-many",
       [](KioskWindow& window, Instant now) { window.set(log_of(now, 12, true)), window.show(Screen::log); }},
      {"timeline",
       [](KioskWindow& window, Instant now) {
         window.set(log_of(now, 12, true));
         window.set(whole_story(now));
         window.show(Screen::timeline);
       }},
      {"timeline-huge",
       [](KioskWindow& window, Instant now) {
         window.set(log_of(now, 12, true));
         window.set(newest_of_many(now));
         window.show(Screen::timeline);
       }},
  };
  return k_scenes;
}

}  // namespace

std::vector<std::string> scene_names() {
  std::vector<std::string> names;
  for (const auto& [name, scene] : scenes()) names.push_back(name);
  return names;
}

void set_on_air(bool camera, bool microphone) {
  on_air() = {camera, microphone, camera || microphone ? k_consultation : std::string()};
}

bool show_scene(KioskWindow& window, const std::string& name, Instant now) {
  const auto found = scenes().find(name);
  if (found == scenes().end()) return false;
  window.set(healthy());
  window.set(std::vector<NoticeBar>{});
  found->second(window, now);
  return true;
}

}  // namespace sangdam::tests
