// sangdam-kiosk: the appliance application.
#include <glib-unix.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "base/memory.hpp"
#include "base/service_notify.hpp"
#include "kiosk/kiosk.hpp"
#include "kiosk/notices.hpp"
#include "kiosk/options.hpp"
#include "kiosk/start_policy.hpp"
#include "pipelines/hardware_probe.hpp"
#include "ui/kiosk/application.hpp"
#include "ui/kiosk/failure_window.hpp"
#include "ui/kiosk/localisation.hpp"

namespace {

using namespace sangdam;

// systemd starts the kiosk anew after all of them but the first (systemd/sangdam-kiosk.service.in).
constexpr int k_exit_usage = 64;      // EX_USAGE
constexpr int k_exit_temporary = 75;  // EX_TEMPFAIL: it could not start, and only a new process may do better

/// The kiosk, or the sentence that says why there is none; whichever the one window shows.
class Program {
 public:
  Program(kiosk::Options options, base::Ref<GApplication> application)
      : m_options(std::move(options)),
        m_application(std::move(application)),
        m_activate(m_application.get(), "activate",
                   G_CALLBACK(+[](GApplication*, Program* self) { self->on_activate(); }), this) {}

  int run() {
    base::ErrorPtr error;
    if (!g_application_register(m_application.get(), nullptr, base::out(error))) {
      base::log_error("kiosk", "cannot start: {}", base::message_of(error));
      return EXIT_FAILURE;
    }
    if (g_application_get_is_remote(m_application.get())) {
      std::cerr << "sangdam-kiosk is already running in this desktop session.\n";
      return EXIT_FAILURE;
    }
    const auto quit = +[](gpointer application) -> gboolean {
      g_application_quit(G_APPLICATION(application));
      return G_SOURCE_CONTINUE;
    };
    const guint terminate = g_unix_signal_add(SIGTERM, quit, m_application.get());
    const guint interrupt = g_unix_signal_add(SIGINT, quit, m_application.get());
    g_application_run(m_application.get(), 0, nullptr);
    g_source_remove(terminate);
    g_source_remove(interrupt);
    m_kiosk.reset();
    m_failure.reset();
    if (m_gave_up) return k_exit_temporary;
    return m_trouble ? EXIT_FAILURE : EXIT_SUCCESS;
  }

 private:
  void on_activate() {
    if (m_kiosk || m_failure) return;  // activated again: the window is there
    if (const auto interval = base::watchdog_interval(base::Watched::child)) {
      m_watchdog.start_repeating(*interval, [] { base::notify_service_manager("WATCHDOG=1"); });
    }
    start();
    // Ready even with a failure on the screen: it tries again by itself.
    base::notify_service_manager("READY=1");
  }

  void start() {
    m_countdown.stop();
    m_kiosk = std::make_unique<kiosk::Kiosk>(m_options, m_application.get());
    if (const auto started = m_kiosk->start(); !started) return on_failure(started.error());
    m_trouble.reset();
    m_failure.reset();  // after the kiosk's window is there: an application without windows ends
  }

  void on_failure(const base::Failure& failure) {
    m_kiosk.reset();
    const base::Moment now = m_clock.moment();
    const bool same = m_trouble && m_trouble->code == failure.code;
    if (!m_trouble) m_trouble = Trouble{.code = {}, .since = now, .tries = 0};
    m_trouble->code = failure.code;
    ++m_trouble->tries;
    if (!same) {
      // In the journal for the administrator, on the screen for whoever stands before it.
      base::log_error("kiosk", "cannot start: {} ({})", failure.message, failure.code);
      kiosk::EventPrinter(m_options.print_events, m_clock).print("failed", "", {{"code", failure.code}});
    }
    if (!m_failure) {
      m_failure = std::make_unique<ui::FailureWindow>(
          m_application.get(), m_options.fullscreen,
          ui::FailureWindow::Actions{[this] { try_again(); }, [this] { begin_new_log(); }});
    }
    const std::string sentence = kiosk::words_for(failure);
    m_failure->set({.code = failure.code,
                    .sentence = sentence,
                    .detail = sentence == failure.message ? std::string() : failure.message,
                    .can_set_aside = failure.code == "database-corrupt"});
    m_left = kiosk::pause_before_try(m_trouble->tries);
    m_failure->set_time_left(m_left);
    m_countdown.start_repeating(std::chrono::seconds(1), [this] { count_down(); });
  }

  void count_down() {
    const auto failing_for = std::chrono::floor<std::chrono::seconds>(m_clock.moment() - m_trouble->since);
    if (base::has_service_manager() && kiosk::needs_new_process(m_trouble->code, failing_for)) {
      base::log_error("kiosk", "{} does not mend itself here: ending, to be started anew", m_trouble->code);
      m_gave_up = true;
      return g_application_quit(m_application.get());
    }
    m_left -= std::chrono::seconds(1);
    if (m_left <= std::chrono::seconds::zero()) return try_again();
    m_failure->set_time_left(m_left);
  }

  void try_again() {
    m_countdown.stop();
    m_failure->set_time_left(std::chrono::seconds::zero());
    // Once that is painted: a try may take seconds. Not inside the button's own signal either.
    base::post_to_main_when_idle([this] { start(); });
  }

  void begin_new_log() {
    m_options.set_aside_corrupt = true;
    try_again();
  }

  struct Trouble {
    std::string code;
    base::Moment since;
    int tries;
  };

  kiosk::Options m_options;
  base::Ref<GApplication> m_application;
  std::unique_ptr<kiosk::Kiosk> m_kiosk;
  std::unique_ptr<ui::FailureWindow> m_failure;
  base::SystemClock m_clock;
  std::optional<Trouble> m_trouble;  // why there is no kiosk
  std::chrono::seconds m_left{};     // until the next try
  bool m_gave_up = false;
  base::Timer m_countdown;
  base::Timer m_watchdog;
  base::SignalConnection m_activate;
};

}  // namespace

int main(int argc, char** argv) {
  // A process that tries the hardware's codecs, for a kiosk that is just starting
  // (pipelines/hardware_probe.hpp).
  if (argc > 1 && std::string_view(argv[1]) == kiosk::k_probe_argument)
    return pipelines::run_video_probe(std::vector<std::string>(argv + 2, argv + argc));
  base::bound_memory();
  base::claim_main_thread();
  base::start_log();
  // Names of clinics and patients are UTF-8, also on a machine whose locale was never set.
  if (std::setlocale(LC_ALL, "") == nullptr || !g_get_charset(nullptr)) std::setlocale(LC_ALL, "C.UTF-8");
  auto options = kiosk::parse_options(argc, argv);
  if (!options) {
    std::cerr << "sangdam-kiosk: " << options.error().message << "\n";
    return k_exit_usage;
  }
  // GTK's own few words. Here, because other threads read the environment once there are any.
  g_setenv("LANGUAGE", options->language.empty() ? "en" : options->language.c_str(), TRUE);
  // A build tree runs without being installed: it names its own catalogues.
  const char* locales = std::getenv("SANGDAM_LOCALE_DIR");
  ui::set_locale_directory(locales != nullptr ? locales : SANGDAM_LOCALE_DIR);
  if (!options->language.empty() && !ui::set_language(options->language)) {
    base::log_warning("kiosk", "there is no catalogue for {}: the screens are in English", options->language);
  }
  auto application = ui::make_application("kr.sangdam.Kiosk");
  if (!application) {
    std::cerr << "sangdam-kiosk: there is no display. Start it inside a desktop session, or with ./run, "
                 "which brings "
                 "a virtual one.\n";
    return EXIT_FAILURE;
  }
  return Program(std::move(*options), std::move(application)).run();
}
