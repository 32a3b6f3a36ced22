// Puts error_correction.hpp into webrtcbin: between its retransmissions and its rtpreddec, where the session
// has counted what was lost and no jitter buffer waits for it yet. Nothing is left for rtpreddec to do.
#pragma once

#include "pipelines/gst_handles.hpp"

namespace sangdam::pipelines {

/// On the main thread, before webrtcbin makes any element; the work is done on streaming threads.
void repair_pictures(GstElement* webrtc);

}  // namespace sangdam::pipelines
