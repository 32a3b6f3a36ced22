// sangdam-kiosk: the appliance application.
#include <glib-unix.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "base/log.hpp"
#include "base/main_thread.hpp"
#include "base/service_notify.hpp"
#include "kiosk/kiosk.hpp"
#include "kiosk/notices.hpp"
#include "kiosk/options.hpp"
#include "ui/kiosk/application.hpp"
#include "ui/kiosk/failure_window.hpp"
#include "ui/kiosk/localisation.hpp"

namespace {

using namespace sangdam;

constexpr int k_exit_usage = 64;  // EX_USAGE

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
    return m_failed ? EXIT_FAILURE : EXIT_SUCCESS;
  }

 private:
  void on_activate() {
    if (m_kiosk || m_failure) return;  // activated again: the window is there
    if (const auto interval = base::watchdog_interval(base::Watched::child)) {
      m_watchdog.start_repeating(*interval, [] { base::notify_service_manager("WATCHDOG=1"); });
    }
    start();
    // Ready even with a failure on the screen: a restart would not mend it, and would take the sentence away.
    base::notify_service_manager("READY=1");
  }

  void start() {
    m_kiosk = std::make_unique<kiosk::Kiosk>(m_options, m_application.get());
    const auto started = m_kiosk->start();
    if (started) {
      m_failed = false;
      return;
    }
    m_kiosk.reset();
    m_failed = true;
    // In the journal for the administrator, on the screen for whoever stands before it.
    base::log_error("kiosk", "cannot start: {}", started.error().message);
    if (m_options.print_events) {
      const base::SystemClock clock;
      kiosk::EventPrinter(true, clock).print("failed", "", {{"code", started.error().code}});
    }
    const bool can_set_aside = started.error().code == "database-corrupt";
    m_failure = std::make_unique<ui::FailureWindow>(
        m_application.get(), kiosk::words_for(started.error()),
        can_set_aside ? std::function<void()>([this] { begin_new_log(); }) : std::function<void()>());
  }

  void begin_new_log() {
    base::post_to_main([this] {
      m_options.set_aside_corrupt = true;
      // The next window before the last one goes: an application without windows ends.
      const auto last = std::move(m_failure);
      start();
    });
  }

  kiosk::Options m_options;
  base::Ref<GApplication> m_application;
  std::unique_ptr<kiosk::Kiosk> m_kiosk;
  std::unique_ptr<ui::FailureWindow> m_failure;
  bool m_failed = false;
  base::Timer m_watchdog;
  base::SignalConnection m_activate;
};

}  // namespace

int main(int argc, char** argv) {
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
