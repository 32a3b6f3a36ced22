// One encounter whose gateway, media engine and clock are played by hand.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "consultation/encounter.hpp"
#include "support/catch.hpp"
#include "support/domain_doubles.hpp"
#include "support/main_loop.hpp"

namespace sangdam::tests {

struct EncounterFixture {
  HandClock clock;
  HandLog log;
  HandMedia media;
  HandGateway gateway;
  HandCodec codec;
  HandObserver observer;
  consultation::Encounter encounter{record(),
                                    {log, clock, media, gateway, codec, observer, consultation::Limits{}}};

  static consultation::ConsultationRecord record() {
    consultation::ConsultationRecord record;
    record.id = "0123456789abcdef0123456789abcdef";
    return record;
  }
  static consultation::Seat seat(const std::string& id) {
    consultation::Seat seat;
    seat.id = id;
    return seat;
  }
  HandPeer& peer() { return *media.newest(); }
  void arrive(const std::string& id = "s1") {
    encounter.on_arrived(seat(id));
    peer().listener.on_offer("sdp");
  }
  void wait(const std::string& id = "s1") {
    arrive(id);
    encounter.on_knock(id, "김순자", "2026-1", true, true);
  }
  void open_and_wait() {
    encounter.open("482731906");
    wait();
  }
  void admit_and_connect() {
    REQUIRE(encounter.admit());
    encounter.on_answer("s1", number(), "answer");
    peer().listener.on_connected();
    peer().listener.on_channel_open(consultation::Channel::chat);
    peer().listener.on_channel_open(consultation::Channel::control);
  }
  void talk() {
    open_and_wait();
    admit_and_connect();
    gateway.take();
  }
  [[nodiscard]] unsigned number() const { return static_cast<unsigned>(media.made); }
  void settle() {
    bool done = false;
    sangdam::base::post_to_main([&] { done = true; });
    REQUIRE(run_until([&] { return done; }));
  }
  void line(consultation::Channel channel, const std::string& text) const {
    if (HandPeer* peer = media.newest()) peer->listener.on_channel_text(channel, text);
  }
  /// As the desk does: at each deadline.
  void pass(std::chrono::seconds time) {
    const consultation::Instant end = clock.now() + time;
    while (const auto next = encounter.next_deadline()) {
      if (*next > end) break;
      clock.advance(std::max(*next - clock.now(), std::chrono::milliseconds(1)));
      encounter.on_time();
    }
    if (clock.now() < end) clock.advance(end - clock.now());
    encounter.on_time();
  }
  [[nodiscard]] int calls() const { return observer.changes + static_cast<int>(observer.events.size()); }
  [[nodiscard]] std::size_t count(const std::string& kind) const {
    const auto kinds = log.kinds();
    return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), kind));
  }
  [[nodiscard]] std::size_t repeats(const std::string& of) const {
    std::size_t all = 0;
    for (const consultation::LogEntry& entry : log.entries) {
      if (entry.kind == "repeated" && entry.details.at("of") == of)
        all += std::stoul(entry.details.at("count"));
    }
    return all;
  }
};

}  // namespace sangdam::tests
