#include "pipelines/devices.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.hpp"

namespace sangdam::pipelines {
namespace {

std::string text_of(const GstStructure* properties, const char* name) {
  const char* value = properties ? gst_structure_get_string(properties, name) : nullptr;
  return value ? value : "";
}

std::string first_of(const GstStructure* properties, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string text = text_of(properties, name); !text.empty()) return text;
  }
  return {};
}

/// PulseAudio before PipeWire for sound (its elements are older and sturdier); V4L2 before PipeWire for
/// cameras (unplugging is an error there, while pipewiresrc 0.3.65 just falls silent).
int rank_of(std::string_view provider) {
  if (provider == "GstV4l2Device" || provider == "GstPulseDevice") return 3;
  if (provider == "GstPipeWireDevice") return 2;
  return 1;
}

}  // namespace

std::optional<Device> describe(std::string_view provider, std::string_view device_class,
                               std::string_view display_name, const GstStructure* properties) {
  Device device;
  // Exact classes: PipeWire also lists our own streams ("Stream/Input/Video").
  if (device_class == "Video/Source" || device_class == "Source/Video") {
    device.kind = Part::camera;
  } else if (device_class == "Audio/Source" || device_class == "Source/Audio") {
    // Not "Audio/Source/Virtual": PipeWire 0.3.65 makes a *sink* of those; PulseAudio lists them properly.
    device.kind = Part::microphone;
  } else if (device_class == "Audio/Sink" || device_class == "Sink/Audio") {
    device.kind = Part::speaker;
  } else {
    return std::nullopt;
  }
  const std::string node = first_of(properties, {"node.name", "device.name"});
  // "What you hear" of a speaker is not a microphone: the patient would hear themselves.
  if (text_of(properties, "device.class") == "monitor" || g_str_has_suffix(node.c_str(), ".monitor"))
    return std::nullopt;
  // PipeWire and PulseAudio make this one up when the last real one is gone.
  if (node == "auto_null" || display_name == "Dummy Output") return std::nullopt;

  const std::string path = first_of(properties, {"api.v4l2.path", "device.path"});
  device.key = device.kind == Part::camera && !path.empty() ? path : node;
  device.name = std::string(display_name);
  if (device.key.empty()) device.key = device.name;
  device.rank = rank_of(provider);
  gboolean is_default = FALSE;
  if (properties) gst_structure_get_boolean(properties, "is-default", &is_default);
  device.is_default = is_default != FALSE;
  return device;
}

std::vector<Device> fold(const std::vector<Device>& listings) {
  std::vector<Device> result;
  for (const Device& listing : listings) {
    const auto same = std::find_if(result.begin(), result.end(), [&](const Device& other) {
      // PulseAudio's listing does not always carry PipeWire's node name; then the name for people must do.
      return other.kind == listing.kind && (other.key == listing.key || other.name == listing.name) &&
             (other.key == listing.key || other.rank != listing.rank);
    });
    if (same == result.end()) {
      result.push_back(listing);
    } else if (listing.rank > same->rank) {
      *same = listing;
    }
  }
  return result;
}

Condition condition_after(const GError& error) {
  // V4L2 and ALSA have a code for it; PipeWire and PulseAudio have the kernel's word in a sentence of theirs.
  const bool is_busy = g_error_matches(&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY) != FALSE ||
                       std::string_view(error.message).find(g_strerror(EBUSY)) != std::string_view::npos;
  return is_busy ? Condition::busy : Condition::unusable;
}

std::optional<Device> pick(const std::vector<Device>& devices, Part kind, std::string_view wanted) {
  const Device* best = nullptr;
  for (const Device& device : devices) {
    if (device.kind != kind) continue;
    if (wanted == "auto") {
      if (best == nullptr || (device.is_default && !best->is_default)) best = &device;
    } else if (device.name == wanted || device.key == wanted) {
      best = &device;
      break;
    }
  }
  return best ? std::optional(*best) : std::nullopt;
}

DeviceList::DeviceList(std::shared_ptr<Workers> workers, std::function<void()> on_change)
    : m_workers(std::move(workers)),
      m_on_change(std::move(on_change)),
      m_monitor(Ref<GstDeviceMonitor>::sink(gst_device_monitor_new())) {
  base::assert_main_thread();
  for (const char* classes : {"Video/Source", "Audio/Source", "Audio/Sink"}) {
    gst_device_monitor_add_filter(m_monitor.get(), classes, nullptr);
  }
  m_bus = Ref<GstBus>::adopt(gst_device_monitor_get_bus(m_monitor.get()));
  gst_bus_add_watch(
      m_bus.get(),
      [](GstBus*, GstMessage* message, gpointer self) noexcept -> gboolean {
        static_cast<DeviceList*>(self)->on_message(*message);
        return G_SOURCE_CONTINUE;
      },
      this);
  // Starting connects to the sound servers, which may be away or hang.
  m_workers->run([monitor = m_monitor, weak = m_anchor.weak()] {
    gst_device_monitor_start(monitor.get());
    base::post_to_main(weak, [](DeviceList& self) { self.on_started(); });
  });
}

DeviceList::~DeviceList() {
  gst_bus_remove_watch(m_bus.get());
  gst_bus_set_flushing(m_bus.get(), TRUE);
  // Not stopped and not released: PipeWire 0.3.65's provider lets go of its devices twice when it is stopped
  // (seen as criticals, and as crashes under load). The list lives as long as the program, so nothing is
  // lost.
  (void)m_monitor.release();
}

void DeviceList::on_started() {
  GList* list = gst_device_monitor_get_devices(m_monitor.get());
  for (GList* item = list; item != nullptr; item = item->next)
    add(Ref<GstDevice>::adopt(GST_DEVICE(item->data)));
  g_list_free(list);
  refold();
}

void DeviceList::on_message(GstMessage& message) {
  GstDevice* raw = nullptr;
  if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_DEVICE_ADDED) {
    gst_message_parse_device_added(&message, &raw);
    add(Ref<GstDevice>::adopt(raw));
    refold();
  } else if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_DEVICE_REMOVED) {
    gst_message_parse_device_removed(&message, &raw);
    const auto device = Ref<GstDevice>::adopt(raw);
    std::erase_if(m_listings, [&](const Device& listing) { return listing.handle == device; });
    refold();
  } else if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_DEVICE_CHANGED) {
    GstDevice* before = nullptr;
    gst_message_parse_device_changed(&message, &raw, &before);
    change(Ref<GstDevice>::adopt(before), Ref<GstDevice>::adopt(raw));
    refold();
  }
}

void DeviceList::change(const Ref<GstDevice>& before, Ref<GstDevice> device) {
  const auto listing = std::find_if(m_listings.begin(), m_listings.end(),
                                    [&](const Device& each) { return each.handle == before; });
  const unsigned plugged = listing != m_listings.end() ? listing->plugged : 0;
  if (listing != m_listings.end()) m_listings.erase(listing);
  if (add(std::move(device)) && plugged != 0) m_listings.back().plugged = plugged;
}

bool DeviceList::add(Ref<GstDevice> device) {
  // Devices present at the start are announced again as added.
  if (std::any_of(m_listings.begin(), m_listings.end(), [&](const Device& d) { return d.handle == device; }))
    return false;
  const base::CharPtr device_class(gst_device_get_device_class(device.get()));
  const base::CharPtr name(gst_device_get_display_name(device.get()));
  const StructurePtr properties(gst_device_get_properties(device.get()));
  auto listing = describe(G_OBJECT_TYPE_NAME(device.get()), device_class.get(), name ? name.get() : "",
                          properties.get());
  if (!listing) return false;
  base::log_debug("media", "found {} \"{}\" ({})", device_class.get(), listing->name,
                  G_OBJECT_TYPE_NAME(device.get()));
  listing->handle = std::move(device);
  listing->plugged = ++m_plugged;
  m_listings.push_back(std::move(*listing));
  return true;
}

void DeviceList::refold() {
  m_devices = fold(m_listings);
  if (m_on_change) m_on_change();
}

}  // namespace sangdam::pipelines
