#include "pipelines/relay.hpp"

#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

/// A consumer as the peers are: an appsrc in a running pipeline, whose output can be looked at.
struct Consumer {
  Consumer() {
    gst_init(nullptr, nullptr);
    pipeline = Ref<GstElement>::sink(
        gst_parse_launch("appsrc name=in format=time ! appsink name=out sync=false", nullptr));
    in = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
    out = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  }
  ~Consumer() { gst_element_set_state(pipeline.get(), GST_STATE_NULL); }
  std::vector<GstClockTime> received() {
    gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
    std::vector<GstClockTime> times;
    while (const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(GST_APP_SINK(out.get())))) {
      times.push_back(GST_BUFFER_PTS(gst_sample_get_buffer(sample.get())));
    }
    return times;
  }
  Ref<GstElement> pipeline, in, out;
};

void push(Relay& relay, GstClockTime pts) {
  const auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 4, nullptr));
  GST_BUFFER_PTS(buffer.get()) = pts;
  relay.push(buffer.get());
}

using Times = std::vector<GstClockTime>;

}  // namespace

TEST_CASE("A gate lets nothing through before it is opened and after it is shut", "[relay]") {
  Gate gate;
  int passed = 0;
  CHECK_FALSE(gate.pass([&] { ++passed; }));
  gate.open();
  CHECK(gate.pass([&] { ++passed; }));
  gate.shut();
  CHECK_FALSE(gate.pass([&] { ++passed; }));
  CHECK(passed == 1);
}

TEST_CASE("A relay feeds every consumer while it is attached", "[relay]") {
  const auto relay = std::make_shared<Relay>();
  Consumer early, late;
  {
    const Relay::Output first(relay, early.in);
    push(*relay, 10);
    const Relay::Output second(relay, late.in);
    push(*relay, 20);
  }
  push(*relay, 30);
  CHECK(early.received() == Times{10, 20});
  CHECK(late.received() == Times{20});
}

TEST_CASE("Time only goes forward through a relay", "[relay]") {
  const auto relay = std::make_shared<Relay>();
  Consumer consumer;
  const Relay::Output output(relay, consumer.in);
  for (const GstClockTime pts : Times{10, 20, 20, 15, 30}) push(*relay, pts);
  CHECK(consumer.received() == Times{10, 20, 30});
}

TEST_CASE("A divided output gets every second buffer", "[relay]") {
  const auto relay = std::make_shared<Relay>();
  Consumer consumer;
  Relay::Output output(relay, consumer.in);
  output.set_divisor(2);
  for (const GstClockTime pts : Times{10, 20, 30, 40, 50}) push(*relay, pts);
  CHECK(consumer.received() == Times{10, 30, 50});
}

TEST_CASE("A relay passes buffers no oftener than a consumer wants, and none to one that wants none",
          "[relay]") {
  const auto relay = std::make_shared<Relay>();
  Consumer seldom, never;
  Relay::Output some(relay, seldom.in);
  Relay::Output none(relay, never.in);
  some.set_interval(25);
  none.set_interval(GST_CLOCK_TIME_NONE);
  for (GstClockTime pts = 10; pts <= 100; pts += 10) push(*relay, pts);
  some.set_interval(0);
  none.set_interval(0);
  push(*relay, 105);
  CHECK(seldom.received() == Times{10, 40, 70, 100, 105});
  CHECK(never.received() == Times{105});
}

}  // namespace sangdam::pipelines
