#include "kiosk/kiosk.hpp"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.hpp"
#include "base/memory.hpp"
#include "base/random.hpp"
#include "base/secret_file.hpp"
#include "base/text.hpp"
#include "base/web_address.hpp"
#include "gateway/local_address.hpp"
#include "kiosk/notices.hpp"
#include "ui/kiosk/fonts.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/words.hpp"

namespace sangdam::kiosk {
namespace {

using base::Result;
using consultation::Encounter;
using ui::tr;

std::vector<consultation::IceServer> domain_of(const std::vector<protocol::IceServer>& servers) {
  std::vector<consultation::IceServer> result;
  for (const auto& server : servers) result.push_back({server.url, server.username, server.credential});
  return result;
}

// A visit's pipelines stop on threads of their own; what they held is free after this.
constexpr std::chrono::seconds k_release_after{5};
// A visit may say nothing for long: what is owed to the log does not wait for its next entry.
constexpr std::chrono::seconds k_catch_up_every{5};
constexpr int k_volume_as_it_comes = 100;  // percent

std::vector<std::string> sorted_addresses() {
  std::vector<std::string> addresses = gateway::local_addresses();
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

/// What a name on the clinic's network may lead to.
std::vector<MdnsName::Entry> addresses_by_interface() {
  const std::vector<gateway::InterfaceAddress> table = gateway::read_interfaces();
  const std::vector<std::string> for_people = gateway::addresses_for_people(table);
  std::vector<MdnsName::Entry> entries;
  for (const gateway::InterfaceAddress& each : table) {
    using gateway::InterfaceKind;
    const bool leads_away = each.kind == InterfaceKind::loopback || each.kind == InterfaceKind::tunnel ||
                            each.kind == InterfaceKind::modem;
    if (leads_away || std::find(for_people.begin(), for_people.end(), each.address) == for_people.end())
      continue;
    entries.push_back({static_cast<int>(if_nametoindex(each.name.c_str())), each.address});
  }
  return entries;
}

/// In the log, and as the id of its notice.
const char* name_of(pipelines::Part part) {
  switch (part) {
    case pipelines::Part::camera: return "camera";
    case pipelines::Part::microphone: return "microphone";
    case pipelines::Part::speaker: return "loudspeaker";
  }
  return "";
}

}  // namespace

Kiosk::Kiosk(Options options, GApplication* application)
    : m_options(std::move(options)), m_application(application), m_printer(m_options.print_events, m_clock) {}

Kiosk::~Kiosk() = default;

// --- Start ---

Result<> Kiosk::start() {
  if (auto ready = pipelines::Engine::start_up(); !ready) return ready;
  if (auto opened = open_log(); !opened) return opened;
  auto link = gateway();
  if (!link) return tl::unexpected(link.error());
  m_link = std::make_unique<GatewayLink>(std::move(*link), static_cast<GatewayLinkListener&>(*this));

  pipelines::EngineConfig media;
  media.camera = m_options.camera;
  media.microphone = m_options.microphone;
  media.relay_only = m_options.relay_only;
  if (const base::CharPtr self(
          m_options.hardware_video == "none" ? nullptr : g_file_read_link("/proc/self/exe", nullptr));
      self)
    media.video_probe = {self.get(), k_probe_argument};
  m_engine = std::make_unique<pipelines::Engine>(media);
  m_desk = std::make_unique<consultation::Desk>(
      consultation::Desk::Parts{*m_database, *m_database, m_clock, *m_engine, *m_link, m_codec, *this,
                                m_options.limits, m_options.auto_admit});

  m_bell.emplace(KnockBell::Settings{m_options.chime_volume, m_options.quiet_hours}, m_clock,
                 [this](double volume) {
                   m_engine->chime(volume);
                   m_printer.print("chime", "", {{"volume", fmt::format("{:.2f}", volume)}});
                 });
  m_window = std::make_unique<ui::KioskWindow>(m_application, m_engine->self_view(), m_engine->patient_view(),
                                               m_options.fullscreen);
  if (m_options.text_scale) m_window->set_text_scale(*m_options.text_scale / 100.0);
  m_window->watch_microphone(m_engine->own_sound());
  m_screens = std::make_unique<Screens>(
      Screens::Parts{*m_desk, *m_database, *m_link, m_clock, *m_window, m_notices, m_options.clinic});
  m_database->on_caught_up([this] { on_log_caught_up(); });
  install_actions();
  m_engine->on_health([this](const pipelines::Health& health) { on_health(health); });

  check_words();
  if (m_options.auto_admit) {
    m_notices.raise(
        "auto-admit", ui::Health::warning,
        [] { return tr("Whoever has the code is let in without asking. Use this only for demonstrations."); },
        false);
  }
  if (auto restored = m_desk->restore(); !restored) {
    base::log_error("kiosk", "visits that were open could not be read: {}", restored.error().code);
    m_notices.raise("restore", ui::Health::bad, [] {
      return tr(
          "Visits that were open when the kiosk stopped could not be taken up again. Start a new "
          "session for patients who were in one.");
    });
  }
  m_screens->on_front_changed([this] { follow_knocks(); });
  m_screens->show_today();
  m_addresses = sorted_addresses();
  m_network.emplace([this] { follow_network(); });
  m_packages.emplace(
      [this](const Package& package, const KnownFault& fault) { on_known_fault(package, fault); });
  offer_name();
  m_link->start();
  if (m_options.walk_in) start_walk_in();
  // A call that the kiosk's end cut off: the patient's page connects again by itself, and camera and
  // microphone with it. Whoever stands before the kiosk must see that.
  for (const Encounter* encounter : m_desk->encounters()) {
    if (encounter->has_the_room()) m_restored.insert(encounter->record().id);
  }
  if (const Encounter* talking = m_desk->in_the_room()) (void)m_screens->show_visit(talking->record().id);
  return {};
}

void Kiosk::check_words() {
  if (!m_options.language.empty() && m_options.language != ui::language()) {
    m_notices.raise("no-catalogue", ui::Health::warning, [] {
      return words_for({"no-catalogue", "The words of that language are not installed."});
    });
  }
  if (ui::can_show_hangul()) return;
  base::log_warning("kiosk", "no font for Korean is installed: install fonts-noto-cjk");
  // Not translated: in Korean it could not be read.
  m_notices.raise("font", ui::Health::warning, [] {
    return "Korean letters cannot be shown: names and messages in Korean appear as empty boxes. Have the "
           "package fonts-noto-cjk installed on this machine, and restart the kiosk.";
  });
}

Result<> Kiosk::open_log() {
  const std::filesystem::path path = m_options.data_dir / "sangdam.db";
  auto opened = db::Database::open(path);
  if (!opened && opened.error().code == "database-corrupt" && m_options.set_aside_corrupt) {
    const auto kept = db::set_aside(path);
    if (!kept) return tl::unexpected(kept.error());
    base::log_warning("kiosk", "the damaged log is kept as {}", kept->filename().string());
    opened = db::Database::open(path);
  }
  if (!opened) return tl::unexpected(opened.error());
  m_database = std::move(*opened);
  return {};
}

Result<GatewayLink::Config> Kiosk::gateway() {
  GatewayLink::Config config;
  config.clinic = m_options.clinic;
  config.phone = m_options.clinic_phone;
  if (m_options.gateway != "embedded") {
    const base::Result<std::string> token = base::read_secret(m_options.gateway_token_file);
    if (!token) return tl::unexpected(token.error());
    config.url = [url = m_options.gateway + "/ws/kiosk"] { return url; };
    config.token = *token;
    return config;
  }
  m_gateway = std::make_unique<EmbeddedGateway>(m_options);
  m_gateway->on_trouble([this](const std::optional<base::Failure>& failure) {
    if (failure) {
      m_notices.raise(
          "gateway", ui::Health::bad, [failure = *failure] { return words_for(failure); }, false);
    } else {
      m_notices.clear("gateway");
    }
  });
  if (auto started = m_gateway->start(); !started) return tl::unexpected(started.error());
  config.url = [this] { return m_gateway->kiosk_url(); };
  config.token = m_gateway->token();
  config.pinned = [this] { return m_gateway->certificate(); };
  return config;
}

// --- Staff ---

void Kiosk::install_actions() {
  namespace name = ui::action;
  m_actions = std::make_unique<Actions>(G_ACTION_MAP(m_application), [this] {
    on_result(base::failure("action-failed", "An action of the kiosk failed."));
  });
  Actions& actions = *m_actions;
  actions.add(name::k_start_walk_in, [this] { start_walk_in(); });
  actions.add_with_text(name::k_start_walk_in_for,
                        [this](const std::string& patient) { start_walk_in(patient); });
  actions.add_with_two(name::k_name_visit, [this](const std::string& visit, const std::string& patient) {
    on_result(m_desk->set_name(visit, patient));
  });
  actions.add_with_text(name::k_open_appointment, [this](const std::string& appointment) {
    const auto opened = m_desk->open_appointment(appointment);
    on_result(opened ? m_screens->show_visit(*opened) : tl::unexpected(opened.error()));
  });
  actions.add_with_three_and_choice(
      name::k_add_appointment,
      [this](const std::string& patient, const std::string& clinician, const std::string& starts,
             bool needs_picture) { add_appointment(patient, clinician, starts, needs_picture); });
  actions.add_with_text(name::k_remove_appointment, [this](const std::string& appointment) {
    on_result(m_database->remove_appointment(appointment));
    m_screens->refresh();
  });
  actions.add_with_two(name::k_admit, [this](const std::string& visit, const std::string& knock) {
    const auto admitted = m_desk->admit(visit, knock);
    on_result(admitted ? m_screens->show_visit(visit) : admitted);
  });
  actions.add_with_two(name::k_admit_next, [this](const std::string& visit, const std::string& knock) {
    const auto admitted = m_desk->admit_next(visit, knock);
    on_result(admitted ? m_screens->show_visit(visit) : admitted);
  });
  actions.add_with_two(name::k_decline, [this](const std::string& visit, const std::string& knock) {
    on_result(m_desk->decline(visit, knock));
  });
  actions.add_with_text(name::k_renew_code,
                        [this](const std::string& visit) { on_result(m_desk->renew_code(visit)); });
  actions.add_with_text(name::k_cancel,
                        [this](const std::string& visit) { on_result(m_desk->cancel(visit)); });
  actions.add_with_text(name::k_no_show,
                        [this](const std::string& visit) { on_result(m_desk->no_show(visit)); });
  actions.add_with_text(name::k_end, [this](const std::string& visit) { on_result(m_desk->end(visit)); });
  actions.add_with_text(name::k_send_chat, [this](const std::string& text) {
    const Encounter* talking = m_desk->in_the_room();
    const Result<> sent = talking != nullptr
                              ? m_desk->send_chat(talking->record().id, text)
                              : base::failure("chat-nobody", "Nobody is in the call to read the message.");
    if (!sent) m_window->give_back_chat(text);
    on_result(sent);
  });
  actions.add_with_text_and_choice(name::k_need_picture, [this](const std::string& visit, bool needed) {
    on_result(m_desk->set_needs_picture(visit, needed));
  });
  actions.add_with_three(name::k_give_reason, [this](const std::string& visit, const std::string& reason,
                                                     const std::string& text) {
    const auto named = consultation::unseen_reason_named(reason);
    on_result(named ? m_desk->give_reason(visit, *named, text)
                    : base::failure("reason-unknown", "This is none of the reasons there are."));
  });
  actions.add_toggle(name::k_mute_microphone, [this](bool muted) {
    m_sending.microphone = !muted;
    m_desk->set_sending(m_sending);
    m_screens->set_sending(m_sending);
    m_screens->refresh();
  });
  actions.add_toggle(name::k_camera_off, [this](bool off) {
    m_sending.camera = !off;
    m_desk->set_sending(m_sending);
    m_screens->set_sending(m_sending);
    m_screens->refresh();
  });
  actions.add_number(name::k_patient_volume, k_volume_as_it_comes, 0, ui::CallModel::k_loudest,
                     [this](int percent) {
                       m_engine->set_patient_volume(percent);
                       m_screens->set_patient_volume(percent);
                       m_screens->refresh();
                     });
  actions.add(name::k_show_today, [this] { m_screens->show_today(); });
  actions.add_with_text(name::k_show_session,
                        [this](const std::string& visit) { on_result(m_screens->show_visit(visit)); });
  actions.add(name::k_show_log, [this] { m_screens->show_log(); });
  actions.add_with_text(name::k_search_log, [this](const std::string& text) { m_screens->search_log(text); });
  actions.add(name::k_more_log, [this] { m_screens->more_log(); });
  actions.add_with_text(name::k_show_timeline,
                        [this](const std::string& visit) { m_screens->show_timeline(visit); });
  actions.add(name::k_show_earlier, [this] { m_screens->show_earlier(); });
  actions.add_with_text(name::k_dismiss_notice, [this](const std::string& id) { m_notices.clear(id); });
  actions.add_choice(name::k_set_language, ui::language(), [this](const std::string& language) {
    if (!ui::set_language(language)) {
      on_result(base::failure("no-catalogue", "The words of that language are not installed."));
      return false;
    }
    m_notices.clear("no-catalogue");
    for (const auto& [part, health] : m_health) on_health(health);
    m_screens->retranslate();
    return true;
  });
}

void Kiosk::on_result(const Result<>& result) {
  if (result) {
    m_notices.clear("refused");
    return;
  }
  base::log_info("kiosk", "an intent was refused: {}", result.error().code);
  if (m_window->answer(ui::Health::warning, words_for(result.error()))) return m_notices.clear("refused");
  // It came from a script, or by itself.
  m_notices.raise("refused", ui::Health::warning, [failure = result.error()] { return words_for(failure); });
}

void Kiosk::start_walk_in(const std::string& patient) {
  const auto opened = m_desk->start_walk_in(patient);
  on_result(opened ? m_screens->show_visit(*opened) : tl::unexpected(opened.error()));
}

void Kiosk::add_appointment(const std::string& patient, const std::string& clinician,
                            const std::string& starts, bool needs_picture) {
  constexpr std::size_t k_max_name = 60;
  const auto time = base::from_iso8601(starts);
  const bool readable = base::is_valid_utf8(patient) && base::is_valid_utf8(clinician);
  consultation::Appointment appointment;
  if (readable) {
    appointment.patient_name = base::single_line(patient, k_max_name);
    appointment.clinician = base::single_line(clinician, k_max_name);
  }
  if (!time || appointment.patient_name.empty()) {
    on_result(base::failure("bad-appointment", "The appointment needs a patient's name and a time."));
    return;
  }
  appointment.id = base::random_hex(16);
  appointment.starts = *time;
  appointment.needs_picture = needs_picture;
  const Result<> added = m_database->add(appointment);
  on_result(added);
  if (added) {
    // One for another day is not on the screen.
    (void)m_window->answer(ui::Health::good, ui::fill(tr("Saved: {patient}, {date}, {time}."),
                                                      fmt::arg("patient", appointment.patient_name),
                                                      fmt::arg("date", ui::long_date(appointment.starts)),
                                                      fmt::arg("time", ui::time_of_day(appointment.starts))));
  }
  m_screens->refresh();
}

// --- Devices ---

void Kiosk::on_health(const pipelines::Health& health) {
  const bool delivered = delivers(health.part);
  m_health[health.part] = health;
  if (m_desk) {
    m_desk->set_available({delivers(pipelines::Part::microphone), delivers(pipelines::Part::camera)});
    if (delivers(health.part) != delivered) m_desk->note_device(name_of(health.part), !delivered);
  }
  switch (health.part) {
    case pipelines::Part::camera: m_screens->set_camera(item_for(health)); break;
    case pipelines::Part::microphone: m_screens->set_microphone(item_for(health)); break;
    case pipelines::Part::speaker: break;
  }
  if (words_for(health)) {
    m_notices.raise(name_of(health.part), ui::Health::warning,
                    [health] { return words_for(health).value_or(""); });
  } else {
    m_notices.clear(name_of(health.part));
  }
}

bool Kiosk::delivers(pipelines::Part part) const {
  const auto health = m_health.find(part);
  if (health == m_health.end()) return true;  // not told yet
  switch (health->second.condition) {
    case pipelines::Condition::starting:
    case pipelines::Condition::working:
    case pipelines::Condition::test_source: return true;
    case pipelines::Condition::missing:
    case pipelines::Condition::lost:
    case pipelines::Condition::busy:
    case pipelines::Condition::unusable:
    case pipelines::Condition::stalled:
    case pipelines::Condition::disabled: break;
  }
  return false;
}

// --- The visits ---

void Kiosk::on_changed(const Encounter& encounter) {
  follow_knocks();
  m_screens->refresh();
  const Encounter* call = m_desk->in_the_room();
  if (call == nullptr || !call->record().newcomer) m_notices.clear("door");
  if (!encounter.is_over()) return;
  m_screens->leave_visit(encounter.record().id);
  // One patient's microphone is no reason to play the next one louder.
  if (call == nullptr) m_actions->set_number(ui::action::k_patient_volume, k_volume_as_it_comes);
  m_release_memory.start_once(k_release_after, [this] {
    if (m_desk->in_the_room() == nullptr) base::release_memory();  // otherwise after that visit
  });
}

void Kiosk::follow_knocks() {
  std::set<std::string> knocks;
  bool attended = true;
  for (const Encounter* encounter : m_desk->encounters()) {
    const auto& record = encounter->shown();
    const bool waits = record.state == consultation::State::waiting && record.seat;
    const auto& caller = waits ? record.seat : record.newcomer;
    if (!caller || caller->name.empty()) continue;
    knocks.insert(record.id + " " + consultation::knock_of(*caller));
    attended = attended && m_screens->is_in_front(record.id);
  }
  m_bell->set_in_call(m_desk->in_the_room() != nullptr);
  m_bell->set_attended(attended && !knocks.empty());
  m_bell->set_knocks(std::move(knocks));
}

void Kiosk::on_event(const Encounter& encounter, std::string_view event,
                     const std::map<std::string, std::string>& details) {
  const std::string& id = encounter.record().id;
  if (event == "statistics") {
    if (!encounter.statistics()) return;
    const consultation::PeerStatistics& now = *encounter.statistics();
    m_printer.print_numbers(event, id,
                            {{"round_trip_ms", now.round_trip_ms},
                             {"sent_kbps", now.sent_kbps},
                             {"received_kbps", now.received_kbps},
                             {"lost_out_percent", now.lost_out_percent},
                             {"lost_in_percent", now.lost_in_percent},
                             {"jitter_ms", now.jitter_ms},
                             {"received_width", now.received_width},
                             {"received_height", now.received_height},
                             {"received_fps", now.received_fps},
                             {"received_frozen_ms", now.received_frozen_ms},
                             {"target_kbps", now.target_kbps},
                             {"received_level_db", now.received_level_db},
                             {"relayed", now.relayed ? 1.0 : 0.0}});
    return;
  }
  if (event == "peer-failed" && details.contains("failure") &&
      details.at("failure") == "fingerprint-mismatch") {
    m_notices.raise("insecure", ui::Health::bad, [] {
      return tr(
          "The connection was refused: the device at the other end could not prove that it is the "
          "patient's. Nothing was shown. Ask the patient by phone to use another network, and admit "
          "them again.");
    });
  }
  // The call screen says it itself.
  if (event == "newcomer-waiting" && !m_screens->is_in_front(id)) {
    m_notices.raise("door", ui::Health::warning, [] {
      return tr(
          "Somebody else with the code is at the door of the visit in progress. The call goes on; go to it "
          "to "
          "see who it is, and let them in or turn them away.");
    });
  }
  if ((event == "connected" || event == "reconnected") && m_restored.erase(id) > 0) m_screens->return_to(id);
  m_printer.print(event, id, details);
}

void Kiosk::on_log_failure(const Encounter&, const base::Failure& failure) {
  base::log_error("kiosk", "the log could not keep an entry: {}", failure.code);
  if (failure.code == "log-refused") {
    m_notices.raise("log-refused", ui::Health::bad,
                    [failure] { return words_for(failure); });  // lost for good: nothing to wait for
    return;
  }
  m_notices.raise(
      "log-write", ui::Health::bad, [failure] { return words_for(failure); }, false);
  m_log_retry.start_repeating(k_catch_up_every, [this] { m_database->catch_up(); });
}

void Kiosk::on_log_caught_up() {
  m_log_retry.stop();
  m_notices.clear("log-write");
}

// --- The gateway ---

void Kiosk::on_link_state(LinkState state) {
  if (m_screens) m_screens->refresh();  // what they will show when they come, they read then
  if (state == LinkState::unreachable || state == LinkState::refused) m_desk->on_gateway_lost();
  if (state == LinkState::refused) {
    m_notices.raise(
        "link", ui::Health::bad,
        [] {
          return tr(
              "The gateway refuses this kiosk, so patients cannot join. Its token file is wrong or was "
              "withdrawn: ask whoever runs the gateway. Visits in progress go on.");
        },
        false);
  }
}

void Kiosk::offer_name() {
  // Where an address was set, that is the one people are to use.
  const bool everywhere = !m_options.listen || gateway::is_wildcard(m_options.listen->host);
  if (!m_gateway || !everywhere || !m_options.public_address.empty()) return;
  m_name.emplace([this](const std::string& name) { on_name(name); });
  m_name->set_addresses(addresses_by_interface());
}

void Kiosk::on_name(const std::string& name) {
  m_gateway->set_local_name(name);  // first: whoever reads it may ask for it
  m_screens->set_name(name);
  if (!name.empty()) m_printer.print("named", "", {{"name", name}});
}

void Kiosk::follow_network() {
  if (m_gateway) m_gateway->follow_network();
  if (m_name) m_name->set_addresses(addresses_by_interface());
  m_link->follow_network();
  // A link or a route that changes is told, too; peers are built on addresses.
  std::vector<std::string> addresses = sorted_addresses();
  if (addresses == m_addresses) return;
  m_addresses = std::move(addresses);
  // Without any network there is nothing to build on; the next change brings it back.
  if (!std::all_of(m_addresses.begin(), m_addresses.end(), base::is_loopback_host))
    m_desk->on_network_changed();
}

void Kiosk::on_known_fault(const Package& package, const KnownFault& fault) {
  base::log_warning("kiosk", "{} {} has known faults ({}, list of {}): install the updates", package.name,
                    package.version, fault.faults, k_looked_up);
  m_printer.print(
      "known-fault", "",
      {{"package", package.name}, {"version", package.version}, {"faults", std::string(fault.faults)}});
  // Of several architectures the same package is listed several times.
  if (std::find(m_faulty.begin(), m_faulty.end(), package.name) != m_faulty.end()) return;
  m_faulty.push_back(package.name);
  m_notices.raise("known-fault", ui::Health::warning, [names = fmt::format("{}", fmt::join(m_faulty, ", "))] {
    return ui::fill(
        tr("Software of this kiosk has a known security fault ({package}). Somebody who calls could "
           "use it to attack the kiosk. Visits work as before. Ask whoever looks after this machine "
           "to install its updates and restart it."),
        fmt::arg("package", names));
  });
}

void Kiosk::on_address(const protocol::Address& address) {
  m_address = address;
  m_screens->set_address(m_address);
  if (address.local) {
    m_notices.raise(
        "network", ui::Health::bad,
        [] {
          return tr(
              "This kiosk has no network, so patients cannot reach it. Check the network cable or "
              "the Wi-Fi: as soon as the network is there, patients can join.");
        },
        false);
  } else {
    m_notices.clear("network");
  }
  std::map<std::string, std::string> details{{"url", address.address}};
  if (address.local) details.emplace("network", "none");
  m_printer.print("ready", "", details);
}

void Kiosk::on_registered(const std::vector<protocol::IceServer>& servers) {
  m_notices.clear("link");
  m_desk->on_gateway_ready(domain_of(servers));
  m_screens->refresh();
}

void Kiosk::on_ice_servers(const std::vector<protocol::IceServer>& servers) {
  m_desk->on_ice_servers(domain_of(servers));
}

void Kiosk::on_session_opened(const std::string& session) {
  const Encounter* encounter = m_desk->find(session);
  if (encounter == nullptr) return;
  m_printer.print("session-open", session, {{"code", encounter->record().code}, {"url", m_address.address}});
  m_screens->refresh();
}

void Kiosk::on_code_taken(const std::string& session) { m_desk->on_code_taken(session); }

Encounter* Kiosk::encounter_for(const std::string& session) {
  Encounter* encounter = m_desk->find(session);
  if (encounter == nullptr) m_link->withdraw(session, name_of(consultation::Outcome::cancelled));
  return encounter;
}

void Kiosk::on_arrived(const protocol::Arrived& arrived) {
  Encounter* encounter = encounter_for(arrived.session);
  if (encounter == nullptr) return;
  consultation::Seat seat;
  seat.id = arrived.seat.seat;
  seat.token_hash = arrived.seat.token_hash;
  seat.language = arrived.language;
  encounter->on_arrived(std::move(seat));
}

void Kiosk::on_returned(const protocol::Returned& returned) {
  if (Encounter* encounter = encounter_for(returned.session)) {
    encounter->on_returned(returned.seat, returned.language, returned.peer);
  }
}

void Kiosk::on_away(const protocol::Away& away) {
  if (Encounter* encounter = encounter_for(away.session)) encounter->on_away(away.seat, away.restored);
}

void Kiosk::on_from_patient(const protocol::FromPatient& message) {
  Encounter* encounter = encounter_for(message.session);
  if (encounter == nullptr) return;
  const std::string& seat = message.seat;
  if (const auto* knock = std::get_if<protocol::Knock>(&message.message)) {
    encounter->on_knock(seat, knock->name, knock->consent, knock->camera, knock->microphone);
  } else if (const auto* answer = std::get_if<protocol::Answer>(&message.message)) {
    encounter->on_answer(seat, answer->peer, answer->sdp);
  } else if (const auto* candidate = std::get_if<protocol::Candidate>(&message.message)) {
    encounter->on_candidate(seat, candidate->peer, candidate->mline, candidate->candidate);
  } else if (const auto* request = std::get_if<protocol::RequestOffer>(&message.message)) {
    encounter->on_request_offer(seat, request->peer);
  } else if (std::holds_alternative<protocol::Leave>(message.message)) {
    encounter->on_leave(seat);
  }
}

}  // namespace sangdam::kiosk
