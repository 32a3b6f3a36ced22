#include "pipelines/devices.hpp"

#include "pipelines/capture.hpp"
#include "support/catch.hpp"

namespace sangdam::pipelines {
namespace {

StructurePtr properties(const std::string& fields) {
  gst_init(nullptr, nullptr);
  StructurePtr result(
      gst_structure_from_string(("properties" + (fields.empty() ? "" : "," + fields)).c_str(), nullptr));
  REQUIRE(result);
  return result;
}
Device listing(const char* provider, const char* device_class, const char* name, const std::string& fields) {
  const auto device = describe(provider, device_class, name, properties(fields).get());
  REQUIRE(device.has_value());
  return *device;
}

}  // namespace

TEST_CASE("Own streams, monitors and the dummy output are no devices", "[devices]") {
  CHECK_FALSE(describe("GstPipeWireDevice", "Stream/Input/Video", "kiosk", properties("").get()).has_value());
  CHECK_FALSE(
      describe("GstPipeWireDevice", "Audio/Source/Virtual", "vmic", properties("").get()).has_value());
  CHECK_FALSE(describe("GstPulseDevice", "Audio/Source", "Monitor of Speaker",
                       properties("device.class=(string)monitor").get()));
  CHECK_FALSE(describe("GstPipeWireDevice", "Audio/Sink", "Dummy Output",
                       properties("node.name=(string)auto_null").get()));
  CHECK_FALSE(describe("GstPulseDevice", "Audio/Source", "x",
                       properties("node.name=(string)vspeaker.monitor").get()));
}

TEST_CASE("A camera listed by V4L2 and PipeWire is one camera, opened through V4L2", "[devices]") {
  const auto devices =
      fold({listing("GstPipeWireDevice", "Video/Source", "HD Webcam (V4L2)",
                    "node.name=(string)v4l2_input.usb, api.v4l2.path=(string)/dev/video0"),
            listing("GstV4l2Device", "Video/Source", "HD Webcam", "device.path=(string)/dev/video0"),
            listing("GstPipeWireDevice", "Video/Source", "Other", "node.name=(string)other")});
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].name == "HD Webcam");
  CHECK(devices[0].kind == Part::camera);
  CHECK(devices[1].name == "Other");
}

TEST_CASE("A microphone listed three times is one, opened through PulseAudio", "[devices]") {
  const auto devices = fold({listing("GstPipeWireDevice", "Audio/Source", "vmic", "node.name=(string)vmic"),
                             listing("GstPulseDevice", "Audio/Source", "vmic", "node.name=(string)vmic"),
                             listing("GstPipeWireDevice", "Audio/Source", "vmic", "node.name=(string)vmic")});
  REQUIRE(devices.size() == 1);
  CHECK(devices[0].rank == 3);
}

TEST_CASE("Two devices of the same model stay two", "[devices]") {
  const auto devices =
      fold({listing("GstPulseDevice", "Audio/Source", "USB Microphone", "node.name=(string)usb-1"),
            listing("GstPulseDevice", "Audio/Source", "USB Microphone", "node.name=(string)usb-2")});
  CHECK(devices.size() == 2);
}

TEST_CASE("The configured device is picked by name, else the default one", "[devices]") {
  const auto devices =
      fold({listing("GstPulseDevice", "Audio/Source", "A", "node.name=(string)a"),
            listing("GstPulseDevice", "Audio/Source", "B", "node.name=(string)b, is-default=(boolean)true"),
            listing("GstPulseDevice", "Audio/Sink", "C", "node.name=(string)c")});
  CHECK(pick(devices, Part::microphone, "auto")->name == "B");
  CHECK(pick(devices, Part::microphone, "A")->name == "A");
  CHECK(pick(devices, Part::microphone, "b")->name == "B");
  CHECK(pick(devices, Part::speaker, "auto")->name == "C");
  CHECK_FALSE(pick(devices, Part::microphone, "C").has_value());
  CHECK_FALSE(pick(devices, Part::camera, "auto").has_value());
}

TEST_CASE("A device that another program has is busy, any other that does not open is unusable",
          "[devices]") {
  gst_init(nullptr, nullptr);
  const auto after = [](int code, const char* message) {
    const base::ErrorPtr error(g_error_new_literal(GST_RESOURCE_ERROR, code, message));
    return condition_after(*error);
  };
  CHECK(after(GST_RESOURCE_ERROR_BUSY, "Device '/dev/video0' is busy") == Condition::busy);
  CHECK(after(GST_RESOURCE_ERROR_FAILED, "stream error: Device or resource busy") == Condition::busy);
  CHECK(after(GST_RESOURCE_ERROR_OPEN_READ, "Could not open device") == Condition::unusable);
  const base::ErrorPtr other(
      g_error_new_literal(GST_STREAM_ERROR, GST_RESOURCE_ERROR_BUSY, "of another domain"));
  CHECK(condition_after(*other) == Condition::unusable);
}

TEST_CASE("A camera is asked for 720p at full rate, raw only if that does not cost the rate", "[devices]") {
  gst_init(nullptr, nullptr);
  const auto wish = [](const char* offered) {
    const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(offered));
    return preferred_camera_caps(*caps.get());
  };
  CHECK(wish("video/x-raw,format=NV12,width=1280,height=720,framerate=30/1") ==
        "video/x-raw,width=1280,height=720,framerate=[25/1,60/1]");
  // The usual USB 2 webcam.
  CHECK(wish("video/x-raw,format=YUY2,width=1280,height=720,framerate=10/1;"
             "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1;"
             "image/jpeg,width=1280,height=720,framerate=30/1") ==
        "image/jpeg,width=1280,height=720,framerate=[25/1,60/1]");
  CHECK(wish("video/x-raw,format=YUY2,width=640,height=480,framerate=30/1")
            .starts_with("video/x-raw,width=[640"));
  CHECK(wish("video/x-raw,format=YUY2,width=160,height=120,framerate=5/1") == "video/x-raw");
  CHECK(wish("video/x-h264") == "ANY");
}

}  // namespace sangdam::pipelines
