// When the chime for a knock is due: at once, then again with growing pauses for as long as somebody waits
// and nobody looks; never in the quiet hours. What it sounds like is the media engine's. Main thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/main_thread.hpp"
#include "base/result.hpp"

namespace sangdam::kiosk {

/// From one minute of the day until another, by this machine's clock; over midnight if `from` is the later.
struct QuietHours {
  int from = 0, until = 0;  // minutes since midnight
  friend bool operator==(const QuietHours&, const QuietHours&) = default;
};
/// "22:00-07:00". Fails with "usage".
[[nodiscard]] base::Result<QuietHours> parse_quiet_hours(const std::string& text);
[[nodiscard]] bool is_quiet(const QuietHours& hours, int minute_of_day);

class KnockBell {
 public:
  struct Settings {
    int volume = 50;  // per cent; 0: never
    std::optional<QuietHours> quiet{};
  };
  /// `ring` is given the volume, 0 to 1.
  KnockBell(Settings settings, const base::Clock& clock, std::function<void(double volume)> ring);

  /// Who is at the door, each by a name of its own that changes when somebody else knocks there.
  void set_knocks(std::set<std::string> knocks);
  /// In a call it is softer: somebody is talking.
  void set_in_call(bool in_call) { m_in_call = in_call; }
  /// Whether whoever waits is being looked at: no need to call anybody then.
  void set_attended(bool attended);

  /// Rings if it is time to. Also by itself.
  void on_time();
  /// How long until then; nothing while nobody waits.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next() const;

 private:
  void ring();
  void arm();

  Settings m_settings;
  const base::Clock& m_clock;
  std::function<void(double)> m_ring;
  std::set<std::string> m_knocks;
  bool m_in_call = false;
  bool m_attended = false;
  std::chrono::milliseconds m_pause{};
  std::optional<base::Moment> m_due;
  std::optional<base::Moment> m_rang;
  base::Timer m_timer;
};

}  // namespace sangdam::kiosk
