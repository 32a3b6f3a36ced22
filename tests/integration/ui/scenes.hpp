// Realistic contents for every screen: what a day at a clinic looks like, and what it looks like when it is
// not ordinary. All times hang on one "now".
#pragma once

#include <string>
#include <vector>

#include "ui/kiosk/models.hpp"
#include "ui/kiosk/window.hpp"

namespace sangdam::tests {

[[nodiscard]] std::vector<std::string> scene_names();
/// What is sent, in every scene from now on.
void set_on_air(bool camera, bool microphone);
/// Puts a scene on the window. False if there is none of that name.
bool show_scene(ui::KioskWindow& window, const std::string& name, base::Instant now);

}  // namespace sangdam::tests
