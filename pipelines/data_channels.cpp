#include "pipelines/data_channels.hpp"

#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

namespace sangdam::pipelines {

using consultation::Channel;

namespace {

constexpr std::size_t k_max_text = 16UL * 1024;  // docs/protocol.md
constexpr int k_max_queued_texts = 64;
constexpr std::size_t k_max_early_texts = 16;

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
  std::atomic<int> queued{0};
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
              if (++shared->queued > k_max_queued_texts) {
                --shared->queued;
                return;
              }
              base::post_to_main(shared->owner, [shared, copy = std::string(text)](DataChannels& self) {
                --shared->queued;
                self.on_text(shared->channel, copy);
              });
            }));
  }
  return {};
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

void DataChannels::on_text(Channel channel, const std::string& text) {
  if (m_allowed) {
    tell_text(channel, text);
    return;
  }
  auto& early = state(channel).early;
  if (early.size() < k_max_early_texts) early.push_back(text);
}

}  // namespace sangdam::pipelines
