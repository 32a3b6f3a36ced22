#include "consultation/allowance.hpp"

#include <algorithm>
#include <utility>

namespace sangdam::consultation {
namespace {

template <std::size_t... I>
std::array<base::TokenBucket, sizeof...(I)> buckets_of(std::index_sequence<I...>) {
  return {base::TokenBucket(allowance_of(k_inbound[I]).rate)...};
}

}  // namespace

std::array<base::TokenBucket, k_inbound.size()> Allowances::full_buckets() {
  return buckets_of(std::make_index_sequence<k_inbound.size()>());
}

base::Moment Allowances::Burst::over_at() const {
  return std::min(newest + base::Moment::duration(k_quiet), began + base::Moment::duration(k_longest_burst));
}

bool Allowances::count(Inbound inbound, std::size_t number, base::Moment now) {
  if (number == 0) return false;
  Burst& burst = m_bursts[static_cast<std::size_t>(inbound)];
  const bool begins = burst.count == 0;
  if (begins) burst.began = now;
  burst.newest = now;
  burst.count += number;
  return begins;
}

template <class Over>
std::vector<Allowances::Repeats> Allowances::take_bursts(Over over) {
  std::vector<Repeats> repeats;
  for (const Inbound inbound : k_inbound) {
    Burst& burst = m_bursts[static_cast<std::size_t>(inbound)];
    if (burst.count > 0 && over(burst)) repeats.push_back({inbound, std::exchange(burst.count, 0)});
  }
  return repeats;
}

std::vector<Allowances::Repeats> Allowances::settled(base::Moment now) {
  return take_bursts([now](const Burst& burst) { return burst.over_at() <= now; });
}

std::vector<Allowances::Repeats> Allowances::settle_all() {
  return take_bursts([](const Burst&) { return true; });
}

std::optional<base::Moment> Allowances::next_settling() const {
  std::optional<base::Moment> next;
  for (const Burst& burst : m_bursts) {
    if (burst.count > 0 && (!next || burst.over_at() < *next)) next = burst.over_at();
  }
  return next;
}

Allowances::Keep Allowances::keep_entry() {
  if (m_entries >= k_most_entries) return Keep::no;
  return ++m_entries == k_most_entries ? Keep::last : Keep::yes;
}

std::size_t WaitingMessages::add(Kind kind, const std::string& seat, const std::vector<std::string>& known,
                                 std::function<void()> act) {
  const std::size_t replaced = std::erase_if(m_messages, [&](const Message& message) {
    if (message.seat == seat) return message.kind == kind;
    return kind == Kind::arrived && std::find(known.begin(), known.end(), message.seat) == known.end();
  });
  m_messages.push_back({kind, seat, std::move(act)});
  return replaced;
}

bool WaitingMessages::knows(const std::string& seat) const {
  return std::any_of(m_messages.begin(), m_messages.end(),
                     [&](const Message& message) { return message.seat == seat; });
}

std::function<void()> WaitingMessages::take() {
  std::function<void()> act = std::move(m_messages.front().act);
  m_messages.pop_front();
  return act;
}

}  // namespace sangdam::consultation
