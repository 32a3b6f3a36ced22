// What the two have written to each other, beside the picture.
#pragma once

#include <string>
#include <vector>

#include "base/main_thread.hpp"
#include "ui/kiosk/models.hpp"
#include "ui/kiosk/widgets.hpp"

namespace sangdam::ui {

class ChatPanel {
 public:
  ChatPanel();
  [[nodiscard]] GtkWidget* root() const { return m_ui.widget("root"); }
  void set(const std::vector<ChatItem>& items, bool can_send_now);
  void show(bool open);
  [[nodiscard]] bool is_open() const { return m_open; }
  [[nodiscard]] GtkWidget* close_button() const { return m_close.widget(); }
  /// The patient's messages that came while the panel was closed.
  [[nodiscard]] std::size_t unread() const;

  /// What was seen, and what is typed but not sent: kept when the screens are built anew.
  [[nodiscard]] std::size_t seen() const { return m_seen; }
  void set_seen(std::size_t count) { m_seen = count; }
  [[nodiscard]] std::string draft() const;
  void set_draft(const std::string& text);

 private:
  struct Bubble {
    ChatItem item;
    GtkWidget* column = nullptr;
    GtkImage* mark = nullptr;
    GtkLabel* stamp = nullptr;
  };
  void drop_oldest(const std::vector<ChatItem>& items);
  void append(const ChatItem& item);
  static void draw_stamp(const Bubble& bubble);
  void send();
  void draw_send_button();
  void scroll_to_end();

  Ui m_ui;
  bool m_open = false;
  bool m_follow = true;  // the newest message is in view: keep it there
  std::size_t m_seen = 0;
  std::vector<Bubble> m_bubbles;
  ActionButton m_close, m_send;
  base::Timer m_scroll;
  Signals m_signals;
};

}  // namespace sangdam::ui
