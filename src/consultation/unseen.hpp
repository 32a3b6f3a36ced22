// A visit that needs to be seen, and goes on without a picture: when staff are asked why, and what they may
// answer.
//
// A question is for a stretch of the call in which either side is not seen, for whatever reason: the line
// carries voice alone or messages alone, or a camera is off. A line that flaps makes one stretch of it. A
// question that is not answered goes away with a picture that comes back soon; after a long stretch it stays.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace sangdam::consultation {

enum class UnseenReason : std::uint8_t {
  line,          // carries no picture
  camera,        // one side's does not work
  patient_wish,  // does not want to be seen, or to see
  waived,        // the picture is not needed any more: the visit's mark goes, too
  other,         // as staff typed it
};
inline constexpr std::array k_unseen_reasons{UnseenReason::line, UnseenReason::camera,
                                             UnseenReason::patient_wish, UnseenReason::waived,
                                             UnseenReason::other};
/// In the log and as an action's parameter: "line", "camera", "patient-wish", "not-needed", "other".
[[nodiscard]] std::string_view name_of(UnseenReason reason) noexcept;
[[nodiscard]] std::optional<UnseenReason> unseen_reason_named(std::string_view name) noexcept;

/// Of what staff type, in code points; a line.
inline constexpr std::size_t k_max_reason_text = 200;

struct UnseenLimits {
  std::chrono::seconds before_question{5};  // a line that flaps asks nobody anything
  std::chrono::seconds before_over{5};      // the picture is back, and not just for a moment
  std::chrono::seconds without_reason{30};  // a shorter stretch needs no reason once it is over
};

/// Knows when the question is due. Plain values; the clock is the caller's.
class PictureWatch {
 public:
  explicit PictureWatch(UnseenLimits limits) : m_limits(limits) {}

  /// `nobody`: there is no connection just now, so neither is there a talk without a picture.
  enum class Sight : std::uint8_t { nobody, unseen, seen };
  enum class Due : std::uint8_t { nothing, question, withdrawal };

  /// To be told of every change, and at next(). A withdrawal is said once, a question until asked() or
  /// postpone().
  [[nodiscard]] Due follow(Sight sight, base::Moment now);
  void asked() { m_phase = Phase::asked; }
  void answered() { m_phase = Phase::answered; }
  /// Not before then: there were too many.
  void postpone(base::Moment until) { m_ask_at = until; }
  /// The question was asked before a restart, and is not answered.
  void resume(base::Moment now);
  /// The visit does not need the picture any more, or not yet.
  void reset() { m_phase = Phase::quiet; }
  [[nodiscard]] std::optional<base::Moment> next() const;

 private:
  enum class Phase : std::uint8_t { quiet, missing, asked, answered };
  /// The stretch, as it stands, is short enough to need no reason.
  [[nodiscard]] bool is_short() const;

  UnseenLimits m_limits;
  Phase m_phase = Phase::quiet;
  base::Moment m_missing_since{}, m_ask_at{};
  std::optional<base::Moment> m_seen_since;
};

}  // namespace sangdam::consultation
