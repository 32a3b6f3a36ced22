// Sentences for staff, in their language: what happened, what it means for the consultation, what to do next.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "pipelines/health.hpp"
#include "ui/kiosk/models.hpp"

namespace sangdam::kiosk {

/// The sentence for a failure's code; the failure's own (English) sentence for a code without one.
[[nodiscard]] std::string words_for(const base::Failure& failure);

/// The item of the status bar for a device.
[[nodiscard]] ui::HealthItem item_for(const pipelines::Health& health);
/// The longer sentence, where staff have to do something.
[[nodiscard]] std::optional<std::string> words_for(const pipelines::Health& health);

}  // namespace sangdam::kiosk
