#include "pipelines/speech_frame.hpp"

#include <limits>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

struct Row {
  double picture_kbps, round_trip_ms;
  int milliseconds;
};

TEST_CASE("packets of speech are as long as a thin line and a long round trip make it worth") {
  for (const Row& row :
       {Row{2500, 0, 20}, Row{2500, 100, 20}, Row{600, 200, 20}, Row{2500, 500, 40}, Row{250, 50, 40},
        Row{250, 500, 60}, Row{100, 20, 60}, Row{100, 900, 60}, Row{0, 0, 60}}) {
    INFO(row.picture_kbps << " kbit/s, " << row.round_trip_ms << " ms");
    CHECK(SpeechFrame().on_line(row.picture_kbps, row.round_trip_ms) == row.milliseconds);
    SpeechFrame from_the_other_end;
    from_the_other_end.on_line(0, 1000);
    CHECK(from_the_other_end.on_line(row.picture_kbps, row.round_trip_ms) == row.milliseconds);
  }
}

TEST_CASE("a line that wavers about a border keeps its packets") {
  for (const auto& [one, other] :
       {std::pair{Row{350, 20, 0}, Row{450, 20, 0}}, std::pair{Row{2000, 260, 0}, Row{2000, 340, 0}},
        std::pair{Row{130, 20, 0}, Row{170, 20, 0}}}) {
    SpeechFrame frame;
    frame.on_line(3000, 10);
    const int settled = frame.on_line(one.picture_kbps, one.round_trip_ms);
    for (int i = 0; i < 100; ++i) {
      const Row& now = i % 2 == 0 ? other : one;
      CHECK(frame.on_line(now.picture_kbps, now.round_trip_ms) == settled);
    }
  }
}

TEST_CASE("a figure that is none changes nothing") {
  SpeechFrame frame;
  frame.on_line(250, 50);
  CHECK(frame.on_line(std::numeric_limits<double>::quiet_NaN(), 50) == 40);
  CHECK(frame.on_line(2500, std::numeric_limits<double>::infinity()) == 40);
}

}  // namespace
}  // namespace sangdam::pipelines
