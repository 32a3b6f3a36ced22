// The sheet that adds an appointment: name, clinician, day and time, all fit for fingers.
#pragma once

#include <string>
#include <vector>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/sheet.hpp"

namespace sangdam::ui {

/// `clinicians` are offered as buttons; `now` gives the first day and time proposed.
void open_appointment_sheet(Sheets& sheets, const std::vector<std::string>& clinicians, Instant now);

/// The moment at `hour`:`minute`, `days` after the day of `now`, in the machine's time zone.
[[nodiscard]] Instant moment_at(Instant now, int days, int hour, int minute);

}  // namespace sangdam::ui
