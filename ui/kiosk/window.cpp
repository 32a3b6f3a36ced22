#include "ui/kiosk/window.hpp"

#include <gtk/gtk.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/main_thread.hpp"
#include "ui/kiosk/answer.hpp"
#include "ui/kiosk/call_screen.hpp"
#include "ui/kiosk/log_screen.hpp"
#include "ui/kiosk/notices.hpp"
#include "ui/kiosk/room.hpp"
#include "ui/kiosk/session_screen.hpp"
#include "ui/kiosk/sheet.hpp"
#include "ui/kiosk/status_bar.hpp"
#include "ui/kiosk/style.hpp"
#include "ui/kiosk/today_screen.hpp"
#include "ui/kiosk/video_view.hpp"
#include "ui/kiosk/waiting_card.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {
namespace {

using namespace std::chrono_literals;

/// Everything that has words in it: dropped and built anew when the language changes.
struct Screens {
  Screens(const Ui& ui, const AnswerView& answers, VideoView& self, VideoView& patient)
      : sheets(ui.overlay("root"), ui.widget("behind"), answers),
        notices(ui.box("notices")),
        waiting(sheets, ui.box("waiting")),
        today(sheets),
        session(sheets),
        call(sheets, self, patient) {}
  Sheets sheets;
  StatusBarView bar;
  NoticesView notices;
  WaitingCard waiting;
  TodayScreen today;
  SessionScreen session;
  CallScreen call;
  LogScreen log;
};

}  // namespace

struct KioskWindow::Impl {
  Impl(GApplication* application, std::shared_ptr<base::FrameSlot> self_slot,
       std::shared_ptr<base::FrameSlot> patient_slot, bool fullscreen);
  ~Impl();

  void build();
  void drop();
  void give_models();
  void draw_waiting();
  void draw_screen();
  void tick();
  void on_resize();
  void set_room(const Room& now);
  void warm_call();

  base::SystemClock clock;
  base::Ref<GtkWindow> window;
  Ui ui;
  AnswerView answers;
  VideoView self_view, patient_view;
  std::shared_ptr<base::SoundLevel> microphone;
  std::optional<Screens> screens;
  Room room;
  bool call_warm = false;  // since the screens were built

  Screen screen = Screen::today;
  StatusBar bar;
  std::vector<NoticeBar> notices;
  TodayModel today;
  SessionModel session;
  CallModel call;
  LogModel log;
  std::optional<TimelineModel> timeline;

  base::Timer second;
  Signals signals;
};

KioskWindow::Impl::Impl(GApplication* application, std::shared_ptr<base::FrameSlot> self_slot,
                        std::shared_ptr<base::FrameSlot> patient_slot, bool fullscreen)
    : window((load_style(), base::Ref<GtkWindow>::share(
                                GTK_WINDOW(gtk_application_window_new(GTK_APPLICATION(application)))))),
      ui("window.ui"),
      answers(ui.overlay("root")),
      self_view(std::move(self_slot), true),
      patient_view(std::move(patient_slot), false) {
  gtk_window_set_title(window.get(), "Sangdam");
  // As large as the screen by itself: under a bare X server nobody would make it so.
  const auto monitor = base::Ref<GdkMonitor>::adopt(static_cast<GdkMonitor*>(
      g_list_model_get_item(gdk_display_get_monitors(gdk_display_get_default()), 0)));
  GdkRectangle area{0, 0, 1280, 800};
  if (monitor) gdk_monitor_get_geometry(monitor.get(), &area);
  gtk_window_set_default_size(window.get(), area.width, area.height);
  gtk_window_set_decorated(window.get(), FALSE);
  if (fullscreen) gtk_window_fullscreen(window.get());
  gtk_widget_add_css_class(GTK_WIDGET(window.get()), "sd");
  gtk_window_set_child(window.get(), ui.widget("root"));
  // Before the first layout: a window is never smaller than what it shows.
  room = room_of(area.width, area.height, text_scale());
  build();
  gtk_widget_realize(GTK_WIDGET(window.get()));
  signals.on(gtk_native_get_surface(GTK_NATIVE(window.get())), "layout", [this] { on_resize(); });
  signals.on(gtk_settings_get_default(), "notify::gtk-xft-dpi", [this] { on_resize(); });
  second.start_repeating(1s, [this] { tick(); });
  gtk_window_present(window.get());
}

KioskWindow::Impl::~Impl() {
  drop();
  gtk_window_destroy(window.get());
}

void KioskWindow::Impl::build() {
  remove_children(ui.widget("waiting"));
  screens.emplace(ui, answers, self_view, patient_view);
  gtk_box_append(ui.box("bar_place"), screens->bar.root());
  GtkStack* stack = ui.stack("screens");
  gtk_stack_add_named(stack, screens->today.root(), "today");
  gtk_stack_add_named(stack, screens->session.root(), "session");
  gtk_stack_add_named(stack, screens->call.root(), "call");
  gtk_stack_add_named(stack, screens->log.root(), "log");
  set_room(room);
  screens->call.watch_microphone(microphone);
}

void KioskWindow::Impl::drop() {
  if (!screens) return;
  screens->sheets.close();
  gtk_box_remove(ui.box("bar_place"), screens->bar.root());
  for (GtkWidget* root :
       {screens->today.root(), screens->session.root(), screens->call.root(), screens->log.root()}) {
    gtk_stack_remove(ui.stack("screens"), root);
  }
  screens.reset();
  call_warm = false;
}

void KioskWindow::Impl::give_models() {
  screens->bar.set(bar);
  screens->call.set(bar.on_air);
  draw_waiting();
  screens->notices.set(notices);
  screens->today.set(today);
  screens->session.set(session);
  screens->call.set(call);
  screens->log.set(log);
  if (timeline) screens->log.set(*timeline);
}

void KioskWindow::Impl::draw_waiting() {
  const std::vector<Waiting>& all = bar.waiting;
  screens->bar.set_waiting(all.size());
  set_visible(ui.widget("lit"), !all.empty());
  const std::string title = all.empty() ? "Sangdam" : words_of(all) + " – Sangdam";
  gtk_window_set_title(window.get(), title.c_str());
  // Today and the visit itself show them where they are.
  std::vector<Waiting> elsewhere = all;
  std::erase_if(elsewhere, [this](const Waiting& each) {
    return screen == Screen::today || screen == Screen::call ||
           (screen == Screen::session && each.consultation == session.consultation);
  });
  screens->waiting.set(elsewhere, {});
  screens->call.set(all);
}

void KioskWindow::Impl::draw_screen() {
  const char* name = "today";
  switch (screen) {
    case Screen::today: name = "today"; break;
    case Screen::session: name = "session"; break;
    case Screen::call: name = "call"; break;
    case Screen::log:
    case Screen::timeline: name = "log"; break;
  }
  show_page(ui.stack("screens"), name);
  set_visible(ui.widget("bar_place"), screen != Screen::call);
  screens->bar.set_screen(screen);
  screens->log.show_timeline(screen == Screen::timeline && timeline.has_value());
  draw_waiting();
  if (screen == Screen::call) screens->call.wake();
  tick();
}

// The first layout of a screen finds its styles, fonts and icons: 60 to 150 ms on a small machine, which
// would fall between "Admit" and the first picture. So it is measured once while the patient waits.
void KioskWindow::Impl::warm_call() {
  if (screen == Screen::call || std::exchange(call_warm, true)) return;
  GtkWidget* page = screens->call.root();
  gtk_widget_set_visible(page, TRUE);  // what is not visible has no size
  const int width = gtk_widget_get_width(GTK_WIDGET(window.get()));
  gtk_widget_measure(page, GTK_ORIENTATION_HORIZONTAL, -1, nullptr, nullptr, nullptr, nullptr);
  gtk_widget_measure(page, GTK_ORIENTATION_VERTICAL, width, nullptr, nullptr, nullptr, nullptr);
  gtk_widget_set_visible(page, FALSE);
}

void KioskWindow::Impl::tick() {
  const Instant now = clock.now();
  screens->bar.tick(now);
  screens->waiting.tick(now);
  switch (screen) {
    case Screen::today: screens->today.tick(now); break;
    case Screen::session: screens->session.tick(now); break;
    case Screen::call: screens->call.tick(now); break;
    case Screen::log:
    case Screen::timeline: break;
  }
}

void KioskWindow::Impl::on_resize() {
  GdkSurface* surface = gtk_native_get_surface(GTK_NATIVE(window.get()));
  const Room now = room_of(gdk_surface_get_width(surface), gdk_surface_get_height(surface), text_scale());
  if (now != room) set_room(now);
}

void KioskWindow::Impl::set_room(const Room& now) {
  room = now;
  const std::pair<const char*, bool> classes[]{{"wide", room.wide},
                                               {"narrow", room.narrow},
                                               {"tight", room.tight},
                                               {"low", room.low},
                                               {"portrait", room.portrait}};
  for (const auto& [name, is_set] : classes) set_class(GTK_WIDGET(window.get()), name, is_set);
  screens->bar.set_room(room);
  screens->notices.set_room(room);
  screens->today.set_room(room);
  screens->session.set_room(room);
  screens->call.set_room(room);
  screens->log.set_room(room);
}

KioskWindow::KioskWindow(GApplication* application, std::shared_ptr<base::FrameSlot> self_view,
                         std::shared_ptr<base::FrameSlot> patient_view, bool fullscreen)
    : m_impl(std::make_unique<Impl>(application, std::move(self_view), std::move(patient_view), fullscreen)) {
  m_impl->give_models();
  m_impl->draw_screen();
}
KioskWindow::~KioskWindow() = default;

void KioskWindow::show(Screen screen) {
  base::assert_main_thread();
  const bool same = m_impl->screen == screen;
  m_impl->screen = screen;
  // A question about what is no longer on the screen must not be answered by accident.
  if (!same) {
    m_impl->screens->sheets.close();
    m_impl->answers.on_screen_changed();
  }
  m_impl->draw_screen();
}

void KioskWindow::set_text_scale(double scale) { ui::set_text_scale(scale); }

void KioskWindow::set(const StatusBar& bar) {
  if (m_impl->bar == bar) return;
  m_impl->bar = bar;
  m_impl->screens->bar.set(bar);
  m_impl->screens->call.set(bar.on_air);
  m_impl->draw_waiting();
}

void KioskWindow::watch_microphone(std::shared_ptr<base::SoundLevel> level) {
  m_impl->microphone = std::move(level);
  m_impl->screens->call.watch_microphone(m_impl->microphone);
}

void KioskWindow::set(const std::vector<NoticeBar>& notices) {
  if (m_impl->notices == notices) return;
  m_impl->notices = notices;
  m_impl->screens->notices.set(notices);
}

void KioskWindow::set(const TodayModel& model) {
  if (m_impl->today == model) return;
  m_impl->today = model;
  m_impl->screens->today.set(model);
}

void KioskWindow::set(const SessionModel& model) {
  if (m_impl->session == model) return;
  m_impl->session = model;
  m_impl->screens->session.set(model);
  m_impl->draw_waiting();
  if (model.seat) m_impl->warm_call();
}

void KioskWindow::set(const CallModel& model) {
  if (m_impl->call == model) return;
  m_impl->call = model;
  m_impl->screens->call.set(model);
  m_impl->screens->call.tick(m_impl->clock.now());
}

void KioskWindow::set(const LogModel& model) {
  m_impl->log = model;
  m_impl->screens->log.set(model);
}

void KioskWindow::set(const TimelineModel& model) {
  m_impl->timeline = model;
  m_impl->screens->log.set(model);
}

bool KioskWindow::answer(Health health, const std::string& text) { return m_impl->answers.say(health, text); }

bool KioskWindow::asks() const { return m_impl->screens->sheets.is_open(); }

void KioskWindow::give_back_chat(const std::string& text) { m_impl->screens->call.give_back(text); }

void KioskWindow::retranslate() {
  base::assert_main_thread();
  const std::string chosen = m_impl->screens->today.chosen();
  const CallScreen::Unfinished unfinished = m_impl->screens->call.unfinished();
  m_impl->drop();
  m_impl->build();
  m_impl->give_models();
  m_impl->screens->today.choose(chosen);
  m_impl->screens->call.resume(unfinished);
  m_impl->draw_screen();
}

}  // namespace sangdam::ui
