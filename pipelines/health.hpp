// What the engine tells about its devices, for the status bar and the notices of the kiosk.
#pragma once

#include <cstdint>
#include <string>

namespace sangdam::pipelines {

enum class Part : std::uint8_t { camera, microphone, speaker };

enum class Condition : std::uint8_t {
  missing,      // none is plugged in (or the one configured by name is not)
  starting,     // found; nothing has come from it, or been played by it, yet
  working,      // pictures or sound flow
  test_source,  // a test picture or tone is sent instead of a device, as configured
  lost,         // it was unplugged or failed; the engine keeps trying
  busy,         // another program has it; the engine takes it once it is free
  unusable,     // it is there but cannot be opened; the engine keeps trying
  stalled,      // it is there but delivers, or plays, nothing; the engine restarts it
  disabled,     // configured to "none"
};

[[nodiscard]] constexpr bool is_trouble(Condition condition) noexcept {
  switch (condition) {
    case Condition::lost:
    case Condition::busy:
    case Condition::unusable:
    case Condition::stalled: return true;
    case Condition::missing:
    case Condition::starting:
    case Condition::working:
    case Condition::test_source:
    case Condition::disabled: break;
  }
  return false;
}

struct Health {
  Part part = Part::camera;
  Condition condition = Condition::missing;
  std::string device;  // the name people know it by; empty if there is none
  friend bool operator==(const Health&, const Health&) = default;
};

}  // namespace sangdam::pipelines
