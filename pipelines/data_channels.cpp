#include "pipelines/data_channels.hpp"

#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

namespace sangdam::pipelines {

using consultation::Channel;

namespace {

constexpr std::size_t k_max_text = 16UL * 1024;  // docs/protocol.md
constexpr std::size_t k_max_queued_texts = 64;
// 800 texts a second: far above what a page has to say, and a few percent of the main thread's time.
constexpr std::size_t k_helping = 16;
constexpr std::chrono::milliseconds k_between_helpings{20};
constexpr std::size_t k_max_early_texts = 16;

constexpr base::Mailbox<std::string>::Full when_full(Channel channel) {
  using Full = base::Mailbox<std::string>::Full;
  switch (channel) {
    case Channel::chat: return Full::drop_newest;
    case Channel::control: return Full::drop_oldest;
  }
  return Full::drop_newest;
}

constexpr const char* name_of_channel(Channel channel) {
  switch (channel) {
    case Channel::chat: return "chat";
    case Channel::control: return "control";
  }
  return "";
}

}  // namespace

/// What the callbacks of one channel share; lives as long as the last of them.
struct DataChannels::Context {
  std::weak_ptr<DataChannels> owner;
  Channel channel;
  std::shared_ptr<base::Mailbox<std::string>> mailbox;
};

DataChannels::DataChannels(Listener listener) : m_listener(std::move(listener)) {}

base::Result<> DataChannels::create(GstElement* webrtc) {
  using Shared = std::shared_ptr<Context>;
  for (const Channel channel : {Channel::chat, Channel::control}) {
    GstWebRTCDataChannel* raw = nullptr;
    g_signal_emit_by_name(webrtc, "create-data-channel", name_of_channel(channel), nullptr, &raw);
    if (raw == nullptr) return base::failure("no-data-channel", "webrtcbin made no data channel");
    state(channel).handle = Ref<GstWebRTCDataChannel>::adopt(raw);
    const auto context = std::make_shared<Context>();
    context->owner = m_anchor.weak();
    context->channel = channel;
    context->mailbox = std::make_shared<base::Mailbox<std::string>>(k_max_queued_texts, when_full(channel));
    state(channel).mailbox = context->mailbox;
    const auto connect = [&](const char* signal, GCallback callback) {
      g_signal_connect_data(raw, signal, callback, box<Shared>(context), free_box_closure<Shared>,
                            static_cast<GConnectFlags>(0));
    };
    connect("on-open", G_CALLBACK(+[](GstWebRTCDataChannel*, gpointer data) noexcept {
              const Shared& shared = unbox<Shared>(data);
              base::post_to_main(shared->owner,
                                 [opened = shared->channel](DataChannels& self) { self.on_open(opened); });
            }));
    connect("on-close", G_CALLBACK(+[](GstWebRTCDataChannel*, gpointer data) noexcept {
              const Shared& shared = unbox<Shared>(data);
              base::post_to_main(shared->owner, [closed = shared->channel](DataChannels& self) {
                self.state(closed).open = false;
              });
            }));
    connect("on-message-string",
            G_CALLBACK(+[](GstWebRTCDataChannel*, const char* text, gpointer data) noexcept {
              const Shared& shared = unbox<Shared>(data);
              if (text == nullptr || strnlen(text, k_max_text + 1) > k_max_text) return;
              if (!shared->mailbox->put(text)) return;
              base::post_to_main(shared->owner,
                                 [to_read = shared->channel](DataChannels& self) { self.read(to_read); });
            }));
  }
  return {};
}

void DataChannels::cut_off(GstElement& webrtc) {
  const auto flush = [&webrtc](const char* factory, const char* pad_name) {
    const IteratorPtr elements(gst_bin_iterate_all_by_element_factory_name(GST_BIN(&webrtc), factory));
    const auto flush_one = [](const GValue* item, gpointer name) noexcept {
      const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(GST_ELEMENT(g_value_get_object(item)),
                                                                     *static_cast<const char**>(name)));
      if (!pad) return;
      gst_pad_send_event(pad.get(), gst_event_new_flush_start());
      if (GST_PAD_IS_SRC(pad.get())) return;
      GST_PAD_STREAM_LOCK(pad.get());  // nothing is in there any more
      GST_PAD_STREAM_UNLOCK(pad.get());
    };
    while (gst_iterator_foreach(elements.get(), flush_one, &pad_name) == GST_ITERATOR_RESYNC)
      gst_iterator_resync(elements.get());
  };
  flush("sctpenc", "src");
  flush("sctpdec", "sink");
}

void DataChannels::allow() {
  m_allowed = true;
  const auto weak = m_anchor.weak();
  for (const Channel channel : {Channel::chat, Channel::control}) {
    if (state(channel).open) tell_open(channel);
    if (weak.expired()) return;
    for (const std::string& text : std::exchange(state(channel).early, {})) {
      tell_text(channel, text);
      if (weak.expired()) return;
    }
  }
}

bool DataChannels::send(Channel channel, const std::string& text) {
  const State& to = state(channel);
  if (!m_allowed || !to.open || text.size() > k_max_text) return false;
  base::ErrorPtr error;
  return gst_webrtc_data_channel_send_string_full(to.handle.get(), text.c_str(), base::out(error)) != FALSE;
}

// Copies: the callback may destroy this object and the function with it.
void DataChannels::tell_open(Channel channel) const {
  const auto tell = m_listener.on_open;
  tell(channel);
}

void DataChannels::tell_text(Channel channel, const std::string& text) const {
  const auto tell = m_listener.on_text;
  tell(channel, text);
}

void DataChannels::on_open(Channel channel) {
  state(channel).open = true;
  if (m_allowed) tell_open(channel);
}

void DataChannels::read(Channel channel) {
  const auto weak = m_anchor.weak();
  const auto taken = state(channel).mailbox->take(k_helping);
  for (const std::string& text : taken.values) {
    on_text(channel, text);
    if (weak.expired()) return;
  }
  if (taken.more)
    state(channel).next_helping.start_once(k_between_helpings, [this, channel] { read(channel); });
  if (taken.dropped > 0 && m_allowed) {
    const auto tell = m_listener.on_dropped;  // it may destroy this object
    if (tell) tell(channel, taken.dropped);
  }
}

void DataChannels::on_text(Channel channel, const std::string& text) {
  if (m_allowed) {
    tell_text(channel, text);
    return;
  }
  auto& early = state(channel).early;
  if (early.size() == k_max_early_texts) {
    if (when_full(channel) == base::Mailbox<std::string>::Full::drop_newest) return;
    early.erase(early.begin());
  }
  early.push_back(text);
}

}  // namespace sangdam::pipelines
