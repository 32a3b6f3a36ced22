#include "pipelines/soft_relay.hpp"

#include <cstdint>

namespace sangdam::pipelines {
namespace {

GstClockTime length_of(GstBuffer* buffer) {
  return gst_util_uint64_scale(gst_buffer_get_size(buffer) / sizeof(std::int16_t), GST_SECOND, 48000);
}

std::span<std::int16_t> samples_in(const GstMapInfo& map) {
  return {reinterpret_cast<std::int16_t*>(map.data), map.size / sizeof(std::int16_t)};
}

}  // namespace

void SoftRelay::push(GstBuffer* sound) {
  const std::lock_guard lock(m_mutex);
  // A microphone's sound is late: what is of the time before its turn belongs to the silence.
  if (!m_has_source && GST_BUFFER_PTS(sound) < m_end) return;
  m_has_source = true;
  Ref<GstBuffer> own = Ref<GstBuffer>::share(sound);
  if (m_edges.is_beginning()) own = Ref<GstBuffer>::adopt(gst_buffer_copy_deep(sound));
  GstMapInfo map;
  if (!gst_buffer_map(own.get(), &map, m_edges.is_beginning() ? GST_MAP_READWRITE : GST_MAP_READ)) return;
  m_edges.pass(samples_in(map));
  gst_buffer_unmap(own.get(), &map);
  pass(own.get());
}

void SoftRelay::push_silence(GstBuffer* silence) {
  const std::lock_guard lock(m_mutex);
  if (!m_has_source) pass(silence);
}

void SoftRelay::end() {
  const std::lock_guard lock(m_mutex);
  if (!std::exchange(m_has_source, false)) return;
  const std::vector<std::int16_t> tail = m_edges.end();
  const gsize size = tail.size() * sizeof(std::int16_t);
  const auto last = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, size, nullptr));
  gst_buffer_fill(last.get(), 0, tail.data(), size);
  GST_BUFFER_PTS(last.get()) = m_end;
  GST_BUFFER_DURATION(last.get()) = length_of(last.get());
  pass(last.get());
}

void SoftRelay::pass(GstBuffer* buffer) {
  m_end = GST_BUFFER_PTS(buffer) + length_of(buffer);
  m_relay->push(buffer);
}

}  // namespace sangdam::pipelines
