#include "kiosk/notice_board.hpp"

#include "support/catch.hpp"

using namespace sangdam::kiosk;
using sangdam::ui::Health;

TEST_CASE("What is raised before anybody draws is there when somebody does", "[notices]") {
  NoticeBoard board;
  board.raise(
      "gateway", Health::bad, [] { return "the port is taken"; }, false);
  board.raise("camera", Health::warning, [] { return "no camera"; });
  board.clear("camera");
  int told = 0;
  board.on_change([&] { ++told; });
  CHECK(told == 0);
  REQUIRE(board.bars().size() == 1);
  CHECK(board.bars().front().text == "the port is taken");
  CHECK_FALSE(board.bars().front().dismissible);
}

TEST_CASE("The newest sentence of a kind replaces the older and keeps its place", "[notices]") {
  NoticeBoard board;
  int told = 0;
  board.on_change([&] { ++told; });
  board.raise("a", Health::warning, [] { return "first"; });
  board.raise("b", Health::warning, [] { return "second"; });
  board.raise("a", Health::bad, [] { return "third"; });
  board.clear("nobody raised this");
  CHECK(told == 3);
  REQUIRE(board.bars().size() == 2);
  CHECK(board.bars()[0].text == "third");
  CHECK(board.bars()[0].health == Health::bad);
  CHECK(board.bars()[1].text == "second");
}

TEST_CASE("A notice speaks the language staff have chosen since", "[notices]") {
  NoticeBoard board;
  std::string language = "en";
  board.raise("a", Health::warning, [&] { return language == "ko" ? "카메라 없음" : "No camera"; });
  CHECK(board.bars().front().text == "No camera");
  language = "ko";
  CHECK(board.bars().front().text == "카메라 없음");
}
