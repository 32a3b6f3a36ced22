// What other threads put down for the main thread, bounded: a sender at full speed fills it and no more.
//
//   if (mailbox->put(value)) base::post_to_main(owner, [](Owner& self) { self.read(); });
//   ...
//   const auto taken = mailbox->take(k_helping);   // main thread: a helping at a time leaves time to paint
//   if (taken.more) timer.start_once(k_pause, [this] { read(); });
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace sangdam::base {

template <class T>
class Mailbox {
 public:
  /// What goes when there is no place: what came last, or what lies there longest.
  enum class Full : std::uint8_t { drop_newest, drop_oldest };

  Mailbox(std::size_t places, Full full) : m_places(places), m_full(full) {}

  /// Any thread. True if the receiver has to be woken; once, until it has taken everything.
  [[nodiscard]] bool put(T value) {
    const std::scoped_lock lock(m_mutex);
    if (m_values.size() == m_places) {
      ++m_dropped;
      if (m_full == Full::drop_newest) return false;
      m_values.pop_front();
    }
    m_values.push_back(std::move(value));
    return !std::exchange(m_woken, true);
  }

  struct Taken {
    std::vector<T> values;
    std::size_t dropped = 0;  // since the last time
    bool more = false;        // take again, later: nobody is woken
  };
  [[nodiscard]] Taken take(std::size_t most) {
    const std::scoped_lock lock(m_mutex);
    Taken taken;
    while (!m_values.empty() && taken.values.size() < most) {
      taken.values.push_back(std::move(m_values.front()));
      m_values.pop_front();
    }
    taken.dropped = std::exchange(m_dropped, 0);
    taken.more = !m_values.empty();
    m_woken = taken.more;
    return taken;
  }

 private:
  const std::size_t m_places;
  const Full m_full;
  std::mutex m_mutex;
  std::deque<T> m_values;
  std::size_t m_dropped = 0;
  bool m_woken = false;
};

}  // namespace sangdam::base
