// Small typed helpers over GTK's C API, so that casts and void pointers stay in one place.
//
// Screens are plain C++ classes: each owns an Ui (the objects of one .ui file of the GResource), asks for its
// children once, and drops everything with itself. Main thread.
#pragma once

#include <gtk/gtk.h>

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/handles.hpp"
#include "base/signal.hpp"
#include "ui/kiosk/words.hpp"

namespace sangdam::ui {

inline constexpr const char* k_resource_path = "/org/sangdam/kiosk/";

/// The objects of one .ui file. A missing file or id is a broken build: the program stops and names it.
class Ui {
 public:
  explicit Ui(const char* file);
  [[nodiscard]] GtkWidget* widget(const char* id) const { return GTK_WIDGET(object(id, GTK_TYPE_WIDGET)); }
  [[nodiscard]] GtkLabel* label(const char* id) const { return GTK_LABEL(object(id, GTK_TYPE_LABEL)); }
  [[nodiscard]] GtkImage* image(const char* id) const { return GTK_IMAGE(object(id, GTK_TYPE_IMAGE)); }
  [[nodiscard]] GtkBox* box(const char* id) const { return GTK_BOX(object(id, GTK_TYPE_BOX)); }
  [[nodiscard]] GtkButton* button(const char* id) const { return GTK_BUTTON(object(id, GTK_TYPE_BUTTON)); }
  [[nodiscard]] GtkToggleButton* toggle(const char* id) const {
    return GTK_TOGGLE_BUTTON(object(id, GTK_TYPE_TOGGLE_BUTTON));
  }
  [[nodiscard]] GtkStack* stack(const char* id) const { return GTK_STACK(object(id, GTK_TYPE_STACK)); }
  [[nodiscard]] GtkEntry* entry(const char* id) const { return GTK_ENTRY(object(id, GTK_TYPE_ENTRY)); }
  [[nodiscard]] GtkListBox* list(const char* id) const { return GTK_LIST_BOX(object(id, GTK_TYPE_LIST_BOX)); }
  [[nodiscard]] GtkOverlay* overlay(const char* id) const {
    return GTK_OVERLAY(object(id, GTK_TYPE_OVERLAY));
  }

 private:
  [[nodiscard]] GObject* object(const char* id, GType type) const;
  base::Ref<GtkBuilder> m_builder;
};

/// Signal connections of a screen, dropped together, before the widgets.
class Signals {
 public:
  /// `work` runs at every emission; further arguments of the signal are not looked at.
  void on(gpointer instance, const char* signal, std::function<void()> work) {
    connect(instance, signal, std::move(work), G_CONNECT_SWAPPED);
  }
  /// As on(), after the handlers connected so far.
  void after(gpointer instance, const char* signal, std::function<void()> work) {
    connect(instance, signal, std::move(work),
            static_cast<GConnectFlags>(G_CONNECT_SWAPPED | G_CONNECT_AFTER));
  }

 private:
  void connect(gpointer instance, const char* signal, std::function<void()> work, GConnectFlags flags);
  struct Slot {
    std::function<void()> work;
    base::SignalConnection connection;
  };
  std::vector<std::unique_ptr<Slot>> m_slots;
};

[[nodiscard]] GtkWidget* new_label(const std::string& text, std::initializer_list<const char*> classes = {});
/// A label that wraps.
[[nodiscard]] GtkWidget* new_paragraph(const std::string& text,
                                       std::initializer_list<const char*> classes = {});
/// Korean breaks between words, not between syllables (CSS's keep-all). Follows the label's text from now on.
void keep_words(GtkLabel* label);
[[nodiscard]] GtkWidget* new_box(GtkOrientation orientation, int spacing,
                                 std::initializer_list<const char*> classes = {});
[[nodiscard]] GtkWidget* new_icon(const char* name);
/// For what people wrote, and may be longer than any place for it: two lines, then an ellipsis.
void fit_in_two_lines(GtkLabel* label);
/// Sets only what changed: GTK redraws and tells assistive technology at every set.
void set_text(GtkLabel* label, const std::string& text);
void set_icon(GtkImage* image, const char* name);
void set_class(GtkWidget* widget, const char* name, bool on);
void set_tone(GtkWidget* widget, Tone tone);
void set_visible(gpointer widget, bool visible);
void set_accessible_name(gpointer widget, const std::string& name);
void remove_children(GtkWidget* container);
/// Shows one page of a stack, and hides the others: assistive technology would read them, too.
void show_page(GtkStack* stack, const char* name);
void set_margins(GtkWidget* widget, int pixels);

/// Icon and word in one rounded label.
class ChipView {
 public:
  ChipView();
  [[nodiscard]] GtkWidget* widget() const { return m_box; }
  void set(const Chip& chip);

 private:
  GtkWidget* m_box;
  GtkImage* m_icon;
  GtkLabel* m_text;
  Chip m_chip{"", "", Tone::neutral};
};

/// A GtkButton (or GtkToggleButton) with icon and word, an accessible name, and an action of the application.
/// Does not own the button.
class ActionButton {
 public:
  ActionButton() = default;
  explicit ActionButton(GtkButton* button, bool upright = false);
  [[nodiscard]] GtkWidget* widget() const { return GTK_WIDGET(m_button); }
  /// A count beside the word, for what is new; nothing at 0.
  void set_badge(std::size_t count);
  /// Something small behind the word; the button takes it over.
  void append(GtkWidget* widget);
  /// An empty `text` makes an icon-only button; then `name` says what it does.
  void set(const char* icon, const std::string& text, const std::string& name = {});
  /// The button stays as wide as the widest of these texts needs: what lies beside it does not move when it
  /// says another.
  void keep_room_for(std::vector<std::string> texts) { m_texts = std::move(texts); }
  /// Only the icon is shown, where there is no room for the word; the name stays.
  void set_compact(bool compact);
  /// Bound to "app.<action>", with a text or two as target, or without one.
  void bind(const char* action);
  void bind(const char* action, const std::string& target);
  void bind(const char* action, const std::string& target, const std::string& second);
  /// No action: the screen handles "clicked".
  void unbind();

 private:
  GtkButton* m_button = nullptr;
  GtkBox* m_content = nullptr;
  GtkImage* m_icon = nullptr;
  GtkLabel* m_text = nullptr;
  GtkLabel* m_badge = nullptr;
  std::string m_action, m_target, m_second;
  std::vector<std::string> m_texts;
  bool m_compact = false;
};
/// A toggle button that looks like a box to tick; a GtkCheckButton of GTK 4.8 cannot be pressed by assistive
/// technology.
void draw_box(ActionButton& button, bool ticked, const std::string& text);
[[nodiscard]] ActionButton new_button(const char* icon, const std::string& text,
                                      std::initializer_list<const char*> classes,
                                      const std::string& name = {});

/// "app.<name>", as widgets spell an action of the application.
[[nodiscard]] std::string in_app(const char* action);
/// Activates an action of the application from `widget`, where its answer will appear. False if there is no
/// such action.
bool activate(gpointer widget, const char* action, const std::string& target);
bool activate(gpointer widget, const char* action, int target);

}  // namespace sangdam::ui
