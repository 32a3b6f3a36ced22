#include "bench/stage_tracer.hpp"

#define GST_USE_UNSTABLE_API
#include <gst/gsttracer.h>
#undef GST_USE_UNSTABLE_API

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "pipelines/gst_handles.hpp"
#include "pipelines/video_formats.hpp"

namespace sangdam::tests {
namespace {

using base::Ref;

// As many pictures may be under way at a time.
constexpr std::ptrdiff_t k_under_way = 100;

StageTracer* g_tracer = nullptr;  // hooks know only GStreamer's own object

struct Pushing {
  const GstPad* pad = nullptr;
  Ref<GstBuffer> buffer;
};
thread_local Pushing t_pushing;

/// Of a packet of a picture; nothing of anything else.
std::optional<std::uint32_t> rtp_timestamp(GstBuffer& buffer) {
  std::array<std::uint8_t, 8> header{};
  if (gst_buffer_extract(&buffer, 0, header.data(), header.size()) != header.size()) return std::nullopt;
  if (header[0] >> 6U != 2 || !pipelines::video_format(header[1] & 0x7fU)) return std::nullopt;
  return GST_READ_UINT32_BE(header.data() + 4);
}

std::string_view pipeline_of(GstElement* element) {
  GstObject* top = GST_OBJECT(element);
  while (GST_OBJECT_PARENT(top) != nullptr) top = GST_OBJECT_PARENT(top);
  return GST_OBJECT_NAME(top);
}

bool is_called(GstElement* element, std::string_view name) {
  if (name == "source") return GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SOURCE);
  GstElementFactory* factory = gst_element_get_factory(element);
  return name == GST_OBJECT_NAME(element) || (factory != nullptr && name == GST_OBJECT_NAME(factory));
}

/// Null for a pad of a pad.
GstElement* element_of(GstPad* pad) {
  GstObject* parent = pad != nullptr ? GST_OBJECT_PARENT(pad) : nullptr;
  return parent != nullptr && GST_IS_ELEMENT(parent) ? GST_ELEMENT(parent) : nullptr;
}

}  // namespace

StageTracer::StageTracer(std::vector<Way> ways)
    : m_ways(std::move(ways)), m_newest(m_ways.size()), m_pictures(m_ways.size()) {
  g_tracer = this;
  // The base class is abstract and does nothing by itself.
  static const GTypeInfo info{sizeof(GstTracerClass), nullptr, nullptr, nullptr, nullptr, nullptr,
                              sizeof(GstTracer),      0,       nullptr, nullptr};
  static const GType type =
      g_type_register_static(GST_TYPE_TRACER, "SangdamStageTracer", &info, static_cast<GTypeFlags>(0));
  static GstTracer* const tracer = GST_TRACER(g_object_new(type, nullptr));  // for ever, like its hooks
  const auto on_return = G_CALLBACK(
      +[](GObject*, GstClockTime, GstPad* pad, GstFlowReturn) noexcept { g_tracer->on_pushed(*pad); });
  gst_tracing_register_hook(tracer, "pad-push-pre",
                            G_CALLBACK(+[](GObject*, GstClockTime, GstPad* pad, GstBuffer* buffer) noexcept {
                              g_tracer->on_push(*pad, *buffer);
                            }));
  gst_tracing_register_hook(
      tracer, "pad-push-list-pre",
      G_CALLBACK(+[](GObject*, GstClockTime, GstPad* pad, GstBufferList* list) noexcept {
        const guint size = gst_buffer_list_length(list);
        for (guint i = 0; i < size; ++i) g_tracer->on_push(*pad, *gst_buffer_list_get(list, i));
      }));
  gst_tracing_register_hook(tracer, "pad-push-post", on_return);
  gst_tracing_register_hook(tracer, "pad-push-list-post", on_return);
}

GstClockTime StageTracer::now() {
  static const auto clock = Ref<GstClock>::adopt(gst_system_clock_obtain());
  return gst_clock_get_time(clock.get());
}

std::vector<StageTracer::Picture> StageTracer::take(std::size_t way) {
  const std::lock_guard lock(m_mutex);
  auto& all = m_pictures[way];
  std::vector<Picture> taken(std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  all.clear();
  return taken;
}

/// Found out at a pad's first push, for its life.
const StageTracer::Places& StageTracer::places_of(GstPad& pad) {
  static const GQuark quark = g_quark_from_static_string("sangdam-stages");
  if (const gpointer known = g_object_get_qdata(G_OBJECT(&pad), quark)) return *static_cast<Places*>(known);
  Places places;
  for (std::size_t way = 0; way < m_ways.size(); ++way) {
    for (std::size_t i = 0; i < m_ways[way].size(); ++i) {
      const Stage& stage = m_ways[way][i];
      const auto peer = Ref<GstPad>::adopt(gst_pad_get_peer(&pad));
      GstElement* element = element_of(stage.side == Stage::Side::into ? peer.get() : &pad);
      if (element != nullptr && is_called(element, stage.element) && pipeline_of(element) == stage.pipeline)
        places.push_back({way, i});
    }
  }
  g_object_set_qdata_full(G_OBJECT(&pad), quark, pipelines::box(std::move(places)),
                          pipelines::free_box<Places>);
  return *static_cast<Places*>(g_object_get_qdata(G_OBJECT(&pad), quark));
}

void StageTracer::on_push(GstPad& pad, GstBuffer& buffer) {
  const Places& places = places_of(pad);
  if (places.empty()) return;
  const GstClockTime time = now();
  for (const Place& place : places) {
    if (m_ways[place.way][place.stage].moment == Stage::Moment::done) {
      t_pushing = {&pad, Ref<GstBuffer>::share(&buffer)};
    } else {
      note(place, pad, buffer, time);
    }
  }
}

void StageTracer::on_pushed(GstPad& pad) {
  if (t_pushing.pad != &pad || !t_pushing.buffer) return;
  const Pushing pushed = std::exchange(t_pushing, {});
  const GstClockTime time = now();
  for (const Place& place : places_of(pad)) {
    if (m_ways[place.way][place.stage].moment == Stage::Moment::done)
      note(place, pad, *pushed.buffer.get(), time);
  }
}

StageTracer::Picture* StageTracer::find(const Place& place, GstBuffer& buffer) {
  const Stage& stage = m_ways[place.way][place.stage];
  const auto rtp = stage.name == Stage::Name::rtp ? rtp_timestamp(buffer) : std::nullopt;
  if (stage.name == Stage::Name::rtp && !rtp) return nullptr;
  const auto time = GST_BUFFER_PTS_IS_VALID(&buffer) && (stage.name == Stage::Name::time || stage.joins)
                        ? std::optional(GST_BUFFER_PTS(&buffer))
                        : std::nullopt;
  auto& all = m_pictures[place.way];
  const auto end = all.size() > k_under_way ? all.rbegin() + k_under_way : all.rend();
  const auto found = std::find_if(all.rbegin(), end, [&](const Picture& one) {
    return (rtp && one.rtp == rtp) || (time && one.time == time);
  });
  if (found != end) {
    if (stage.joins) {
      found->rtp = rtp;
      found->time = time;
    }
    return &*found;
  }
  if (place.stage > 0) return nullptr;
  all.push_back({time, rtp, 0, std::vector<GstClockTime>(m_ways[place.way].size())});
  return &all.back();
}

void StageTracer::note(const Place& place, GstPad& pad, GstBuffer& buffer, GstClockTime now) {
  const std::lock_guard lock(m_mutex);
  Picture* picture = find(place, buffer);
  if (picture == nullptr) return;
  if (place.stage == 0 && m_ways[place.way][0].name == Stage::Name::time)
    picture->captured = gst_element_get_base_time(element_of(&pad)) + *picture->time;
  GstClockTime& at = picture->at[place.stage];
  if (at == 0 || m_ways[place.way][place.stage].moment != Stage::Moment::first) at = now;
  if (place.stage + 1 == picture->at.size()) m_newest[place.way] = now;
}

}  // namespace sangdam::tests
