// Devices made of GStreamer's own elements, to be opened by the engine's parts as real ones are.
#pragma once

#include <gst/gst.h>

#include "pipelines/devices.hpp"

namespace sangdam::tests {

/// A GstDevice whose element is a gst-launch description; "" for none at all.
inline constexpr const char* k_description = "description";
inline constexpr const char* k_element = "element";
inline GType fake_device_type() {
  static const GType k_type = g_type_register_static_simple(
      GST_TYPE_DEVICE, "SangdamFakeDevice", sizeof(GstDeviceClass),
      [](gpointer klass, gpointer) {
        GST_DEVICE_CLASS(klass)->create_element = [](GstDevice* self, const gchar*) -> GstElement* {
          const char* description =
              static_cast<const char*>(g_object_get_data(G_OBJECT(self), k_description));
          GstElement* element = *description == '\0' ? nullptr : gst_parse_launch(description, nullptr);
          if (element != nullptr) g_object_set_data(G_OBJECT(self), k_element, element);  // the pipeline's
          return element;
        };
      },
      sizeof(GstDevice), nullptr, GTypeFlags(0));
  return k_type;
}
inline pipelines::Device fake_device(pipelines::Part kind, const char* description) {
  pipelines::Device device;
  device.kind = kind;
  device.key = device.name = "Device of the test";
  device.handle = base::Ref<GstDevice>::sink(GST_DEVICE(g_object_new(fake_device_type(), nullptr)));
  g_object_set_data_full(G_OBJECT(device.handle.get()), k_description, g_strdup(description), g_free);
  return device;
}
/// The element that was made last for this device.
inline GstElement* element_of(const pipelines::Device& device) {
  return static_cast<GstElement*>(g_object_get_data(G_OBJECT(device.handle.get()), k_element));
}

}  // namespace sangdam::tests
