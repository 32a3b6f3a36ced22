// Test doubles at the seams of the domain: a log, a clock, a media engine and a gateway that a test plays by
// hand.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "consultation/channel.hpp"
#include "consultation/encounter.hpp"
#include "consultation/media.hpp"
#include "consultation/record.hpp"
#include "consultation/signalling.hpp"

namespace sangdam::tests {

class HandClock final : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return m_now; }
  [[nodiscard]] base::Moment moment() const override { return m_moment; }
  void advance(std::chrono::milliseconds by) {
    m_now += by;
    m_moment += by;
  }
  /// Somebody sets the clock on the wall; no time passes.
  void set(std::chrono::milliseconds by) { m_now += by; }

 private:
  base::Moment m_moment{std::chrono::hours(1)};
  base::Instant m_now{std::chrono::sys_days{std::chrono::year(2026) / 11 / 22} + std::chrono::hours(9)};
};

/// Durable at once, unless a test holds it back.
class HandLog final : public consultation::EventLog {
 public:
  void append(consultation::LogEntry entry, consultation::ConsultationRecord record,
              WhenDurable then) override {
    entry.sequence = ++m_sequence;
    m_waiting.push_back({std::move(entry), std::move(record), std::move(then)});
    if (!m_held) flush();
  }
  void hold() { m_held = true; }
  void let_go() {
    m_held = false;
    flush();
  }
  void fail_with(base::Failure failure) { m_failure = std::move(failure); }
  [[nodiscard]] std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const auto& entry : entries) kinds.push_back(entry.kind);
    return kinds;
  }

  std::vector<consultation::LogEntry> entries;
  std::map<std::string, consultation::ConsultationRecord> records;

 private:
  struct Waiting {
    consultation::LogEntry entry;
    consultation::ConsultationRecord record;
    WhenDurable then;
  };
  void flush() {
    while (!m_waiting.empty()) {
      Waiting item = std::move(m_waiting.front());
      m_waiting.pop_front();
      if (m_failure) {
        item.then(tl::unexpected(*m_failure));
        continue;
      }
      records[item.record.id] = item.record;
      entries.push_back(item.entry);
      item.then(item.entry.sequence);
    }
  }
  std::deque<Waiting> m_waiting;
  std::int64_t m_sequence = 0;
  bool m_held = false;
  std::optional<base::Failure> m_failure;
};

class HandMedia;

class HandPeer final : public consultation::Peer {
 public:
  HandPeer(HandMedia& media, consultation::PeerListener& its_listener)
      : listener(its_listener), m_media(media) {}
  ~HandPeer() override;
  void close() override { closed = true; }
  void close_with(const std::string& text) override {
    closed = true;
    farewell = text;
  }
  void set_answer(const std::string& sdp) override { answer = sdp; }
  void add_candidate(unsigned, const std::string& candidate) override { candidates.push_back(candidate); }
  bool send(consultation::Channel channel, const std::string& text) override {
    sent.emplace_back(channel, text);
    return true;
  }
  void present() override { presented = true; }
  void limit_picture(base::PictureSize size) override { limits.push_back(size); }

  consultation::PeerListener& listener;
  std::string answer;
  std::string farewell;
  std::vector<std::string> candidates;
  std::vector<std::pair<consultation::Channel, std::string>> sent;
  std::vector<base::PictureSize> limits;
  bool presented = false;
  bool closed = false;

 private:
  HandMedia& m_media;
};

class HandMedia final : public consultation::MediaEngine {
 public:
  std::unique_ptr<consultation::Peer> create_peer(consultation::PeerListener& listener,
                                                  const std::vector<consultation::IceServer>& ice) override {
    servers = ice;
    ++made;
    auto peer = std::make_unique<HandPeer>(*this, listener);
    peers.push_back(peer.get());
    return peer;
  }
  void set_microphone_muted(bool) override {}
  void set_camera_off(bool) override {}
  void set_patient_volume(int) override {}
  /// The newest peer that is neither closed nor destroyed.
  [[nodiscard]] HandPeer* newest() const {
    for (auto at = peers.rbegin(); at != peers.rend(); ++at) {
      if (!(*at)->closed) return *at;
    }
    return nullptr;
  }
  [[nodiscard]] std::size_t open_peers() const {
    return static_cast<std::size_t>(
        std::count_if(peers.begin(), peers.end(), [](auto* p) { return !p->closed; }));
  }

  std::vector<HandPeer*> peers;
  std::vector<consultation::IceServer> servers;
  int made = 0;
};

inline HandPeer::~HandPeer() { std::erase(m_media.peers, this); }

/// Writes down what the kiosk tells the gateway.
class HandGateway final : public consultation::Signalling {
 public:
  void publish(const consultation::ConsultationRecord& record) override {
    lines.push_back("publish " + record.code);
  }
  void withdraw(const std::string&, std::string_view ending) override {
    lines.push_back("withdraw " + std::string(ending));
  }
  void give_seat(const std::string&, const std::string& seat, Give) override { placed = seat; }
  void void_seat(const std::string&, const std::string& seat, Void why) override {
    lines.push_back((why == Void::declined ? "void " : "lapse ") + seat);
  }
  void tell(const std::string&, const std::string& seat, consultation::Notice notice) override {
    told[seat] = notice;
    lines.push_back("tell " + std::string(consultation::name_of(notice)));
  }
  void send_offer(const std::string&, const std::string&, unsigned peer, const std::string& sdp) override {
    lines.push_back("offer " + std::to_string(peer) + " " + sdp);
  }
  void send_candidate(const std::string&, const std::string&, unsigned peer, unsigned,
                      const std::string& candidate) override {
    lines.push_back("candidate " + std::to_string(peer) + " " + candidate);
  }
  [[nodiscard]] std::size_t count(const std::string& line) const {
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
  }
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  std::string placed;                                // the seat that has the place
  std::map<std::string, consultation::Notice> told;  // the last of each seat
};

/// "hello", "hello old", "text:<id>:<text>", "refused:<id>:<reason>", "received:<id>", "media:<0|1><0|1>",
/// "quality:<name>", "view:<height>" (16:9)
class HandCodec final : public consultation::ChannelCodec {
 public:
  [[nodiscard]] std::string encode(const consultation::ChannelLine& line) const override {
    using namespace consultation;
    if (const auto* text = std::get_if<ChatText>(&line)) return "text:" + text->id + ":" + text->text;
    if (const auto* received = std::get_if<ChatReceived>(&line)) return "received:" + received->id;
    if (std::holds_alternative<Hello>(line)) return "hello";
    if (const auto* refused = std::get_if<ChatRefused>(&line)) {
      return "refused:" + refused->id + ":" + refused->reason;
    }
    if (const auto* media = std::get_if<MediaState>(&line)) {
      return std::string("media:") + (media->microphone ? "1" : "0") + (media->camera ? "1" : "0");
    }
    if (const auto* ended = std::get_if<Ended>(&line)) return "ended:" + ended->outcome;
    if (const auto* level = std::get_if<LevelReport>(&line))
      return "level:" + std::string(name_of(level->level));
    return "quality:" + std::string(name_of(std::get<QualityReport>(line).quality));
  }
  [[nodiscard]] std::optional<consultation::ChannelLine> decode(consultation::Channel,
                                                                std::string_view text) const override {
    using namespace consultation;
    if (text.starts_with("text:")) {
      const std::string_view rest = text.substr(5);
      const std::size_t colon = rest.find(':');
      const std::string_view words = rest.substr(colon + 1);
      return ChatText{std::string(rest.substr(0, colon)), base::multi_line(words, words.size())};
    }
    if (text.starts_with("received:")) return ChatReceived{std::string(text.substr(9))};
    if (text == "hello") {
      return Hello{
          .ignores_unknown = true, .reads_refusals = true, .reads_ended = true, .reads_levels = true};
    }
    if (text.starts_with("level:")) {
      for (const auto level : {MediaLevel::video, MediaLevel::stills, MediaLevel::voice, MediaLevel::text}) {
        if (name_of(level) == text.substr(6)) return LevelReport{level};
      }
    }
    if (text.starts_with("refused:")) {
      const std::string_view rest = text.substr(8);
      const std::size_t colon = rest.find(':');
      return ChatRefused{std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1))};
    }
    if (text.starts_with("unknown:")) return UnknownLine{std::string(text.substr(8))};
    if (text.starts_with("media:")) return MediaState{text[6] == '1', text[7] == '1'};
    if (text == "quality:good") return QualityReport{Quality::good};
    if (text.starts_with("view:")) {
      const int height = std::stoi(std::string(text.substr(5)));
      return ViewReport{{height * 16 / 9, height}};
    }
    if (text == "quality:poor") return QualityReport{Quality::poor};
    return std::nullopt;
  }
};

class HandObserver final : public consultation::EncounterObserver {
 public:
  void on_changed(const consultation::Encounter&) override { ++changes; }
  void on_event(const consultation::Encounter&, std::string_view event,
                const std::map<std::string, std::string>&) override {
    events.emplace_back(event);
  }
  void on_log_failure(const consultation::Encounter&, const base::Failure& failure) override {
    failures.push_back(failure.code);
  }
  int changes = 0;
  std::vector<std::string> events;
  std::vector<std::string> failures;
};

}  // namespace sangdam::tests
