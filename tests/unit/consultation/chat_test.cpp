#include "consultation/chat.hpp"

#include "support/catch.hpp"
#include "support/domain_doubles.hpp"

using namespace sangdam::consultation;
using sangdam::tests::HandClock;

TEST_CASE("A text of ours waits until the other side has it", "[chat]") {
  Chat chat;
  const HandClock clock;
  chat.sent({"a", "안녕하세요 👋"}, clock.now());
  REQUIRE(chat.unacknowledged().size() == 1);
  CHECK(chat.unacknowledged().front().text == "안녕하세요 👋");
  CHECK(chat.acknowledged("a"));
  CHECK(chat.unacknowledged().empty());
  CHECK_FALSE(chat.acknowledged("a"));
  CHECK_FALSE(chat.acknowledged("unknown"));
}

TEST_CASE("A patient's text sent twice is shown once", "[chat]") {
  Chat chat;
  const HandClock clock;
  REQUIRE(chat.judge({"x", "hello"}) == Chat::Incoming::fresh);
  chat.expect("x");
  CHECK(chat.judge({"x", "hello"}) == Chat::Incoming::pending);  // still on its way into the log
  chat.received({"x", "hello"}, clock.now());
  CHECK(chat.judge({"x", "hello"}) == Chat::Incoming::repeated);
  CHECK(chat.messages().size() == 1);
}

TEST_CASE("A patient cannot acknowledge a text of the patient's own", "[chat]") {
  Chat chat;
  const HandClock clock;
  REQUIRE(chat.judge({"x", "hello"}) == Chat::Incoming::fresh);
  chat.received({"x", "hello"}, clock.now());
  CHECK_FALSE(chat.acknowledged("x"));
}

TEST_CASE("A text whose payload was erased from the log is left out, the others keep their order",
          "[chat][restart]") {
  const auto entry = [](const char* kind, std::map<std::string, std::string> details) {
    LogEntry made;
    made.kind = kind;
    made.details = std::move(details);
    return made;
  };
  const Chat chat = Chat::from_log({entry("chat-received", {{"id", "a"}, {"text", "first"}}),
                                    entry("chat-sent", {}), entry("chat-delivered", {}),
                                    entry("microphone-muted", {{"id", "no chat"}, {"text", "nor this"}}),
                                    entry("chat-sent", {{"id", "b"}, {"text", "second"}}),
                                    // A kiosk that did not know its chat after a restart kept this twice.
                                    entry("chat-received", {{"id", "a"}, {"text", "first"}})});
  REQUIRE(chat.messages().size() == 2);
  CHECK(chat.messages()[0].text == "first");
  CHECK(chat.messages()[1].text == "second");
  CHECK(chat.unacknowledged().size() == 1);
}

TEST_CASE("A long talk never ends for its length: the newest messages are kept and the next is taken",
          "[chat][flood]") {
  Chat chat;
  HandClock clock;
  for (int i = 0; i < 3000; ++i) {
    clock.advance(std::chrono::seconds(1));
    const std::string id = std::to_string(i);
    REQUIRE(chat.judge({id, "line"}) == Chat::Incoming::fresh);
    chat.received({id, "line"}, clock.now());
    CHECK(chat.has_place_for_ours());
    chat.sent({"ours " + id, "answer"}, clock.now());
    CHECK(chat.acknowledged("ours " + id));
  }
  CHECK(chat.messages().size() == Chat::k_most_kept);
  CHECK(chat.messages().back().id == "ours 2999");
}

TEST_CASE("What is kept of a chat never drops a text of ours that is not delivered", "[chat][flood]") {
  Chat chat;
  HandClock clock;
  for (std::size_t i = 0; i < Chat::k_most_undelivered; ++i) {
    REQUIRE(chat.has_place_for_ours());
    chat.sent({"ours " + std::to_string(i), "please answer"}, clock.now());
  }
  CHECK_FALSE(chat.has_place_for_ours());
  for (int i = 0; i < 2000; ++i) chat.received({std::to_string(i), "line"}, clock.now());
  CHECK(chat.messages().size() == Chat::k_most_kept);
  CHECK(chat.unacknowledged().size() == Chat::k_most_undelivered);
  CHECK(chat.acknowledged("ours 0"));
  CHECK(chat.has_place_for_ours());
}
