#include "pipelines/sound_times.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

// Long enough for one piece that did not have to wait, also on a busy machine; a bad clock (200 ppm) is off
// by 1 ms after it.
constexpr auto k_window = 5s;
// The canceller compares in steps of a millisecond anyway, and small steps disturb it least.
constexpr auto k_least_step = 1ms;

}  // namespace

SoundTimes::Time SoundTimes::on_sound(Time end, Time now) {
  const Time age = now - end - m_correction;
  m_least = std::min(age, m_least.value_or(age));
  if (m_window_end == Time(0)) m_window_end = now + k_window;
  if (now >= m_window_end) {
    m_window_end = now + k_window;
    const Time least = *std::exchange(m_least, std::nullopt);
    // No sound comes before it is made: a source that starts late counts what had to wait as new.
    if (!m_usual) m_usual = std::max(least, Time(0));
    if (std::chrono::abs(least - *m_usual) >= k_least_step) m_correction += least - *m_usual;
  }
  return m_correction;
}

void keep_times(GstElement* source, const Timeline& timeline) {
  struct Context {
    Timeline timeline;
    SoundTimes times;
  };
  using Shared = std::shared_ptr<Context>;
  const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(source, "src"));
  if (!pad) return;
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        GstBuffer* sound = GST_PAD_PROBE_INFO_BUFFER(info);
        if (!GST_BUFFER_PTS_IS_VALID(sound)) return GST_PAD_PROBE_OK;
        Context& context = *unbox<Shared>(data);
        const GstClockTime duration = GST_BUFFER_DURATION_IS_VALID(sound) ? GST_BUFFER_DURATION(sound) : 0;
        const GstClockTime now = gst_clock_get_time(context.timeline.clock.get());
        const auto correction = context.times.on_sound(SoundTimes::Time(GST_BUFFER_PTS(sound) + duration),
                                                       SoundTimes::Time(now - context.timeline.base_time));
        if (correction == SoundTimes::Time(0)) return GST_PAD_PROBE_OK;
        sound = gst_buffer_make_writable(sound);
        info->data = sound;
        const auto begin = static_cast<gint64>(GST_BUFFER_PTS(sound)) + correction.count();
        GST_BUFFER_PTS(sound) = static_cast<GstClockTime>(std::max<gint64>(0, begin));
        return GST_PAD_PROBE_OK;
      },
      box<Shared>(std::make_shared<Context>(Context{timeline, {}})), free_box<Shared>);
}

}  // namespace sangdam::pipelines
