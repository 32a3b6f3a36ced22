#include "consultation/unseen.hpp"

namespace sangdam::consultation {

std::string_view name_of(UnseenReason reason) noexcept {
  switch (reason) {
    case UnseenReason::line: return "line";
    case UnseenReason::camera: return "camera";
    case UnseenReason::patient_wish: return "patient-wish";
    case UnseenReason::waived: return "not-needed";
    case UnseenReason::other: return "other";
  }
  return "";
}

std::optional<UnseenReason> unseen_reason_named(std::string_view name) noexcept {
  for (const UnseenReason reason : k_unseen_reasons) {
    if (name_of(reason) == name) return reason;
  }
  return std::nullopt;
}

PictureWatch::Due PictureWatch::follow(Sight sight, base::Moment now) {
  Due due = Due::nothing;
  if (sight == Sight::seen && !m_seen_since) m_seen_since = now;
  // Before what is new now: nobody need have looked while the picture was back.
  if (m_seen_since && now - *m_seen_since >= m_limits.before_over) {
    if (m_phase == Phase::asked && is_short()) {
      m_phase = Phase::quiet;
      due = Due::withdrawal;
    } else if (m_phase == Phase::answered) {
      m_phase = Phase::quiet;
    }
  }
  if (sight != Sight::seen) m_seen_since.reset();
  if (m_phase == Phase::missing && sight != Sight::unseen) m_phase = Phase::quiet;
  if (m_phase == Phase::quiet && sight == Sight::unseen) {
    m_phase = Phase::missing;
    m_missing_since = now;
    m_ask_at = now + m_limits.before_question;
  }
  if (m_phase == Phase::missing && now >= m_ask_at) due = Due::question;
  return due;
}

void PictureWatch::resume(base::Moment now) {
  m_phase = Phase::asked;
  m_missing_since = now - m_limits.without_reason;  // how long it was is not known any more
}

std::optional<base::Moment> PictureWatch::next() const {
  if (m_phase == Phase::missing) return m_ask_at;
  if (m_phase == Phase::asked && m_seen_since && is_short()) {
    return *m_seen_since + m_limits.before_over;
  }
  return std::nullopt;
}

bool PictureWatch::is_short() const {
  return m_seen_since && *m_seen_since - m_missing_since < m_limits.without_reason;
}

}  // namespace sangdam::consultation
