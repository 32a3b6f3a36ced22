#include "pipelines/capture.hpp"

#include <fmt/format.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/log.hpp"
#include "pipelines/jpeg.hpp"
#include "pipelines/painter.hpp"
#include "pipelines/shape.hpp"
#include "pipelines/sound_times.hpp"

namespace sangdam::pipelines {
namespace {

using namespace std::chrono_literals;

constexpr auto k_check_every = 500ms;
// A USB camera takes up to 2 s to its first picture (exposure, wake-up); after that a second's gap is already
// odd.
constexpr auto k_first_flow = 6s;
constexpr auto k_stall = 3s;
constexpr auto k_reference_pause = 30s;
constexpr auto k_first_pause = 500ms;
constexpr auto k_longest_pause = 15s;
constexpr auto k_longest_wait = 3s;  // for a device to be free

constexpr const char* k_audio_caps = "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved";
// async=false: pipewiresrc 0.3 is live only once it streams, and the pipeline would wait for its sinks to
// preroll.
constexpr const char* k_appsink =
    "appsink sync=false async=false max-buffers=2 drop=true enable-last-sample=false";

std::string video_outputs() {
  // The self-view is slow on purpose: it is a mirror in a corner, and painting it costs CPU.
  return std::string("tee name=fork  fork. ! queue max-size-buffers=2 leaky=downstream ! ") + k_appsink +
         " name=out  fork. ! queue max-size-buffers=1 leaky=downstream ! videorate drop-only=true "
         "max-rate=15 ! " +
         Painter::chain("view");
}

bool has_element(const char* name) {
  const auto factory = Ref<GstElementFactory>::adopt(gst_element_factory_find(name));
  return static_cast<bool>(factory);
}

}  // namespace

CaptureRecipe camera_recipe() {
  CaptureRecipe recipe;
  recipe.part = Part::camera;
  recipe.after_device =
      // Drops what is too much; a videorate that also fills gaps holds each picture until the next one comes.
      // At the camera's own rate: 25 pictures a second stay 25, and one that is slow in the dark is slow.
      "videorate drop-only=true max-rate=30 ! videoconvertscale name=scaler add-borders=false ! "
      "capsfilter name=size caps=video/x-raw,format=I420";
  recipe.outputs = video_outputs();
  // The title and the clock apart: a text that changes is laid out and drawn anew for each picture, and as
  // one large text that cost 7 ms of CPU a picture; this costs 2.6 ms (measured). A clock without digits is
  // the title: textoverlay would wait for its second input.
  recipe.test_source =
      "videotestsrc is-live=true pattern=smpte100 ! "
      "video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! "
      "clockoverlay time-format=\"TEST PICTURE\" halignment=center valignment=center "
      "font-desc=\"Sans Bold 40\" "
      "shaded-background=true ! timeoverlay halignment=center valignment=bottom "
      "font-desc=\"Sans Bold 22\" draw-shadow=false "
      "draw-outline=false";
  // 5 pictures a second: enough for the browser to see a living track, cheap for the encoder.
  recipe.stand_in = [](base::PictureSize size) {
    return fmt::format(
        "videotestsrc is-live=true pattern=black ! video/x-raw,format=I420,width={},height={},framerate=5/1 "
        "! "
        "{} name=out",
        size.width, size.height, k_appsink);
  };
  return recipe;
}

CaptureRecipe microphone_recipe() {
  CaptureRecipe recipe;
  recipe.part = Part::microphone;
  recipe.outputs = std::string(k_appsink) + " name=out";
  recipe.after_device =
      std::string("queue leaky=downstream ! audioconvert ! audioresample ! ") + k_audio_caps;
  // A soft tick each second, long enough (88 periods of 440 Hz) to be heard and measured.
  recipe.test_source = std::string(
                           "audiotestsrc is-live=true wave=ticks freq=440 sine-periods-per-tick=88 "
                           "volume=0.2 samplesperbuffer=480 ! ") +
                       k_audio_caps;
  recipe.stand_in = [](base::PictureSize) {
    return fmt::format("audiotestsrc is-live=true wave=silence samplesperbuffer=960 ! {} ! {} name=out",
                       k_audio_caps, k_appsink);
  };
  return recipe;
}

namespace {

/// S16LE, some 500 samples a hundred times a second.
void measure(base::SoundLevel& level, GstBuffer& sound) {
  GstMapInfo map;
  if (gst_buffer_map(&sound, &map, GST_MAP_READ) == FALSE) return;
  int peak = 0;
  for (gsize at = 0; at + 1 < map.size; at += 2)
    peak = std::max(peak, std::abs(static_cast<std::int16_t>(map.data[at] | map.data[at + 1] << 8)));
  gst_buffer_unmap(&sound, &map);
  level.hear(peak);
}

/// A picture with a hole is worse than none: the one before it stays for a moment.
void drop_broken_pictures(GstElement* decoder) {
  const auto entrance = Ref<GstPad>::adopt(gst_element_get_static_pad(decoder, "sink"));
  gst_pad_add_probe(
      entrance.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer) noexcept -> GstPadProbeReturn {
        GstBuffer* picture = GST_PAD_PROBE_INFO_BUFFER(info);
        if (GST_BUFFER_FLAG_IS_SET(picture, GST_BUFFER_FLAG_CORRUPTED)) return GST_PAD_PROBE_DROP;
        GstMapInfo map;
        if (gst_buffer_map(picture, &map, GST_MAP_READ) == FALSE) return GST_PAD_PROBE_DROP;
        const bool is_whole = read_jpeg({map.data, map.size}).has_value();
        gst_buffer_unmap(picture, &map);
        return is_whole ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
      },
      nullptr, nullptr);
}

}  // namespace

std::string preferred_camera_caps(const GstCaps& offered) {
  for (const char* wish :
       {"video/x-raw,width=1280,height=720,framerate=[25/1,60/1]",
        "image/jpeg,width=1280,height=720,framerate=[25/1,60/1]",
        "video/x-raw,width=[640,1920],height=[360,1080],framerate=[15/1,60/1]",
        "image/jpeg,width=[640,1920],height=[360,1080],framerate=[15/1,60/1]", "video/x-raw", "image/jpeg"}) {
    const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(wish));
    if (gst_caps_can_intersect(&offered, caps.get())) return wish;
  }
  return "ANY";
}

struct Capture::Source {
  Gate gate;
  std::atomic<unsigned> samples{0};
  std::atomic<base::PictureSize> size{};

  // The streaming thread's: what the last sample was, and how the relay says it.
  Ref<GstCaps> caps, told;

  /// Null for sound, which is always the same.
  GstCaps* caps_of(GstSample& sample) {
    GstCaps* now = gst_sample_get_caps(&sample);
    if (now == nullptr || now == caps.get()) return told.get();
    caps = Ref<GstCaps>::share(now);
    GstVideoInfo info;
    if (!gst_structure_has_name(gst_caps_get_structure(now, 0), "video/x-raw") ||
        !gst_video_info_from_caps(&info, now))
      return nullptr;
    const base::PictureSize arrived{GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)};
    if (size.exchange(arrived) != arrived || !told) told = picture_caps(arrived);
    return told.get();
  }
};

Capture::Capture(Parts parts, CaptureRecipe recipe, std::string wanted)
    : m_parts(std::move(parts)),
      m_recipe(std::move(recipe)),
      m_wanted(std::move(wanted)),
      m_pause(k_first_pause) {
  m_health.part = m_recipe.part;
  if (m_recipe.part == Part::microphone) m_sound = std::make_shared<SoftRelay>(m_parts.relay);
  start_stand_in();
  m_watch.start_repeating(k_check_every, [this] { check(); });
  if (m_wanted == "test" || m_wanted == "none") choose();
}

Capture::~Capture() { drop_source(); }

void Capture::set_devices(const std::vector<Device>& devices) {
  if (m_wanted == "test" || m_wanted == "none") return;
  auto device = pick(devices, m_recipe.part, m_wanted);
  // A device in use stays in use when another one becomes the default: no jump in the middle of a visit.
  if (m_device && m_pipeline) {
    const auto same = pick(devices, m_recipe.part, m_device->key);
    if (same && same->plugged == m_device->plugged) {
      m_device = same;
      return;
    }
    if (same) device = same;
  }
  const bool had = m_device.has_value();
  m_device = device;
  if (!m_device && had) {
    fail_source(Condition::lost, "it was unplugged");
    m_retry.stop();  // its return is announced
    return;
  }
  m_pause = k_first_pause;
  drop_source();
  choose();
}

void Capture::set_off(bool off) {
  if (m_off == off) return;
  m_off = off;
  if (off) {
    m_retry.stop();
    drop_source();
    start_stand_in();
  } else {
    choose();
  }
}

void Capture::set_muted(bool muted) {
  m_muted = muted;
  if (!m_source) return;
  if (muted) {
    m_source->gate.shut();
    if (m_sound) m_sound->end();
    start_stand_in();
  } else {
    m_source->gate.open();
    if (m_source->samples > 0) m_stand_in.reset();
  }
}

void Capture::set_loudspeaker(const std::string& monitor) {
  if (m_monitor == monitor) return;
  m_monitor = monitor;
  reopen();
}

void Capture::reopen() {
  if (!m_pipeline) return;
  drop_source();
  choose();
}

void Capture::choose() {
  if (m_off || m_pipeline) return;
  if (m_wanted == "none") {
    tell(Condition::disabled, "");
  } else if (m_wanted == "test" || m_device) {
    start_source();
  } else if (m_health.condition != Condition::lost) {  // that one was unplugged stays said
    tell(Condition::missing, "");
  }
}

base::Result<> Capture::build(Pipeline& pipeline) {
  if (m_wanted == "test") {
    auto added = pipeline.add(m_recipe.test_source + " ! " + m_recipe.outputs);
    if (!added) return tl::unexpected<base::Failure>(added.error());
    return {};
  }
  const auto device = Ref<GstElement>::sink(gst_device_create_element(m_device->handle.get(), nullptr));
  if (!device) return base::failure("device-unusable", "no element for the device");
  const std::string factory = GST_OBJECT_NAME(gst_element_get_factory(device.get()));
  if (factory == "pipewiresrc") {
    // Its own timestamps are of PipeWire's clock, not of the common timeline; and buffers that wait in our
    // queues would be missing from the camera's small pool.
    g_object_set(device.get(), "do-timestamp", TRUE, "always-copy", TRUE, nullptr);
  }
  std::string chain = m_recipe.after_device + " ! " + cleaning() + m_recipe.outputs;
  Ref<GstCaps> wish;
  if (m_recipe.part == Part::camera) {
    const auto offered = Ref<GstCaps>::adopt(gst_device_get_caps(m_device->handle.get()));
    const std::string text = offered ? preferred_camera_caps(*offered.get()) : "ANY";
    wish = Ref<GstCaps>::adopt(gst_caps_from_string(text.c_str()));
    const char* decoder = text.starts_with("video/x-raw") ? ""
                          : text == "ANY"                 ? "decodebin ! "
                                                          : "jpegdec name=decoder ! ";
    chain = "capsfilter name=wish ! queue leaky=downstream max-size-buffers=2 ! " + (decoder + chain);
  }
  auto rest = pipeline.add(chain);
  if (!rest) return tl::unexpected<base::Failure>(rest.error());
  if (wish) g_object_set(pipeline.find("wish").get(), "caps", wish.get(), nullptr);
  if (m_recipe.part == Part::camera) ShapeKeeper(pipeline, "scaler", "size", k_room);
  if (const auto decoder = pipeline.find("decoder")) drop_broken_pictures(decoder.get());
  if (m_recipe.part == Part::microphone) keep_times(device.get(), m_parts.timeline);
  pipeline.add(device);
  if (!gst_element_link(device.get(), rest->get()))
    return base::failure("device-unusable", factory + " cannot be linked");
  if (m_echo) {
    m_echo->listen(pipeline.find("cleaning").get());
    m_echo->play();
  }
  return {};
}

std::string Capture::cleaning() {
  if (m_recipe.part != Part::microphone || !has_element("webrtcdsp")) return "";
  if (!m_monitor.empty() && has_element("webrtcechoprobe")) {
    m_echo = std::make_unique<EchoReference>(
        m_parts.timeline, m_parts.workers, m_monitor, [this](const std::string& why) {
          base::log_warning("media", "the patient may hear an echo: the loudspeaker's monitor: {}", why);
          // Another loudspeaker opens the microphone anew by itself; this one may come back under its name.
          m_echo_retry.start_once(k_reference_pause, [this] { reopen(); });
        });
    if (m_echo->probe().empty()) m_echo.reset();
  }
  const std::string common = "webrtcdsp name=cleaning noise-suppression-level=low";
  if (!m_echo) return common + " echo-cancel=false ! ";
  // On a machine with no CPU to spare a hold of 20 ms was not enough, and the canceller lost its place. By
  // its own (delay-agnostic=true) the one of Debian 12 lost the echo on a quiet machine too.
  return fmt::format("queue min-threshold-time={} ! {} probe={} ! ",
                     std::chrono::nanoseconds(EchoReference::k_microphone_hold).count(), common,
                     m_echo->probe());
}

void Capture::start_source() {
  const std::string name = m_recipe.part == Part::camera ? "camera" : "microphone";
  m_pipeline =
      std::make_unique<Pipeline>(name, m_parts.timeline, m_parts.workers, [this](GstMessage& message) {
        if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_EOS) fail_source(Condition::lost, "it ended");
        if (GST_MESSAGE_TYPE(&message) != GST_MESSAGE_ERROR) return;
        base::ErrorPtr error;
        gst_message_parse_error(&message, base::out(error), nullptr);
        on_error(*error);
      });
  if (const auto built = build(*m_pipeline); !built) {
    fail_source(Condition::unusable, built.error().message);
    return;
  }
  m_source = std::make_shared<Source>();
  if (!m_muted) m_source->gate.open();
  m_seen = 0;
  m_last_flow = std::chrono::steady_clock::now();
  on_each_sample(m_pipeline->find("out").get(),
                 [source = m_source, relay = m_parts.relay, sound = m_sound, level = m_parts.level,
                  weak = m_anchor.weak()](GstSample& sample) {
                   if (source->samples++ == 0) {
                     base::post_to_main(weak, [source](Capture& self) {
                       if (self.m_source == source) self.on_flowing();
                     });
                   }
                   source->gate.pass([&] {
                     GstBuffer* buffer = gst_sample_get_buffer(&sample);
                     if (level) measure(*level, *buffer);
                     if (sound) {
                       sound->push(buffer);
                     } else {
                       relay->push(buffer, source->caps_of(sample));
                     }
                   });
                 });
  if (const auto view = m_pipeline->find("view"); view && m_parts.view) {
    Painter::connect(
        *m_pipeline, "view", m_parts.view, [](base::PictureSize) {},
        [source = m_source, slot = m_parts.view](base::VideoFrame frame) {
          source->gate.pass([&] { slot->put(std::move(frame)); });
        });
  }
  // Trouble stays said until something flows: a retry alone mends nothing.
  if (m_device && !is_trouble(m_health.condition)) tell(Condition::starting, m_device->name);
  m_pipeline->play();
}

void Capture::drop_source() {
  if (m_source) {
    m_source->gate.shut();
    if (m_sound) m_sound->end();
    if (const base::PictureSize size = m_source->size; size.width > 0) m_size = size;
  }
  m_source.reset();
  m_pipeline.reset();
  m_echo_retry.stop();
  m_echo.reset();
  if (m_parts.view) m_parts.view->clear();
}

void Capture::on_error(const GError& error) {
  const bool has_worked = m_source && m_source->samples > 0;
  fail_source(has_worked ? Condition::lost : condition_after(error), error.message);
}

void Capture::fail_source(Condition condition, const std::string& why) {
  const std::string device = m_device ? m_device->name : m_health.device;
  base::log_warning("media", "{} \"{}\": {}", m_recipe.part == Part::camera ? "camera" : "microphone", device,
                    why);
  drop_source();
  start_stand_in();
  tell(condition, device);
  if (m_off) return;
  m_retry.start_once(m_pause, [this] { choose(); });
  m_pause = std::min<std::chrono::milliseconds>(
      2 * m_pause, condition == Condition::busy ? k_longest_wait : k_longest_pause);
}

void Capture::start_stand_in() {
  if (m_stand_in) return;
  m_stand_in = std::make_unique<Pipeline>(m_recipe.part == Part::camera ? "no-camera" : "no-microphone",
                                          m_parts.timeline, m_parts.workers, nullptr);
  if (const auto added = m_stand_in->add(m_recipe.stand_in(m_size)); !added) {
    base::log_error("media", "no stand-in for a missing device: {}", added.error().message);
    return;
  }
  on_each_sample(m_stand_in->find("out").get(), [relay = m_parts.relay, sound = m_sound,
                                                 source = std::make_shared<Source>()](GstSample& sample) {
    if (sound) {
      sound->push_silence(gst_sample_get_buffer(&sample));
    } else {
      relay->push(gst_sample_get_buffer(&sample), source->caps_of(sample));
    }
  });
  m_stand_in->play();
}

void Capture::on_flowing() {
  m_last_flow = std::chrono::steady_clock::now();
  if (!m_muted) m_stand_in.reset();
  if (m_device) {
    tell(Condition::working, m_device->name);
  } else {
    tell(Condition::test_source, "");
  }
}

void Capture::check() {
  if (!m_source) return;
  const unsigned samples = m_source->samples;
  const auto now = std::chrono::steady_clock::now();
  if (samples != m_seen) {
    m_seen = samples;
    m_last_flow = now;
    // Only a source that keeps going has earned a quick restart next time.
    if (samples > 100) m_pause = k_first_pause;
  } else if (now - m_last_flow >
             (samples == 0 ? std::chrono::seconds(k_first_flow) : std::chrono::seconds(k_stall))) {
    fail_source(Condition::stalled, "nothing comes from it");
  }
}

void Capture::tell(Condition condition, const std::string& device) {
  Health health{m_recipe.part, condition, device};
  if (health == m_health) return;
  m_health = std::move(health);
  if (m_parts.on_health) m_parts.on_health(m_health);
}

}  // namespace sangdam::pipelines
