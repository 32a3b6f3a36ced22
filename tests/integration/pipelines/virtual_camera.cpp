// A camera on the desk, as PipeWire sees one: a program of its own, so that it can be pulled without a
// goodbye.
//
//   virtual-camera NAME DESCRIPTION
//
// DESCRIPTION is a gst-launch chain from a live source to what the camera delivers, with an "identity
// name=fault" in it. pipewiresink 0.3.65 crashes now and then when it is given a size; then the camera is
// plugged in once more. Each line on the standard input is a fault that lasts until the next line: "none";
// "stall"; "jump SECONDS" (its clock is so far off from now on); "cut" (every second picture ends in its
// middle); "garbage" (every second picture is noise in its middle).
#include <gst/gst.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

namespace {

enum class Fault : std::uint8_t { none, stall, cut, garbage };
std::atomic<Fault> g_fault{Fault::none};
std::atomic<std::int64_t> g_offset{0};  // nanoseconds
std::atomic<unsigned> g_count{0};

GstBuffer* spoil(GstBuffer* buffer, Fault fault) {
  const gsize size = gst_buffer_get_size(buffer);
  if (fault == Fault::cut) {
    GstBuffer* part = gst_buffer_copy_region(buffer, GST_BUFFER_COPY_ALL, 0, size / 2);
    gst_buffer_unref(buffer);
    return part;
  }
  buffer = gst_buffer_make_writable(buffer);
  std::uint32_t random = g_count;
  for (gsize at = size / 3; at < size / 2; ++at) {
    random = random * 1664525U + 1013904223U;
    const auto byte = static_cast<guint8>(random >> 24U);
    gst_buffer_fill(buffer, at, &byte, 1);
  }
  return buffer;
}

GstPadProbeReturn on_picture(GstPad*, GstPadProbeInfo* info, gpointer) {
  const Fault fault = g_fault;
  if (fault == Fault::stall) return GST_PAD_PROBE_DROP;
  GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  if ((fault == Fault::cut || fault == Fault::garbage) && ++g_count % 2 == 0) buffer = spoil(buffer, fault);
  // Backwards too: the camera has been on for ten hours.
  if (GST_BUFFER_PTS_IS_VALID(buffer))
    GST_BUFFER_PTS(buffer) += static_cast<GstClockTime>(36'000 * GST_SECOND + g_offset);
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  return GST_PAD_PROBE_OK;
}

void obey(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  words >> word;
  if (word == "jump") {
    std::int64_t seconds = 0;
    words >> seconds;
    g_offset += seconds * static_cast<std::int64_t>(GST_SECOND);
  }
  g_fault = word == "stall"     ? Fault::stall
            : word == "cut"     ? Fault::cut
            : word == "garbage" ? Fault::garbage
                                : Fault::none;
}

int deliver(const std::string& name, const std::string& picture) {
  gst_init(nullptr, nullptr);
  const std::string description =
      picture +
      " ! pipewiresink sync=false mode=provide stream-properties=\"props,media.class=Video/"
      "Source,node.name=" +
      name + ",node.description=" + name + ",media.role=Camera\"";
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(description.c_str(), &error);
  if (error != nullptr) {
    std::cerr << error->message << '\n';
    return 1;
  }
  GstElement* fault = gst_bin_get_by_name(GST_BIN(pipeline), "fault");
  GstPad* pad = gst_element_get_static_pad(fault, "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, nullptr, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (std::string line; std::getline(std::cin, line);) obey(line);
  // The test has gone: not a word to PipeWire.
  std::quick_exit(0);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 64;
  for (;;) {
    const pid_t camera = fork();
    if (camera == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      return deliver(arguments[1], arguments[2]);
    }
    int status = 0;
    if (camera < 0 || waitpid(camera, &status, 0) < 0) return 1;
    if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  }
}
