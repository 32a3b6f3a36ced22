// Devices that PipeWire's session of the test (with_pipewire.sh) has for a while.
#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "base/handles.hpp"
#include "support/catch.hpp"

namespace sangdam::tests {

inline std::string output_of(std::vector<const char*> command) {
  command.push_back(nullptr);
  base::ErrorPtr error;
  const auto process = base::Ref<GSubprocess>::adopt(
      g_subprocess_newv(command.data(), G_SUBPROCESS_FLAGS_STDOUT_PIPE, base::out(error)));
  REQUIRE(process);
  base::CharPtr text;
  REQUIRE(g_subprocess_communicate_utf8(process.get(), nullptr, nullptr, static_cast<char**>(base::out(text)),
                                        nullptr, base::out(error)));
  REQUIRE(g_subprocess_get_successful(process.get()));
  return g_strstrip(text.get());
}

/// A module of the sound server.
class SoundModule {
 public:
  explicit SoundModule(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"pactl", "load-module"});
    m_id = output_of(arguments);
  }
  ~SoundModule() {
    const auto unload = base::Ref<GSubprocess>::adopt(g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDERR_SILENCE, nullptr, "pactl", "unload-module", m_id.c_str(), nullptr));
    if (unload) g_subprocess_wait(unload.get(), nullptr, nullptr);
  }
  SoundModule(const SoundModule&) = delete;
  SoundModule& operator=(const SoundModule&) = delete;

 private:
  std::string m_id;
};

/// A camera on the desk; pulled without a goodbye when it is destroyed.
class VirtualCamera {
 public:
  /// `picture` is a gst-launch chain from a live source to what the camera delivers.
  explicit VirtualCamera(const std::string& picture, const std::string& name = "desk_cam") {
    base::ErrorPtr error;
    m_process = base::Ref<GSubprocess>::adopt(g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE,
                                                               base::out(error), SANGDAM_VIRTUAL_CAMERA,
                                                               name.c_str(), picture.c_str(), nullptr));
    REQUIRE(m_process);
  }
  ~VirtualCamera() {
    g_subprocess_force_exit(m_process.get());
    g_subprocess_wait(m_process.get(), nullptr, nullptr);
  }
  VirtualCamera(const VirtualCamera&) = delete;
  VirtualCamera& operator=(const VirtualCamera&) = delete;

  /// One of the faults that virtual_camera.cpp knows, until the next one.
  void suffer(const std::string& fault) {
    const std::string line = fault + "\n";
    GOutputStream* input = g_subprocess_get_stdin_pipe(m_process.get());
    REQUIRE(g_output_stream_write_all(input, line.data(), line.size(), nullptr, nullptr, nullptr));
    REQUIRE(g_output_stream_flush(input, nullptr, nullptr));
  }

 private:
  base::Ref<GSubprocess> m_process;
};

}  // namespace sangdam::tests
