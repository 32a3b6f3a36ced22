#include "consultation/chat.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace sangdam::consultation {
namespace {

bool is_on_its_way(const ChatMessage& message) {
  return !message.from_patient && !message.delivered && !message.refused;
}

}  // namespace

std::string_view text_refusal(std::string_view text) {
  if (text.empty()) return "empty";
  return base::code_points(text) > k_max_chat_code_points ? "too-long" : "";
}

Chat Chat::from_log(const std::vector<LogEntry>& timeline) {
  Chat chat;
  for (const LogEntry& entry : timeline) {
    const auto id = entry.details.find("id");
    if (id == entry.details.end()) continue;
    if (entry.kind == "chat-delivered") {
      chat.acknowledged(id->second);
      continue;
    }
    if (entry.kind == "chat-refused") {
      chat.refused(id->second);
      continue;
    }
    const auto text = entry.details.find("text");
    if (text == entry.details.end()) continue;
    if (entry.kind == "chat-sent") {
      chat.sent({id->second, text->second}, entry.time);
    } else if (entry.kind == "chat-received" && chat.find(id->second, true) == nullptr) {
      chat.received({id->second, text->second}, entry.time);
    }
  }
  return chat;
}

Chat::Incoming Chat::judge(const ChatText& text) const {
  if (find(text.id, true) != nullptr) return Incoming::repeated;
  if (!text_refusal(text.text).empty()) return Incoming::unacceptable;
  const bool expected = std::find(m_expected.begin(), m_expected.end(), text.id) != m_expected.end();
  return expected ? Incoming::pending : Incoming::fresh;
}

void Chat::received(const ChatText& text, base::Instant now) {
  std::erase(m_expected, text.id);
  add({text.id, true, text.text, now, true, false});
}

void Chat::sent(const ChatText& text, base::Instant now) {
  add({text.id, false, text.text, now, false, false});
}

void Chat::add(ChatMessage message) {
  m_messages.push_back(std::move(message));
  if (m_messages.size() <= k_most_kept) return;
  // There is one: ours that are not delivered are far fewer than what is kept.
  const auto oldest = std::find_if(m_messages.begin(), m_messages.end(),
                                   [](const ChatMessage& kept) { return !is_on_its_way(kept); });
  if (oldest != m_messages.end()) m_messages.erase(oldest);
}

bool Chat::has_place_for_ours() const {
  return static_cast<std::size_t>(std::count_if(
             m_messages.begin(), m_messages.end(),
             [](const ChatMessage& message) { return is_on_its_way(message); })) < k_most_undelivered;
}

bool Chat::acknowledged(const std::string& id) {
  for (ChatMessage& message : m_messages) {
    if (!message.from_patient && message.id == id) return !std::exchange(message.delivered, true);
  }
  return false;
}

bool Chat::refused(const std::string& id) {
  for (ChatMessage& message : m_messages) {
    if (!message.from_patient && message.id == id)
      return !message.delivered && !std::exchange(message.refused, true);
  }
  return false;
}

std::vector<ChatText> Chat::unacknowledged() const {
  std::vector<ChatText> texts;
  for (const ChatMessage& message : m_messages) {
    if (is_on_its_way(message)) texts.push_back({message.id, message.text});
  }
  return texts;
}

const ChatMessage* Chat::find(const std::string& id, bool from_patient) const {
  const auto found = std::find_if(m_messages.begin(), m_messages.end(), [&](const ChatMessage& message) {
    return message.from_patient == from_patient && message.id == id;
  });
  return found == m_messages.end() ? nullptr : &*found;
}

}  // namespace sangdam::consultation
