// The written side of one consultation: what was said, what has arrived, what still has to be sent.
//
// Texts are kept until the other side says it has them, and sent again on the next channel; an id already
// seen is acknowledged again but not shown again. The newest messages are kept here, all of them in the log:
// a long talk never ends for its length. Plain data, no clock and no channel of its own. Main thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "consultation/channel.hpp"
#include "consultation/record.hpp"

namespace sangdam::consultation {

struct ChatMessage {
  std::string id;
  bool from_patient = false;
  std::string text;
  base::Instant time;
  bool delivered = false;  // meaningful for our own only, like the next
  bool refused = false;    // the page does not show it: not sent again
};

inline constexpr std::size_t k_max_chat_code_points = 2000;
/// Why a clean text is not shown: "empty", "too-long"; "" if it may be. The page refuses the same.
[[nodiscard]] std::string_view text_refusal(std::string_view text);

class Chat {
 public:
  /// Kept in memory and shown. Beyond it the oldest go, except ours that still have to be delivered.
  static constexpr std::size_t k_most_kept = 500;
  /// Of ours. With more than these on the way, nothing arrives and staff must know.
  static constexpr std::size_t k_most_undelivered = 100;

  /// The chat as the log kept it, for a kiosk that was stopped in the middle of a visit. Entries of other
  /// kinds do not matter; a text whose payload was erased is left out.
  [[nodiscard]] static Chat from_log(const std::vector<LogEntry>& timeline);

  enum class Incoming { fresh, repeated, pending, unacceptable };
  /// Judges a patient's text before it is logged: fresh ones are expected, logged, then added with
  /// received(); unacceptable ones will never do: see text_refusal().
  [[nodiscard]] Incoming judge(const ChatText& text) const;
  /// It is on its way through the log.
  void expect(const std::string& id) { m_expected.push_back(id); }

  /// False while too many of our texts still wait to be delivered.
  [[nodiscard]] bool has_place_for_ours() const;
  void received(const ChatText& text, base::Instant now);
  void sent(const ChatText& text, base::Instant now);
  /// False if the id is not ours or was acknowledged before.
  bool acknowledged(const std::string& id);
  /// False if the id is not ours, or its fate was known before.
  bool refused(const std::string& id);

  /// Our texts the other side does not have yet, oldest first.
  [[nodiscard]] std::vector<ChatText> unacknowledged() const;
  [[nodiscard]] const std::vector<ChatMessage>& messages() const { return m_messages; }

 private:
  [[nodiscard]] const ChatMessage* find(const std::string& id, bool from_patient) const;
  void add(ChatMessage message);
  std::vector<ChatMessage> m_messages;
  std::vector<std::string> m_expected;  // ids on their way through the log
};

}  // namespace sangdam::consultation
