// The peers of an encounter: when one is made, offered, connected, replaced and given up.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "consultation/encounter.hpp"
#include "consultation/live_peer.hpp"

namespace sangdam::consultation {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_first_retry{500};
constexpr milliseconds k_longest_retry{8000};

}  // namespace

void Encounter::prepare_peer() {
  retire(std::move(m_next));
  m_retry_at.reset();
  const base::Moment now = m_parts.clock.moment();
  if (!m_allowances.take(Inbound::peer, now)) {
    m_retry_at = m_allowances.ready_at(Inbound::peer, now);
    m_parts.observer.on_changed(*this);
    return;
  }
  m_next = std::make_unique<LivePeer>(*this, ++m_peers_made, now);
  m_next->start(m_parts.media, m_ice_servers);
}

void Encounter::discard_peers(const std::string& ending) {
  retire(std::move(m_next));
  retire(std::move(m_current), ending);
  m_retry_at.reset();
  m_failures_in_a_row = 0;
  m_no_path = false;
  m_quality.reset();
  m_report = m_heard = {};
  m_report_waits = m_path_waits = false;
  m_statistics.reset();
}

void Encounter::retire(std::unique_ptr<LivePeer> peer, const std::string& ending) {
  if (!peer) return;
  if (ending.empty()) {
    peer->close();
  } else {
    peer->close_with(m_parts.codec.encode(Ended{ending}));
  }
  m_parts.observer.on_changed(*this);  // it may have been on air
  // We may be inside one of its callbacks: it is destroyed when the stack is clean.
  m_retired.push_back(std::move(peer));
  base::post_to_main(m_anchor.weak(), [](Encounter& self) { self.m_retired.clear(); });
}

void Encounter::retry_later() {
  const int doublings = std::min(m_failures_in_a_row, 6);
  m_retry_at = m_parts.clock.moment() + std::min(k_longest_retry, k_first_retry * (1 << doublings));
  ++m_failures_in_a_row;
  m_parts.observer.on_changed(*this);
}

void Encounter::offer_prepared_peer() {
  if (!m_next || m_next->offer().empty() || !record().seat) return;
  m_parts.signalling.send_offer(record().id, record().seat->id, m_next->number(), m_next->offer());
  m_next->set_offered();
  send_addresses();
}

bool Encounter::has_relay() const {
  return std::any_of(m_ice_servers.begin(), m_ice_servers.end(),
                     [](const IceServer& server) { return server.url.starts_with("turn"); });
}

void Encounter::send_addresses() {
  if (!m_next || !m_next->offered() || !may_see_addresses()) return;
  for (const auto& [mline, candidate] : m_next->candidates()) {
    m_parts.signalling.send_candidate(record().id, record().seat->id, m_next->number(), mline, candidate);
  }
}

void Encounter::on_peer_offer(LivePeer& peer) {
  if (&peer == m_next.get()) offer_prepared_peer();
}

void Encounter::on_peer_candidate(LivePeer& peer, unsigned mline, const std::string& candidate) {
  if (!peer.offered() || !may_see_addresses()) return;  // it goes out with the others
  m_parts.signalling.send_candidate(record().id, record().seat->id, peer.number(), mline, candidate);
}

void Encounter::on_peer_connected(LivePeer& peer) {
  if (!may_answer()) return;  // too late: it is on its way out
  if (&peer == m_next.get()) {
    retire(std::move(m_current));
    m_current = std::move(m_next);
    m_no_path = false;
    m_parts.observer.on_changed(*this);  // on air: the screens say so before the log has it
    m_failures_in_a_row = 0;
    m_quality.reset();
    m_report.quality = m_heard.quality = Quality::unknown;
    m_report.view = m_heard.view = {};  // told again on the new channel
    // The other path may carry more; if it does not, both ends find out.
    m_report.level = m_heard.level = MediaLevel::video;
    note_levels();
    dispatch({.kind = EventKind::media_connected});
    return;
  }
  // The old path came back by itself before a new peer took over.
  peer.set_interrupted(false);
  follow_path();
}

void Encounter::on_peer_silent(LivePeer& peer) {
  // Of a page that sends neither picture nor sound little is heard anyway.
  if (&peer != m_current.get() || m_report.level == MediaLevel::text) return;
  if (m_next || m_retry_at || !wants_peer()) return;
  prepare_peer();
}

void Encounter::on_peer_interrupted(LivePeer& peer) {
  peer.set_interrupted(true);
  follow_path();
}

void Encounter::note_failure(const LivePeer& peer, PeerFailure failure, const std::string& detail) {
  if (failure == PeerFailure::connect_timeout &&
      (state() == State::admitted || state() == State::reconnecting) && !std::exchange(m_no_path, true)) {
    m_parts.observer.on_changed(*this);
  }
  if (m_allowances.take(Inbound::failure, m_parts.clock.moment())) {
    base::log_warning("consultation", "{}: peer {} failed: {} {}", record().id, peer.number(),
                      name_of(failure), detail);
    note_outside("peer-failed", Actor::system,
                 {{"peer", std::to_string(peer.number())}, {"failure", std::string(name_of(failure))}});
    m_parts.observer.on_event(*this, "peer-failed", {{"failure", std::string(name_of(failure))}});
  } else {
    count_repeat(Inbound::failure);
  }
}

void Encounter::on_peer_failed(LivePeer& peer, PeerFailure failure, const std::string& detail) {
  const bool was_current = &peer == m_current.get();
  note_failure(peer, failure, detail);

  if (failure == PeerFailure::fingerprint_mismatch) {
    // Somebody sits on the path of the media. Nothing was shown; staff decide whether to try again.
    discard_peers();
    // Nobody goes past one who waits already.
    if (record().newcomer) dispatch({.kind = EventKind::newcomer_gone, .reason = "visit-waits"});
    dispatch({.kind = EventKind::media_rejected, .reason = "fingerprint-mismatch"});
    return;
  }
  retire(was_current ? std::move(m_current) : std::move(m_next));
  if (was_current && state() == State::in_call) {
    dispatch({.kind = EventKind::media_lost, .reason = std::string(name_of(failure))});
  }
  if (!wants_peer() || m_next) return;
  if (was_current) {
    prepare_peer();
  } else {
    retry_later();
  }
}

void Encounter::on_peer_first_frame(LivePeer& peer, int width, int height) {
  if (&peer != m_current.get()) return;
  m_parts.observer.on_event(*this, "first-frame",
                            {{"width", std::to_string(width)}, {"height", std::to_string(height)}});
}

void Encounter::on_peer_statistics(LivePeer& peer, const PeerStatistics& statistics) {
  if (&peer != m_current.get()) return;
  m_statistics = statistics;
  const base::Moment now = m_parts.clock.moment();
  if (m_quality.add(statistics)) {
    peer.send(Channel::control, m_parts.codec.encode(QualityReport{m_quality.level()}));
    if (m_allowances.take(Inbound::level, now)) {
      note_outside("quality", Actor::system, {{"level", std::string(name_of(m_quality.level()))}});
    } else {
      count_repeat(Inbound::level);
    }
    m_parts.observer.on_changed(*this);
  }
  if (m_allowances.take(Inbound::statistics, now)) m_parts.observer.on_event(*this, "statistics", {});
}

void Encounter::on_peer_media_level(LivePeer& peer) {
  if (&peer != m_current.get()) return;
  show_level("to-patient", peer.media_level());
  follow_picture();
  m_parts.observer.on_changed(*this);
}

}  // namespace sangdam::consultation
