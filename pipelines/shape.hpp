// The size of a picture that keeps its shape.
//
// A camera's pictures are sent in their own shape, 4:3 or upright as they are, and never larger than they
// came: black borders would be encoded, sent and painted for nothing, and a page shows any shape. Only what
// is too large is made smaller.
#pragma once

#include <memory>
#include <string>

#include "base/video_frame.hpp"
#include "pipelines/pipeline.hpp"

namespace sangdam::pipelines {

/// `source` in its shape, with at most as many pixels as `room` has. Sides that had to be scaled are even.
/// Pure.
[[nodiscard]] base::PictureSize fit(base::PictureSize source, base::PictureSize room);

/// What the pictures between the pipelines are: I420 of that size.
[[nodiscard]] Ref<GstCaps> picture_caps(base::PictureSize size);

/// Keeps what a converter makes at fit(what comes, room), whatever size comes. Pixels that are not square
/// become square.
class ShapeKeeper {
 public:
  /// Two elements of the pipeline: a converter that scales, and the capsfilter right behind it. Before data
  /// flows.
  ShapeKeeper(const Pipeline& pipeline, const char* converter, const char* filter, base::PictureSize room);
  /// Any thread.
  void set_room(base::PictureSize room);

 private:
  struct State;
  std::shared_ptr<State> m_state;  // shared with the streaming thread
};

}  // namespace sangdam::pipelines
