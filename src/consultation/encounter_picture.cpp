// The picture of a visit that needs to be seen: the mark, the question when it is missing, and the answer.
#include <algorithm>

#include "base/text.hpp"
#include "consultation/encounter.hpp"
#include "consultation/live_peer.hpp"

namespace sangdam::consultation {

bool Encounter::set_needs_picture(bool needs) {
  const bool is_open = state() != State::scheduled && state() != State::ended;
  if (is_open && record().needs_picture == needs) return true;
  return dispatch({.kind = needs ? EventKind::picture_needed : EventKind::picture_waived});
}

base::Result<> Encounter::give_reason(UnseenReason reason, const std::string& text) {
  if (!record().reason_owed) {
    return base::failure("no-question", "No reason is asked for just now.");
  }
  const bool is_other = reason == UnseenReason::other;
  const std::string line =
      is_other && base::is_valid_utf8(text) ? base::single_line(text, k_max_reason_text) : "";
  if (is_other && line.empty()) {
    return base::failure("reason-empty", "The other reason needs a few words.");
  }
  m_picture_watch.answered();
  dispatch({.kind = EventKind::reason_given, .reason = std::string(name_of(reason)), .text = line});
  return {};
}

PictureWatch::Sight Encounter::sight() const {
  if (state() != State::in_call || !m_current) return PictureWatch::Sight::nobody;
  const MediaLevels levels = media_levels();
  const bool line_carries_it = std::max(levels.to_patient, levels.from_patient) < MediaLevel::voice;
  const bool cameras_on = m_sending.camera && m_report.media.camera;
  return line_carries_it && cameras_on ? PictureWatch::Sight::seen : PictureWatch::Sight::unseen;
}

void Encounter::follow_picture() {
  if (!record().needs_picture) return m_picture_watch.reset();
  const base::Moment now = m_parts.clock.moment();
  switch (m_picture_watch.follow(sight(), now)) {
    case PictureWatch::Due::nothing: return;
    case PictureWatch::Due::question:
      if (!m_allowances.take(Inbound::unseen, now)) {
        m_picture_watch.postpone(m_allowances.ready_at(Inbound::unseen, now));
        return m_parts.observer.on_changed(*this);  // there is a new deadline
      }
      m_picture_watch.asked();
      dispatch({.kind = EventKind::reason_asked});
      return;
    case PictureWatch::Due::withdrawal: dispatch({.kind = EventKind::reason_withdrawn}); return;
  }
}

}  // namespace sangdam::consultation
