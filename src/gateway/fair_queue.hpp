// A queue that serves its sources in turn: whoever has queued a thousand items waits behind a newcomer with
// one. Plain value; one thread. Memory is what is queued.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace sangdam::gateway {

template <class Item>
class FairQueue {
 public:
  void push(const std::string& source, Item item) {
    auto& items = m_items[source];
    if (items.empty()) m_turns.push_back(source);
    items.push_back(std::move(item));
    ++m_size;
  }

  /// The first item of the source whose turn it is; nothing if the queue is empty.
  std::optional<Item> pop() {
    if (m_turns.empty()) return std::nullopt;
    std::string source = std::move(m_turns.front());
    m_turns.pop_front();
    const auto found = m_items.find(source);
    Item item = std::move(found->second.front());
    found->second.pop_front();
    --m_size;
    if (found->second.empty()) {
      m_items.erase(found);
    } else {
      m_turns.push_back(std::move(source));
    }
    return item;
  }

  [[nodiscard]] bool empty() const { return m_turns.empty(); }
  [[nodiscard]] std::size_t size() const { return m_size; }

 private:
  std::unordered_map<std::string, std::deque<Item>> m_items;
  std::deque<std::string> m_turns;  // each source with items, once
  std::size_t m_size = 0;
};

}  // namespace sangdam::gateway
