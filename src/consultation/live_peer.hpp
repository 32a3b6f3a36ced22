// One peer of an encounter with what the encounter knows about it: its number on the wire, its offer and
// candidates until they may be sent, whether it was answered. Forwards the engine's notices with itself as
// the sender. Part of encounter.cpp and encounter_channels.cpp; nobody else includes it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/unknown_types.hpp"
#include "consultation/encounter.hpp"

namespace sangdam::consultation {

class Encounter::LivePeer final : public PeerListener {
 public:
  LivePeer(Encounter& encounter, unsigned number, base::Moment made)
      : m_encounter(encounter), m_number(number), m_made(made) {}

  void start(MediaEngine& media, const std::vector<IceServer>& servers) {
    m_peer = media.create_peer(*this, servers);
  }
  /// Ends the connection now; later notices are ignored.
  void close() {
    m_closed = true;
    // The engine's peer may be calling us: it goes with this object, at the next turn of the loop.
    if (m_peer) m_peer->close();
  }
  /// The same, and the page is told why, if it reads that: its gateway connection may be gone.
  void close_with(const std::string& farewell) {
    if (!m_reads_ended) return close();
    m_closed = true;
    if (m_peer) m_peer->close_with(farewell);
  }

  [[nodiscard]] unsigned number() const { return m_number; }
  [[nodiscard]] base::Moment made() const { return m_made; }
  [[nodiscard]] const std::string& offer() const { return m_offer; }
  [[nodiscard]] const std::vector<std::pair<unsigned, std::string>>& candidates() const {
    return m_candidates;
  }
  [[nodiscard]] bool offered() const { return m_offered; }
  [[nodiscard]] bool answered() const { return m_answered; }
  /// Means nothing before answered().
  [[nodiscard]] base::Moment answered_at() const { return m_answered_at; }
  [[nodiscard]] bool is_open(Channel channel) const { return m_open[static_cast<std::size_t>(channel)]; }
  void set_offered() {
    m_offered = true;
    m_withdrawn = false;
  }
  /// The page that had the offer has left, and may come back.
  void set_withdrawn() { m_withdrawn = m_offered; }
  [[nodiscard]] bool withdrawn() const { return m_withdrawn; }
  void set_interrupted(bool interrupted) { m_interrupted = interrupted; }
  [[nodiscard]] bool interrupted() const { return m_interrupted; }

  void set_answer(const std::string& sdp, base::Moment now) {
    // An answer to nothing is a left-over of a kiosk that has since restarted and counts anew.
    if (!m_offered || std::exchange(m_answered, true)) return;
    m_answered_at = now;
    m_peer->set_answer(sdp);
  }
  void add_candidate(unsigned mline, const std::string& candidate) {
    m_peer->add_candidate(mline, candidate);
  }
  void present() { m_peer->present(); }
  void limit_picture(base::PictureSize size) { m_peer->limit_picture(size); }
  void send(Channel channel, const std::string& text) {
    if (is_open(channel)) m_peer->send(channel, text);
  }
  void agree(const Hello& hello) {
    m_unknown_types.agree(hello.ignores_unknown);
    m_reads_refusals = hello.reads_refusals;
    m_reads_ended = hello.reads_ended;
    m_reads_levels = hello.reads_levels;
    tell_level();
  }
  /// What the engine sends of picture and sound.
  [[nodiscard]] MediaLevel media_level() const { return m_level; }
  [[nodiscard]] bool reads_refusals() const { return m_reads_refusals; }
  /// False: a line of a type not known here counts as malformed.
  [[nodiscard]] bool ignore(const UnknownLine& line, base::Moment now) {
    if (!m_unknown_types.ignore(now)) return false;
    if (m_unknown_types.is_first()) {
      base::log_info("consultation", "a line is ignored, as others like it will be: {}", line.problem);
    }
    return true;
  }
  /// True once the allowance of docs/protocol.md is used up.
  [[nodiscard]] bool count_malformed() { return ++m_malformed > k_malformed_allowed; }

  void on_offer(const std::string& sdp) override {
    if (m_closed) return;
    m_offer = sdp;
    m_encounter.on_peer_offer(*this);
  }
  void on_candidate(unsigned mline_index, const std::string& candidate) override {
    if (m_closed || m_candidates.size() >= k_max_candidates) return;
    m_candidates.emplace_back(mline_index, candidate);
    m_encounter.on_peer_candidate(*this, mline_index, candidate);
  }
  void on_connected() override {
    if (!m_closed) m_encounter.on_peer_connected(*this);
  }
  void on_silent() override {
    if (!m_closed) m_encounter.on_peer_silent(*this);
  }
  void on_interrupted() override {
    if (!m_closed) m_encounter.on_peer_interrupted(*this);
  }
  void on_failed(PeerFailure failure, const std::string& detail) override {
    if (!m_closed) m_encounter.on_peer_failed(*this, failure, detail);
  }
  void on_channel_open(Channel channel) override {
    if (m_closed) return;
    m_open[static_cast<std::size_t>(channel)] = true;
    m_encounter.on_peer_channel_open(*this, channel);
  }
  void on_channel_text(Channel channel, const std::string& text) override {
    if (!m_closed) m_encounter.on_peer_text(*this, channel, text);
  }
  void on_channel_overrun(Channel, std::size_t lines) override {
    if (!m_closed) m_encounter.on_peer_overrun(lines);
  }
  void on_first_frame(int width, int height) override {
    if (!m_closed) m_encounter.on_peer_first_frame(*this, width, height);
  }
  void on_statistics(const PeerStatistics& statistics) override {
    if (!m_closed) m_encounter.on_peer_statistics(*this, statistics);
  }
  void on_media_level(MediaLevel level) override {
    if (m_closed) return;
    m_level = level;
    tell_level();
    m_encounter.on_peer_media_level(*this);
  }

 private:
  void tell_level() {
    if (m_reads_levels && m_level != std::exchange(m_told_level, m_level))
      send(Channel::control, m_encounter.m_parts.codec.encode(LevelReport{m_level}));
  }

  static constexpr int k_malformed_allowed = 20;
  static constexpr std::size_t k_max_candidates = 128;  // ours: addresses x (host, srflx, relays), with room

  Encounter& m_encounter;
  unsigned m_number;
  base::Moment m_made;
  std::string m_offer;
  std::vector<std::pair<unsigned, std::string>> m_candidates;
  bool m_offered = false;
  bool m_answered = false;
  base::Moment m_answered_at{};
  bool m_withdrawn = false;
  bool m_interrupted = false;
  bool m_closed = false;
  std::array<bool, 2> m_open{};
  int m_malformed = 0;
  base::UnknownTypes m_unknown_types;
  bool m_reads_refusals = false;
  bool m_reads_ended = false;
  bool m_reads_levels = false;
  MediaLevel m_level = MediaLevel::video, m_told_level = MediaLevel::video;
  std::unique_ptr<Peer> m_peer;  // last: its threads stop before the rest goes
};

}  // namespace sangdam::consultation
