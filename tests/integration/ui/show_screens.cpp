// The kiosk's window with contents made up by scenes.cpp and a moving picture, driven by lines on standard
// input:
//   scenes | scene NAME | language ko|en | painted | themed-icons | signs | tab | rings | layout | text-scale
//   N | refuse TEXT | grant TEXT | quit
// Each is answered with one line on standard output once the screen is painted; every action that is
// activated is written as "action NAME TARGET". The next one is answered with TEXT, as the kiosk would.
// screens_test.py is its other half.
#include <gtk/gtk.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/handles.hpp"
#include "base/main_thread.hpp"
#include "base/signal.hpp"
#include "base/video_frame.hpp"
#include "integration/ui/layout_faults.hpp"
#include "integration/ui/scenes.hpp"
#include "ui/kiosk/localisation.hpp"
#include "ui/kiosk/window.hpp"

namespace {

using namespace sangdam;
using namespace std::chrono_literals;

/// A 720p picture with a face-like shape that moves, so that stale or torn frames show.
base::VideoFrame test_frame(int width, int height, int step, std::uint8_t tint) {
  base::VideoFrame frame;
  frame.width = width;
  frame.height = height;
  frame.stride = static_cast<std::size_t>(width) * 4;
  const std::size_t size = frame.stride * static_cast<std::size_t>(height);
  auto* pixels = static_cast<std::uint8_t*>(g_malloc(size));
  const int radius = height / 4;
  const int centre_x = width / 2 + step % 60 - 30;
  const int centre_y = height / 2;
  for (int y = 0; y < height; ++y) {
    std::uint8_t* pixel = pixels + static_cast<std::size_t>(y) * frame.stride;
    const auto shade = static_cast<std::uint8_t>(90 + 90 * y / height);
    for (int x = 0; x < width; ++x, pixel += 4) {
      const int dx = x - centre_x;
      const int dy = y - centre_y;
      const bool head = dx * dx + dy * dy < radius * radius;
      const bool body = y > centre_y + radius && std::abs(dx) < radius * 3 / 2;
      pixel[2] = head ? 224 : body ? 70 : tint;
      pixel[1] = head ? 180 : body ? 90 : shade;
      pixel[0] = head ? 150 : body ? 130 : static_cast<std::uint8_t>(shade + 20);
      pixel[3] = 255;
    }
  }
  frame.pixels = base::Ref<GBytes>::adopt(g_bytes_new_take(pixels, size));
  return frame;
}

class Program {
 public:
  explicit Program(const std::string& locale_directory)
      : m_application(base::Ref<GtkApplication>::adopt(
            gtk_application_new("org.sangdam.Screens", G_APPLICATION_NON_UNIQUE))) {
    g_set_prgname("sangdam-screens");
    ui::set_locale_directory(locale_directory);
    g_signal_connect(
        m_application.get(), "activate",
        G_CALLBACK(+[](GtkApplication*, gpointer self) { static_cast<Program*>(self)->start(); }), this);
  }

  int run() { return g_application_run(G_APPLICATION(m_application.get()), 0, nullptr); }

 private:
  void start() {
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, nullptr);
    add_actions();
    ui::set_language("en");
    m_window = std::make_unique<ui::KioskWindow>(G_APPLICATION(m_application.get()), m_self, m_patient);
    m_window->watch_microphone(m_sound);
    m_speech.start_repeating(20ms, [this] { m_sound->hear(base::SoundLevel::k_full_scale / 10); });
    // Slowly: in a virtual display painting is the processor's work, and the tests have better use for it.
    m_frames.start_repeating(200ms, [this] { send_frames(); });
    m_input = base::Ref<GIOChannel, Channel>::adopt(g_io_channel_unix_new(0));
    g_io_add_watch(
        m_input.get(), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP),
        +[](GIOChannel*, GIOCondition, gpointer self) -> gboolean {
          return static_cast<Program*>(self)->on_line() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        },
        this);
    say("ready");
  }

  struct Channel {
    static void ref(GIOChannel* channel) { g_io_channel_ref(channel); }
    static void unref(GIOChannel* channel) { g_io_channel_unref(channel); }
  };

  void add_actions() {
    namespace names = ui::action;
    for (const char* name : {names::k_start_walk_in, names::k_show_today, names::k_show_log,
                             names::k_more_log, names::k_show_earlier}) {
      add_action(name, nullptr);
    }
    for (const char* name :
         {names::k_open_appointment, names::k_remove_appointment, names::k_cancel, names::k_renew_code,
          names::k_no_show, names::k_end, names::k_send_chat, names::k_show_session, names::k_search_log,
          names::k_show_timeline, names::k_dismiss_notice, names::k_start_walk_in_for}) {
      add_action(name, "s");
    }
    for (const char* name : {names::k_admit, names::k_admit_next, names::k_decline, names::k_name_visit})
      add_action(name, "(ss)");
    add_action(names::k_add_appointment, "(sssb)");
    add_action(names::k_need_picture, "(sb)");
    add_action(names::k_give_reason, "(sss)");
    for (const char* name : {names::k_mute_microphone, names::k_camera_off}) {
      add(g_simple_action_new_stateful(name, nullptr, g_variant_new_boolean(FALSE)));
    }
    add(g_simple_action_new_stateful(names::k_patient_volume, G_VARIANT_TYPE_INT32,
                                     g_variant_new_int32(100)));
    add(g_simple_action_new_stateful(names::k_set_language, G_VARIANT_TYPE_STRING,
                                     g_variant_new_string("en")));
  }
  void add_action(const char* name, const char* type) {
    const base::FreePtr<GVariantType, g_variant_type_free> parameter(type ? g_variant_type_new(type)
                                                                          : nullptr);
    add(g_simple_action_new(name, parameter.get()));
  }
  void add(GSimpleAction* floating) {
    const auto action = base::Ref<GSimpleAction>::adopt(floating);
    g_signal_connect(
        action.get(), "activate", G_CALLBACK(+[](GSimpleAction* activated, GVariant* target, gpointer self) {
          const base::CharPtr text(target ? g_variant_print(target, FALSE) : g_strdup(""));
          say(std::string("action ") + g_action_get_name(G_ACTION(activated)) + " " + text.get());
          static_cast<Program*>(self)->answer();
        }),
        this);
    g_action_map_add_action(G_ACTION_MAP(m_application.get()), G_ACTION(action.get()));
  }

  void send_frames() {
    // Drawn once: drawing 30 pictures a second here would leave GTK no time to paint them.
    if (m_pictures.empty()) {
      for (int step = 0; step < 60; step += 4) {
        m_pictures.push_back(test_frame(1280, 720, step, 120));
        m_own_pictures.push_back(test_frame(1280, 720, step, 60));
      }
    }
    ++m_step;
    if (m_show_frames) m_patient->put(m_pictures[m_step % m_pictures.size()]);
    m_self->put(m_own_pictures[m_step % m_own_pictures.size()]);
  }

  bool on_line() {
    base::CharPtr line;
    gsize end = 0;
    if (g_io_channel_read_line(m_input.get(), base::out(line), nullptr, &end, nullptr) !=
        G_IO_STATUS_NORMAL) {
      g_application_quit(G_APPLICATION(m_application.get()));
      return false;
    }
    const std::string text(line.get(), end);
    const std::size_t space = text.find(' ');
    obey(text.substr(0, space), space == std::string::npos ? "" : text.substr(space + 1));
    return true;
  }

  void obey(const std::string& command, const std::string& argument) {
    if (command == "scenes") {
      for (const std::string& name : tests::scene_names()) say("scene " + name);
      say("done");
    } else if (command == "scene") {
      m_show_frames =
          argument != "call-connecting" && argument != "call-no-path" && argument != "call-patient-left";
      if (!m_show_frames) m_patient->clear();
      const bool known = tests::show_scene(*m_window, argument, base::SystemClock().now());
      answer_when_painted(known ? "done" : "unknown");
    } else if (command == "language") {
      const bool spoken = ui::set_language(argument);
      m_window->retranslate();
      answer_when_painted(spoken ? "done" : "not spoken");
    } else if (command == "on-air") {
      tests::set_on_air(argument.find("camera") != std::string::npos,
                        argument.find("microphone") != std::string::npos);
      say("done");
    } else if (command == "themed-icons") {
      say_themed_icons(GTK_WIDGET(gtk_application_get_active_window(m_application.get())));
      say("done");
    } else if (command == "refuse" || command == "grant") {
      m_next_answer = {command == "grant" ? ui::Health::good : ui::Health::warning, argument};
      say("done");
    } else if (command == "text-scale") {
      m_window->set_text_scale(g_ascii_strtod(argument.c_str(), nullptr));
      answer_when_painted("done");
    } else if (command == "layout") {
      tests::say_layout_faults(gtk_application_get_active_window(m_application.get()));
      say("done");
    } else if (command == "tab") {
      GtkWindow* window = gtk_application_get_active_window(m_application.get());
      gtk_widget_child_focus(GTK_WIDGET(window), GTK_DIR_TAB_FORWARD);
      gtk_window_set_focus_visible(window, TRUE);
      answer_when_painted("done");
    } else if (command == "rings") {
      say_rings();
      say("done");
    } else if (command == "signs") {
      GtkWindow* window = gtk_application_get_active_window(m_application.get());
      say(std::string("title ") + gtk_window_get_title(window));
      say(std::string("lit ") + (is_mapped_with_class(GTK_WIDGET(window), "lit-edge") ? "yes" : "no"));
      say("done");
    } else if (command == "painted") {
      answer_when_painted("done");
    } else if (command == "quit") {
      m_window.reset();
      g_application_quit(G_APPLICATION(m_application.get()));
    } else {
      say("unknown");
    }
  }

  static bool is_mapped_with_class(GtkWidget* widget, const char* name) {
    if (gtk_widget_has_css_class(widget, name) && gtk_widget_get_mapped(widget)) return true;
    for (GtkWidget* child = gtk_widget_get_first_child(widget); child != nullptr;
         child = gtk_widget_get_next_sibling(child)) {
      if (is_mapped_with_class(child, name)) return true;
    }
    return false;
  }

  /// Every focus ring that is painted, by what GTK would draw.
  void say_rings() {
    GtkWindow* window = gtk_application_get_active_window(m_application.get());
    GtkWidget* child = gtk_window_get_child(window);
    const auto paintable = base::Ref<GdkPaintable>::adopt(gtk_widget_paintable_new(child));
    GtkSnapshot* snapshot = gtk_snapshot_new();
    gdk_paintable_snapshot(paintable.get(), snapshot, gtk_widget_get_width(child),
                           gtk_widget_get_height(child));
    GskRenderNode* node = gtk_snapshot_free_to_node(snapshot);
    if (node == nullptr) return;
    const base::FreePtr<GBytes, g_bytes_unref> bytes(gsk_render_node_serialize(node));
    gsk_render_node_unref(node);
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
    const std::string text(data, size);
    for (std::size_t at = text.find("border {"); at != std::string::npos;
         at = text.find("border {", at + 1)) {
      const std::string border = text.substr(at, text.find('}', at) - at);
      if (border.find("widths: 3;") == std::string::npos &&
          border.find("widths: 3 3 3 3;") == std::string::npos)
        continue;
      const std::size_t outline = border.find("outline: ");
      say("ring " + border.substr(outline + 9, border.find(';', outline) - outline - 9));
    }
  }

  void answer() {
    const auto next = std::exchange(m_next_answer, std::nullopt);
    if (next && !m_window->answer(next->health, next->text)) say("nothing was pressed");
  }

  /// Every picture on the screen that GTK has looked up in its icon theme.
  static void say_themed_icons(GtkWidget* window) {
    std::vector<GtkWidget*> todo{window};
    while (!todo.empty()) {
      GtkWidget* widget = todo.back();
      todo.pop_back();
      if (GTK_IS_IMAGE(widget) && gtk_widget_get_mapped(widget)) {
        const GtkImageType type = gtk_image_get_storage_type(GTK_IMAGE(widget));
        if (type == GTK_IMAGE_ICON_NAME || type == GTK_IMAGE_GICON)
          say(std::string("themed in ") + gtk_widget_get_css_name(gtk_widget_get_parent(widget)));
      }
      for (GtkWidget* child = gtk_widget_get_first_child(widget); child != nullptr;
           child = gtk_widget_get_next_sibling(child)) {
        todo.push_back(child);
      }
    }
  }

  /// After GTK has painted three times: the first may have been under way, and the second may lead to a
  /// layout.
  void answer_when_painted(const std::string& text) {
    GtkWindow* window = gtk_application_get_active_window(m_application.get());
    GdkFrameClock* clock = gtk_widget_get_frame_clock(GTK_WIDGET(window));
    m_answer = text;
    m_paints_to_wait = 3;
    m_on_painted =
        base::SignalConnection(clock, "after-paint", G_CALLBACK(+[](GdkFrameClock* painter, gpointer self) {
                                 static_cast<Program*>(self)->on_painted(painter);
                               }),
                               this);
    gdk_frame_clock_request_phase(clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  }
  void on_painted(GdkFrameClock* clock) {
    if (m_paints_to_wait > 0 && --m_paints_to_wait == 0) say(m_answer);
    if (m_paints_to_wait > 0) gdk_frame_clock_request_phase(clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  }

  static void say(const std::string& text) { std::cout << text << std::endl; }

  base::Ref<GtkApplication> m_application;
  std::shared_ptr<base::FrameSlot> m_self = std::make_shared<base::FrameSlot>();
  std::shared_ptr<base::FrameSlot> m_patient = std::make_shared<base::FrameSlot>();
  std::shared_ptr<base::SoundLevel> m_sound = std::make_shared<base::SoundLevel>();
  base::Timer m_speech;
  std::unique_ptr<ui::KioskWindow> m_window;
  base::Ref<GIOChannel, Channel> m_input;
  bool m_show_frames = true;
  std::size_t m_step = 0;
  std::vector<base::VideoFrame> m_pictures, m_own_pictures;
  std::optional<ui::HealthItem> m_next_answer;
  std::string m_answer;
  int m_paints_to_wait = 0;
  base::SignalConnection m_on_painted;
  base::Timer m_frames;
};

}  // namespace

int main(int argc, char** argv) {
  base::claim_main_thread();
  if (argc != 2) {
    std::cerr << "usage: show-screens LOCALE-DIRECTORY\n";
    return 2;
  }
  return Program(argv[1]).run();
}
