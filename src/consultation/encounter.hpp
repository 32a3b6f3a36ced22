// One consultation with everything that lives only while it is open: the peers, the chat, the quality.
//
// The consultation (consultation.hpp) decides what state the visit is in; the encounter acts on its steps and
// feeds it what the gateway and the media engine notice. A peer is prepared as soon as somebody arrives: the
// offer goes out at once, the kiosk's addresses (candidates) after the knock, so that admission is one answer
// away from a picture. Another browser that gives the code while the admitted one's signalling is away waits
// beside it as the newcomer, without a peer, until staff decide; the call does not notice. When the network
// changes a second peer is built and takes over once it is connected (make before break). What comes from
// outside has its effect at the rates of allowance.hpp, no faster.
//
// Main thread. Owns its peers; everything in Parts outlives it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "consultation/allowance.hpp"
#include "consultation/channel.hpp"
#include "consultation/chat.hpp"
#include "consultation/consultation.hpp"
#include "consultation/media.hpp"
#include "consultation/quality.hpp"
#include "consultation/signalling.hpp"
#include "consultation/unseen.hpp"

namespace sangdam::consultation {

class Encounter;

/// Hears of every change worth drawing or printing. Events have the names of the `--print-events` contract:
/// "patient-waiting", "admitted", "connected", "first-frame", "chat", "disconnected", "reconnected", "ended",
/// ...
class EncounterObserver {
 public:
  virtual ~EncounterObserver() = default;
  virtual void on_changed(const Encounter& encounter) = 0;
  virtual void on_event(const Encounter& encounter, std::string_view event,
                        const std::map<std::string, std::string>& details) = 0;
  /// The log could not keep an entry. The visit goes on; staff must know.
  virtual void on_log_failure(const Encounter& encounter, const base::Failure& failure) = 0;
};

class Encounter {
 public:
  struct Parts {
    EventLog& log;
    const base::Clock& clock;
    MediaEngine& media;
    Signalling& signalling;
    const ChannelCodec& codec;
    EncounterObserver& observer;
    Limits limits;
  };
  Encounter(ConsultationRecord record, Parts parts);
  ~Encounter();
  Encounter(const Encounter&) = delete;
  Encounter& operator=(const Encounter&) = delete;

  // --- Staff. False: it means nothing in the present state. ---
  bool open(const std::string& code);
  bool renew_code(const std::string& fresh_code);
  /// The one at the door: out of a call the newcomer, who then takes the place of the one before.
  bool admit();
  bool decline();
  bool end(std::optional<Outcome> outcome = std::nullopt);
  bool cancel();
  bool no_show();
  /// What staff call a visit without appointment until its patient says a name; may be empty. Failures:
  /// "visit-over", "named-by-appointment".
  base::Result<> set_name(const std::string& name);
  /// Cleans and bounds the text. Failures: "chat-nobody", "chat-empty", "chat-full".
  base::Result<> send_chat(const std::string& text);
  /// The visit is one that needs to be seen, or not; so it is already counts as done.
  bool set_needs_picture(bool needs);
  /// Why the visit goes on without the picture that it needs. `text`, of "other" only, is cleaned and
  /// bounded. Failures: "no-question", "reason-empty".
  base::Result<> give_reason(UnseenReason reason, const std::string& text);
  /// What the kiosk sends just now; told to the patient's page, and kept in the log if staff changed it.
  /// Media itself is muted by the engine.
  void set_sending(MediaState state, Actor actor);

  // --- The gateway ---
  void on_gateway_ready(const std::vector<IceServer>& servers);
  void on_ice_servers(const std::vector<IceServer>& servers) { m_ice_servers = servers; }
  /// Nothing is heard of the patient's page until on_gateway_ready(). The call may well go on.
  void on_gateway_lost();
  /// The gateway does not take the code: another session has or had it. Go on with a fresh one.
  void on_code_taken(const std::string& fresh_code);
  void on_arrived(Seat seat);
  void on_returned(const std::string& seat, const std::string& language, unsigned peer);
  /// `restored`: the gateway was restarted and has not seen the seat's page yet.
  void on_away(const std::string& seat, bool restored = false);
  void on_knock(const std::string& seat, const std::string& name, const std::string& consent, bool camera,
                bool microphone);
  void on_answer(const std::string& seat, unsigned peer, const std::string& sdp);
  void on_candidate(const std::string& seat, unsigned peer, unsigned mline, const std::string& candidate);
  void on_request_offer(const std::string& seat, unsigned peer);
  void on_leave(const std::string& seat);

  // --- This machine's network ---
  /// An address has come or gone. What was prepared names the old ones; a call goes on while a peer for the
  /// new ones is built, which takes over once it is connected.
  void on_network_changed();

  // --- Time ---
  void on_time();
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  /// Takes a visit up again that was open when the kiosk stopped.
  void restore(const EarlierLog& earlier);

  // --- What it is doing ---
  [[nodiscard]] const ConsultationRecord& record() const { return m_consultation.record(); }
  /// As far as the log has it, and what screens show: while the disk is busy record() is a step ahead.
  [[nodiscard]] const ConsultationRecord& shown() const { return m_shown; }
  [[nodiscard]] State state() const { return m_consultation.state(); }
  /// Who has knocked and waits for staff; in a call the newcomer, who may have given no name yet. Null:
  /// nobody.
  [[nodiscard]] const Seat* at_the_door() const;
  /// A patient was admitted and the visit is not over: the camera is taken.
  [[nodiscard]] bool has_the_room() const;
  /// As Desk::note_device().
  void note_device(std::string_view part, bool works);
  /// Ended, and the log and everybody else know it: it may be destroyed.
  [[nodiscard]] bool is_over() const { return m_over; }
  [[nodiscard]] const Chat& chat() const { return m_chat; }
  [[nodiscard]] bool can_chat() const;
  [[nodiscard]] Quality quality() const;
  [[nodiscard]] const MediaState& patient_media() const { return m_report.media; }
  /// What leaves the kiosk for this patient: nothing without a connected peer. Known before any log entry.
  [[nodiscard]] MediaState on_air() const;
  [[nodiscard]] bool patient_left() const { return m_patient_left; }
  /// The patient's page answered, and nothing got through to it in time: one of the two networks is in the
  /// way. Tries go on.
  [[nodiscard]] bool no_path() const {
    return m_no_path && (state() == State::admitted || state() == State::reconnecting);
  }
  /// There is a TURN server to fall back on.
  [[nodiscard]] bool has_relay() const;
  [[nodiscard]] const std::optional<PeerStatistics>& statistics() const { return m_statistics; }
  /// What the line leaves of picture and sound, each way; video without a connection.
  struct MediaLevels {
    MediaLevel to_patient = MediaLevel::video, from_patient = MediaLevel::video;
    friend bool operator==(const MediaLevels&, const MediaLevels&) = default;
  };
  [[nodiscard]] MediaLevels media_levels() const;

 private:
  class LivePeer;

  /// What the patient's page says of itself.
  struct Report {
    MediaState media;
    Quality quality = Quality::unknown;
    base::PictureSize view;  // empty: not told
    MediaLevel level = MediaLevel::video;
    friend bool operator==(const Report&, const Report&) = default;
  };

  bool dispatch(const Event& event);
  void on_step(const Step& step);
  void tell(Notice notice);
  void tell_newcomer(Notice notice);
  void welcome_newcomer();
  void void_newcomer(const Step& step, Signalling::Void why);
  [[nodiscard]] bool is_seat(const std::string& seat) const;
  [[nodiscard]] bool is_newcomer(const std::string& seat) const;
  [[nodiscard]] bool may_answer() const;
  /// What the patient is told of the end; empty before it.
  [[nodiscard]] std::string ending() const;
  [[nodiscard]] bool wants_peer() const;
  [[nodiscard]] bool may_see_addresses() const;

  // At a bounded rate (encounter_rates.cpp).
  void at_the_rate(WaitingMessages::Kind kind, const std::string& seat, std::function<void()> act);
  void catch_up();
  void hear(const Report& report);
  void show_report();
  void follow_path();
  void note_repeats(const std::vector<Allowances::Repeats>& all);
  void count_repeat(Inbound inbound, std::size_t number = 1);
  /// An entry that the patient caused: at most so many are kept of a visit.
  void note_outside(std::string kind, Actor actor, std::map<std::string, std::string> details);
  [[nodiscard]] bool may_note_outside();
  [[nodiscard]] std::optional<base::Moment> next_catching_up() const;

  void arrived(Seat seat);
  void returned(const std::string& seat, const std::string& language, unsigned peer);
  void knocked(const std::string& seat, Seat said);
  void offer_requested(const std::string& seat, unsigned peer);

  void prepare_peer();
  void discard_peers(const std::string& ending = {});
  void retire(std::unique_ptr<LivePeer> peer, const std::string& ending = {});
  void retry_later();
  void offer_prepared_peer();
  void send_addresses();
  void welcome_back(unsigned peer);

  void on_peer_offer(LivePeer& peer);
  void on_peer_candidate(LivePeer& peer, unsigned mline, const std::string& candidate);
  void on_peer_connected(LivePeer& peer);
  void on_peer_silent(LivePeer& peer);
  void on_peer_interrupted(LivePeer& peer);
  void note_failure(const LivePeer& peer, PeerFailure failure, const std::string& detail);
  void on_peer_failed(LivePeer& peer, PeerFailure failure, const std::string& detail);
  void on_peer_first_frame(LivePeer& peer, int width, int height);
  void on_peer_channel_open(LivePeer& peer, Channel channel);
  void on_peer_text(LivePeer& peer, Channel channel, const std::string& text);
  void on_peer_overrun(std::size_t lines);
  void on_peer_statistics(LivePeer& peer, const PeerStatistics& statistics);
  void on_peer_media_level(LivePeer& peer);
  void show_level(const char* direction, MediaLevel level);
  void note_levels();
  [[nodiscard]] PictureWatch::Sight sight() const;
  /// To be called whenever something has changed that sight() is made of.
  void follow_picture();
  void on_line(LivePeer& peer, const ChannelLine& line);
  void on_patient_text(LivePeer& peer, const ChatText& text);

  Parts m_parts;
  Consultation m_consultation;
  ConsultationRecord m_shown;
  Chat m_chat;
  std::vector<IceServer> m_ice_servers;

  unsigned m_peers_made = 0;
  std::unique_ptr<LivePeer> m_current;               // connected, or was
  std::unique_ptr<LivePeer> m_next;                  // prepared, or connecting
  std::vector<std::unique_ptr<LivePeer>> m_retired;  // dropped at the next turn of the loop, see retire()
  int m_failures_in_a_row = 0;
  bool m_no_path = false;
  std::optional<base::Moment> m_retry_at;

  MediaState m_sending;
  Report m_report;  // as it is shown, and logged
  Report m_heard;   // the newest
  bool m_report_waits = false;
  bool m_path_waits = false;
  bool m_levels_wait = false;
  MediaLevels m_noted_levels;  // as the log has them
  Allowances m_allowances;
  WaitingMessages m_waiting;
  WaitingMessages m_newcomer_waiting;
  bool m_over = false;
  bool m_gateway_lost = false;  // and the log says so
  bool m_patient_left = false;  // the call was left by the patient's own button
  QualityMeter m_quality;
  PictureWatch m_picture_watch;
  std::optional<PeerStatistics> m_statistics;
  base::Anchor<Encounter> m_anchor{this};
};

}  // namespace sangdam::consultation
