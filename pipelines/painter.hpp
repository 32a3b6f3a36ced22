// The last step of a picture on its way to a screen: converted once, in the size in which the screen paints
// it, and not at all while nobody can see it. Software painting is the dearest part of a call: what the
// renderer is given in its own format and size, it copies.
//
// build() on the main thread, the rest on the streaming thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/video_frame.hpp"
#include "pipelines/pipeline.hpp"
#include "pipelines/relay.hpp"

namespace sangdam::pipelines {

class Painter {
 public:
  /// Each picture as it came, before anything is spent on it.
  using OnPicture = std::function<void(base::PictureSize)>;
  /// A frame for the slot, its `source` being the size that the picture came in.
  using OnFrame = std::function<void(base::VideoFrame)>;

  /// The end of a pipeline's description: from raw video of any size to an appsink. `name` is its elements'
  /// prefix.
  [[nodiscard]] static std::string chain(const std::string& name);
  /// Connects the chain, which is in the pipeline by now, with a slot: its wishes decide, on_frame puts
  /// frames in.
  static void connect(Pipeline& pipeline, const std::string& name, std::shared_ptr<base::FrameSlot> slot,
                      OnPicture on_picture, OnFrame on_frame);
};

/// A BGRA sample as a frame, without copying: the frame keeps the buffer mapped. Nothing if it is of another
/// format.
[[nodiscard]] std::optional<base::VideoFrame> to_frame(GstSample& sample);

}  // namespace sangdam::pipelines
