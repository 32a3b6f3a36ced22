// Is a camera's JPEG picture whole?
//
// A USB camera that loses packets delivers pictures without their end or with a hole in the middle. A decoder
// fills what is missing with grey and reports nothing. Looks at the markers only (ISO/IEC 10918-1 annex B),
// so it takes no time to speak of; a wrong bit inside of the data between two markers is not noticed. Pure;
// any thread.
#pragma once

#include <optional>

#include "base/video_frame.hpp"
#include "pipelines/packets.hpp"

namespace sangdam::pipelines {

/// The size in pixels of a picture that is whole; nothing for any other one.
[[nodiscard]] std::optional<base::PictureSize> read_jpeg(Bytes picture);

}  // namespace sangdam::pipelines
