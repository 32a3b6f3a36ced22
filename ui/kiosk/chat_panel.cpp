#include "ui/kiosk/chat_panel.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "ui/kiosk/localisation.hpp"

namespace sangdam::ui {
namespace {

constexpr std::size_t k_text_length = 2000;  // code points; docs/protocol.md, channel "chat"

GtkAdjustment* adjustment(const Ui& ui) {
  return gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(ui.widget("scroll")));
}

}  // namespace

ChatPanel::ChatPanel() : m_ui("chat_panel.ui"), m_close(m_ui.button("close")), m_send(m_ui.button("send")) {
  m_close.set("sd-close-symbolic", "", tr("Close messages"));
  m_send.set("sd-send-symbolic", "", tr("Send"));
  m_signals.on(m_send.widget(), "clicked", [this] { send(); });
  m_signals.on(m_ui.entry("text"), "activate", [this] { send(); });
  m_signals.on(m_ui.entry("text"), "changed", [this] { draw_send_button(); });
  // The list is as long as its bubbles only after GTK has measured them; setting the value while it does so
  // would be overwritten.
  m_signals.on(adjustment(m_ui), "changed", [this] {
    if (m_follow) m_scroll.start_once(std::chrono::milliseconds(0), [this] { scroll_to_end(); });
  });
  m_signals.on(adjustment(m_ui), "value-changed", [this] {
    GtkAdjustment* at = adjustment(m_ui);
    if (!m_scroll.running()) {
      m_follow = gtk_adjustment_get_value(at) + gtk_adjustment_get_page_size(at) >=
                 gtk_adjustment_get_upper(at) - 48;
    }
  });
  draw_send_button();
  set({}, true);
}

void ChatPanel::drop_oldest(const std::vector<ChatItem>& items) {
  // Only the newest messages are kept. What left the list leaves the screen, and nothing else is drawn anew.
  std::size_t at = 0;
  for (std::size_t i = 0; i < m_bubbles.size();) {
    if (at < items.size() && m_bubbles[i].item.id == items[at].id) {
      ++at;
      ++i;
      continue;
    }
    gtk_box_remove(m_ui.box("bubbles"), m_bubbles[i].column);
    m_bubbles.erase(m_bubbles.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < m_seen) --m_seen;
  }
}

void ChatPanel::set(const std::vector<ChatItem>& items, bool can_send_now) {
  drop_oldest(items);
  for (std::size_t i = 0; i < m_bubbles.size(); ++i) {
    if (m_bubbles[i].item == items[i]) continue;
    m_bubbles[i].item = items[i];
    draw_stamp(m_bubbles[i]);
  }
  for (std::size_t i = m_bubbles.size(); i < items.size(); ++i) append(items[i]);
  if (m_open) m_seen = m_bubbles.size();
  show_page(m_ui.stack("list_or_empty"), m_bubbles.empty() ? "empty" : "list");
  set_visible(m_ui.widget("later"), !can_send_now);
}

void ChatPanel::append(const ChatItem& item) {
  GtkWidget* column = new_box(GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_set_halign(column, item.from_patient ? GTK_ALIGN_START : GTK_ALIGN_END);
  GtkWidget* text = new_paragraph(item.text, {"bubble", item.from_patient ? "theirs" : "ours"});
  gtk_label_set_max_width_chars(GTK_LABEL(text), 26);
  gtk_widget_set_halign(text, item.from_patient ? GTK_ALIGN_START : GTK_ALIGN_END);
  Bubble bubble{item, column, GTK_IMAGE(new_icon("sd-tick-symbolic")), GTK_LABEL(new_label(""))};
  GtkWidget* foot = new_box(GTK_ORIENTATION_HORIZONTAL, 4, {"stamp"});
  gtk_widget_set_halign(foot, item.from_patient ? GTK_ALIGN_START : GTK_ALIGN_END);
  gtk_box_append(GTK_BOX(foot), GTK_WIDGET(bubble.stamp));
  gtk_box_append(GTK_BOX(foot), GTK_WIDGET(bubble.mark));
  gtk_box_append(GTK_BOX(column), text);
  gtk_box_append(GTK_BOX(column), foot);
  gtk_box_append(m_ui.box("bubbles"), column);
  draw_stamp(bubble);
  m_bubbles.push_back(std::move(bubble));
}

void ChatPanel::draw_stamp(const Bubble& bubble) {
  std::string stamp = time_of_day(bubble.item.time);
  if (!bubble.item.from_patient) {
    stamp += std::string(" · ") + (bubble.item.delivered ? tr("Delivered")
                                   : bubble.item.refused ? tr("Not delivered. Write it in other words.")
                                                         : tr("Sending"));
  }
  set_text(bubble.stamp, stamp);
  set_visible(bubble.mark, !bubble.item.from_patient);
  set_icon(bubble.mark, bubble.item.delivered ? "sd-tick-symbolic"
                        : bubble.item.refused ? "sd-warning-symbolic"
                                              : "sd-clock-symbolic");
}

void ChatPanel::show(bool open) {
  m_open = open;
  gtk_widget_set_visible(root(), open);
  if (!open) return;
  m_seen = m_bubbles.size();
  m_follow = true;
  gtk_widget_grab_focus(m_ui.widget("text"));
}

std::size_t ChatPanel::unread() const {
  return static_cast<std::size_t>(
      std::count_if(m_bubbles.begin() + static_cast<std::ptrdiff_t>(std::min(m_seen, m_bubbles.size())),
                    m_bubbles.end(), [](const Bubble& bubble) { return bubble.item.from_patient; }));
}

std::string ChatPanel::draft() const { return gtk_editable_get_text(GTK_EDITABLE(m_ui.entry("text"))); }
void ChatPanel::set_draft(const std::string& text) {
  gtk_editable_set_text(GTK_EDITABLE(m_ui.entry("text")), text.c_str());
}

void ChatPanel::send() {
  const std::string text = base::multi_line(draft(), draft().size());
  if (text.empty() || !gtk_widget_get_sensitive(m_send.widget())) return;
  // Emptied first: whoever refuses the text gives it back into an empty entry.
  set_draft("");
  if (!activate(m_send.widget(), action::k_send_chat, text)) return set_draft(text);
  m_follow = true;
  gtk_widget_grab_focus(m_ui.widget("text"));
}

void ChatPanel::draw_send_button() {
  const std::string typed = draft();
  const std::string text = base::multi_line(typed, typed.size());
  const std::size_t length = base::code_points(text);
  std::string problem;
  if (length > k_text_length) {
    const std::size_t over = length - k_text_length;
    problem = fill(trn("That is too long. Take out {} character, or send it in parts.",
                       "That is too long. Take out {} characters, or send it in parts.", over),
                   over);
  } else if (text.empty() && typed.find_first_not_of(" \t\n") != std::string::npos) {
    problem = tr("There is nothing in it that the patient could read. Type some text.");
  }
  set_text(GTK_LABEL(m_ui.widget("problem")), problem);
  set_visible(m_ui.widget("problem"), !problem.empty());
  gtk_widget_set_sensitive(m_send.widget(), problem.empty() && !text.empty());
}

void ChatPanel::scroll_to_end() {
  GtkAdjustment* at = adjustment(m_ui);
  gtk_adjustment_set_value(at, gtk_adjustment_get_upper(at) - gtk_adjustment_get_page_size(at));
}

}  // namespace sangdam::ui
