// From every state that events can lead to, both sides have a way forward. The table is walked with its
// record and its peers: every sequence of events is played, until no new situation turns up.
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consultation/encounter.hpp"
#include "support/catch.hpp"
#include "support/domain_doubles.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;

namespace {

/// One visit with both of its ends played by hand. The pages behave as the gateway makes them: a message of a
/// seat comes only while its connection stands, and the code is occupied while one of its pages is connected.
class World {
 public:
  World() {
    REQUIRE(encounter.open("482731906"));
    settle();
  }

  void arrive() {
    if (present_seat() || present_newcomer()) return;
    Seat seat;
    seat.id = "s" + std::to_string(++m_seats);
    encounter.on_arrived(seat);
    settle();
  }
  void knock() {
    if (const auto seat = present_seat()) encounter.on_knock(*seat, "김순자", "2026-1", true, true);
    settle();
  }
  void newcomer_knock() {
    if (const auto seat = present_newcomer()) encounter.on_knock(*seat, "이민수", "2026-1", true, true);
    settle();
  }
  void newcomer_leave() {
    const auto seat = present_newcomer();
    if (!seat) return;
    encounter.on_leave(*seat);
    settle();
  }
  void newcomer_away() {
    if (const auto seat = present_newcomer()) encounter.on_away(*seat);
  }
  void newcomer_come_back() {
    if (encounter.record().newcomer) encounter.on_returned(encounter.record().newcomer->id, "ko", 0);
    settle();
  }
  /// Whoever may: a browser with the code that has no seat, or the one at the door.
  void somebody_knocks() {
    if (encounter.record().newcomer) {
      newcomer_come_back();
    } else {
      away();
      arrive();
    }
    if (encounter.record().newcomer) return newcomer_knock();
    knock();
  }
  void answer() {
    HandPeer* peer = media.newest();
    if (const auto seat = present_seat(); seat && peer != nullptr) {
      encounter.on_answer(*seat, static_cast<unsigned>(media.made), "answer");
    }
  }
  void connect() {
    HandPeer* peer = media.newest();
    if (peer != nullptr && !peer->answer.empty()) peer->listener.on_connected();
  }
  void interrupt() {
    if (HandPeer* peer = media.newest()) peer->listener.on_interrupted();
    settle();
  }
  void fail(PeerFailure failure) {
    if (HandPeer* peer = media.newest()) peer->listener.on_failed(failure, "");
    settle();
  }
  void leave() {
    const auto seat = present_seat();
    if (!seat) return;
    encounter.on_leave(*seat);
    encounter.on_away(*seat);
  }
  void away() {
    if (const auto seat = present_seat()) encounter.on_away(*seat);
  }
  void come_back(unsigned peer) {
    if (encounter.record().seat) encounter.on_returned(encounter.record().seat->id, "ko", peer);
    settle();
  }
  void ask_for_offer() {
    if (const auto seat = present_seat()) encounter.on_request_offer(*seat, 0);
    settle();
  }
  void wait(std::chrono::seconds passed) {
    clock.advance(passed);
    encounter.on_time();
    settle();
  }
  /// The engine makes the offers it owes.
  void settle() {
    if (HandPeer* peer = media.newest(); peer != nullptr && m_offered.insert(media.made).second) {
      peer->listener.on_offer("sdp");
    }
  }

  [[nodiscard]] std::optional<std::string> present_seat() const {
    const auto& seat = encounter.record().seat;
    return seat && seat->present ? std::optional(seat->id) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> present_newcomer() const {
    const auto& newcomer = encounter.record().newcomer;
    return newcomer && newcomer->present ? std::optional(newcomer->id) : std::nullopt;
  }
  [[nodiscard]] State state() const { return encounter.state(); }
  /// What tells one situation from another, without names and times.
  [[nodiscard]] std::string situation() const {
    const auto& seat = encounter.record().seat;
    std::string words(name_of(state()));
    if (seat) words += seat->present ? " present" : " away";
    if (seat && !seat->name.empty()) words += " named";
    if (seat && seat->admitted) words += " admitted";
    if (encounter.patient_left()) words += " left";
    return words + peers() + door() + (encounter.record().connected ? " met" : "");
  }
  [[nodiscard]] std::string door() const {
    const auto& newcomer = encounter.record().newcomer;
    if (!newcomer) return {};
    return std::string(" + newcomer") + (newcomer->present ? " present" : " away") +
           (newcomer->name.empty() ? "" : " named");
  }
  [[nodiscard]] std::string peers() const {
    std::string words;
    for (const HandPeer* peer : media.peers) {
      if (!peer->closed) words += peer->answer.empty() ? " peer" : peer->presented ? " shown" : " answered";
    }
    return words;
  }

  HandClock clock;
  HandLog log;
  HandMedia media;
  HandGateway gateway;
  HandCodec codec;
  HandObserver observer;
  Encounter encounter{record(), {log, clock, media, gateway, codec, observer, Limits{}}};

 private:
  static ConsultationRecord record() {
    ConsultationRecord record;
    record.id = "0123456789abcdef0123456789abcdef";
    return record;
  }
  int m_seats = 0;
  std::set<int> m_offered;
};

using Act = std::pair<std::string, std::function<void(World&)>>;
const std::vector<Act> k_acts{
    {"arrive", [](World& w) { w.arrive(); }},
    {"knock", [](World& w) { w.knock(); }},
    {"admit", [](World& w) { w.encounter.admit(); }},
    {"decline", [](World& w) { w.encounter.decline(); }},
    {"answer", [](World& w) { w.answer(); }},
    {"connect", [](World& w) { w.connect(); }},
    {"interrupt", [](World& w) { w.interrupt(); }},
    {"lose", [](World& w) { w.fail(PeerFailure::connection_lost); }},
    {"reject", [](World& w) { w.fail(PeerFailure::fingerprint_mismatch); }},
    {"leave", [](World& w) { w.leave(); }},
    {"away", [](World& w) { w.away(); }},
    {"return", [](World& w) { w.come_back(0); }},
    {"return with its peer", [](World& w) { w.come_back(static_cast<unsigned>(std::max(w.media.made, 1))); }},
    {"the newcomer knocks", [](World& w) { w.newcomer_knock(); }},
    {"the newcomer leaves", [](World& w) { w.newcomer_leave(); }},
    {"the newcomer is away", [](World& w) { w.newcomer_away(); }},
    {"the newcomer returns", [](World& w) { w.newcomer_come_back(); }},
    {"ask for an offer", [](World& w) { w.ask_for_offer(); }},
    {"a minute", [](World& w) { w.wait(std::chrono::seconds(61)); }},
    {"three minutes", [](World& w) { w.wait(std::chrono::seconds(181)); }},
    {"half an hour", [](World& w) { w.wait(std::chrono::minutes(31)); }},
};

using Path = std::vector<std::size_t>;  // indices of acts

void play(World& world, const Path& path) {
  for (const std::size_t act : path) k_acts[act].second(world);
}

std::string words_of(const Path& path) {
  std::string words;
  for (const std::size_t act : path) words += k_acts[act].first + ", ";
  return words;
}

/// The shortest path to every situation that can be reached.
const std::map<std::string, Path>& situations() {
  static const std::map<std::string, Path> found = [] {
    std::map<std::string, Path> all;
    std::vector<Path> open{{}};
    while (!open.empty()) {
      std::vector<Path> next;
      for (const Path& path : open) {
        World world;
        play(world, path);
        if (!all.try_emplace(world.situation(), path).second || world.state() == State::ended) continue;
        for (std::size_t act = 0; act < k_acts.size(); ++act) {
          Path longer = path;
          longer.push_back(act);
          next.push_back(std::move(longer));
        }
      }
      open = std::move(next);
    }
    return all;
  }();
  return found;
}

/// Plays `check` in every situation of a visit that is not over.
void everywhere(const std::function<void(World&)>& check) {
  for (const auto& [situation, path] : situations()) {
    World world;
    play(world, path);
    if (world.state() == State::ended) continue;
    INFO(situation << " after: " << words_of(path));
    check(world);
  }
}

bool comes_to_talk(World& world) {
  world.settle();
  if (world.media.newest() == nullptr)
    world.wait(std::chrono::seconds(10));  // the kiosk tries again by itself
  world.answer();
  world.connect();
  return world.state() == State::in_call;
}

}  // namespace

TEST_CASE("The walk reaches every state of an open visit", "[encounter][forward]") {
  std::set<State> states;
  for (const auto& [situation, path] : situations()) {
    World world;
    play(world, path);
    states.insert(world.state());
  }
  for (const State state : k_states) {
    INFO(name_of(state));
    CHECK((state == State::scheduled || states.contains(state)));
  }
  CHECK(situations().size() > 100);
}

TEST_CASE("Staff can end a visit in every situation", "[encounter][forward]") {
  everywhere([](World& world) {
    CHECK((world.encounter.end() || world.encounter.cancel()));
    CHECK(world.state() == State::ended);
    CHECK(world.media.open_peers() == 0);
  });
}

TEST_CASE("A patient who knocks is seen, or is told to come in", "[encounter][forward]") {
  everywhere([](World& world) {
    if (!world.present_seat()) world.come_back(0);
    if (!world.present_seat()) world.arrive();
    world.gateway.take();
    world.knock();
    const bool inside = world.gateway.count("tell admitted") > 0;
    const bool seen = world.gateway.count("tell waiting") > 0 && world.state() == State::waiting;
    CHECK(inside == has_the_room(world.state()));
    CHECK(inside != seen);
    if (seen) CHECK(world.encounter.admit());
    CHECK(comes_to_talk(world));
  });
}

TEST_CASE("A patient who comes back goes on where the visit is", "[encounter][forward]") {
  everywhere([](World& world) {
    if (!world.encounter.record().seat) return;
    world.away();
    world.gateway.take();
    world.come_back(0);
    if (has_the_room(world.state()) && world.encounter.record().seat->admitted) {
      CHECK(world.gateway.count("tell admitted") == 1);
      CHECK(comes_to_talk(world));
    } else if (world.state() == State::waiting) {
      CHECK(world.gateway.count("tell waiting") == 1);
      CHECK(world.encounter.admit());
    } else {
      CHECK(world.gateway.count("tell getting-ready") == 1);  // the page knocks at that word
      world.knock();
      CHECK(world.encounter.admit());
    }
  });
}

TEST_CASE("Another browser with the code can be let in from every situation", "[encounter][forward]") {
  everywhere([](World& world) {
    world.somebody_knocks();
    REQUIRE(world.encounter.admit());
    CHECK(comes_to_talk(world));
  });
}

TEST_CASE("Nobody who only has the code moves a call, and turned away leaves no trace",
          "[encounter][forward]") {
  everywhere([](World& world) {
    if (!has_the_room(world.state())) return;
    const std::string peers = world.peers();
    const int made = world.media.made;
    const State before = world.state();
    const std::string seat = world.encounter.record().seat->id;
    const auto unmoved = [&] {
      CHECK(world.state() == before);
      CHECK(world.encounter.record().seat->id == seat);
      CHECK(world.encounter.record().seat->admitted);
      CHECK(world.peers() == peers);
      CHECK(world.media.made == made);
    };
    world.somebody_knocks();
    unmoved();
    REQUIRE(world.encounter.record().newcomer);
    const std::string newcomer = world.encounter.record().newcomer->id;
    REQUIRE(world.encounter.decline());
    CHECK(world.gateway.lines.back() == "void " + newcomer);
    unmoved();
    CHECK_FALSE(world.encounter.record().newcomer);
    world.come_back(0);
    CHECK(world.gateway.told.at(seat) == Notice::admitted);
  });
}

TEST_CASE("The gateway gives the place to whom the record names", "[encounter][forward]") {
  everywhere([](World& world) {
    if (world.encounter.record().seat) CHECK(world.gateway.placed == world.encounter.record().seat->id);
  });
}

TEST_CASE("Staff can renew the code in every situation, and nobody is disturbed",
          "[encounter][forward][code]") {
  everywhere([](World& world) {
    const std::string before = world.situation();
    world.gateway.take();
    REQUIRE(world.encounter.renew_code("111111111"));
    CHECK(world.gateway.take() == std::vector<std::string>{"publish 111111111"});
    CHECK(world.situation() == before);
    // The gateway has had that one: another is drawn, in every situation.
    world.encounter.on_code_taken("222222222");
    CHECK(world.encounter.record().code == "222222222");
    CHECK(world.situation() == before);
  });
}

TEST_CASE("Only who is in the room counts as admitted", "[encounter][forward]") {
  everywhere([](World& world) {
    const auto& seat = world.encounter.record().seat;
    if (seat && seat->admitted) CHECK(has_the_room(world.state()));
  });
}
