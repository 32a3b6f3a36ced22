// RAII for GStreamer's handles: how each type counts, for base::Ref and base::FreePtr.
//
// Elements, pads, pipelines and devices are GstObjects: fresh ones from a factory are floating, so take them
// with Ref<GstElement>::sink(); gst_bin_get_by_name(), gst_element_get_static_pad() and g_object_get() give
// full references, so take those with adopt(). Mini objects (caps, buffers, samples, messages, promises)
// count on their own.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/sdp/gstsdpmessage.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#undef GST_USE_UNSTABLE_API

#include <utility>

#include "base/handles.hpp"

namespace sangdam::base {

// GstObject's own functions, not GObject's: they know floating references and trace better.
template <class T>
struct GstObjectTraits {
  static void ref(T* p) { gst_object_ref(p); }
  static void unref(T* p) { gst_object_unref(p); }
  static void sink(T* p) { gst_object_ref_sink(p); }
};
template <>
struct HandleTraits<GstElement> : GstObjectTraits<GstElement> {};
template <>
struct HandleTraits<GstBus> : GstObjectTraits<GstBus> {};
template <>
struct HandleTraits<GstPad> : GstObjectTraits<GstPad> {};
template <>
struct HandleTraits<GstClock> : GstObjectTraits<GstClock> {};
template <>
struct HandleTraits<GstDevice> : GstObjectTraits<GstDevice> {};
template <>
struct HandleTraits<GstDeviceMonitor> : GstObjectTraits<GstDeviceMonitor> {};
template <>
struct HandleTraits<GstWebRTCDTLSTransport> : GstObjectTraits<GstWebRTCDTLSTransport> {};
template <>
struct HandleTraits<GstWebRTCRTPSender> : GstObjectTraits<GstWebRTCRTPSender> {};
template <>
struct HandleTraits<GstWebRTCRTPTransceiver> : GstObjectTraits<GstWebRTCRTPTransceiver> {};

template <class T>
struct MiniObjectTraits {
  static void ref(T* p) { gst_mini_object_ref(GST_MINI_OBJECT_CAST(p)); }
  static void unref(T* p) { gst_mini_object_unref(GST_MINI_OBJECT_CAST(p)); }
};
template <>
struct HandleTraits<GstCaps> : MiniObjectTraits<GstCaps> {};
template <>
struct HandleTraits<GstSample> : MiniObjectTraits<GstSample> {};
template <>
struct HandleTraits<GstBuffer> : MiniObjectTraits<GstBuffer> {};
template <>
struct HandleTraits<GstMessage> : MiniObjectTraits<GstMessage> {};
template <>
struct HandleTraits<GstPromise> : MiniObjectTraits<GstPromise> {};

}  // namespace sangdam::base

namespace sangdam::pipelines {

using base::Ref;

using StructurePtr = base::FreePtr<GstStructure, gst_structure_free>;
using IteratorPtr = base::FreePtr<GstIterator, gst_iterator_free>;
using SessionDescriptionPtr = base::FreePtr<GstWebRTCSessionDescription, gst_webrtc_session_description_free>;

/// A question put to webrtcbin. One that is asked anew or no longer of interest is interrupted: GStreamer
/// warns of promises that go unanswered.
class PendingPromise {
 public:
  PendingPromise() = default;
  explicit PendingPromise(GstPromise* promise) : m_promise(Ref<GstPromise>::adopt(promise)) {}
  PendingPromise(const PendingPromise&) = delete;
  PendingPromise& operator=(const PendingPromise&) = delete;
  PendingPromise(PendingPromise&& other) noexcept : m_promise(std::exchange(other.m_promise, {})) {}
  PendingPromise& operator=(PendingPromise&& other) noexcept {
    if (this != &other) {
      interrupt();
      m_promise = std::exchange(other.m_promise, {});
    }
    return *this;
  }
  ~PendingPromise() { interrupt(); }
  [[nodiscard]] GstPromise* get() const { return m_promise.get(); }
  /// For who waits for the answer; it is not interrupted any more.
  [[nodiscard]] Ref<GstPromise> release() { return std::exchange(m_promise, {}); }

 private:
  void interrupt() noexcept {
    if (m_promise) gst_promise_interrupt(m_promise.get());
  }
  Ref<GstPromise> m_promise;
};

struct FreeSdp {
  void operator()(GstSDPMessage* p) const noexcept { gst_sdp_message_free(p); }
};
using SdpPtr = std::unique_ptr<GstSDPMessage, FreeSdp>;

/// Gives a C callback a value of its own for as long as the closure lives: pass the two to *_full functions
/// that take (gpointer data, GDestroyNotify notify).
template <class T>
[[nodiscard]] gpointer box(T value) {
  return new T(std::move(value));
}
template <class T>
void free_box(gpointer data) {
  delete static_cast<T*>(data);
}
/// As GClosureNotify, for g_signal_connect_data().
template <class T>
void free_box_closure(gpointer data, GClosure*) {
  delete static_cast<T*>(data);
}
template <class T>
[[nodiscard]] T& unbox(gpointer data) {
  return *static_cast<T*>(data);
}

}  // namespace sangdam::pipelines
