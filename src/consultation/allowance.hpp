// How much one patient may cause: the one table of rates for everything that comes from outside and leads to
// a log entry, a peer, an answer or a redraw.
//
// What is over its rate is not lost silently. Whatever says how things are (at the door, microphone and
// camera, the path of the media) waits, the newest of its kind in place of the older, and has its effect when
// the rate allows. Everything that was replaced or dropped is counted, and the counts go into the log, one
// entry for a burst. Beyond a number of entries per visit only staff's own entries and changes of the
// visit's state are kept.
//
// Plain values; the clock is the caller's. Main thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/token_bucket.hpp"

namespace sangdam::consultation {

enum class Inbound : std::uint8_t {
  door,         // the gateway: arrived, returned, away, knock, leave, request-offer
  newcomer,     // the same of who stands at the door of a call: it does not slow the patient's
  peer,         // a peer begun, for whatever reason
  report,       // microphone, camera and quality as the patient's page reports them
  chat,         // a new text
  chat_repeat,  // a text we have already, acknowledged again
  path,         // the media path breaks and recovers
  failure,      // a peer that failed
  level,        // the quality the kiosk measures has changed
  media_level,  // what the line leaves of picture and sound, either way
  statistics,   // one second of a peer
  unseen,       // staff are asked why there is no picture
  line,         // a line on a data channel that was malformed, or dropped before it was read
};
inline constexpr std::array k_inbound{
    Inbound::door,        Inbound::newcomer, Inbound::peer,    Inbound::report, Inbound::chat,
    Inbound::chat_repeat, Inbound::path,     Inbound::failure, Inbound::level,  Inbound::media_level,
    Inbound::statistics,  Inbound::unseen,   Inbound::line};

struct Allowance {
  std::string_view name;  // in the log
  base::Rate rate;
};

[[nodiscard]] constexpr Allowance allowance_of(Inbound inbound) noexcept {
  switch (inbound) {
    // A phone in a lift comes and goes every few seconds for minutes; nobody knocks thirty times.
    case Inbound::door: return {"door", {30, 1.0 / 3}};
    case Inbound::newcomer: return {"newcomer", {30, 1.0 / 3}};
    // Each is a webrtcbin with its threads and sockets. Changing networks takes one; the retries of a call
    // that does not come about are 8 s apart.
    case Inbound::peer: return {"peer", {8, 1.0 / 6}};
    // A hand on the microphone's button; quality is reported every few seconds.
    case Inbound::report: return {"report", {12, 1.0 / 2}};
    // Faster than anybody types, pasting included.
    case Inbound::chat: return {"chat", {20, 2}};
    // A page that comes back sends again what it has no answer to, all at once.
    case Inbound::chat_repeat: return {"chat-repeat", {100, 10}};
    // ICE takes seconds to notice either.
    case Inbound::path: return {"path", {10, 1.0 / 5}};
    case Inbound::failure: return {"peer-failure", {10, 1.0 / 5}};
    // A level holds for 2 to 5 s before it is believed (quality.hpp); the entries are for reading later.
    case Inbound::level: return {"quality", {10, 1.0 / 20}};
    // Either end tries again and again on a line that is too thin for the next level.
    case Inbound::media_level: return {"media-level", {20, 1.0 / 15}};
    case Inbound::statistics: return {"statistics", {5, 2}};
    // Each is a question to somebody who talks with a patient.
    case Inbound::unseen: return {"unseen", {4, 1.0 / 120}};
    case Inbound::line: return {"line", {0, 0}};  // only counted
  }
  return {"", {0, 0}};
}

/// The buckets of one visit, the counts of what was over them, and the number of entries kept.
class Allowances {
 public:
  /// A day of talk makes some hundreds.
  static constexpr std::size_t k_most_entries = 5000;
  /// A burst is over when nothing was over the rate for this long ...
  static constexpr std::chrono::seconds k_quiet{10};
  /// ... and is written down after this long even if it goes on.
  static constexpr std::chrono::seconds k_longest_burst{60};

  [[nodiscard]] bool take(Inbound inbound, base::Moment now) { return bucket(inbound).take(now); }
  [[nodiscard]] base::Moment ready_at(Inbound inbound, base::Moment now) const {
    return m_buckets[static_cast<std::size_t>(inbound)].ready_at(now);
  }

  /// Something was replaced or dropped. True if a burst begins with it: next_settling() is new then.
  bool count(Inbound inbound, std::size_t number, base::Moment now);
  struct Repeats {
    Inbound inbound;
    std::size_t count;
  };
  /// The bursts that are over, each once.
  [[nodiscard]] std::vector<Repeats> settled(base::Moment now);
  /// All of them, over or not: the visit ends.
  [[nodiscard]] std::vector<Repeats> settle_all();
  [[nodiscard]] std::optional<base::Moment> next_settling() const;

  /// May one more entry be kept that does not change the visit's state?
  enum class Keep : std::uint8_t { yes, last, no };  // `last`: say instead that no more are kept
  [[nodiscard]] Keep keep_entry();
  [[nodiscard]] bool keeps_entries() const { return m_entries < k_most_entries; }
  /// After a restart: as many are in the log already.
  void resume(std::size_t entries) { m_entries = entries; }

 private:
  struct Burst {
    std::size_t count = 0;
    base::Moment began, newest;
    [[nodiscard]] base::Moment over_at() const;
  };
  [[nodiscard]] base::TokenBucket& bucket(Inbound inbound) {
    return m_buckets[static_cast<std::size_t>(inbound)];
  }
  template <class Over>
  std::vector<Repeats> take_bursts(Over over);

  static std::array<base::TokenBucket, k_inbound.size()> full_buckets();
  std::array<base::TokenBucket, k_inbound.size()> m_buckets = full_buckets();
  std::array<Burst, k_inbound.size()> m_bursts;
  std::size_t m_entries = 0;
};

/// Messages of the gateway that wait for their rate, in order: of each kind the newest of a seat. A newcomer
/// replaces the arrivals before, with all they said, so that a handful is the most there can be.
class WaitingMessages {
 public:
  enum class Kind : std::uint8_t { arrived, presence, knock, leave, request_offer };

  /// Returns how many it replaced. The messages of the seats in `known` stay when somebody else arrives.
  std::size_t add(Kind kind, const std::string& seat, const std::vector<std::string>& known,
                  std::function<void()> act);
  [[nodiscard]] bool empty() const { return m_messages.empty(); }
  [[nodiscard]] std::size_t size() const { return m_messages.size(); }
  /// Has `seat` something here?
  [[nodiscard]] bool knows(const std::string& seat) const;
  /// The oldest. Not while empty.
  [[nodiscard]] std::function<void()> take();
  void clear() { m_messages.clear(); }

 private:
  struct Message {
    Kind kind;
    std::string seat;
    std::function<void()> act;
  };
  std::list<Message> m_messages;
};

}  // namespace sangdam::consultation
