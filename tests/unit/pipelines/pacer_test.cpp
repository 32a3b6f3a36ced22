#include "pipelines/pacer.hpp"

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Two pads, and when what reached the second.
struct Line {
  Line() {
    gst_init(nullptr, nullptr);
    from = Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC));
    to = Ref<GstPad>::sink(gst_pad_new("sink", GST_PAD_SINK));
    gst_pad_set_element_private(to.get(), this);
    gst_pad_set_chain_function(
        to.get(), +[](GstPad* pad, GstObject*, GstBuffer* buffer) {
          auto* self = static_cast<Line*>(gst_pad_get_element_private(pad));
          self->arrived.emplace_back(GST_BUFFER_OFFSET(buffer), Clock::now());
          gst_buffer_unref(buffer);
          return GST_FLOW_OK;
        });
    gst_pad_set_active(from.get(), TRUE);
    gst_pad_set_active(to.get(), TRUE);
    REQUIRE(gst_pad_link(from.get(), to.get()) == GST_PAD_LINK_OK);
    gst_pad_push_event(from.get(), gst_event_new_stream_start("test"));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(from.get(), gst_event_new_segment(&segment));
  }
  void push_list(unsigned packets, std::size_t bytes) {
    GstBufferList* list = gst_buffer_list_new();
    for (unsigned i = 0; i < packets; ++i) {
      GstBuffer* packet = gst_buffer_new_allocate(nullptr, bytes, nullptr);
      GST_BUFFER_OFFSET(packet) = sent++;
      gst_buffer_list_add(list, packet);
    }
    CHECK(gst_pad_push_list(from.get(), list) == GST_FLOW_OK);
  }
  Ref<GstPad> from, to;
  guint64 sent = 0;
  std::vector<std::pair<guint64, Clock::time_point>> arrived;
};

}  // namespace

TEST_CASE("A picture's packets keep their order and come no faster than the rate", "[pacer]") {
  Line line;
  Pacer pacer(line.from.get());
  pacer.set_rate(400);
  line.push_list(5, 1000);
  REQUIRE(line.arrived.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(line.arrived[i].first == i);
  // 8,000 bits at 400 kbit/s are 20 ms.
  for (std::size_t i = 1; i < 5; ++i) CHECK(line.arrived[i].second - line.arrived[i - 1].second >= 19ms);
}

TEST_CASE("Without a rate a picture passes as it comes", "[pacer]") {
  Line line;
  Pacer pacer(line.from.get());
  line.push_list(50, 1000);
  CHECK(line.arrived.size() == 50);
}

TEST_CASE("A thread that waits goes on when the pacer ends", "[pacer]") {
  Line line;
  std::optional<Pacer> pacer(std::in_place, line.from.get());
  pacer->set_rate(0.01);  // a packet takes a quarter of an hour
  std::thread sender([&] { line.push_list(3, 1000); });
  pacer.reset();
  sender.join();
  CHECK(line.arrived.size() == 3);
}

}  // namespace sangdam::pipelines
