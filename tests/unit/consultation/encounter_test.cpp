#include "consultation/encounter.hpp"

#include "encounter_fixture.hpp"

using namespace sangdam::consultation;
using namespace sangdam::tests;
using namespace std::chrono_literals;
using Fixture = EncounterFixture;
using Lines = std::vector<std::string>;

TEST_CASE("A peer is offered when somebody arrives, its addresses only after the knock", "[encounter]") {
  Fixture f;
  f.encounter.open("482731906");
  f.arrive();
  f.peer().listener.on_candidate(0, "c1");
  CHECK(f.gateway.take() == Lines{"publish 482731906", "tell getting-ready", "offer 1 sdp"});
  f.encounter.on_knock("s1", "김순자", "2026-1", true, true);
  CHECK(f.gateway.take() == Lines{"publish 482731906", "tell waiting", "candidate 1 c1"});
  f.peer().listener.on_candidate(0, "c2");
  CHECK(f.gateway.take() == Lines{"candidate 1 c2"});
}

TEST_CASE("An answer before admission is not looked at", "[encounter]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.on_answer("s1", 1, "early");
  f.encounter.on_candidate("s1", 1, 0, "early");
  CHECK(f.peer().answer.empty());
  CHECK(f.peer().candidates.empty());
  f.encounter.admit();
  f.encounter.on_answer("s1", 1, "answer");
  CHECK(f.peer().answer == "answer");
  f.encounter.on_answer("s1", 1, "again");
  CHECK(f.peer().answer == "answer");
}

TEST_CASE("Messages of a seat that is not the seat are ignored", "[encounter]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.admit();
  f.encounter.on_answer("other", 1, "answer");
  f.encounter.on_leave("other");
  f.encounter.on_away("other");
  CHECK(f.peer().answer.empty());
  CHECK(f.encounter.state() == State::admitted);
}

TEST_CASE("A visit runs from code to end and its events come in order", "[encounter]") {
  Fixture f;
  f.talk();
  CHECK(f.peer().presented);
  f.peer().listener.on_first_frame(1280, 720);
  CHECK(f.encounter.end());
  CHECK(f.gateway.take() == Lines{"withdraw completed"});
  CHECK(f.observer.events == Lines{"patient-waiting", "admitted", "connected", "first-frame", "ended"});
  CHECK(f.media.open_peers() == 0);
}

TEST_CASE("A patient who waits long gets a fresh offer", "[encounter][timeout]") {
  Fixture f;
  f.open_and_wait();
  f.gateway.take();
  f.clock.advance(2min);
  f.encounter.on_time();
  f.peer().listener.on_offer("fresh");
  CHECK(f.gateway.take() == Lines{"offer 2 fresh"});
  CHECK(f.media.open_peers() == 1);
}

TEST_CASE("When the path breaks a second peer takes over, and the first goes then", "[encounter]") {
  Fixture f;
  f.talk();
  HandPeer& first = f.peer();
  first.listener.on_interrupted();
  CHECK(f.encounter.state() == State::reconnecting);
  CHECK_FALSE(first.closed);
  f.peer().listener.on_offer("second");
  CHECK(f.gateway.take() == Lines{"offer 2 second"});
  f.encounter.on_answer("s1", 2, "answer");
  HandPeer& second = f.peer();
  second.listener.on_connected();
  CHECK(first.closed);
  CHECK(second.presented);
  CHECK(f.encounter.state() == State::in_call);
  f.settle();
  CHECK(f.media.peers.size() == 1);
}

TEST_CASE("Each peer hears how large a picture is of use, and a new one anew", "[encounter]") {
  Fixture f;
  f.talk();
  const std::vector<sangdam::base::PictureSize> once{{640, 360}};
  f.line(Channel::control, "view:360");
  f.line(Channel::control, "view:360");
  HandPeer& first = f.peer();
  CHECK(first.limits == once);
  first.listener.on_interrupted();
  HandPeer& second = f.peer();
  REQUIRE(&second != &first);
  second.listener.on_offer("second");
  f.encounter.on_answer("s1", 2, "answer");
  second.listener.on_connected();
  second.listener.on_channel_text(Channel::control, "view:360");
  CHECK(second.limits == once);
}

TEST_CASE("A path that recovers by itself makes the second peer needless", "[encounter]") {
  Fixture f;
  f.talk();
  HandPeer& first = f.peer();
  first.listener.on_interrupted();
  first.listener.on_connected();
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.media.open_peers() == 1);
  CHECK_FALSE(first.closed);
}

TEST_CASE("A reloaded page gets a new offer without being admitted again", "[encounter]") {
  Fixture f;
  f.talk();
  f.encounter.on_away("s1");
  CHECK(f.encounter.state() == State::in_call);
  f.encounter.on_returned("s1", "ko", 0);
  f.peer().listener.on_offer("again");
  CHECK(f.gateway.take() == Lines{"tell admitted", "offer 2 again"});
}

TEST_CASE("A page that lost only its signalling keeps its connection", "[encounter]") {
  Fixture f;
  f.talk();
  f.encounter.on_away("s1");
  f.encounter.on_returned("s1", "ko", 1);
  CHECK(f.media.made == 1);
  CHECK(f.gateway.take() == Lines{"tell admitted"});
}

TEST_CASE("Each return on its way to the log keeps its own peer's number", "[encounter]") {
  Fixture f;
  f.talk();
  f.log.hold();
  f.encounter.on_returned("s1", "ko", 1);
  f.encounter.on_returned("s1", "ko", 1);
  f.log.let_go();
  CHECK(f.media.made == 1);
  CHECK(f.gateway.take() == Lines{"tell admitted", "tell admitted"});
}

TEST_CASE("A page that reloads while waiting gets the same unanswered offer again", "[encounter]") {
  Fixture f;
  f.open_and_wait();
  f.gateway.take();
  f.encounter.on_away("s1");
  f.encounter.on_returned("s1", "en", 0);
  CHECK(f.gateway.take() == Lines{"offer 1 sdp", "tell waiting"});
  CHECK(f.encounter.record().seat->language == "en");
}

TEST_CASE("A page that resumes during its admission has the repeated offer before it is told",
          "[encounter]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.on_away("s1");
  REQUIRE(f.encounter.admit());
  f.gateway.take();
  f.encounter.on_returned("s1", "ko", 0);
  CHECK(f.gateway.take() == Lines{"offer 1 sdp", "tell admitted"});
  f.encounter.on_answer("s1", 1, "answer");
  CHECK(f.peer().answer == "answer");
  CHECK(f.media.made == 1);
}

TEST_CASE("A connection that cannot prove itself shows nothing and goes back to the door",
          "[encounter][security]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.admit();
  f.encounter.on_answer("s1", 1, "answer");
  HandPeer& impostor = f.peer();
  impostor.listener.on_failed(PeerFailure::fingerprint_mismatch, "");
  CHECK_FALSE(impostor.presented);
  CHECK(impostor.closed);
  CHECK(f.encounter.state() == State::waiting);
  CHECK_FALSE(f.encounter.record().seat->admitted);
  CHECK(f.gateway.count("tell refused") == 1);
  CHECK(f.log.kinds().back() == "media-rejected");
}

TEST_CASE("A peer that fails is tried again, later each time", "[encounter][timeout]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.admit();
  std::chrono::milliseconds waited{0};
  for (int attempt = 0; attempt < 3; ++attempt) {
    f.peer().listener.on_failed(PeerFailure::connect_timeout, "");
    CHECK(f.media.open_peers() == 0);
    const auto deadline = f.encounter.next_deadline();
    REQUIRE(deadline.has_value());
    CHECK(*deadline - f.clock.now() > waited);
    waited = *deadline - f.clock.now();
    f.clock.advance(waited);
    f.encounter.on_time();
    CHECK(f.media.open_peers() == 1);
  }
  CHECK(f.encounter.state() == State::admitted);
}

TEST_CASE("A patient who leaves the call may come back without a new code", "[encounter]") {
  Fixture f;
  f.talk();
  f.encounter.on_leave("s1");
  CHECK(f.encounter.state() == State::reconnecting);
  CHECK(f.encounter.patient_left());
  CHECK(f.media.open_peers() == 0);
  f.encounter.on_returned("s1", "ko", 0);
  f.peer().listener.on_offer("again");
  f.encounter.on_answer("s1", 2, "answer");
  f.peer().listener.on_connected();
  CHECK(f.encounter.state() == State::in_call);
  CHECK_FALSE(f.encounter.patient_left());
}

TEST_CASE("A newcomer during a broken call learns no address before being let in", "[encounter][security]") {
  Fixture f;
  f.talk();
  f.peer().listener.on_failed(PeerFailure::connection_lost, "");
  f.gateway.take();
  f.encounter.on_arrived(Fixture::seat("s2"));
  f.encounter.on_knock("s2", "이민수", "2026-1", true, true);
  CHECK(f.gateway.take() == Lines{"tell getting-ready", "tell waiting"});
  f.encounter.on_answer("s2", f.number(), "answer");
  CHECK(f.peer().answer.empty());
}

TEST_CASE("Who was admitted cannot knock again", "[encounter]") {
  Fixture f;
  f.talk();
  f.encounter.on_knock("s1", "Another name", "2026-1", true, true);
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.encounter.record().seat->name == "김순자");
}

TEST_CASE("Texts go out when the log has them and again until they have arrived", "[encounter][chat]") {
  Fixture f;
  f.talk();
  f.log.hold();
  CHECK(f.encounter.send_chat("  약은 드셨어요? 💊 "));
  CHECK(f.encounter.chat().messages().empty());
  f.log.let_go();
  REQUIRE(f.encounter.chat().messages().size() == 1);
  const ChatMessage sent = f.encounter.chat().messages().front();
  CHECK(sent.text == "약은 드셨어요? 💊");
  CHECK(f.peer().sent.back().second == "text:" + sent.id + ":" + sent.text);

  f.peer().listener.on_failed(PeerFailure::connection_lost, "");
  f.peer().listener.on_offer("again");
  f.encounter.on_answer("s1", 2, "answer");
  f.peer().listener.on_connected();
  f.peer().listener.on_channel_open(Channel::chat);
  CHECK(f.peer().sent.back().second == "text:" + sent.id + ":" + sent.text);
  f.peer().listener.on_channel_text(Channel::chat, "received:" + sent.id);
  CHECK(f.encounter.chat().messages().front().delivered);
  CHECK(f.log.kinds().back() == "chat-delivered");
}

TEST_CASE("A patient's text is acknowledged only when the log has it", "[encounter][chat]") {
  Fixture f;
  f.talk();
  const std::size_t before = f.peer().sent.size();
  f.log.hold();
  f.peer().listener.on_channel_text(Channel::chat, "text:x:머리가 아파요 😢");
  CHECK(f.peer().sent.size() == before);
  f.log.let_go();
  CHECK(f.peer().sent.back().second == "received:x");
  CHECK(f.log.entries.back().details.at("text") == "머리가 아파요 😢");
  f.peer().listener.on_channel_text(Channel::chat, "text:x:머리가 아파요 😢");
  CHECK(f.encounter.chat().messages().size() == 1);
}

TEST_CASE("A text with nothing to see is refused by name and never costs the call", "[encounter][chat]") {
  Fixture f;
  f.talk();
  HandPeer& page = f.peer();
  page.listener.on_channel_text(Channel::control, "hello");
  const std::size_t before = f.log.entries.size();
  // A page that sends it again for ever, as older ones did.
  for (int i = 0; i < 100; ++i) {
    page.listener.on_channel_text(Channel::chat, "text:x:\u3164");
    CHECK(page.sent.back() == std::pair{Channel::chat, std::string("refused:x:empty")});
    f.clock.advance(std::chrono::seconds(10));
  }
  page.listener.on_channel_text(Channel::chat, "text:y:" + std::string(2001, 'y'));
  CHECK(page.sent.back().second == "refused:y:too-long");
  CHECK_FALSE(page.closed);
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.log.entries.size() == before);
  CHECK(f.encounter.chat().messages().empty());
  // And the answers are not without limit.
  const std::size_t answered = page.sent.size();
  for (int i = 0; i < 1000; ++i) page.listener.on_channel_text(Channel::chat, "text:x:");
  CHECK(page.sent.size() <= answered + 100);
}

TEST_CASE("A page that knows no refusal stops sending a text with nothing to see", "[encounter][chat]") {
  Fixture f;
  f.talk();
  f.peer().listener.on_channel_text(Channel::chat, "text:x:\u200B");
  CHECK(f.peer().sent.back().second == "received:x");
  CHECK(f.encounter.chat().messages().empty());
}

TEST_CASE("What the page refuses is marked, logged and not sent again", "[encounter][chat]") {
  Fixture f;
  f.talk();
  CHECK(f.encounter.send_chat("first"));
  CHECK(f.encounter.send_chat("second"));
  const std::string first = f.encounter.chat().messages().front().id;
  const std::string second = f.encounter.chat().messages().back().id;
  f.peer().listener.on_channel_text(Channel::chat, "refused:" + first + ":empty");
  CHECK(f.encounter.chat().messages().front().refused);
  CHECK(f.log.entries.back().kind == "chat-refused");
  CHECK(f.log.entries.back().details.at("reason") == "empty");
  const std::size_t logged = f.log.entries.size();
  f.peer().listener.on_channel_text(Channel::chat, "refused:" + first + ":empty");
  f.peer().listener.on_channel_text(Channel::chat, "refused:unknown:empty");
  CHECK(f.log.entries.size() == logged);
  const std::size_t sent = f.peer().sent.size();
  f.peer().listener.on_channel_open(Channel::chat);
  REQUIRE(f.peer().sent.size() == sent + 1);
  CHECK(f.peer().sent.back().second == "text:" + second + ":second");
  // The log tells a restarted kiosk the same.
  const auto& messages = Chat::from_log(f.log.entries).unacknowledged();
  REQUIRE(messages.size() == 1);
  CHECK(messages.front().id == second);
}

TEST_CASE("Staff are told why a message is not sent, before anything is", "[encounter][chat]") {
  Fixture f;
  f.talk();
  const std::size_t before = f.peer().sent.size();
  for (const char* nothing : {"", " \n ", "\u3164", "\u0301\u0302", "\xFF"}) {
    CHECK(f.encounter.send_chat(nothing).error().code == "chat-empty");
  }
  CHECK(f.encounter.send_chat(std::string(2001, 'x')).error().code == "chat-long");
  CHECK(f.encounter.send_chat(std::string(2000, 'x') + " y").error().code == "chat-long");
  CHECK(f.peer().sent.size() == before);
  CHECK(f.encounter.send_chat(std::string(2000, 'x')));
}

TEST_CASE("Nonsense on a channel is dropped, and too much of it ends the peer", "[encounter][security]") {
  Fixture f;
  f.talk();
  HandPeer& noisy = f.peer();
  for (int i = 0; i < 20; ++i) noisy.listener.on_channel_text(Channel::control, "nonsense");
  CHECK_FALSE(noisy.closed);
  noisy.listener.on_channel_text(Channel::control, "nonsense");
  CHECK(noisy.closed);
  CHECK(f.encounter.state() == State::reconnecting);
}

TEST_CASE("The first line on the control channel says what the kiosk can do", "[encounter]") {
  Fixture f;
  f.talk();
  const auto before = static_cast<std::ptrdiff_t>(f.peer().sent.size());
  f.peer().listener.on_channel_open(Channel::control);
  const std::vector said(f.peer().sent.begin() + before, f.peer().sent.end());
  CHECK(said == std::vector{std::pair{Channel::control, std::string("hello")},
                            std::pair{Channel::control, std::string("media:11")}});
}

TEST_CASE("Lines of unknown types are ignored once the page said so, too", "[encounter][security]") {
  Fixture f;
  f.talk();
  HandPeer& newer = f.peer();
  newer.listener.on_channel_text(Channel::control, "hello");
  for (int i = 0; i < 50; ++i) newer.listener.on_channel_text(Channel::chat, "unknown:raise-hand");
  CHECK_FALSE(newer.closed);
  // What is ignored has its limit; beyond it they count as nonsense does.
  for (int i = 0; i < 20; ++i) newer.listener.on_channel_text(Channel::control, "unknown:raise-hand");
  CHECK_FALSE(newer.closed);
  newer.listener.on_channel_text(Channel::control, "unknown:raise-hand");
  CHECK(newer.closed);
}

TEST_CASE("Lines of unknown types are nonsense to a page that said nothing", "[encounter][security]") {
  Fixture f;
  f.talk();
  HandPeer& older = f.peer();
  for (int i = 0; i < 20; ++i) older.listener.on_channel_text(Channel::control, "unknown:raise-hand");
  CHECK_FALSE(older.closed);
  older.listener.on_channel_text(Channel::control, "unknown:raise-hand");
  CHECK(older.closed);
}

TEST_CASE("Mute is told to the page and kept in the log", "[encounter]") {
  Fixture f;
  f.talk();
  f.encounter.set_sending({.microphone = false, .camera = true}, Actor::staff);
  CHECK(f.peer().sent.back().second == "media:01");
  CHECK(f.log.kinds().back() == "microphone-muted");
  f.peer().listener.on_channel_text(Channel::control, "media:10");
  CHECK_FALSE(f.encounter.patient_media().camera);
  CHECK(f.log.entries.back().kind == "camera-off");
  CHECK(f.log.entries.back().actor == Actor::patient);
}

TEST_CASE("A call open when the kiosk stopped goes on when the patient is back", "[encounter]") {
  Fixture f;
  f.talk();
  const ConsultationRecord kept = f.log.records.at(f.encounter.record().id);
  HandGateway gateway;
  HandMedia media;
  Encounter again{kept, {f.log, f.clock, media, gateway, f.codec, f.observer, Limits{}}};
  again.restore({f.log.entries, 0});
  CHECK(again.state() == State::reconnecting);
  again.on_gateway_ready({});
  CHECK(gateway.take() == Lines{"publish 482731906"});
  again.on_returned("s1", "ko", 0);
  media.newest()->listener.on_offer("sdp");
  CHECK(gateway.take() == Lines{"tell admitted", "offer 1 sdp"});
}

TEST_CASE("Nobody is logged as away from a visit that nobody had joined", "[encounter][restart]") {
  Fixture f;
  f.encounter.open("482731906");
  const ConsultationRecord kept = f.log.records.at(f.encounter.record().id);
  Encounter again{kept, {f.log, f.clock, f.media, f.gateway, f.codec, f.observer, Limits{}}};
  again.restore({f.log.entries, 0});
  CHECK(f.log.kinds() == Lines{"opened", "restored"});
}

TEST_CASE("A code another kiosk holds is drawn anew", "[encounter]") {
  Fixture f;
  f.encounter.open("482731906");
  f.encounter.on_code_taken("111111111");
  CHECK(f.encounter.record().code == "111111111");
  CHECK(f.gateway.take() == Lines{"publish 482731906", "publish 111111111"});
}

TEST_CASE("A code that expires ends its session as expired, and a visit in a call outlives its code's time",
          "[encounter][timeout]") {
  Fixture late;
  late.encounter.open("482731906");
  late.gateway.take();
  late.clock.advance(31min);
  late.encounter.on_time();
  CHECK(late.gateway.take() == Lines{"withdraw expired"});

  Fixture talking;
  talking.open_and_wait();
  talking.encounter.admit();
  talking.clock.advance(3h);
  talking.encounter.on_time();
  CHECK(talking.encounter.state() == State::admitted);
  CHECK(talking.encounter.record().code == "482731906");
  CHECK_FALSE(talking.encounter.record().code_expires);
}

TEST_CASE("A page asking for an offer over and over gets one peer at a time", "[encounter][security]") {
  Fixture f;
  f.talk();
  for (int i = 0; i < 50; ++i) f.encounter.on_request_offer("s1", 1);
  CHECK(f.media.made == 2);
  CHECK(f.media.open_peers() == 2);
}

TEST_CASE("Ending closes the connection at once, even while the disk is busy", "[encounter][security]") {
  Fixture f;
  f.talk();
  f.log.hold();
  REQUIRE(f.encounter.end());
  CHECK(f.media.open_peers() == 0);
  CHECK(f.gateway.lines.empty());  // nobody is told before the log has it
  f.log.let_go();
  CHECK(f.gateway.take() == Lines{"withdraw completed"});
}

TEST_CASE("Screens show no more than the log has", "[encounter]") {
  Fixture f;
  f.open_and_wait();
  f.log.hold();
  f.admit_and_connect();
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.encounter.shown().state == State::waiting);
  CHECK_FALSE(f.peer().presented);
  f.log.let_go();
  CHECK(f.encounter.shown().state == State::in_call);
  CHECK(f.peer().presented);
}

TEST_CASE("A peer that connects after its patient has left is not shown", "[encounter][security]") {
  Fixture f;
  f.open_and_wait();
  f.encounter.admit();
  f.encounter.on_answer("s1", 1, "answer");
  HandPeer& late = f.peer();
  f.log.hold();
  f.encounter.on_leave("s1");
  late.listener.on_connected();
  CHECK_FALSE(late.presented);
  CHECK(late.closed);
  CHECK(f.encounter.state() == State::open);
}

TEST_CASE("An answer that nothing was offered for is not taken for the answer", "[encounter]") {
  Fixture f;
  f.open_and_wait();
  REQUIRE(f.encounter.admit());
  f.peer().listener.on_failed(PeerFailure::connect_timeout, "");
  f.clock.advance(10s);
  f.encounter.on_time();
  f.encounter.on_answer("s1", 2, "too early");
  CHECK(f.peer().answer.empty());
  f.peer().listener.on_offer("again");
  f.encounter.on_answer("s1", 2, "answer");
  CHECK(f.peer().answer == "answer");
}

TEST_CASE("After a power cut the chat goes on where the log has it", "[encounter][chat][restart]") {
  Fixture f;
  f.talk();
  HandPeer& before = f.peer();
  REQUIRE(f.encounter.send_chat("언제부터 아프셨어요?"));
  before.listener.on_channel_text(Channel::chat, "received:" + f.encounter.chat().messages()[0].id);
  f.clock.advance(5s);
  before.listener.on_channel_text(Channel::chat, "text:x:어제부터요 😢");
  REQUIRE(f.encounter.send_chat("약은 드셨어요?"));
  const std::vector<ChatMessage> written = f.encounter.chat().messages();

  const ConsultationRecord kept = f.log.records.at(f.encounter.record().id);
  HandGateway gateway;
  HandMedia media;
  Encounter again{kept, {f.log, f.clock, media, gateway, f.codec, f.observer, Limits{}}};
  f.clock.advance(1min);
  again.restore({f.log.entries, 0});
  const auto& restored = again.chat().messages();
  REQUIRE(restored.size() == 3);
  for (std::size_t i = 0; i < restored.size(); ++i) {
    CHECK(restored[i].id == written[i].id);
    CHECK(restored[i].from_patient == written[i].from_patient);
    CHECK(restored[i].text == written[i].text);
    CHECK(restored[i].time == written[i].time);
    CHECK(restored[i].delivered == written[i].delivered);
  }

  again.on_returned("s1", "ko", 0);
  HandPeer& after = *media.newest();
  after.listener.on_offer("sdp");
  again.on_answer("s1", 1, "answer");
  after.listener.on_connected();
  after.listener.on_channel_open(Channel::chat);
  // Only what the patient has not: the first text had arrived.
  REQUIRE(after.sent.size() == 1);
  CHECK(after.sent[0].second == "text:" + written[2].id + ":약은 드셨어요?");

  const std::size_t entries = f.log.entries.size();
  after.listener.on_channel_text(Channel::chat, "text:x:어제부터요 😢");
  CHECK(after.sent.back().second == "received:x");
  CHECK(again.chat().messages().size() == 3);
  CHECK(f.log.entries.size() == entries);
}

TEST_CASE("Both sides are told what the line leaves of picture and sound, and the log has it",
          "[encounter][media-level]") {
  using Levels = Encounter::MediaLevels;
  Fixture f;
  f.talk();
  HandPeer& peer = f.peer();
  const auto told = [&] {
    std::vector<std::string> lines;
    for (const auto& [channel, text] : peer.sent) {
      if (channel == Channel::control && text.starts_with("level:")) lines.push_back(text);
    }
    return lines;
  };
  // A page that does not know the line is not told, one that says later that it does hears how things are.
  peer.listener.on_media_level(MediaLevel::stills);
  CHECK(told().empty());
  f.line(Channel::control, "hello");
  CHECK(told() == std::vector<std::string>{"level:stills"});
  peer.listener.on_media_level(MediaLevel::voice);
  CHECK(told().back() == "level:voice");
  f.line(Channel::control, "level:text");
  CHECK(f.encounter.media_levels() == Levels{MediaLevel::voice, MediaLevel::text});
  REQUIRE(f.count("media-level") == 3);
  CHECK(f.log.entries.back().details ==
        std::map<std::string, std::string>{{"direction", "from-patient"}, {"level", "text"}});
  CHECK(std::count(f.observer.events.begin(), f.observer.events.end(), "media-level") == 3);

  // The next connection may take another path: it begins with everything.
  f.encounter.on_request_offer("s1", 1);
  f.peer().listener.on_offer("sdp");
  f.encounter.on_answer("s1", f.number(), "answer");
  f.peer().listener.on_connected();
  CHECK(f.encounter.media_levels() == Levels{});
}

TEST_CASE("A call goes on while a peer for the kiosk's new addresses is built, which then takes over",
          "[encounter][network]") {
  Fixture f;
  f.talk();
  HandPeer& before = f.peer();
  f.encounter.on_network_changed();
  REQUIRE(f.media.made == 2);
  CHECK_FALSE(before.closed);
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.encounter.on_air().camera);
  CHECK(f.count("network-changed") == 1);

  f.peer().listener.on_offer("sdp");
  f.encounter.on_answer("s1", 2, "answer");
  // Another change before that one is connected: it names addresses that are gone.
  f.encounter.on_network_changed();
  CHECK(f.media.made == 3);
  CHECK_FALSE(before.closed);
  f.peer().listener.on_offer("sdp");
  f.encounter.on_answer("s1", 3, "answer");
  f.peer().listener.on_connected();
  CHECK(before.closed);
  CHECK(f.peer().presented);
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.count("media-lost") == 0);
}

TEST_CASE("What is prepared for somebody at the door is prepared anew for the kiosk's new addresses",
          "[encounter][network]") {
  Fixture f;
  f.encounter.on_network_changed();
  CHECK(f.media.made == 0);
  f.open_and_wait();
  REQUIRE(f.media.made == 1);
  f.encounter.on_network_changed();
  CHECK(f.media.made == 2);
  CHECK(f.media.open_peers() == 1);
}

TEST_CASE("A short silence begins another peer, and nobody is told of it", "[encounter][network]") {
  Fixture f;
  f.talk();
  HandPeer& before = f.peer();
  const std::size_t entries = f.log.entries.size();
  before.listener.on_silent();
  REQUIRE(f.media.made == 2);
  before.listener.on_silent();
  CHECK(f.media.made == 2);  // that one is on its way
  CHECK_FALSE(before.closed);
  CHECK(f.encounter.state() == State::in_call);
  CHECK(f.log.entries.size() == entries);
  f.peer().listener.on_offer("sdp");
  f.encounter.on_answer("s1", 2, "answer");
  f.peer().listener.on_connected();
  CHECK(before.closed);
  CHECK(f.encounter.state() == State::in_call);
}

TEST_CASE("The silence of a page that sends nothing but text begins nothing", "[encounter][network]") {
  Fixture f;
  f.talk();
  f.line(Channel::control, "level:text");
  f.peer().listener.on_silent();
  CHECK(f.media.made == 1);
}
