// Follows pictures through the engine's pipelines from outside: GStreamer calls a tracer at each push of each
// pad, and this one notes when a picture passes the pads it is asked about. Without one nothing is called.
//
// Make it after gst_init() and before the pipelines; one for the life of the program. Any thread.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sangdam::tests {

/// A pad that pictures pass.
struct Stage {
  enum class Side : std::uint8_t { out_of, into };
  /// A picture of several packets passes with its first or its last one; `done`: once the push has returned.
  enum class Moment : std::uint8_t { first, last, done };
  /// What a picture is known by there: the time of its buffers, or its packets' RTP timestamp.
  enum class Name : std::uint8_t { time, rtp };

  std::string label;
  std::string pipeline;
  std::string element;  // its name, its factory's, or "source" for whatever makes the pictures
  Side side = Side::out_of;
  Moment moment = Moment::first;
  Name name = Name::time;
  bool joins = false;  // here buffers have both names, and both belong to one picture
};

class StageTracer {
 public:
  using Way = std::vector<Stage>;
  struct Picture {
    std::optional<GstClockTime> time;
    std::optional<std::uint32_t> rtp;
    GstClockTime captured = 0;     // as its time says, where that is what the first stage knows it by
    std::vector<GstClockTime> at;  // of each stage; 0: not there (yet)
  };

  explicit StageTracer(std::vector<Way> ways);
  StageTracer(const StageTracer&) = delete;
  StageTracer& operator=(const StageTracer&) = delete;

  /// The pictures seen until now, oldest first; the next call begins with the next picture.
  [[nodiscard]] std::vector<Picture> take(std::size_t way);
  /// When a picture passed the way's last stage most recently.
  [[nodiscard]] GstClockTime newest(std::size_t way) const { return m_newest[way]; }
  /// The clock of all these times: the engine's.
  [[nodiscard]] static GstClockTime now();

 private:
  /// One of the stages, by its place.
  struct Place {
    std::size_t way = 0, stage = 0;
  };
  using Places = std::vector<Place>;

  void on_push(GstPad& pad, GstBuffer& buffer);
  void on_pushed(GstPad& pad);
  void note(const Place& place, GstPad& pad, GstBuffer& buffer, GstClockTime now);
  [[nodiscard]] Picture* find(const Place& place, GstBuffer& buffer);
  const Places& places_of(GstPad& pad);

  const std::vector<Way> m_ways;
  std::deque<std::atomic<GstClockTime>> m_newest;
  std::mutex m_mutex;
  std::vector<std::deque<Picture>> m_pictures;  // protected by the mutex
};

}  // namespace sangdam::tests
