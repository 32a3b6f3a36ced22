#include "pipelines/pacer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace sangdam::pipelines {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds k_nap{10};

}  // namespace

struct Pacer::State {
  std::atomic<double> kbps{0};
  Clock::time_point free_at;  // of the streaming thread

  void wait(std::size_t bytes) {
    const auto nap = [this] {
      const auto left = free_at - Clock::now();
      if (left <= Clock::duration::zero() || kbps <= 0) return false;
      std::this_thread::sleep_for(std::min<Clock::duration>(left, k_nap));
      return true;
    };
    while (nap()) {
    }
    const double rate = kbps;
    if (rate <= 0) return;
    const std::chrono::duration<double, std::milli> takes(static_cast<double>(bytes) * 8 / rate);
    free_at = Clock::now() + std::chrono::duration_cast<Clock::duration>(takes);
  }
};

Pacer::Pacer(GstPad* pad) : m_state(std::make_shared<State>()) {
  using Shared = std::shared_ptr<State>;
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad* from, GstPadProbeInfo* info, gpointer data) noexcept -> GstPadProbeReturn {
        const Shared& state = unbox<Shared>(data);
        if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
          state->wait(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)));
          return GST_PAD_PROBE_OK;
        }
        if (state->kbps <= 0) return GST_PAD_PROBE_OK;
        // A picture comes as one list. One by one they come through here again.
        GstBufferList* packets = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
        for (guint i = 0; i < gst_buffer_list_length(packets); ++i)
          gst_pad_push(from, gst_buffer_ref(gst_buffer_list_get(packets, i)));
        return GST_PAD_PROBE_DROP;
      },
      box<Shared>(m_state), free_box<Shared>);
}

Pacer::~Pacer() { m_state->kbps = 0; }

void Pacer::set_rate(double kbps) { m_state->kbps = kbps; }

}  // namespace sangdam::pipelines
