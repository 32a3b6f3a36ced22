// A line between two network namespaces, with the faults of a real one. For tests and benchmarks only.
//
//   sangdam-line PID
//
// Makes a TUN device "line" in its own network namespace and another one in that of process PID, and carries
// IP packets between them. Each direction has a bottleneck with a drop-tail queue, then a delay and a chance
// of loss. Linux has all of that as tc-netem, but not every kernel is built with it. Needs CAP_NET_ADMIN in
// both namespaces; addresses and link state are left to iproute2.
//
// Prints "ready", then reads commands from standard input, a line each, and answers each with a line; ends
// with the input. `to-own` is what comes from PID's side, `to-other` what goes there, `both` sets both.
//
//   both|to-own|to-other rate=KBPS queue=MS loss=PERCENT burst=PACKETS delay=MS jitter=MS down=0|1
//       What is not named is reset: no bottleneck, queue 300 ms, no loss, bursts of one packet, no delay.
//       Each packet is delayed by delay ± jitter, evenly distributed, and never overtakes the one before it.
//       Answers "ok".
//   count
//       Answers one JSON object and starts to count anew: per direction packets and bytes carried, packets
//       lost by chance and by a full queue, and the 95th percentile of the time in the queue in milliseconds.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t k_largest_packet = 65536;
constexpr std::size_t k_most_held = 20000;  // packets, per direction: what an endless delay may keep

struct Faults {
  double rate_kbps = 0;  // 0: no bottleneck
  double queue_ms = 300;
  double loss_percent = 0, burst_packets = 1;
  double delay_ms = 0, jitter_ms = 0;
  bool down = false;
};

struct Counts {
  unsigned long packets = 0, bytes = 0, lost = 0, overflowed = 0;
  std::vector<float> queued_ms;
};

class Direction {
 public:
  Direction(int from, int to) : m_from(from), m_to(to) {}

  void set(const Faults& faults) { m_faults = faults; }
  [[nodiscard]] int from() const { return m_from; }

  /// Takes what waits at the entrance. At most a burst, so that the other direction gets its turn.
  void take(Clock::time_point now) {
    std::array<char, k_largest_packet> bytes;
    for (int i = 0; i < 64; ++i) {
      const ssize_t size = read(m_from, bytes.data(), bytes.size());
      if (size <= 0) return;
      enter(now, std::string(bytes.data(), static_cast<std::size_t>(size)));
    }
  }

  void release(Clock::time_point now) {
    while (!m_held.empty() && m_held.front().leaves <= now) {
      const std::string& packet = m_held.front().packet;
      if (write(m_to, packet.data(), packet.size()) > 0) {
        ++m_counts.packets;
        m_counts.bytes += packet.size();
      }
      m_held.pop_front();
    }
  }

  [[nodiscard]] Clock::time_point next() const {
    return m_held.empty() ? Clock::time_point::max() : m_held.front().leaves;
  }

  std::string count() {
    auto& queued = m_counts.queued_ms;
    std::sort(queued.begin(), queued.end());
    const double p95 =
        queued.empty() ? 0 : queued[static_cast<std::size_t>(0.95 * static_cast<double>(queued.size() - 1))];
    std::ostringstream text;
    text << R"({"packets":)" << m_counts.packets << R"(,"bytes":)" << m_counts.bytes << R"(,"lost":)"
         << m_counts.lost << R"(,"overflowed":)" << m_counts.overflowed << R"(,"queue_p95_ms":)" << p95
         << '}';
    m_counts = {};
    return text.str();
  }

 private:
  struct Held {
    Clock::time_point leaves;
    std::string packet;
  };

  void enter(Clock::time_point now, std::string packet) {
    if (m_faults.down || m_held.size() >= k_most_held) {
      ++m_counts.lost;
      return;
    }
    Clock::time_point leaves = now;
    if (m_faults.rate_kbps > 0) {
      const Clock::time_point starts = std::max(now, m_free);
      const double queued = Milliseconds(starts - now).count();
      if (queued > m_faults.queue_ms) {
        ++m_counts.overflowed;
        return;
      }
      m_counts.queued_ms.push_back(static_cast<float>(queued));
      m_free = starts + milliseconds(static_cast<double>(packet.size()) * 8 / m_faults.rate_kbps);
      leaves = m_free;
    }
    if (is_lost()) {
      ++m_counts.lost;
      return;
    }
    std::uniform_real_distribution<double> jitter(-m_faults.jitter_ms, m_faults.jitter_ms);
    leaves += milliseconds(std::max(0.0, m_faults.delay_ms + jitter(m_random)));
    m_last = std::max(m_last, leaves);
    m_held.push_back({m_last, std::move(packet)});
  }

  /// Gilbert's model: losses come in runs of `burst_packets` in the mean, and make up `loss_percent` in all.
  bool is_lost() {
    const double share = m_faults.loss_percent / 100;
    if (share <= 0) return m_in_burst = false;
    if (share >= 1) return true;
    const double stop = 1 / std::max(1.0, m_faults.burst_packets);
    const double start = std::min(1.0, stop * share / (1 - share));
    const double chance = std::uniform_real_distribution<double>(0, 1)(m_random);
    // With runs of one packet, the one after a loss is judged like any other.
    if (m_in_burst && m_faults.burst_packets > 1) {
      m_in_burst = chance >= stop;
    } else {
      m_in_burst = chance < (m_faults.burst_packets > 1 ? start : share);
    }
    return m_in_burst;
  }

  static Clock::duration milliseconds(double count) {
    return std::chrono::duration_cast<Clock::duration>(Milliseconds(count));
  }

  int m_from, m_to;
  Faults m_faults;
  Counts m_counts;
  std::deque<Held> m_held;
  Clock::time_point m_free, m_last;
  bool m_in_burst = false;
  std::mt19937 m_random{20260101};  // the same line in each run
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int make_device() {
  const int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) give_up("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, "line", sizeof request.ifr_name - 1);
  if (ioctl(device, TUNSETIFF, &request) < 0) give_up("TUNSETIFF");
  return device;
}

/// False if a word is not understood.
bool read_faults(std::istringstream& words, Faults& faults) {
  const std::map<std::string, double*> numbers{
      {"rate", &faults.rate_kbps},      {"queue", &faults.queue_ms}, {"loss", &faults.loss_percent},
      {"burst", &faults.burst_packets}, {"delay", &faults.delay_ms}, {"jitter", &faults.jitter_ms}};
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) return false;
    char* end = nullptr;
    const double value = std::strtod(word.c_str() + equals + 1, &end);
    if (*end != '\0' || value < 0) return false;
    const std::string name = word.substr(0, equals);
    if (name == "down") {
      faults.down = value != 0;
    } else if (const auto number = numbers.find(name); number != numbers.end()) {
      *number->second = value;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: sangdam-line PID\n", stderr);
    return 2;
  }
  const int own = make_device();
  const std::string other_space = std::string("/proc/") + arguments[1] + "/ns/net";
  const int space = open(other_space.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) < 0) give_up(other_space.c_str());
  const int other = make_device();
  // A busy machine must not become part of the line. Without the right to it the line still works.
  const sched_param priority{.sched_priority = 10};
  sched_setscheduler(0, SCHED_RR, &priority);

  Direction to_other(own, other);
  Direction to_own(other, own);
  const std::array<Direction*, 2> directions{&to_other, &to_own};
  std::string input;
  std::cout << "ready" << std::endl;
  for (;;) {
    Clock::time_point now = Clock::now();
    const auto next = std::min(to_other.next(), to_own.next());
    timespec pause{.tv_sec = 1, .tv_nsec = 0};
    if (next < now + std::chrono::seconds(1)) {
      const auto left = std::max<Clock::duration>(next - now, Clock::duration::zero());
      pause = {.tv_sec = 0, .tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count()};
    }
    std::array<pollfd, 3> polled{{{own, POLLIN, 0}, {other, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    if (ppoll(polled.data(), polled.size(), &pause, nullptr) < 0 && errno != EINTR) give_up("ppoll");
    now = Clock::now();
    for (Direction* direction : directions) {
      direction->take(now);
      direction->release(now);
    }
    if (polled[2].revents == 0) continue;
    std::array<char, 4096> bytes;
    const ssize_t size = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size <= 0) return 0;
    input.append(bytes.data(), static_cast<std::size_t>(size));
    for (std::size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
      std::istringstream words(input.substr(0, end));
      std::string verb;
      words >> verb;
      Faults faults;
      if (verb == "count") {
        std::cout << R"({"to-other":)" << to_other.count() << R"(,"to-own":)" << to_own.count() << '}'
                  << std::endl;
      } else if ((verb == "both" || verb == "to-own" || verb == "to-other") && read_faults(words, faults)) {
        if (verb != "to-own") to_other.set(faults);
        if (verb != "to-other") to_own.set(faults);
        std::cout << "ok" << std::endl;
      } else {
        std::cout << "not understood: " << input.substr(0, end) << std::endl;
      }
    }
  }
}
