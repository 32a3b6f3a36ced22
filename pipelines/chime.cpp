#include "pipelines/chime.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "base/log.hpp"

namespace sangdam::pipelines {
namespace {

constexpr double k_rate = 48000;    // Hz
constexpr double k_length = 1.6;    // s
constexpr double k_attack = 0.004;  // s; shorter is heard as a click
constexpr double k_release = 0.05;  // s, at the end
struct Stroke {
  double starts;     // s
  double frequency;  // Hz
};
constexpr Stroke k_strokes[]{{0.0, 784.0}, {0.28, 523.25}};  // G5, then C5: down, like a door chime
// A struck bar: its partials lie far apart, and the high ones are gone first.
struct Partial {
  double ratio, level, decay;  // decay in s, to 1/e
};
constexpr Partial k_partials[]{{1.0, 0.62, 0.42}, {2.76, 0.16, 0.14}, {5.40, 0.05, 0.06}};
constexpr double k_loudest = 0.45;  // of full scale, at volume 1 and with both strokes

double sound_at(double time) {
  double sum = 0;
  for (const Stroke& stroke : k_strokes) {
    const double since = time - stroke.starts;
    if (since < 0) continue;
    const double attack = std::min(1.0, since / k_attack);
    for (const Partial& partial : k_partials) {
      sum += attack * partial.level * std::exp(-since / partial.decay) *
             std::sin(2 * std::numbers::pi * stroke.frequency * partial.ratio * since);
    }
  }
  return sum;
}

}  // namespace

std::vector<std::int16_t> chime_samples(double volume) {
  std::vector<std::int16_t> samples(static_cast<std::size_t>(k_rate * k_length));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double time = static_cast<double>(i) / k_rate;
    const double release = std::min(1.0, (k_length - time) / k_release);
    const double level = std::clamp(volume, 0.0, 1.0) * k_loudest * release * sound_at(time);
    samples[i] = static_cast<std::int16_t>(std::lround(std::clamp(level, -1.0, 1.0) * 32767));
  }
  return samples;
}

void Chime::play(double volume) {
  m_pipeline.reset();
  const Ref<GstElement> sink = m_parts.new_sink();
  if (!sink) return;
  m_pipeline =
      std::make_unique<Pipeline>("chime", m_parts.timeline, m_parts.workers, [this](GstMessage& message) {
        if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_ERROR) {
          base::ErrorPtr error;
          gst_message_parse_error(&message, base::out(error), nullptr);
          base::log_warning("media", "no chime: {}", base::message_of(error));
          m_pipeline.reset();
        } else if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_EOS) {
          m_pipeline.reset();
        }
      });
  const auto chain = m_pipeline->add(
      "appsrc name=in format=time caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
      "audioconvert ! audioresample");
  m_pipeline->add(sink);
  if (!chain || !gst_element_link(chain->get(), sink.get())) {
    base::log_warning("media", "no chime: its pipeline cannot be made");
    return m_pipeline.reset();
  }
  // A loudspeaker that wakes slowly plays it late rather than not at all.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(sink.get()), "sync") != nullptr)
    g_object_set(sink.get(), "sync", FALSE, nullptr);
  const std::vector<std::int16_t> samples = chime_samples(volume);
  const gsize size = samples.size() * sizeof(std::int16_t);
  auto sound = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, size, nullptr));
  gst_buffer_fill(sound.get(), 0, samples.data(), size);
  GST_BUFFER_PTS(sound.get()) = 0;
  const Ref<GstElement> source = m_pipeline->find("in");
  m_pipeline->play();
  gst_app_src_push_buffer(GST_APP_SRC(source.get()), sound.release());  // takes it over
  gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
}

}  // namespace sangdam::pipelines
