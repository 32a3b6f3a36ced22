// What it would cost to run the media in a process of its own: the engine in a call at 1280x720 and 30
// pictures a second, painted in that size, with the self-view in a corner. Once it hands its pictures to
// frame slots in the same process, and once from another process, through shared memory and a socket.
//
//   bench-media-process [SECONDS [ROUNDS]]
//
// The patient has a third process, which is not counted. Printed for each run: CPU and memory of the
// processes that the kiosk would have, and how old a picture is when the main thread has it, counted from
// when the pipeline had finished it. "Painting" is a copy of its pixels in both.
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/stage_tracer.hpp"
#include "integration/pipelines/call.hpp"

namespace sangdam::tests {
namespace {

using namespace std::chrono_literals;
using base::PictureSize;

constexpr PictureSize k_camera{1280, 720}, k_corner{320, 180};
constexpr int k_first_socket = 3, k_second_socket = 4, k_memory = 5;

/// Whole messages between two processes; ends with the other end.
class Wire {
 public:
  Wire(int fd, std::function<void(const std::string&)> on_message, std::function<void()> on_end = {})
      : m_fd(fd), m_on_message(std::move(on_message)), m_on_end(std::move(on_end)), m_buffer(1U << 18U) {
    m_watch = g_unix_fd_add(
        fd, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP),
        [](int, GIOCondition, gpointer self) -> gboolean { return static_cast<Wire*>(self)->read(); }, this);
  }
  ~Wire() {
    if (m_watch != 0) g_source_remove(m_watch);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  void send(const std::string& message) const {
    (void)::send(m_fd, message.data(), message.size(), MSG_NOSIGNAL);
  }

 private:
  gboolean read() {
    const ssize_t size = recv(m_fd, m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
    if (size < 0) return G_SOURCE_CONTINUE;
    if (size > 0) {
      m_on_message({m_buffer.data(), static_cast<std::size_t>(size)});
      return G_SOURCE_CONTINUE;
    }
    m_watch = 0;
    if (m_on_end) m_on_end();
    return G_SOURCE_REMOVE;
  }
  int m_fd;
  std::function<void(const std::string&)> m_on_message;
  std::function<void()> m_on_end;
  std::vector<char> m_buffer;
  guint m_watch = 0;
};

/// "CN text": a candidate of section N; anything else is a description.
std::string candidate_message(unsigned section, const std::string& text) {
  return "C" + std::to_string(section) + " " + text;
}
template <class Target>
void take_candidate(Target& target, const std::string& message) {
  const auto space = message.find(' ');
  target.add_candidate(static_cast<unsigned>(std::atoi(message.c_str() + 1)), message.substr(space + 1));
}

int run_patient() {
  if (!Engine::start_up()) return EXIT_FAILURE;
  bool over = false;
  std::unique_ptr<TestPatient> patient;
  const Wire wire(
      k_first_socket,
      [&](const std::string& message) {
        if (message[0] == 'C') {
          take_candidate(*patient, message);
        } else {
          patient->accept(message);
        }
      },
      [&] { over = true; });
  TestPatient::Options options;
  options.picture = "videotestsrc is-live=true pattern=smpte100 horizontal-speed=4";
  options.picture_caps = "video/x-raw,width=1280,height=720,framerate=30/1";
  options.kbps = 2500;
  patient = std::make_unique<TestPatient>(
      std::move(options), TestPatient::Callbacks{.on_answer = [&](const std::string& sdp) { wire.send(sdp); },
                                                 .on_candidate =
                                                     [&](unsigned section, const std::string& text) {
                                                       wire.send(candidate_message(section, text));
                                                     },
                                                 .on_text = {}});
  run_until([&] { return over; }, 600s);
  _exit(EXIT_SUCCESS);  // nobody waits for what it leaves behind
}

/// The engine in a call with the patient at the other end of a socket.
class Media {
 public:
  explicit Media(int patient)
      : m_tracer({{{"", "peer", "picture", Stage::Side::into}}, {{"", "camera", "view", Stage::Side::into}}}),
        m_engine({.camera = "test", .microphone = "test", .speaker = "none"}),
        m_wire(patient, [this](const std::string& message) {
          if (message[0] == 'C') {
            take_candidate(*m_peer, message);
          } else {
            m_peer->set_answer(message);
          }
        }) {
    m_listener.forward_offer = [this](const std::string& sdp) { m_wire.send(sdp); };
    m_listener.forward_candidate = [this](unsigned section, const std::string& text) {
      m_wire.send(candidate_message(section, text));
    };
    m_listener.then = [this] { m_peer->present(); };
    m_peer = m_engine.create_peer(m_listener, {});
    m_engine.self_view()->want(k_camera, k_corner);
  }
  [[nodiscard]] std::shared_ptr<base::FrameSlot> slot(std::size_t view) const {
    return view == 0 ? m_engine.patient_view() : m_engine.self_view();
  }
  /// When the view's newest picture was finished.
  [[nodiscard]] GstClockTime finished(std::size_t view) const { return m_tracer.newest(view); }

 private:
  StageTracer m_tracer;
  Engine m_engine;
  Listener m_listener;
  Wire m_wire;
  std::unique_ptr<consultation::Peer> m_peer;
};

constexpr std::size_t k_views = 2;
constexpr std::size_t k_places = 4;  // shown, waiting, being written, and one more
constexpr std::size_t k_place_size = std::size_t{4} * 1280 * 720;
constexpr std::size_t k_memory_size = k_views * k_places * k_place_size;

/// Tells of a picture in shared memory; sent back once it is not needed any more.
struct Notice {
  std::uint32_t view = 0, place = 0;
  PictureSize size, source;
  GstClockTime finished = 0;
};
std::string to_text(const Notice& notice) {
  std::string text(sizeof notice, '\0');
  std::memcpy(text.data(), &notice, sizeof notice);
  return text;
}
Notice to_notice(const std::string& text) {
  Notice notice;
  std::memcpy(&notice, text.data(), std::min(text.size(), sizeof notice));
  return notice;
}

void copy_pixels(const base::VideoFrame& frame, std::uint8_t* out) {
  gsize size = 0;
  const auto* pixels = static_cast<const std::uint8_t*>(g_bytes_get_data(frame.pixels.get(), &size));
  const std::size_t row = std::size_t{4} * static_cast<std::size_t>(frame.width);
  for (int y = 0; y < frame.height; ++y)
    std::memcpy(out + static_cast<std::size_t>(y) * row, pixels + static_cast<std::size_t>(y) * frame.stride,
                row);
}

std::uint8_t* map_memory(int protection) {
  void* memory = mmap(nullptr, k_memory_size, protection, MAP_SHARED, k_memory, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(memory);
}
std::size_t offset_of(std::size_t view, std::size_t place) {
  return (view * k_places + place) * k_place_size;
}

int run_media() {
  if (!Engine::start_up()) return EXIT_FAILURE;
  std::uint8_t* memory = map_memory(PROT_READ | PROT_WRITE);
  if (memory == nullptr) return EXIT_FAILURE;
  bool over = false;
  std::array<std::array<bool, k_places>, k_views> taken{};
  const Wire kiosk(
      k_second_socket,
      [&](const std::string& message) {
        const Notice back = to_notice(message);
        taken.at(back.view).at(back.place) = false;
      },
      [&] { over = true; });
  const Media media(k_first_socket);
  for (std::size_t view = 0; view < k_views; ++view) {
    media.slot(view)->on_change([&, view] {
      const GstClockTime finished = media.finished(view);
      const auto frame = media.slot(view)->take();
      auto* place = std::find(taken[view].begin(), taken[view].end(), false);
      if (!frame || place == taken[view].end()) return;
      *place = true;
      const auto index = static_cast<std::size_t>(place - taken[view].begin());
      copy_pixels(*frame, memory + offset_of(view, index));
      kiosk.send(to_text({static_cast<std::uint32_t>(view),
                          static_cast<std::uint32_t>(index),
                          {frame->width, frame->height},
                          frame->source,
                          finished}));
    });
  }
  run_until([&] { return over; }, 600s);
  _exit(EXIT_SUCCESS);
}

/// The media process, seen from the kiosk.
class MediaProcess {
 public:
  MediaProcess()
      : m_memory(map_memory(PROT_READ)),
        m_wire(k_second_socket, [this](const std::string& message) { show(to_notice(message)); }) {
    for (auto& slot : m_slots) slot = std::make_shared<base::FrameSlot>();
  }
  [[nodiscard]] std::shared_ptr<base::FrameSlot> slot(std::size_t view) const { return m_slots.at(view); }
  [[nodiscard]] GstClockTime finished(std::size_t view) const { return m_finished.at(view); }

 private:
  void show(const Notice& notice) {
    m_finished.at(notice.view) = notice.finished;
    const std::size_t row = std::size_t{4} * static_cast<std::size_t>(notice.size.width);
    struct Held {
      const Wire* wire;
      Notice notice;
    };
    base::VideoFrame frame{notice.size.width, notice.size.height, row, {}, notice.source};
    frame.pixels = base::Ref<GBytes>::adopt(g_bytes_new_with_free_func(
        m_memory + offset_of(notice.view, notice.place), row * static_cast<std::size_t>(notice.size.height),
        [](gpointer data) {
          const std::unique_ptr<Held> held(static_cast<Held*>(data));
          held->wire->send(to_text(held->notice));
        },
        new Held{&m_wire, notice}));
    m_slots.at(notice.view)->put(std::move(frame));
  }
  const std::uint8_t* m_memory;
  std::array<std::shared_ptr<base::FrameSlot>, k_views> m_slots;
  std::array<GstClockTime, k_views> m_finished{};
  Wire m_wire;
};

/// Starts this program again, with sockets and memory as descriptors from 3 on.
base::Ref<GSubprocess> start(const std::vector<const char*>& arguments, const std::vector<int>& descriptors) {
  const auto launcher =
      base::Ref<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
  int target = k_first_socket;
  for (const int fd : descriptors) {
    // A socket may stand where another is to be put.
    if (fd >= 0) g_subprocess_launcher_take_fd(launcher.get(), fcntl(fd, F_DUPFD_CLOEXEC, 20), target);
    ++target;
  }
  std::vector<const char*> command{"/proc/self/exe"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back(nullptr);
  return base::Ref<GSubprocess>::adopt(g_subprocess_launcher_spawnv(launcher.get(), command.data(), nullptr));
}

double cpu_seconds(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double memory_mib(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Pss:")) return std::atof(line.c_str() + 4) / 1024;
  }
  return 0;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// Takes the pictures as a window does, and prints what that took.
template <class Source>
int watch(const std::string& mode, const Source& source, const std::vector<std::string>& processes,
          std::chrono::seconds duration) {
  std::array<std::vector<double>, k_views> ages;
  std::array<std::optional<base::VideoFrame>, k_views> shown;
  std::vector<std::uint8_t> window(k_place_size);
  for (std::size_t view = 0; view < k_views; ++view) {
    source.slot(view)->on_change([&, view] {
      const GstClockTime finished = source.finished(view);
      auto frame = source.slot(view)->take();
      if (!frame) return;
      ages.at(view).push_back(static_cast<double>(StageTracer::now() - finished) / 1e6);
      shown.at(view) = std::move(frame);
      copy_pixels(*shown.at(view), window.data());
    });
  }
  if (!run_until([&] { return shown[0] && shown[1] && shown[0]->width == k_camera.width; }, 60s))
    return EXIT_FAILURE;
  run_until([] { return false; }, 5s);  // the rate is found
  ages = {};
  const auto cpu = [&] {
    double sum = 0;
    for (const auto& pid : processes) sum += cpu_seconds(pid);
    return sum;
  };
  const double before = cpu();
  const GstClockTime begin = StageTracer::now();
  run_until([] { return false; }, duration);
  const double seconds = static_cast<double>(StageTracer::now() - begin) / 1e9;
  const double cores = (cpu() - before) / seconds;
  double memory = 0;
  for (const auto& pid : processes) memory += memory_mib(pid);
  std::cout << "| " << mode << " | " << std::fixed << std::setprecision(3) << cores << " | "
            << std::setprecision(1) << memory;
  for (const auto& view : ages)
    std::cout << std::setprecision(1) << " | " << static_cast<double>(view.size()) / seconds
              << std::setprecision(2) << " | " << percentile(view, 0.5) << " | " << percentile(view, 0.95);
  std::cout << " |" << std::endl;
  _exit(EXIT_SUCCESS);
}

std::array<int, 2> socket_pair() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) std::abort();
  return pair;
}

int run_kiosk(const std::string& mode, std::chrono::seconds duration) {
  if (mode == "apart") {
    const MediaProcess media;
    return watch(mode, media, {"self", g_getenv("MEDIA_PID")}, duration);
  }
  if (!Engine::start_up()) return EXIT_FAILURE;
  const Media media(k_first_socket);
  return watch(mode, media, {"self"}, duration);
}

int run_all(const std::string& seconds, int rounds) {
  std::cout
      << "| media | cores | MiB | patient's pictures/s | age ms p50 | p95 | own pictures/s | age ms p50 "
         "| p95 |\n|---|---|---|---|---|---|---|---|---|\n";
  for (int round = 0; round < 2 * rounds; ++round) {
    const char* mode = round % 2 == 0 ? "same" : "apart";
    const auto to_patient = socket_pair();
    const auto pictures = socket_pair();
    const int memory = memfd_create("pictures", MFD_CLOEXEC);
    if (ftruncate(memory, static_cast<off_t>(k_memory_size)) != 0) return EXIT_FAILURE;
    const auto patient = start({"patient"}, {to_patient[0]});
    base::Ref<GSubprocess> media;
    if (round % 2 != 0) {
      media = start({"media"}, {to_patient[1], pictures[0], memory});
      g_setenv("MEDIA_PID", g_subprocess_get_identifier(media.get()), TRUE);
    }
    const auto kiosk = start({"kiosk", mode, seconds.c_str()},
                             {media ? -1 : to_patient[1], media ? pictures[1] : -1, media ? memory : -1});
    for (const int fd : {to_patient[0], to_patient[1], pictures[0], pictures[1], memory}) close(fd);
    g_subprocess_wait(kiosk.get(), nullptr, nullptr);
    if (media) g_subprocess_wait(media.get(), nullptr, nullptr);
    g_subprocess_wait(patient.get(), nullptr, nullptr);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sangdam::tests

int main(int argc, char** argv) {
  using namespace sangdam::tests;
  const std::string role = argc > 1 ? argv[1] : "20";
  if (role == "patient") return run_patient();
  if (role == "media") return run_media();
  if (role == "kiosk" && argc > 3) return run_kiosk(argv[2], std::chrono::seconds(std::atoi(argv[3])));
  return run_all(role, argc > 2 ? std::atoi(argv[2]) : 3);
}
