// What a hostile patient may cause: for each kind of thing that comes from outside, ten thousand in a row.
#include <functional>
#include <string>
#include <vector>

#include "encounter_fixture.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;
using namespace std::chrono_literals;

namespace {

using Fixture = EncounterFixture;

struct Kind {
  const char* name;
  bool in_call;  // or at the door
  std::function<void(Fixture&, int)> send;
  std::size_t entries;
  int peers;
  int calls;
};

std::vector<Kind> kinds() {
  return {
      {"microphone off and on", true,
       [](Fixture& f, int i) { f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11"); }, 12, 0, 30},
      {"microphone and camera, every combination", true,
       [](Fixture& f, int i) {
         f.line(Channel::control,
                std::string("media:") + (i % 2 == 0 ? '0' : '1') + (i / 2 % 2 == 0 ? '0' : '1'));
       },
       24, 0, 30},
      {"quality reports", true,
       [](Fixture& f, int i) { f.line(Channel::control, i % 2 == 0 ? "quality:poor" : "quality:good"); }, 0,
       0, 15},
      {"new texts", true,
       [](Fixture& f, int i) { f.line(Channel::chat, "text:" + std::to_string(i) + ":hello"); }, 20, 0, 45},
      {"one text again and again", true, [](Fixture& f, int) { f.line(Channel::chat, "text:same:hello"); }, 1,
       0, 5},
      {"texts that cannot be shown", true,
       [](Fixture& f, int i) { f.line(Channel::chat, "text:" + std::to_string(i) + ":"); }, 0, 0, 5},
      {"refusals of nothing", true,
       [](Fixture& f, int i) { f.line(Channel::chat, "refused:" + std::to_string(i) + ":empty"); }, 0, 0, 0},
      {"greetings", true, [](Fixture& f, int) { f.line(Channel::control, "hello"); }, 0, 0, 0},
      {"lines of unknown types", true, [](Fixture& f, int) { f.line(Channel::control, "unknown:x"); }, 30, 8,
       60},
      {"lines of unknown types after a greeting", true,
       [](Fixture& f, int) {
         f.line(Channel::control, "hello");
         f.line(Channel::control, "unknown:x");
       },
       30, 8, 60},
      {"acknowledgements of nothing", true,
       [](Fixture& f, int i) { f.line(Channel::chat, "received:" + std::to_string(i)); }, 0, 0, 0},
      {"malformed lines", true, [](Fixture& f, int) { f.line(Channel::control, "nonsense"); }, 30, 8, 60},
      {"lines dropped unread", true,
       [](Fixture& f, int) { f.media.newest()->listener.on_channel_overrun(Channel::control, 1); }, 0, 0, 1},
      {"knocks", false,
       [](Fixture& f, int i) { f.encounter.on_knock("s1", std::to_string(i), "1", true, true); }, 30, 0, 65},
      {"leaves", false, [](Fixture& f, int) { f.encounter.on_leave("s1"); }, 30, 0, 35},
      {"knocks and leaves", false,
       [](Fixture& f, int i) {
         if (i % 2 == 0) return f.encounter.on_leave("s1");
         f.encounter.on_knock("s1", "name", "1", true, true);
       },
       30, 0, 65},
      {"a new browser each time, which knocks and leaves", false,
       [](Fixture& f, int i) {
         const std::string id = "seat " + std::to_string(i / 3);
         if (i % 3 == 0) return f.encounter.on_arrived(Fixture::seat(id));
         if (i % 3 == 1) return f.encounter.on_knock(id, "name", "1", true, true);
         f.encounter.on_leave(id);
       },
       30, 8, 65},
      {"a new browser each time at the door of the call", true,
       [](Fixture& f, int i) {
         const std::string id = "seat " + std::to_string(i / 3);
         if (i == 0) f.encounter.on_away("s1");
         if (i % 3 == 0) return f.encounter.on_arrived(Fixture::seat(id));
         if (i % 3 == 1) return f.encounter.on_knock(id, "name", "1", true, true);
         f.encounter.on_leave(id);
       },
       31, 0, 65},
      {"away and returned", false,
       [](Fixture& f, int i) {
         if (i % 2 == 0) return f.encounter.on_away("s1");
         f.encounter.on_returned("s1", "ko", 0);
       },
       30, 8, 65},
      {"away and returned in the call", true,
       [](Fixture& f, int i) {
         if (i % 2 == 0) return f.encounter.on_away("s1");
         f.encounter.on_returned("s1", "ko", 0);
       },
       30, 8, 65},
      {"requests for an offer", false, [](Fixture& f, int) { f.encounter.on_request_offer("s1", 1); }, 0, 0,
       5},
      {"sizes of its window", true,
       [](Fixture& f, int i) { f.line(Channel::control, "view:" + std::to_string(180 + i % 900)); }, 0, 0,
       30},
      {"levels of what the line leaves", true,
       [](Fixture& f, int i) {
         f.line(Channel::control,
                std::array{"level:stills", "level:voice", "level:text"}.at(static_cast<std::size_t>(i % 3)));
       },
       12, 0, 65},
      {"silences of the path", true, [](Fixture& f, int) { f.media.peers.front()->listener.on_silent(); }, 0,
       8, 40},
      {"changes of the kiosk's network", true, [](Fixture& f, int) { f.encounter.on_network_changed(); }, 10,
       8, 40},
      {"requests for an offer in the call", true,
       [](Fixture& f, int i) { f.encounter.on_request_offer("s1", static_cast<unsigned>(i)); }, 30, 8, 65},
      {"answers", true,
       [](Fixture& f, int i) { f.encounter.on_answer("s1", static_cast<unsigned>(i), "sdp"); }, 0, 0, 0},
      {"candidates", true, [](Fixture& f, int i) { f.encounter.on_candidate("s1", 7, 0, std::to_string(i)); },
       0, 0, 0},
      {"messages of a seat nobody knows", true,
       [](Fixture& f, int i) {
         f.encounter.on_knock(std::to_string(i), "name", "1", true, true);
         f.encounter.on_leave(std::to_string(i));
         f.encounter.on_away(std::to_string(i));
       },
       0, 0, 0},
      {"a path that breaks and recovers", true,
       [](Fixture& f, int i) {
         if (f.media.peers.empty()) return;
         PeerListener& first = f.media.peers.front()->listener;
         if (i % 2 == 0) return first.on_interrupted();
         first.on_connected();
       },
       10, 8, 30},
      {"peers that fail", true,
       [](Fixture& f, int) {
         if (HandPeer* peer = f.media.newest()) peer->listener.on_failed(PeerFailure::answer_invalid, "");
       },
       15, 8, 40},
      {"one second of statistics, good and bad", true,
       [](Fixture& f, int i) {
         PeerStatistics second;
         second.round_trip_ms = i / 6 % 2 == 0 ? 2000 : 1;
         f.media.newest()->listener.on_statistics(second);
       },
       10, 0, 4000},
  };
}

}  // namespace

TEST_CASE("Ten thousand of anything lead to a handful of entries, peers and redraws", "[flood]") {
  for (const Kind& kind : kinds()) {
    DYNAMIC_SECTION(kind.name) {
      Fixture f;
      if (kind.in_call) {
        f.talk();
      } else {
        f.open_and_wait();
      }
      const std::size_t entries = f.log.entries.size();
      const int peers = f.media.made;
      const int calls = f.calls();
      for (int i = 0; i < 10'000; ++i) kind.send(f, i);
      CHECK(f.log.entries.size() - entries <= kind.entries);
      CHECK(f.media.made - peers <= kind.peers);
      CHECK(f.calls() - calls <= kind.calls);
      // What waits catches up, and the burst is written down, in a minute: no storm follows the storm.
      f.pass(60s);
      CHECK(f.log.entries.size() - entries <= kind.entries + 30);
      CHECK(f.media.made - peers <= kind.peers + 12);
      CHECK(f.count("repeated") <= 4);
      CHECK(f.media.open_peers() <= 2);
    }
  }
}

TEST_CASE("The newest state of a microphone that was toggled too fast is shown", "[flood]") {
  Fixture f;
  f.talk();
  for (int i = 0; i < 10'001; ++i) f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11");
  f.pass(3s);
  CHECK_FALSE(f.encounter.patient_media().microphone);
  f.pass(30s);
  CHECK(f.count("repeated") == 1);
  // Every one of them was noted, shown in the end, or counted.
  CHECK(f.repeats("report") + f.count("microphone-muted") + f.count("microphone-on") == 10'001);
}

TEST_CASE("The peer hears of a window that is being resized now and then, and of its last size", "[flood]") {
  Fixture f;
  f.talk();
  for (int i = 0; i < 10'000; ++i) f.line(Channel::control, "view:" + std::to_string(180 + i % 900));
  f.line(Channel::control, "view:360");
  f.pass(3s);
  const auto& limits = f.media.newest()->limits;
  CHECK(limits.size() <= 15);
  CHECK(limits.back() == sangdam::base::PictureSize{640, 360});
}

TEST_CASE("Forty thousand toggles in twenty seconds make less than forty entries", "[flood]") {
  Fixture f;
  f.talk();
  const std::size_t before = f.log.entries.size();
  for (int i = 0; i < 40'000; ++i) {
    if (i % 2 == 0) f.clock.advance(1ms);
    if (const auto next = f.encounter.next_deadline(); next && *next <= f.clock.now()) f.encounter.on_time();
    f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11");
  }
  f.pass(60s);
  CHECK(f.log.entries.size() - before < 40);
  CHECK(f.repeats("report") > 39'000);
}

TEST_CASE("A burst that goes on is written down every minute", "[flood]") {
  Fixture f;
  f.talk();
  for (int second = 0; second < 600; ++second) {
    for (int i = 0; i < 20; ++i) f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11");
    f.pass(1s);
  }
  f.pass(60s);
  CHECK(f.count("repeated") >= 9);
  CHECK(f.count("repeated") <= 12);
}

TEST_CASE("What waits at the door keeps its order, and the last word counts", "[flood]") {
  Fixture f;
  f.open_and_wait();
  for (int i = 0; i < 1000; ++i) {
    f.encounter.on_leave("s1");
    f.encounter.on_knock("s1", std::to_string(i), "1", true, true);
  }
  f.pass(30s);
  CHECK(f.encounter.state() == State::waiting);
  CHECK(f.encounter.record().seat->name == "999");
  for (int i = 0; i < 1000; ++i) {
    f.encounter.on_knock("s1", std::to_string(i), "1", true, true);
    f.encounter.on_leave("s1");
  }
  f.pass(30s);
  CHECK(f.encounter.state() == State::open);
}

TEST_CASE("A storm of newcomers does not keep the one in the call from coming back", "[flood]") {
  Fixture f;
  f.open_and_wait();
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "stranger " + std::to_string(i);
    f.encounter.on_arrived(Fixture::seat(id));
    f.encounter.on_knock(id, "name", "1", true, true);
  }
  f.pass(60s);
  REQUIRE(f.encounter.record().seat);
  CHECK(f.encounter.record().seat->id == "stranger 999");
  CHECK(f.encounter.state() == State::waiting);
  CHECK(f.encounter.admit());
}

TEST_CASE("Whoever leaves the door and comes back is offered the same peer", "[flood]") {
  Fixture f;
  f.open_and_wait();
  f.gateway.take();
  f.encounter.on_leave("s1");
  CHECK(f.media.open_peers() == 1);
  f.encounter.on_knock("s1", "김순자", "1", true, true);
  CHECK(f.media.made == 1);
  CHECK(f.gateway.count("offer 1 sdp") == 1);
  REQUIRE(f.encounter.admit());
  f.encounter.on_answer("s1", 1, "answer");
  CHECK(f.media.newest()->answer == "answer");
}

TEST_CASE("A peer that was not begun for its rate is begun when the rate allows", "[flood]") {
  Fixture f;
  f.encounter.open("482731906");
  for (int i = 0; i < 20; ++i) f.encounter.on_arrived(Fixture::seat("seat " + std::to_string(i)));
  CHECK(f.media.made == 8);
  CHECK(f.media.newest() == nullptr);
  f.pass(7s);
  REQUIRE(f.media.newest() != nullptr);
  f.media.newest()->listener.on_offer("late");
  CHECK(f.gateway.lines.back() == "offer 9 late");
}

TEST_CASE("Beyond a number of entries only staff's own and changes of the state are kept", "[flood]") {
  Fixture f;
  f.talk();
  for (int i = 0; f.count("entries-not-kept") == 0; ++i) {
    REQUIRE(i < 20'000);
    f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11");
    f.line(Channel::chat, "text:" + std::to_string(i) + ":hello");
    f.pass(2s);
  }
  const std::size_t full = f.log.entries.size();
  CHECK(full < Allowances::k_most_entries + 100);
  for (int i = 0; i < 1000; ++i) {
    f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11");
    f.line(Channel::chat, "text:more " + std::to_string(i) + ":hello");
    f.pass(2s);
  }
  CHECK(f.log.entries.size() == full);
  CHECK(f.encounter.patient_media().microphone);  // what is shown follows all the same
  CHECK(f.encounter.send_chat("We end here."));
  CHECK(f.encounter.end());
  CHECK(f.log.entries.size() == full + 2);
}

TEST_CASE("A visit that was taken up again goes on counting its entries", "[flood][restart]") {
  Fixture f;
  f.encounter.restore({{}, Allowances::k_most_entries});
  CHECK(f.log.kinds() == std::vector<std::string>{"restored"});
  f.talk();
  const std::size_t before = f.log.entries.size();
  f.line(Channel::control, "media:01");
  CHECK(f.log.entries.size() == before);
  CHECK_FALSE(f.encounter.patient_media().microphone);
}

TEST_CASE("What was counted is written down when the visit ends", "[flood]") {
  Fixture f;
  f.talk();
  for (int i = 0; i < 1000; ++i) f.line(Channel::control, i % 2 == 0 ? "media:01" : "media:11");
  CHECK(f.encounter.end());
  CHECK(f.repeats("report") > 900);
}
