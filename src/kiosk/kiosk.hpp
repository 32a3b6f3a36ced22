// The kiosk: everything below put together, from the options to the window. One per process. Main thread.
//
// Start order: data folder, log, certificate, gateway, media, desk, link, window. What cannot be kept safe
// (the log) stops the start with a sentence on the screen; what can come later (camera, network, port) does
// not.
#pragma once

#include <gio/gio.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/handles.hpp"
#include "base/main_thread.hpp"
#include "base/network_watch.hpp"
#include "base/result.hpp"
#include "consultation/desk.hpp"
#include "db/database.hpp"
#include "gateway/server.hpp"
#include "kiosk/actions.hpp"
#include "kiosk/channel_codec.hpp"
#include "kiosk/embedded_gateway.hpp"
#include "kiosk/event_printer.hpp"
#include "kiosk/gateway_link.hpp"
#include "kiosk/knock_bell.hpp"
#include "kiosk/known_faults.hpp"
#include "kiosk/mdns_name.hpp"
#include "kiosk/notice_board.hpp"
#include "kiosk/options.hpp"
#include "kiosk/screens.hpp"
#include "pipelines/engine.hpp"
#include "ui/kiosk/window.hpp"

namespace sangdam::kiosk {

class Kiosk final : private consultation::EncounterObserver, private GatewayLinkListener {
 public:
  Kiosk(Options options, GApplication* application);
  ~Kiosk() override;

  /// Failures: the database's, "data-dir-unwritable", "certificate-…", "gateway-token". The kiosk is of no
  /// use then.
  base::Result<> start();

 private:
  base::Result<> open_log();
  /// Raises notices about what the screens' words lack on this machine.
  void check_words();
  base::Result<GatewayLink::Config> gateway();
  void install_actions();
  void on_result(const base::Result<>& result);
  void start_walk_in(const std::string& patient = {});
  void add_appointment(const std::string& patient, const std::string& clinician, const std::string& starts,
                       bool needs_picture);
  void on_health(const pipelines::Health& health);
  [[nodiscard]] bool delivers(pipelines::Part part) const;

  void on_changed(const consultation::Encounter& encounter) override;
  void on_event(const consultation::Encounter& encounter, std::string_view event,
                const std::map<std::string, std::string>& details) override;
  void on_log_failure(const consultation::Encounter& encounter, const base::Failure& failure) override;
  void on_log_caught_up();
  void follow_knocks();
  void follow_network();
  void on_known_fault(const Package& package, const KnownFault& fault);
  void offer_name();
  void on_name(const std::string& name);

  void on_link_state(LinkState state) override;
  void on_registered(const std::vector<protocol::IceServer>& servers) override;
  void on_address(const protocol::Address& address) override;
  void on_ice_servers(const std::vector<protocol::IceServer>& servers) override;
  void on_session_opened(const std::string& session) override;
  void on_code_taken(const std::string& session) override;
  void on_arrived(const protocol::Arrived& arrived) override;
  void on_returned(const protocol::Returned& returned) override;
  void on_away(const protocol::Away& away) override;
  void on_from_patient(const protocol::FromPatient& message) override;
  /// The encounter a message is for. An unknown session is closed at the gateway: its code must not stay
  /// good.
  consultation::Encounter* encounter_for(const std::string& session);

  Options m_options;
  GApplication* m_application;
  base::SystemClock m_clock;
  EventPrinter m_printer;
  WireChannelCodec m_codec;
  consultation::MediaState m_sending;
  protocol::Address m_address;
  std::map<pipelines::Part, pipelines::Health> m_health;
  std::set<std::string> m_restored;  // calls that were cut off by the kiosk's end and may go on by themselves
  NoticeBoard m_notices;

  // In the order of their making; destroyed the other way round.
  std::unique_ptr<db::Database> m_database;
  std::unique_ptr<EmbeddedGateway> m_gateway;
  std::unique_ptr<GatewayLink> m_link;
  std::unique_ptr<pipelines::Engine> m_engine;
  std::unique_ptr<consultation::Desk> m_desk;
  std::optional<KnockBell> m_bell;
  std::unique_ptr<ui::KioskWindow> m_window;
  std::unique_ptr<Screens> m_screens;
  std::unique_ptr<Actions> m_actions;
  base::Timer m_release_memory;
  base::Timer m_log_retry;
  std::optional<base::NetworkWatch> m_network;
  std::vector<std::string> m_addresses;  // of this machine, sorted
  std::optional<PackageCheck> m_packages;
  std::vector<std::string> m_faulty;  // packages with a known fault
  std::optional<MdnsName> m_name;
  base::Anchor<Kiosk> m_anchor{this};
};

}  // namespace sangdam::kiosk
